#include "protocol/tool_judge.h"

#include "protocol/shape.h"

#include <string.h>

/*
 * The members of a tool in all revisions together: clients check them all,
 * whichever revision they negotiated. Other members are ignored. Until
 * 2025-11-25, session_rows apply too; since 2026-07-28, stateless_rows: there
 * clients check nothing else in inputSchema and outputSchema.
 */
static const struct shape rows[] = {
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

/* What is wrong with a schema that must be one of objects, or NULL. */
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

/* Check the optional members of a tool, and what is in its schemas. */
static bool judge_members(const cJSON *tool, const char *name, bool stateless,
	struct failure *f)
{
	char fault[SHAPE_FAULT];

	if (!shape_fault(tool, rows, COUNT(rows), fault) &&
		!(stateless ? shape_fault(tool, stateless_rows,
				      COUNT(stateless_rows), fault)
			    : shape_fault(tool, session_rows,
				      COUNT(session_rows), fault)))
		return true;
	return failure_set(f, "mcp.member",
		"of tool %.100s, %s, so clients refuse the whole list", name,
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
					     : "is no JSON object");
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
			"the name of tool number %zu of the list has more than "
			"%d bytes",
			n, TOOL_NAME_MAX);
	return judge_members(tool, name, stateless, f);
}
