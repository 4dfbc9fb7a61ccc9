/* SPDX-License-Identifier: MIT */
/*
 * tool_judge.c: whether clients take a tool; also its arguments that are sent
 * in header fields, because their properties in its schema have x-mcp-header
 * (2026-07-28, "Custom Headers from Tool Parameters").
 */
#include "protocol/tools.h"

#include "base/xalloc.h"
#include "http/framing.h"
#include "json/json.h"
#include "protocol/shape.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * The members of a tool in all revisions together: clients check them all,
 * whichever revision they negotiated. Other members are ignored. Until
 * 2025-11-25, session_rows apply too; since 2026-07-28, stateless_rows: there
 * clients check nothing else in inputSchema and outputSchema.
 */
static const struct shape tool_rows[] = {
	{"title", SHAPE_STRING, false},
	{"description", SHAPE_STRING, false},
	{"annotations", SHAPE_OBJECT, false},
	{"annotations.title", SHAPE_STRING, false},
	{"annotations.readOnlyHint", SHAPE_BOOLEAN, false},
	{"annotations.destructiveHint", SHAPE_BOOLEAN, false},
	{"annotations.idempotentHint", SHAPE_BOOLEAN, false},
	{"annotations.openWorldHint", SHAPE_BOOLEAN, false},
	{"outputSchema", SHAPE_OBJECT, false},
	SHAPE_ICONS("icons"),
	{"_meta", SHAPE_OBJECT, false},
};
static const struct shape session_rows[] = {
	{"execution", SHAPE_OBJECT, false},
	{"execution.taskSupport", SHAPE_TASK_SUPPORT, false},
	{"inputSchema.required", SHAPE_STRINGS, false},
	{"inputSchema.properties", SHAPE_SCHEMAS, false},
	{"outputSchema.properties", SHAPE_SCHEMAS, false},
	{"outputSchema.required", SHAPE_STRINGS, false},
};
static const struct shape stateless_rows[] = {
	{"inputSchema.$schema", SHAPE_STRING, false},
	{"outputSchema.$schema", SHAPE_STRING, false},
};
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Say why a schema is none of objects, which it must be; NULL: it is one. */
static const char *fault_of_schema(const cJSON *schema)
{
	const cJSON *type = json_get(schema, "type");
	const char *s = cJSON_GetStringValue(type);

	if (!schema)
		return "is missing";
	if (!cJSON_IsObject(schema))
		return "is not a JSON object";
	if (!type)
		return "has no type";
	return s && strcmp(s, "object") == 0 ? NULL : "has another type";
}

/* Check the optional members of a tool, and what is in its schemas. */
static bool judge_members(const cJSON *tool, const char *name, bool stateless,
	struct failure *f)
{
	char fault[SHAPE_FAULT];

	if (!shape_fault(tool, tool_rows, COUNT(tool_rows), fault) &&
		!(stateless ? shape_fault(tool, stateless_rows,
				      COUNT(stateless_rows), fault)
			    : shape_fault(tool, session_rows,
				      COUNT(session_rows), fault)))
		return true;
	return failure_set(f, "mcp.member",
		"in tool %.100s, %s, so clients refuse the whole list", name,
		fault);
}

bool tool_judge(const cJSON *tool, size_t n, bool stateless, struct failure *f)
{
	const char *name = json_str(tool, "name"), *which = "inputSchema";
	const char *fault = fault_of_schema(json_get(tool, which));

	if (!cJSON_IsObject(tool) || !name || !*name)
		return failure_set(f, "mcp.tool-name",
			"tool number %zu of the list %s, so clients refuse the "
			"whole list",
			n,
			cJSON_IsObject(tool) ? "has no name"
					     : "is not a JSON object");
	if (!fault && !stateless && json_get(tool, "outputSchema")) {
		which = "outputSchema";
		fault = fault_of_schema(json_get(tool, which));
	}
	if (fault)
		return failure_set(f, "mcp.tool-schema",
			"the %s of tool %.100s %s, where a schema of "
			"type object is required, so clients refuse the whole "
			"list",
			which, name, fault);
	if (strlen(name) > TOOL_NAME_MAX)
		return failure_set(f, "mcp.tool-name-too-long",
			"the name of tool number %zu of the list is longer "
			"than %d bytes",
			n, TOOL_NAME_MAX);
	return judge_members(tool, name, stateless, f);
}

/* ---- Arguments in header fields. */

#define HEADER_KEY "x-mcp-header"

/* The x-mcp-header names of a tool, and why a bad one is bad. */
struct sweep {
	const char **names;
	size_t n, cap;
	const char *wrong;
};

const char *header_arguments_name(const cJSON *property)
{
	const char *s = json_str(property, HEADER_KEY);

	if (!s || !*s || s[framing_token(s)])
		return NULL;
	return s;
}

static bool is_primitive(const char *type)
{
	return type &&
		(strcmp(type, "string") == 0 || strcmp(type, "integer") == 0 ||
			strcmp(type, "boolean") == 0);
}

static void note_annotation(
	struct sweep *w, const cJSON *schema, bool reachable)
{
	const char *name = header_arguments_name(schema);

	if (!reachable)
		w->wrong = "is on a property that is not always an argument";
	else if (!name)
		w->wrong = "is not a valid name of a header field";
	else if (!is_primitive(json_str(schema, "type")))
		w->wrong = "is on a property that is not a string, integer or "
			   "boolean";
	if (w->wrong)
		return;
	w->names = xgrow(w->names, &w->cap, w->n + 1, sizeof *w->names);
	w->names[w->n++] = name;
}

/* How a keyword of JSON Schema holds other schemas. */
enum holds { NOTHING, ARGUMENTS, BY_NAME, SCHEMA };

static enum holds keyword_holds(const char *keyword)
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

static void sweep_schema(struct sweep *w, const cJSON *schema, bool reachable,
	bool argument);

static void sweep_all(struct sweep *w, const cJSON *list, bool reachable)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list)
	{
		sweep_schema(w, v, reachable, reachable);
	}
}

/* The recursion is bounded: json_parse limits how deep a message is. */
static void sweep_schema(struct sweep *w, const cJSON *schema, bool reachable,
	bool argument)
{
	const cJSON *v;

	if (!cJSON_IsObject(schema) || w->wrong)
		return;
	if (json_get(schema, HEADER_KEY))
		note_annotation(w, schema, argument);
	cJSON_ArrayForEach(v, schema)
	{
		switch (keyword_holds(v->string)) {
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
				sweep_schema(w, v, false, false);
			break;
		case NOTHING:
			break;
		}
	}
}

static int by_header(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static bool any_twice(struct sweep *w)
{
	if (w->n)
		qsort(w->names, w->n, sizeof *w->names, by_header);
	for (size_t i = 1; i < w->n; i++)
		if (strcasecmp(w->names[i - 1], w->names[i]) == 0)
			return true;
	return false;
}

bool header_arguments_valid(const cJSON *tool, struct failure *f)
{
	const char *name = json_str(tool, "name");
	struct sweep w = {0};

	sweep_schema(&w, json_get(tool, "inputSchema"), true, false);
	if (!w.wrong && any_twice(&w))
		w.wrong = "names one field for two arguments";
	free(w.names);
	return !w.wrong ||
		failure_set(f, "tool.header",
			"clients ignore the tool %.100s: an " HEADER_KEY
			" in its schema %s",
			name ? name : "", w.wrong);
}
