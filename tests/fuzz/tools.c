/* SPDX-License-Identifier: MIT */
/*
 * Goal: the hashes of a list of tools are those of mcp-records(5) whatever a
 * server lists, in whatever order and on however many pages.
 */
#include "fuzz.h"

#include "protocol/tools.h"

#include "base/sha256.h"
#include "base/text.h"
#include "json/jcs.h"
#include "json/json.h"

static struct budget budget;

static void init(struct tools *t, const char *wanted)
{
	static const struct siphash_key key = {{1, 2}};

	budget_init(&budget, NULL, NULL);
	tools_init(t, wanted, &key, &budget);
}

static void check_failure(const struct failure *f)
{
	need(fuzz_code(f->code, sizeof f->code));
	need(strnlen(f->message, sizeof f->message) < sizeof f->message);
}

static const cJSON *find(const cJSON *result, const char *name)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_get(result, "tools"))
	{
		if (strcmp(json_str(v, "name"), name) == 0)
			return v;
	}
	return NULL;
}

/* The contract by way of one tree of all tools. */
static void by_tree(const cJSON *result, const struct tools_hash *h)
{
	cJSON *all = cJSON_CreateArray();
	char hex[HASH_HEX + 1];
	struct buf b;

	for (size_t i = 0; i < h->n; i++) {
		const cJSON *tool = find(result, h->digests[i].name);
		cJSON *o = cJSON_CreateObject();

		need(tool);
		cJSON_AddItemToObject(o, "name",
			cJSON_Duplicate(json_get(tool, "name"), 1));
		cJSON_AddItemToObject(o, "inputSchema",
			cJSON_Duplicate(json_get(tool, "inputSchema"), 1));
		cJSON_AddItemToArray(all, o);
	}
	buf_init(&b, SIZE_MAX / 2);
	need(jcs_write(&b, all));
	sha256_hex(b.p, b.len, hex);
	need(strcmp(hex, h->contract) == 0);
	buf_release(&b);
	cJSON_Delete(all);
}

static void check_hash(const struct tools *t, const struct tools_hash *h)
{
	need(h->n == t->n);
	need(hash_valid(h->contract) && hash_valid(h->full));
	for (size_t i = 0; i < h->n; i++) {
		need(hash_valid(h->digests[i].contract));
		need(hash_valid(h->digests[i].full));
		need(!i || jcs_compare(h->digests[i - 1].name,
			h->digests[i].name) < 0);
	}
}

static cJSON *reversed(const cJSON *result)
{
	cJSON *list = cJSON_CreateArray(), *o = cJSON_CreateObject();
	const cJSON *v;

	cJSON_ArrayForEach(v, json_get(result, "tools"))
		cJSON_InsertItemInArray(list, 0, cJSON_Duplicate(v, 1));
	cJSON_AddItemToObject(o, "tools", list);
	return o;
}

/* Two pages, the second of which lists all of the first the other way round. */
static void two_pages(const cJSON *result, const struct tools_hash *h)
{
	cJSON *back = reversed(result);
	struct tools_hash other;
	struct failure f;
	struct tools t;

	init(&t, NULL);
	need(tools_add(&t, back, false, &f));
	need(tools_add(&t, result, false, &f));
	need(t.n == h->n);
	need(tools_hash(&t, &other, &f));
	need(strcmp(h->contract, other.contract) == 0);
	need(strcmp(h->full, other.full) == 0);
	free(other.digests);
	tools_release(&t);
	cJSON_Delete(back);
}

static void list(const cJSON *result)
{
	struct tools_hash h;
	struct failure f;
	struct tools t;

	memset(&f, 0xaa, sizeof f);
	init(&t, "echo");
	if (!tools_add(&t, result, false, &f)) {
		check_failure(&f);
	} else if (!tools_hash(&t, &h, &f)) {
		check_failure(&f);
		need(fuzz_clean(t.not_i_json, sizeof t.not_i_json));
		need(*t.not_i_json && !h.digests);
	} else {
		need(!*t.not_i_json);
		need((t.kept != NULL) == (find(result, "echo") != NULL));
		check_hash(&t, &h);
		by_tree(result, &h);
		two_pages(result, &h);
		free(h.digests);
	}
	tools_release(&t);
}

static size_t members(const cJSON *v)
{
	size_t most = cJSON_IsObject(v) ? (size_t)cJSON_GetArraySize(v) : 0;

	for (const cJSON *c = v->child; c; c = c->next) {
		size_t n = members(c);

		most = n > most ? n : most;
	}
	return most;
}

/* What a small budget lets pass is within it, and no more is spent than is. */
static void within(const uint8_t *data, size_t size)
{
	size_t values = size ? data[size - 1] : 0;
	struct budget b;
	char why[JSON_WHY];
	cJSON *tree;

	budget_init(&b, NULL, NULL);
	b.json.values = values;
	b.json.members = values % 4;
	b.held = BUDGET_MEMORY - 3 * size - 16 * values;
	tree = budget_parse(&b, (const char *)data, size, why);
	need(b.json.values <= values);
	if (tree)
		need(members(tree) <= values % 4 &&
			budget_tree_size(tree) <= b.json.tree);
	else
		need(fuzz_line(why, sizeof why));
	cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[JSON_WHY];
	cJSON *tree;
	const cJSON *result;

	within(data, size);
	budget_init(&budget, NULL, NULL);
	tree = budget_parse(&budget, (const char *)data, size, why);
	if (tree)
		need(budget_tree_size(tree) <= BUDGET_MEMORY);
	result = json_get(tree, "result");
	if (tree)
		list(result ? result : tree);
	cJSON_Delete(tree);
	return 0;
}
