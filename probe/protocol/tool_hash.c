/* SPDX-License-Identifier: MIT */
/* tool_hash.c: the tools from all pages of tools/list, and the tool hashes:
   SHA-256 of their canonical form, see mcp-records(5). Pure. */
#include "protocol/tools.h"

#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/jcs.h"

/* No client can use a list beyond these limits. */
#define TOOLS_MAX 10000
#define TEXT_MAX_BYTES (12 * MIB)
/* The most bytes of memory for the tree of t->kept. */
#define KEPT_MAX (2 * MIB)

/*
 * A tool, by where its parts begin in the text of all tools: its name with a
 * NUL; then the members of its canonical form (RFC 8785, in their order):
 * annotations and description, inputSchema, and behind the name outputSchema
 * and title.
 */
struct tool {
	size_t name, before, schema, behind, end;
	bool odd; /* I-JSON cannot carry it, and only its name is kept */
	const char *sorted; /* its name, for by_name */
	char contract[SHA256_HEX], full[SHA256_HEX];
};

void tools_init(struct tools *t, const char *wanted,
	const struct siphash_key *key, struct budget *budget)
{
	memset(t, 0, sizeof *t);
	t->key = *key;
	t->budget = budget;
	t->held = budget->held;
	buf_init(&t->text, TEXT_MAX_BYTES);
	if (wanted)
		snprintf(t->wanted, sizeof t->wanted, "%s", wanted);
}

void tools_release(struct tools *t)
{
	free(t->list);
	free(t->slots);
	if (t->known)
		free(t->known->digests);
	free(t->known);
	buf_release(&t->text);
	sha256_free(t->contract);
	sha256_free(t->full);
	cJSON_Delete(t->kept);
	if (t->budget)
		t->budget->held = t->held;
	memset(t, 0, sizeof *t);
}

static const char *name_of(const struct tools *t, const struct tool *tool)
{
	return t->text.p + tool->name;
}

/* I-JSON cannot carry the same key twice. */
static bool stands_twice(const cJSON *tool, const char *key)
{
	const cJSON *v;
	int n = 0;

	for (v = tool->child; v; v = v->next)
		n += strcmp(v->string, key) == 0;
	return n > 1;
}

/*
 * Append a member of a tool, if it has it, with `open` before and `close` after
 * it. False where I-JSON cannot carry the member.
 */
static bool put_member(struct buf *b, const cJSON *tool, const char *key,
	const char *open, const char *close)
{
	const cJSON *v = json_get(tool, key);

	if (!v)
		return true;
	buf_fmt(b, "%s\"%s\":", open, key);
	if (!jcs_write(b, v) || stands_twice(tool, key))
		return false;
	buf_str(b, close);
	return true;
}

/*
 * Append the parts of a tool to the text. False where I-JSON cannot carry the
 * tool.
 */
static bool put_parts(struct buf *b, const cJSON *v, struct tool *tool)
{
	tool->before = b->len;
	if (!put_member(b, v, "annotations", "", ",") ||
		!put_member(b, v, "description", "", ","))
		return false;
	tool->schema = b->len;
	if (!put_member(b, v, "inputSchema", "", "") ||
		stands_twice(v, "name") || !jcs_carries(json_str(v, "name")))
		return false;
	tool->behind = b->len;
	if (!put_member(b, v, "outputSchema", ",", "") ||
		!put_member(b, v, "title", ",", ""))
		return false;
	tool->end = b->len;
	return true;
}

/* Add bytes that both forms of a tool have to both digests. */
static void add_both(const struct tools *t, const char *p, size_t n)
{
	sha256_add(t->contract, p, n);
	sha256_add(t->full, p, n);
}

/* Add both canonical forms of a tool to the digests. */
static void add_forms(const struct tools *t, const struct tool *tool)
{
	const char *text = t->text.p;
	struct buf name;

	buf_init(&name, 6 * TOOL_NAME_MAX + 2);
	json_put_str(&name, name_of(t, tool));
	add_both(t, "{", 1);
	sha256_add(t->full, text + tool->before, tool->schema - tool->before);
	add_both(t, text + tool->schema, tool->behind - tool->schema);
	add_both(t, ",\"name\":", 8);
	add_both(t, name.p, name.len);
	sha256_add(t->full, text + tool->behind, tool->end - tool->behind);
	add_both(t, "}", 1);
	buf_release(&name);
}

