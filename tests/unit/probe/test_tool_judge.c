/* SPDX-License-Identifier: MIT */
/*
 * Goal: a tool that the official clients refuse is refused, and the failure names
 * the tool and the member; what no revision knows is ignored.
 */
#include "protocol/tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { OLD = 1, NEW = 2, BOTH = OLD | NEW };

static const struct {
	const char *more; /* members of tool a, with ' for " */
	int refused;	  /* by which revisions */
	const char *code, *shown;
} rows[] = {
	{"", 0, "", ""},
	{",'anything':null,'Title':7", 0, "", ""},
	{",'title':null", BOTH, "mcp.member",
		"tool a, title is null, but must be a string"},
	{",'title':7", BOTH, "mcp.member", "title is a number"},
	{",'title':''", 0, "", ""},
	{",'description':null", BOTH, "mcp.member", "description is null"},
	{",'description':['x']", BOTH, "mcp.member", "description is an array"},
	{",'annotations':null", BOTH, "mcp.member", "annotations is null"},
	{",'annotations':[]", BOTH, "mcp.member", "annotations is an array"},
	{",'annotations':{'x':null}", 0, "", ""},
	{",'annotations':{'readOnlyHint':null}", BOTH, "mcp.member",
		"annotations.readOnlyHint is null, but must be true or false"},
	{",'annotations':{'destructiveHint':'true'}", BOTH, "mcp.member",
		"annotations.destructiveHint is a string"},
	{",'annotations':{'idempotentHint':1}", BOTH, "mcp.member",
		"annotations.idempotentHint is a number"},
	{",'annotations':{'openWorldHint':{}}", BOTH, "mcp.member",
		"annotations.openWorldHint is an object"},
	{",'annotations':{'title':null}", BOTH, "mcp.member",
		"annotations.title is null"},
	{",'_meta':null", BOTH, "mcp.member", "_meta is null"},
	{",'icons':{}", BOTH, "mcp.member", "icons is an object"},
	{",'icons':[{'src':'data:,'},{}]", BOTH, "mcp.member",
		"icons[].src is missing, but must be a string"},
	{",'icons':[{'src':'data:,','sizes':'48x48'}]", BOTH, "mcp.member",
		"icons[].sizes is a string, but must be an array of strings"},
	{",'icons':[{'src':'data:,','sizes':['48x48']}]", 0, "", ""},
	{",'icons':[{'src':'data:,','theme':'light'}]", 0, "", ""},
	{",'icons':[{'src':'data:,','theme':'odd'}]", BOTH, "mcp.member",
		"icons[].theme is another value, but must be light or dark"},
	{",'execution':null", OLD, "mcp.member", "execution is null"},
	{",'execution':{'taskSupport':true}", OLD, "mcp.member",
		"execution.taskSupport is true or false"},
	{",'execution':{'taskSupport':'odd'}", OLD, "mcp.member",
		"execution.taskSupport is another value, but must be "
		"forbidden"},
	{",'execution':{'taskSupport':'forbidden'}", 0, "", ""},
	{",'execution':{'taskSupport':'required'}", 0, "", ""},
	{",'outputSchema':null", BOTH, "", "outputSchema"},
	{",'outputSchema':{'type':'array'}", OLD, "mcp.tool-schema",
		"the outputSchema of tool a has another type"},
	{",'outputSchema':{}", OLD, "mcp.tool-schema",
		"the outputSchema of tool a has no type"},
	{",'outputSchema':{'type':'object','properties':null}", OLD,
		"mcp.member", "outputSchema.properties is null"},
	{",'outputSchema':{'type':'object','required':'x'}", OLD, "mcp.member",
		"outputSchema.required is a string"},
	/* Of the last member of a name. */
	{",'inputSchema':{'type':'object','properties':null}", OLD,
		"mcp.member",
		"inputSchema.properties is null, but must be an object"},
	{",'inputSchema':{'type':'object','properties':[]}", OLD, "mcp.member",
		"inputSchema.properties is an array"},
	{",'inputSchema':{'type':'object','properties':{'q':null}}", OLD,
		"mcp.member",
		"inputSchema.properties is an object, but must be an object of "
		"schemas"},
	{",'inputSchema':{'type':'object','properties':{'q':true}}", OLD,
		"mcp.member", "inputSchema.properties"},
	{",'inputSchema':{'type':'object','properties':{'q':{}}}", 0, "", ""},
	{",'inputSchema':{'type':'object','required':null}", OLD, "mcp.member",
		"inputSchema.required is null"},
	{",'inputSchema':{'type':'object','required':['q',7]}", OLD,
		"mcp.member", "inputSchema.required is an array"},
	{",'inputSchema':{'type':'object','required':[]}", 0, "", ""},
	{",'inputSchema':{'type':'object','$schema':7}", NEW, "mcp.member",
		"inputSchema.$schema is a number, but must be a string"},
	{",'outputSchema':{'type':'object','$schema':null}", NEW, "mcp.member",
		"outputSchema.$schema is null"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int stateless = 0; stateless < 2; stateless++) {
			bool refused = rows[i].refused & (stateless ? NEW : OLD);
			struct failure f = {0};
			char text[400], why[JSON_WHY];
			cJSON *tool;

			snprintf(text, sizeof text,
				"{'name':'a','inputSchema':{'type':'object'}%s}",
				rows[i].more);
			for (char *p = text; (p = strchr(p, '\''));)
				*p = '"';
			tool = json_parse(text, strlen(text), &json_reply, why);
			assert_non_null(tool);
			if (tool_judge(tool, 1, stateless, &f) == refused ||
				(refused && (!strstr(f.message, rows[i].shown) ||
						    !strstr(f.code, rows[i].code))))
				fail_msg("%s: %s: %s", text, f.code, f.message);
			cJSON_Delete(tool);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
