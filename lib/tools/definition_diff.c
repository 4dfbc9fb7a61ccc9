#include "tools/definition_diff.h"

#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "tools/json_patch.h"
#include "tools/renames.h"
#include "tools/schema_diff.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_words[] = {
	[TOOL_REMOVED] = "removed",
	[TOOL_ADDED] = "added",
	[TOOL_RENAMED] = "renamed",
	[TOOL_CHANGED] = "changed",
};

WORDS(tool_change_kind, tool_change_kind, kind_words)

/* Put the tools that differ side by side; refused ones are passed over. */
static void pair_tools(struct tool_changes *out,
	const struct definitions *before, const struct definitions *after)
{
	size_t i = 0, j = 0;

	out->v = xcalloc(before->n + after->n + 1, sizeof *out->v);
	while (i < before->n || j < after->n) {
		const struct definition *a = NULL, *b = NULL;
		int order;

		if (i < before->n)
			a = &before->v[i];
		if (j < after->n)
			b = &after->v[j];
		order = !a ? 1 : !b ? -1 : jcs_compare(a->name, b->name);
		i += order <= 0;
		j += order >= 0;
		if (order < 0)
			b = NULL;
		if (order > 0)
			a = NULL;
		if ((a && a->refused) || (b && b->refused) ||
			(a && b && strcmp(a->text, b->text) == 0))
			continue;
		out->v[out->n++] = (struct tool_change) {
			.kind = !a ? TOOL_ADDED
				: !b ? TOOL_REMOVED
				     : TOOL_CHANGED,
			.before = a,
			.after = b};
	}
}

void tool_changes_of(struct tool_changes *out, const struct definitions *before,
	const struct definitions *after)
{
	*out = (struct tool_changes) {0};
	pair_tools(out, before, after);
	renames_find(out);
}

void tool_changes_release(struct tool_changes *t)
{
	free(t->v);
	*t = (struct tool_changes) {0};
}

static void tell(struct changes *c, enum change_class class, const char *path,
	const char *what, const cJSON *before, const cJSON *after)
{
	if (!what)
		what = !before ? "added" : !after ? "removed" : "changed";
	changes_add(c, path,
		&(struct change) {.class = class,
			.what = what,
			.before = before,
			.after = after});
}

/* A text for people and models. */
static void diff_text(struct changes *c, const struct tool_change *t,
	const char *key)
{
	const cJSON *a = json_get(t->before->tree, key);
	const cJSON *b = json_get(t->after->tree, key);
	char path[40];

	snprintf(path, sizeof path, "/%s", key);
	if (!json_same(a, b))
		tell(c, CHANGE_WORDS, path, NULL, a, b);
}

/*
 * A hint of the annotations, and what it is where it is not there (MCP,
 * ToolAnnotations); safe: the value that promises something.
 */
struct hint {
	const char *key;
	bool unless, safe;
	bool writes; /* means something only of a tool that is not read-only */
};

static const struct hint hints[] = {
	{"destructiveHint", true, false, true},
	{"idempotentHint", false, true, true},
	{"openWorldHint", true, false, false},
	{"readOnlyHint", false, true, false},
};

/* Whether the annotations promise what a hint is about. */
static bool promises(const cJSON *annotations, const struct hint *h)
{
	bool value = h->unless, read_only = false;

	json_bool(annotations, h->key, &value);
	json_bool(annotations, "readOnlyHint", &read_only);
	return value == h->safe || (h->writes && read_only);
}

static const struct hint *find_hint(const char *key)
{
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(hints[i].key, key) == 0)
			return &hints[i];
	return NULL;
}

/* A member of the annotations; x or y may be NULL. */
static void diff_annotation(struct changes *c, const struct tool_change *t,
	const cJSON *x, const cJSON *y)
{
	const char *key = (x ? x : y)->string;
	const struct hint *h = find_hint(key);
	struct buf path;

	buf_init(&path, 8 * DEFINITION_BYTES);
	buf_str(&path, "/annotations");
	json_pointer_add(&path, key);
	if (strcmp(key, "title") == 0) {
		tell(c, CHANGE_WORDS, path.p, NULL, x, y);
	} else if (!h || (x && !cJSON_IsBool(x)) || (y && !cJSON_IsBool(y))) {
		tell(c, CHANGE_BREAKING, path.p,
			"what it does cannot be told", x, y);
	} else {
		bool was = promises(
			json_get(t->before->tree, "annotations"), h);
		bool is = promises(
			json_get(t->after->tree, "annotations"), h);

		tell(c, was == is ? CHANGE_ORDER
			: is	  ? CHANGE_COMPATIBLE
				  : CHANGE_BREAKING,
			path.p,
			was == is ? "means the same"
			: is	  ? "a promise is new"
				  : "a promise was taken back",
			x, y);
	}
	buf_release(&path);
}

static void diff_annotations(struct changes *c, const struct tool_change *t)
{
	const cJSON *a = json_get(t->before->tree, "annotations");
	const cJSON *b = json_get(t->after->tree, "annotations");
	const cJSON *x = a ? a->child : NULL, *y = b ? b->child : NULL;

	while (x || y) {
		int order = !x	? 1
			: !y	? -1
				: jcs_compare(x->string, y->string);

		if (order || !json_same(x, y))
			diff_annotation(c, t, order <= 0 ? x : NULL,
				order >= 0 ? y : NULL);
		if (order <= 0)
			x = x->next;
		if (order >= 0)
			y = y->next;
	}
}

static void diff_schemas(struct changes *c, const struct tool_change *t)
{
	const cJSON *a = json_get(t->before->tree, "inputSchema");
	const cJSON *b = json_get(t->after->tree, "inputSchema");

	if (!json_same(a, b))
		schema_diff(c, "/inputSchema", SCHEMA_INPUT, a, b);
	a = json_get(t->before->tree, "outputSchema");
	b = json_get(t->after->tree, "outputSchema");
	if (!a && b)
		tell(c, CHANGE_COMPATIBLE, "/outputSchema",
			"answers are described now", a, b);
	else if (a && !b)
		tell(c, CHANGE_BREAKING, "/outputSchema",
			"answers are no longer described", a, b);
	else if (!json_same(a, b))
		schema_diff(c, "/outputSchema", SCHEMA_OUTPUT, a, b);
}

void definition_diff(struct changes *c, const struct tool_change *t)
{
	if (t->kind == TOOL_REMOVED) {
		tell(c, CHANGE_BREAKING, "", "the tool is gone",
			t->before->tree, NULL);
		return;
	}
	if (t->kind == TOOL_ADDED) {
		tell(c, CHANGE_COMPATIBLE, "", "the tool is new", NULL,
			t->after->tree);
		return;
	}
	if (t->kind == TOOL_RENAMED)
		tell(c, CHANGE_BREAKING, "/name", "the tool was renamed",
			json_get(t->before->tree, "name"),
			json_get(t->after->tree, "name"));
	diff_annotations(c, t);
	diff_text(c, t, "description");
	diff_schemas(c, t);
	diff_text(c, t, "title");
	/* {} and no annotations at all, say. */
	if (!c->n)
		tell(c, CHANGE_ORDER, "", "means the same", t->before->tree,
			t->after->tree);
}
