#include "tools.h"

#include "jcs.h"
#include "json.h"
#include "sha256.h"
#include "text.h"
#include "xalloc.h"

/* Beyond these a list is of no use to any client. */
#define TOOLS_MAX 10000
#define BYTES_MAX (32 * 1024 * 1024)

struct tool {
	char *name;
	char *contract; /* canonical; NULL where I-JSON cannot carry it */
	char *full;
};

void tools_init(struct tools *t, const char *wanted)
{
	memset(t, 0, sizeof *t);
	if (wanted)
		snprintf(t->wanted, sizeof t->wanted, "%s", wanted);
}

void tools_release(struct tools *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->list[i].name);
		free(t->list[i].contract);
		free(t->list[i].full);
	}
	free(t->list);
	cJSON_Delete(t->kept);
	memset(t, 0, sizeof *t);
}

/* The members of a tool that its contract and its full form are made of, in
 * the order that RFC 8785 gives them. */
static const struct {
	const char *key;
	bool contract;
} members[] = {{"annotations", false}, {"description", false},
	{"inputSchema", true}, {"name", true}, {"outputSchema", false},
	{"title", false}};

/* I-JSON cannot carry the same key twice. */
static bool stands_twice(const cJSON *tool, const char *key)
{
	const cJSON *v;
	int n = 0;

	cJSON_ArrayForEach(v, tool)
		n += strcmp(v->string, key) == 0;
	return n > 1;
}

/* The canonical form, or NULL; *too_large tells why not. */
static char *canonical(const cJSON *tool, bool full, bool *too_large)
{
	bool ok = true, first = true;
	struct buf b;
	char *s;

	buf_init(&b, BYTES_MAX);
	buf_char(&b, '{');
	for (size_t i = 0; i < sizeof members / sizeof *members && ok; i++) {
		const cJSON *v = json_get(tool, members[i].key);

		if (!v || (!full && !members[i].contract))
			continue;
		buf_fmt(&b, "%s\"%s\":", first ? "" : ",", members[i].key);
		first = false;
		ok = jcs_write(&b, v) && !stands_twice(tool, members[i].key);
	}
	buf_char(&b, '}');
	*too_large = !buf_ok(&b);
	s = ok && buf_ok(&b) ? buf_take(&b) : NULL;
	buf_release(&b);
	return s;
}

/* What is wrong with an inputSchema, or NULL. */
static const char *fault_of_schema(const cJSON *schema)
{
	const cJSON *type = json_get(schema, "type");
	const char *s = cJSON_GetStringValue(type);

	if (!schema)
		return "is missing";
	if (!cJSON_IsObject(schema))
		return "is no JSON object";
	if (!type)
		return "has no type";
	return s && strcmp(s, "object") == 0 ? NULL : "is of another type";
}

/* n: which of the page it is, from 1 on. */
static bool judge_tool(const cJSON *tool, size_t n, struct failure *f)
{
	const char *name = json_str(tool, "name");
	const char *fault = fault_of_schema(json_get(tool, "inputSchema"));

	if (!cJSON_IsObject(tool) || !name || !*name)
		return failure_set(f, "mcp.tool-name",
			"tool number %zu of the list %s, so clients refuse the "
			"whole list",
			n,
			cJSON_IsObject(tool) ? "has no name"
					     : "is no JSON object");
	if (fault)
		return failure_set(f, "mcp.tool-schema",
			"the inputSchema of tool %.100s %s, where a schema of "
			"type object is required, so clients refuse the whole "
			"list",
			name, fault);
	return true;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether the tool is there already; false and *f where another is. */
static bool seen(const struct tools *t, const struct tool *tool, bool *found,
	struct failure *f)
{
	*found = false;
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->list[i].name, tool->name) != 0)
			continue;
		*found = same(t->list[i].full, tool->full);
		return *found ||
			failure_set(f, "mcp.duplicate-tool",
				"two different tools are called %.100s; a "
				"client can call only one of them",
				tool->name);
	}
	return true;
}

static void tool_release(struct tool *tool)
{
	free(tool->name);
	free(tool->contract);
	free(tool->full);
}

static bool too_large(struct failure *f)
{
	return failure_set(f, "body.too-large",
		"the list is larger than %d tools or %d MiB", TOOLS_MAX,
		BYTES_MAX / 1024 / 1024);
}

static bool add_tool(struct tools *t, const cJSON *v, size_t n,
	struct failure *f)
{
	struct tool tool = {0};
	bool large_contract = false, large_full = false, found = false;

	if (!judge_tool(v, n, f))
		return false;
	tool.name = xstrdup(json_str(v, "name"));
	tool.contract = canonical(v, false, &large_contract);
	tool.full = canonical(v, true, &large_full);
	if (large_contract || large_full || t->n >= TOOLS_MAX) {
		tool_release(&tool);
		return too_large(f);
	}
	if (!seen(t, &tool, &found, f) || found) {
		tool_release(&tool);
		return found;
	}
	if ((!tool.contract || !tool.full) && !*t->not_i_json)
		text_clean(tool.name, strlen(tool.name), t->not_i_json,
			sizeof t->not_i_json, 100);
	if (tool.contract && tool.full)
		t->bytes += strlen(tool.contract) + strlen(tool.full);
	t->list = xgrow(t->list, &t->cap, t->n + 1, sizeof *t->list);
	t->list[t->n++] = tool;
	if (*t->wanted && strcmp(tool.name, t->wanted) == 0)
		t->kept = cJSON_Duplicate(v, true);
	return t->bytes <= BYTES_MAX || too_large(f);
}

bool tools_add(struct tools *t, const cJSON *result, struct failure *f)
{
	const cJSON *list = json_get(result, "tools"), *v;
	size_t n = 0;

	if (!cJSON_IsArray(list))
		return failure_set(f, "mcp.missing-tools",
			"tools is missing in the result of tools/list, or no "
			"array");
	cJSON_ArrayForEach(v, list)
	{
		if (!add_tool(t, v, ++n, f))
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	return jcs_compare(((const struct tool *)a)->name,
		((const struct tool *)b)->name);
}

static void hash_all(const struct tools *t, bool full, char *out)
{
	struct buf b;

	buf_init(&b, BYTES_MAX + TOOLS_MAX + 2);
	buf_char(&b, '[');
	for (size_t i = 0; i < t->n; i++) {
		if (i)
			buf_char(&b, ',');
		buf_str(&b, full ? t->list[i].full : t->list[i].contract);
	}
	buf_char(&b, ']');
	sha256_hex(b.p, b.len, out);
	buf_release(&b);
}

bool tools_hash(struct tools *t, struct tools_hash *h, struct failure *f)
{
	memset(h, 0, sizeof *h);
	if (*t->not_i_json)
		return failure_set(f, "hash.not-i-json",
			"tool %s holds what I-JSON cannot carry, so it has no "
			"canonical form",
			t->not_i_json);
	if (t->n)
		qsort(t->list, t->n, sizeof *t->list, by_name);
	hash_all(t, false, h->contract);
	hash_all(t, true, h->full);
	h->digests = xcalloc(t->n, sizeof *h->digests);
	h->n = t->n;
	for (size_t i = 0; i < t->n; i++) {
		struct tool_digest *d = &h->digests[i];
		const struct tool *tool = &t->list[i];

		d->name = tool->name;
		sha256_hex(tool->contract, strlen(tool->contract), d->contract);
		sha256_hex(tool->full, strlen(tool->full), d->full);
	}
	return true;
}
