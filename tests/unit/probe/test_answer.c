/* SPDX-License-Identifier: MIT */
/*
 * Goal: the answer to our request is found among all that a server sends; one
 * that is meant for us but malformed gets the reason.
 */
#include "protocol/answer.h"

#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define V "{'jsonrpc':'2.0',"
#define CODE "the code of its error is missing or not an integer"
#define JSONRPC "its jsonrpc is not \"2.0\""

/* A copy of text, in which ' stands for ". */
static char *quoted(const char *text)
{
	char *copy = xstrdup(text);

	for (char *p = strchr(copy, '\''); p; p = strchr(p, '\''))
		*p = '"';
	return copy;
}

static cJSON *parse(const char *text)
{
	char why[JSON_WHY], *copy = quoted(text);
	cJSON *doc = json_parse(copy, strlen(copy), &json_reply, why);

	free(copy);
	if (!doc)
		fail_msg("%s: %s", text, why);
	return doc;
}

static void test_faults(void **state)
{
	/*
	 * Why it is malformed, or ""; "null: " where it counts as ours only if
	 * errors without an id do.
	 */
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{V "'id':7,'result':{}}", ""},
		{V "'id':7,'error':{'code':-1,'message':''}}", ""},
		{V "'id':7,'error':{'code':-1.0}}", ""},
		{V "'id':7}", "it has neither result nor error"},
		{V "'id':7,'result':{},'error':{'code':1}}",
			"it has both result and error"},
		{V "'id':7,'result':{},'error':null}",
			"it has both result and error"},
		{V "'id':7,'result':null}", "its result is not an object"},
		{V "'id':7,'result':[]}", "its result is not an object"},
		{V "'id':7,'error':'no'}", "its error is not an object"},
		{V "'id':7,'error':{}}", CODE},
		{V "'id':7,'error':{'code':'-1'}}", CODE},
		{V "'id':7,'error':{'code':0.5}}", CODE},
		{V "'id':7,'error':{'code':null}}", CODE},
		{"{'id':7,'result':{}}", JSONRPC},
		{"{'jsonrpc':2.0,'id':7,'result':{}}",
			JSONRPC},
		/* An error without an id: may be ours. */
		{V "'error':{}}", "null: " CODE},
		{V "'id':null,'error':{'code':1}}", ""},
		/* Not meant for us. */
		{V "'id':8,'result':7}", ""}, {V "'id':'7','result':7}", ""},
		{V "'result':7}", ""}, {"{'id':7,'method':'ping'}", ""},
		{V "'id':7,'method':'ping','error':7}", ""},
		{"{}", ""}, {"[]", ""}, {"7", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		cJSON *m = parse(rows[i].text);
		const char *ours = rpc_fault(m, "7", RPC_ERRORS_OURS);
		const char *null = rpc_fault(m, "7", RPC_ERRORS_NULL);
		char got[200];

		assert_null(rpc_fault(m, "7", RPC_ERRORS_ALL));
		snprintf(got, sizeof got, "%s%s%s", ours ? ours : "",
			null && !ours ? "null: " : "",
			null && !ours ? null : "");
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: %s, and not %s", rows[i].text, got,
				rows[i].expected);
		cJSON_Delete(m);
	}
}

/* Feeds the texts, separated by '|', as events; '!': of another type. */
static void hear(struct answer *a, const char *texts)
{
	char *copy = quoted(texts), *save = NULL;

	for (char *p = strtok_r(copy, "|", &save); p && !a->over;
		p = strtok_r(NULL, "|", &save)) {
		bool other = *p == '!';

		answer_event(a, other ? "other" : "message", p + other,
			strlen(p + other));
	}
	free(copy);
}

#define GOOD V "'id':7,'result':{}}"
#define THEIRS V "'id':8,'result':{}}"
#define NOTE V "'method':'notifications/message'}"

static void test_events(void **state)
{
	/*
	 * "R" a result, "E" an error, "b" in a batch; or the code of the
	 * failure.
	 */
	static const struct {
		const char *texts, *expected;
	} rows[] = {
		{GOOD, "R"}, {V "'id':7,'error':{'code':1}}", "E"},
		{NOTE "|" THEIRS "|{|" GOOD, "R"},
		{V "'id':7,'method':'ping'}|" GOOD, "R"},
		{"!" GOOD "|!{", ""}, {NOTE, ""}, {"[]|7|{}|null", ""},
		{THEIRS, "jsonrpc.wrong-id"},
		{V "'id':'7','result':{}}", "jsonrpc.wrong-id"},
		{V "'id':null,'error':{'code':1}}", "jsonrpc.wrong-id"},
		{"{", "jsonrpc.malformed"},
		{NOTE "|{|" NOTE, "jsonrpc.malformed"},
		{V "'id':7,'result':7}|" GOOD, "jsonrpc.malformed"},
		{"[" GOOD "]", "Rb"}, {"[" NOTE "," THEIRS "," GOOD "]", "Rb"},
		{"[" NOTE "," THEIRS "]|" GOOD, "R"},
		{"[" V "'id':7}," GOOD "]", "jsonrpc.malformed"},
		{"[[" GOOD "]]", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failure f = {.code = ""};
		struct budget budget;
		struct answer a;
		char got[100];

		budget_init(&budget, NULL, NULL);
		answer_init(&a, "7", &budget);
		hear(&a, rows[i].texts);
		if (a.message)
			snprintf(got, sizeof got, "%s%s",
				a.match == RPC_RESULT ? "R" : "E",
				a.batch ? "b" : "");
		else if (answer_failure(&a, "event stream", &f))
			snprintf(got, sizeof got, "%s", "");
		else
			snprintf(got, sizeof got, "%s", f.code);
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: %s, and not %s", rows[i].texts, got,
				rows[i].expected);
		answer_release(&a);
	}
}

/* An event that costs too much ends the wait; the answer is not read. */
static void test_costly_events(void **state)
{
	static const struct {
		const char *code;
		size_t values;
		size_t members;
		size_t held;
	} rows[] = {
		{"", 100, 9, 0},
		{"body.too-complex", 9, 9, 0},
		{"body.too-many-members", 100, 2, 0},
		{"body.too-complex", 100, 9, BUDGET_MEMORY},
	};
	const char *text =
		"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":1}";

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct failure f = {.code = ""};
		struct budget budget;
		struct answer a;

		budget_init(&budget, NULL, NULL);
		budget.json.values = rows[i].values;
		budget.json.members = rows[i].members;
		budget.held = rows[i].held;
		answer_init(&a, "7", &budget);
		answer_event(&a, "message", text, strlen(text));
		assert_true(a.over == (*rows[i].code != '\0'));
		assert_true(answer_failure(&a, "event stream", &f) ==
			!*rows[i].code);
		assert_string_equal(f.code, rows[i].code);
		answer_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_costly_events),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
