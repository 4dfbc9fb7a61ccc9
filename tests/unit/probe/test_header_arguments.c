/* SPDX-License-Identifier: MIT */
/*
 * Goal: a tool whose schema mirrors arguments into header fields in a way that
 * the specification forbids is recognized: clients leave it out.
 */
#include "protocol/tools.h"

#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

#define NAME "is not a valid name"
#define TYPE "that is not a string"
#define PLACE "not always an argument"
#define TWICE "names one"
#define A "{'type':'string','x-mcp-header':'A'}"
#define A_LOW "{'type':'string','x-mcp-header':'a'}"
#define B "{'type':'string','x-mcp-header':'B'}"

/* The schema with " for '. */
static cJSON *tool_of(const char *schema)
{
	char text[1000], why[JSON_WHY];
	cJSON *v;

	snprintf(text, sizeof text, "{'name':'t','inputSchema':%s}", schema);
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	v = json_parse(text, strlen(text), &json_reply, why);
	if (!v)
		fail_msg("%s: %s", schema, why);
	return v;
}

static void test_schemas(void **state)
{
	static const struct {
		const char *schema;
		const char *wrong; /* NULL where nothing is */
	} rows[] = {
		{"{'type':'object'}", NULL},
		{"{'properties':{'a':{'type':'number'}}}", NULL},
		{"{'properties':{'a':" A ",'b':" B "}}", NULL},
		{"{'properties':{'a':{'type':'integer','x-mcp-header':'A'}}}",
			NULL},
		{"{'properties':{'a':{'type':'boolean','x-mcp-header':"
		 "'!#$%&*+-.^_`|~09azAZ'}}}",
			NULL},
		{"{'properties':{'o':{'properties':{'a':" A "}},'b':" B "}}",
			NULL},
		/*
		 * An argument named x-mcp-header is no annotation, and neither
		 * are data.
		 */
		{"{'properties':{'x-mcp-header':{'type':'object'}}}", NULL},
		{"{'default':{'x-mcp-header':''},'enum':[" A "," A "]}", NULL},
		{"{'properties':['x-mcp-header'],'items':'x','$defs':[1]}",
			NULL},
		{"[]", NULL},

		{"{'properties':{'a':{'type':'string','x-mcp-header':''}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':'A B'}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':'A:'}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':"
		 "'A\\r\\nX'}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':"
		 "'\\u00e4'}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':7}}}",
			NAME},
		{"{'properties':{'a':{'type':'string','x-mcp-header':null}}}",
			NAME},

		{"{'properties':{'a':{'x-mcp-header':'A'}}}", TYPE},
		{"{'properties':{'a':{'type':'number','x-mcp-header':'A'}}}",
			TYPE},
		{"{'properties':{'a':{'type':'object','x-mcp-header':'A'}}}",
			TYPE},
		{"{'properties':{'a':{'type':'array','x-mcp-header':'A'}}}",
			TYPE},
		{"{'properties':{'a':{'type':'null','x-mcp-header':'A'}}}",
			TYPE},
		{"{'properties':{'a':{'type':['string'],'x-mcp-header':'A'}}}",
			TYPE},

		{"{'properties':{'a':" A ",'b':" A "}}", TWICE},
		{"{'properties':{'a':" A ",'m':" B ",'z':" A_LOW "}}", TWICE},
		{"{'properties':{'a':" A ",'o':{'properties':{'a':" A "}}}}",
			TWICE},

		{A, PLACE},
		{"{'items':" A "}", PLACE},
		{"{'prefixItems':[{}," A "]}", PLACE},
		{"{'properties':{'l':{'items':{'properties':{'a':" A "}}}}}",
			PLACE},
		{"{'anyOf':[{'properties':{'a':" A "}}]}", PLACE},
		{"{'if':{},'then':{'properties':{'a':" A "}}}", PLACE},
		{"{'$defs':{'d':" A
		 "},'properties':{'a':{'$ref':'#/$defs/d'}}}",
			PLACE},
		{"{'patternProperties':{'^a':" A "}}", PLACE},
		{"{'additionalProperties':" A "}", PLACE},
		{"{'dependentSchemas':{'a':{'not':" A "}}}", PLACE},
	};
	struct failure f;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *tool = tool_of(rows[i].schema);

		memset(&f, 0, sizeof f);
		if (header_arguments_valid(tool, &f) != !rows[i].wrong)
			fail_msg("%s: %s", rows[i].schema, f.message);
		if (rows[i].wrong) {
			assert_string_equal(f.code, "tool.header");
			if (!strstr(f.message, rows[i].wrong))
				fail_msg("%s: %s", rows[i].schema, f.message);
		}
		cJSON_Delete(tool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schemas),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