void tools_definition(const struct tools *t, size_t i, struct buf *b)
{
	const struct tool *tool = &t->list[i];
	const char *text = t->text.p;

	buf_char(b, '{');
	buf_add(b, text + tool->before, tool->behind - tool->before);
	buf_str(b, ",\"name\":");
	json_put_str(b, name_of(t, tool));
	buf_add(b, text + tool->behind, tool->end - tool->behind);
	buf_char(b, '}');
}

static bool too_large(struct failure *f)
{
	return failure_set(f, "body.too-large",
		"the tool list is larger than %d tools or %zu MiB", TOOLS_MAX,
		TEXT_MAX_BYTES / MIB);
}

static bool too_late(struct failure *f, const char *what)
{
	return failure_set(f, "deadline",
		"the time for the whole probe passed while the tool list was "
		"still being %s",
		what);
}

/* The slot of a name, or the free one where it belongs. */
static uint32_t *slot_of(const struct tools *t, const char *name)
{
	size_t at = (size_t)siphash(&t->key, name, strlen(name));

	for (;; at++) {
		uint32_t *slot = &t->slots[at & (t->n_slots - 1)];

		if (!*slot ||
			strcmp(name_of(t, &t->list[*slot - 1]), name) == 0)
			return slot;
	}
}

/* Make room for one more tool, with at least half of the slots free. */
static void make_room(struct tools *t)
{
	t->list = xgrow(t->list, &t->cap, t->n + 1, sizeof *t->list);
	if (2 * (t->n + 1) <= t->n_slots)
		return;
	free(t->slots);
	for (t->n_slots = 64; t->n_slots < 4 * (t->n + 1);)
		t->n_slots *= 2;
	t->slots = xcalloc(t->n_slots, sizeof *t->slots);
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, name_of(t, &t->list[i])) = (uint32_t)i + 1;
}

/* Keep the tool whose name is wanted. */
static bool keep_tool(struct tools *t, const cJSON *v, struct failure *f)
{
	if (t->kept || !*t->wanted ||
		strcmp(json_str(v, "name"), t->wanted) != 0)
		return true;
	if (budget_tree_size(v) > KEPT_MAX)
		return failure_set(f, "body.too-complex",
			"the definition of the health tool takes more than %zu "
			"MiB of memory",
			KEPT_MAX / MIB);
	t->kept = cJSON_Duplicate(v, true);
	return true;
}

/* A list that is known needs no digests. */
static void need_digests(struct tools *t)
{
	if (t->contract)
		return;
	t->contract = sha256_new();
	t->full = sha256_new();
}

/* Append a tool to the text, and make its digests. */
static struct tool describe_tool(struct tools *t, const cJSON *v)
{
	const char *name = json_str(v, "name");
	struct tool tool = {.name = t->text.len};
	size_t parts;

	need_digests(t);
	buf_add(&t->text, name, strlen(name) + 1);
	parts = t->text.len;
	tool.odd = !put_parts(&t->text, v, &tool);
	if (!buf_ok(&t->text))
		return tool;
	if (!tool.odd) {
		add_forms(t, &tool);
		sha256_end(t->contract, tool.contract);
		sha256_end(t->full, tool.full);
	} else if (!*t->not_i_json) {
		text_clean(name, strlen(name), t->not_i_json,
			sizeof t->not_i_json, 100);
	}
	/* Without a hash over all tools the parts are not needed. */
	if (*t->not_i_json)
		buf_cut(&t->text, parts);
	return tool;
}

static bool same_tool(const struct tool *a, const struct tool *b)
{
	return a->odd == b->odd && (a->odd || strcmp(a->full, b->full) == 0);
}

