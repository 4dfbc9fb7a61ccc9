#include "protocol/header_arguments.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY "x-mcp-header"

/* The x-mcp-header names of a tool, and what is wrong with a bad one. */
struct sweep {
	const char **names;
	size_t n, cap;
	const char *wrong;
};

const char *header_arguments_name(const cJSON *property)
{
	const char *s = json_str(property, KEY);

	/* A token (RFC 9110, section 5.6.2). */
	if (!s || !*s ||
		s[strspn(s, "!#$%&'*+-.^_`|~0123456789"
			    "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
		return NULL;
	return s;
}

static bool primitive(const char *type)
{
	return type &&
		(strcmp(type, "string") == 0 || strcmp(type, "integer") == 0 ||
			strcmp(type, "boolean") == 0);
}

static void annotation(struct sweep *w, const cJSON *schema, bool reachable)
{
	const char *name = header_arguments_name(schema);

	if (!reachable)
		w->wrong = "is on a property that is not always an argument";
	else if (!name)
		w->wrong = "is not a valid name of a header field";
	else if (!primitive(json_str(schema, "type")))
		w->wrong = "is on a property that is no string, integer or boolean";
	if (w->wrong)
		return;
	w->names = xgrow(w->names, &w->cap, w->n + 1, sizeof *w->names);
	w->names[w->n++] = name;
}

/* How a keyword of JSON Schema holds other schemas. */
enum holds { NOTHING, ARGUMENTS, BY_NAME, SCHEMA };

static enum holds holds(const char *keyword)
{
	static const struct {
		const char *keyword;
		enum holds holds;
	} rows[] = {{"properties", ARGUMENTS}, {"$defs", BY_NAME},
		{"definitions", BY_NAME}, {"dependentSchemas", BY_NAME},
		{"patternProperties", BY_NAME}, {"items", SCHEMA},
		{"prefixItems", SCHEMA}, {"contains", SCHEMA},
		{"additionalProperties", SCHEMA}, {"propertyNames", SCHEMA},
		{"unevaluatedItems", SCHEMA}, {"unevaluatedProperties", SCHEMA},
		{"allOf", SCHEMA}, {"anyOf", SCHEMA}, {"oneOf", SCHEMA},
		{"not", SCHEMA}, {"if", SCHEMA}, {"then", SCHEMA},
		{"else", SCHEMA}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].keyword, keyword) == 0)
			return rows[i].holds;
	return NOTHING;
}

static void sweep(struct sweep *w, const cJSON *schema, bool reachable,
	bool argument);

static void sweep_all(struct sweep *w, const cJSON *list, bool reachable)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list)
	{
		sweep(w, v, reachable, reachable);
	}
}

/* The recursion is bounded: json_parse limits how deep a message is. */
static void sweep(struct sweep *w, const cJSON *schema, bool reachable,
	bool argument)
{
	const cJSON *v;

	if (!cJSON_IsObject(schema) || w->wrong)
		return;
	if (json_get(schema, KEY))
		annotation(w, schema, argument);
	cJSON_ArrayForEach(v, schema)
	{
		switch (holds(v->string)) {
		case ARGUMENTS:
			if (cJSON_IsObject(v))
				sweep_all(w, v, reachable);
			break;
		case BY_NAME:
			if (cJSON_IsObject(v))
				sweep_all(w, v, false);
			break;
		case SCHEMA:
			if (cJSON_IsArray(v))
				sweep_all(w, v, false);
			else
				sweep(w, v, false, false);
			break;
		case NOTHING:
			break;
		}
	}
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static bool any_twice(struct sweep *w)
{
	if (w->n)
		qsort(w->names, w->n, sizeof *w->names, by_name);
	for (size_t i = 1; i < w->n; i++)
		if (strcasecmp(w->names[i - 1], w->names[i]) == 0)
			return true;
	return false;
}

bool header_arguments_valid(const cJSON *tool, struct failure *f)
{
	const char *name = json_str(tool, "name");
	struct sweep w = {0};

	sweep(&w, json_get(tool, "inputSchema"), true, false);
	if (!w.wrong && any_twice(&w))
		w.wrong = "names one field for two arguments";
	free(w.names);
	return !w.wrong ||
		failure_set(f, "tool.header",
			"clients leave out the tool %.100s: an " KEY
			" in its schema %s",
			name ? name : "", w.wrong);
}
