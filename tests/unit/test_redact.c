/*
 * Goal: no record holds a secret that a server echoes, whole or cut, and what
 * is none stays as it is.
 */
#include "../../probe/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const secrets[] = {
	"s3cret-canary", "s3cret-canary-2", "key4", "a\\\"b\\\"c", NULL};

static void test_text(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"nothing of the kind", "nothing of the kind"},
		{"s3cret-canary", "***"},
		{"no s3cret-canary, no s3cret-canary.", "no ***, no ***."},
		{"s3cret-canarys3cret-canary", "******"},
		{"Bearer s3cret-canary-2x", "Bearer ***x"},
		/* One that was cut. */
		{"you sent s3cret-can", "you sent ***"},
		{"s3cret-c\",\"more\"", "***\",\"more\""},
		{"s3cret-", "s3cret-"},
		{"s3s3cret-canary", "s3***"},
		/* A short one is looked for as a whole. */
		{"key4", "***"},
		{"key", "key"},
		{"\"a\\\"b\\\"c\"", "\"***\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[80];

		snprintf(text, sizeof text, "%s", rows[i][0]);
		redact_text(secrets, text);
		assert_string_equal(text, rows[i][1]);
	}
}

static int told;

static void on_step(void *arg, const struct step_record *s)
{
	assert_ptr_equal(arg, &told);
	told++;
	if (s->status == STATUS_SKIP) {
		assert_null(s->message);
		assert_null(s->detail);
		return;
	}
	assert_int_equal(s->step, STEP_TOOLS_LIST);
	assert_string_equal(s->error, "tool.error");
	assert_string_equal(s->message, "no ***");
	assert_string_equal(s->detail, "{\"location\":\"https://h/?t=***\"}");
}

static void on_summary(void *arg, const struct probe_record *p)
{
	assert_ptr_equal(arg, &told);
	told++;
	assert_int_equal(p->tool_count, 2);
	if (!p->tools)
		return;
	assert_int_equal(p->n_tools, 2);
	assert_string_equal(p->tools[0].name, "echo");
	assert_string_equal(p->tools[1].name, "x***");
	assert_string_equal(p->tools[1].contract, "c");
}

static void test_sink(void **state)
{
	struct redact r = {.to = {on_step, on_summary, &told},
		.secrets = secrets};
	struct steps_sink sink = redact_sink(&r);
	struct tool_digest tools[] = {
		{.name = "echo"}, {.name = "xs3cret-canary", .contract = "c"}};
	struct step_record s = {.step = STEP_TOOLS_LIST,
		.status = STATUS_FAIL,
		.error = "tool.error",
		.message = "no s3cret-canary",
		.detail = "{\"location\":\"https://h/?t=s3cret-canary\"}"};
	struct probe_record p = {
		.tool_count = 2, .tools = tools, .n_tools = 2};

	(void)state;
	sink.step(sink.arg, &s);
	s = (struct step_record) {.status = STATUS_SKIP};
	sink.step(sink.arg, &s);
	sink.summary(sink.arg, &p);
	p.tools = NULL;
	p.n_tools = 0;
	sink.summary(sink.arg, &p);
	assert_int_equal(told, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_sink),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