static bool add_tool(struct tools *t, const cJSON *v, size_t n,
	bool stateless, struct failure *f)
{
	size_t before = t->text.len;
	struct tool tool;
	uint32_t *slot;

	if (!tool_judge(v, n, stateless, f))
		return false;
	if (budget_late(t->budget))
		return too_late(f, "read");
	tool = describe_tool(t, v);
	if (!buf_ok(&t->text))
		return too_large(f);
	make_room(t);
	slot = slot_of(t, json_str(v, "name"));
	if (*slot) {
		buf_cut(&t->text, before);
		if (same_tool(&t->list[*slot - 1], &tool))
			return true;
		return failure_set(f, "mcp.duplicate-tool",
			"two different tools are named %.100s; a client can "
			"call only one of them",
			json_str(v, "name"));
	}
	if (t->n == TOOLS_MAX)
		return too_large(f);
	t->list[t->n++] = tool;
	*slot = (uint32_t)t->n;
	return keep_tool(t, v, f);
}

bool tools_add(struct tools *t, const cJSON *result, bool stateless,
	struct failure *f)
{
	const cJSON *list = json_get(result, "tools"), *v;
	size_t n = 0;

	if (!cJSON_IsArray(list))
		return failure_set(f, "mcp.missing-tools",
			"tools is missing from the result of tools/list, or is "
			"not an array");
	for (v = list->child; v; v = v->next) {
		if (!add_tool(t, v, ++n, stateless, f))
			return false;
	}
	t->budget->held = t->held + t->text.len + t->cap * sizeof *t->list +
			  t->n_slots * sizeof *t->slots;
	return true;
}

static int by_name(const void *a, const void *b)
{
	return jcs_compare(((const struct tool *)a)->sorted,
		((const struct tool *)b)->sorted);
}

/* Sort the list by name. That breaks the slots; make_room makes them anew. */
static void sort_tools(struct tools *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->list[i].sorted = name_of(t, &t->list[i]);
	if (t->n)
		qsort(t->list, t->n, sizeof *t->list, by_name);
	t->n_slots = 0;
}

/* The digests over all tools. */
static bool hash_all(const struct tools *t, struct tools_hash *h)
{
	add_both(t, "[", 1);
	for (size_t i = 0; i < t->n; i++) {
		if (budget_late(t->budget))
			return false;
		if (i)
			add_both(t, ",", 1);
		add_forms(t, &t->list[i]);
	}
	add_both(t, "]", 1);
	sha256_end(t->contract, h->contract);
	sha256_end(t->full, h->full);
	return true;
}

size_t tools_hash_size(const struct tools_hash *h)
{
	size_t size = h->n * sizeof *h->digests;

	for (size_t i = 0; i < h->n; i++)
		size += strlen(h->digests[i].name) + 1;
	return size;
}

struct tools_hash tools_hash_copy(const struct tools_hash *h)
{
	struct tools_hash copy = *h;
	char *name;

	copy.digests = xmalloc(tools_hash_size(h));
	name = (char *)(copy.digests + h->n);
	for (size_t i = 0; i < h->n; i++) {
		size_t size = strlen(h->digests[i].name) + 1;

		copy.digests[i] = h->digests[i];
		copy.digests[i].name = memcpy(name, h->digests[i].name, size);
		name += size;
	}
	return copy;
}

void tools_adopt(struct tools *t, const struct tools_hash *h)
{
	if (t->known)
		free(t->known->digests);
	else
		t->known = xmalloc(sizeof *t->known);
	*t->known = tools_hash_copy(h);
	t->n = h->n;
}

bool tools_hash(struct tools *t, struct tools_hash *h, struct failure *f)
{
	memset(h, 0, sizeof *h);
	if (t->known) {
		*h = *t->known;
		t->known->digests = NULL;
		return true;
	}
	if (*t->not_i_json)
		return failure_set(f, "hash.not-i-json",
			"tool %s contains a value that I-JSON does not allow, "
			"so it has no canonical form",
			t->not_i_json);
	sort_tools(t);
	need_digests(t);
	if (!hash_all(t, h))
		return too_late(f, "hashed");
	h->digests = xcalloc(t->n, sizeof *h->digests);
	h->n = t->n;
	for (size_t i = 0; i < t->n; i++) {
		struct tool_digest *d = &h->digests[i];
		const struct tool *tool = &t->list[i];

		d->name = tool->sorted;
		memcpy(d->contract, tool->contract, sizeof d->contract);
		memcpy(d->full, tool->full, sizeof d->full);
	}
	return true;
}
