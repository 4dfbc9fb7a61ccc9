/* SPDX-License-Identifier: MIT */
#include "tools/definition_diff.h"

#include "base/index.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "tools/json_patch.h"
#include "tools/schema_diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RENAMES_TRIED 16

/* As many words of a description are looked at. */
#define WORDS_TRIED 200
/* How many of 100 words have to be in common. */
#define LIKE 75
#define LIKE_BY_NAME 50

/* A tool that is gone, or new. */
struct side {
	size_t at;		  /* its place in the list of changes */
	const struct definition *def;
	char schemas[SHA256_HEX]; /* the digest of both */
	uint32_t words[WORDS_TRIED]; /* hashes, sorted */
	size_t n_words;
	char *plain; /* the letters and digits of its name, in lower case */
	bool taken;
};

static int by_hash(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool ends_word(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void learn_words(struct side *s)
{
	const char *p = json_str(s->def->tree, "description");

	while (p && *p && s->n_words < WORDS_TRIED) {
		size_t n = 0;

		while (p[n] && !ends_word(p[n]))
			n++;
		if (n)
			s->words[s->n_words++] =
				(uint32_t)index_hash(0, p, n);
		p += n + (p[n] != '\0');
	}
	qsort(s->words, s->n_words, sizeof *s->words, by_hash);
}

/* A name without what is often written in another way; free it. */
static char *plain_name(const char *name)
{
	char *out = xstrdup(name);
	size_t n = 0;

	for (; *name; name++)
		if (!strchr("-_. /", *name))
			out[n++] = *name >= 'A' && *name <= 'Z'
				? (char)(*name + 'a' - 'A')
				: *name;
	out[n] = '\0';
	return out;
}

static void learn(struct side *s, size_t at, const struct definition *def)
{
	const cJSON *out = json_get(def->tree, "outputSchema");
	struct buf b;

	*s = (struct side) {
		.at = at, .def = def, .plain = plain_name(def->name)};
	buf_init(&b, SIZE_MAX / 2);
	json_put(&b, json_get(def->tree, "inputSchema"));
	if (out)
		json_put(&b, out);
	sha256_hex(b.p, b.len, s->schemas);
	buf_release(&b);
	learn_words(s);
}

/* The words in common, of 100; 100 where there are none at all. */
static int likeness(const struct side *a, const struct side *b)
{
	size_t i = 0, j = 0, both = 0;

	if (!a->n_words && !b->n_words)
		return 100;
	while (i < a->n_words && j < b->n_words) {
		int order = by_hash(&a->words[i], &b->words[j]);

		both += !order;
		i += order <= 0;
		j += order >= 0;
	}
	return (int)(200 * both / (a->n_words + b->n_words));
}

static bool names_alike(const struct side *a, const struct side *b)
{
	return *a->plain && *b->plain &&
		(strstr(a->plain, b->plain) || strstr(b->plain, a->plain));
}

static int by_plain(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int order = strcmp(x->plain, y->plain);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_schemas(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	int order = strcmp(x->schemas, y->schemas);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The tools of one kind. */
static struct side *sides_of(
	const struct tool_changes *t, enum tool_change_kind kind, size_t *n)
{
	struct side *v = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].kind != kind)
			continue;
		v = xgrow(v, &cap, *n + 1, sizeof *v);
		learn(&v[(*n)++], i,
			kind == TOOL_ADDED ? t->v[i].after : t->v[i].before);
	}
	return v;
}

/*
 * The new tool that is likest to one that is gone, from v[*first] on; *first
 * goes beyond those that are taken. NULL where none is like it.
 */
static struct side *find_likest(const struct side *gone, struct side *v,
	size_t n, size_t *first)
{
	struct side *best = NULL;
	int most = 0;
	size_t tried = 0;

	while (*first < n && (v[*first].taken ||
			strcmp(v[*first].schemas, gone->schemas) < 0))
		++*first;
	for (size_t i = *first; i < n && tried < RENAMES_TRIED &&
		strcmp(v[i].schemas, gone->schemas) == 0; i++, tried++) {
		int like;
		bool alike;

		if (v[i].taken)
			continue;
		like = likeness(gone, &v[i]);
		alike = names_alike(gone, &v[i]);
		/* Without a description only the names can tell. */
		if (like < (alike ? LIKE_BY_NAME : LIKE) ||
			(!alike && !gone->n_words))
			continue;
		like += alike ? 100 : 0;
		if (like > most) {
			most = like;
			best = &v[i];
		}
	}
	return best;
}

/* Take out the removed halves of what was renamed. */
static void close_gaps(struct tool_changes *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].before || t->v[i].after)
			t->v[n++] = t->v[i];
	t->n = n;
}

static void join(struct tool_changes *t, struct side *gone, struct side *come)
{
	gone->taken = come->taken = true;
	t->v[come->at].kind = TOOL_RENAMED;
	t->v[come->at].before = gone->def;
	t->v[gone->at].before = NULL;
}

/* The tools that are gone, and those that are new. */
struct sides {
	struct side *gone, *come;
	size_t n_gone, n_come;
};

static void sort_sides(
	const struct sides *s, int (*order)(const void *, const void *))
{
	if (s->n_gone)
		qsort(s->gone, s->n_gone, sizeof *s->gone, order);
	if (s->n_come)
		qsort(s->come, s->n_come, sizeof *s->come, order);
}

static void join_by_name(struct tool_changes *t, const struct sides *s)
{
	size_t i = 0, j = 0;

	sort_sides(s, by_plain);
	while (i < s->n_gone && j < s->n_come) {
		int order = strcmp(s->gone[i].plain, s->come[j].plain);

		if (!order && *s->gone[i].plain)
			join(t, &s->gone[i], &s->come[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void join_by_schemas(struct tool_changes *t, const struct sides *s)
{
	size_t first = 0;

	sort_sides(s, by_schemas);
	for (size_t i = 0; i < s->n_gone; i++) {
		struct side *come = s->gone[i].taken
			? NULL
			: find_likest(&s->gone[i], s->come, s->n_come, &first);

		if (come)
			join(t, &s->gone[i], come);
	}
}

static void release_sides(struct side *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].plain);
	free(v);
}

/*
 * renames_find(t): make one change of kind TOOL_RENAMED of a removed and an
 * added tool whose names are the same but for case, '-', '_', '.' and '/'. Or
 * that have the same schemas, and descriptions with three quarters of their words in
 * common; or half of them, where one name holds the other. Of several of these
 * the likest one counts, of the first RENAMES_TRIED that are left.
 */
static void renames_find(struct tool_changes *t)
{
	struct sides s;

	s.gone = sides_of(t, TOOL_REMOVED, &s.n_gone);
	s.come = sides_of(t, TOOL_ADDED, &s.n_come);
	join_by_name(t, &s);
	join_by_schemas(t, &s);
	close_gaps(t);
	release_sides(s.gone, s.n_gone);
	release_sides(s.come, s.n_come);
}

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
			"its effect is unknown", x, y);
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
		tell(c, CHANGE_BREAKING, "", "the tool was removed",
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
