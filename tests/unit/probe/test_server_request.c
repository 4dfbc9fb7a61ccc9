/* SPDX-License-Identifier: MIT */
/*
 * Goal: each request that a server sends is answered as a client without
 * capabilities has to, with its id byte for byte; nothing else is.
 */
#include "protocol/answer.h"

#include "base/buf.h"
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PONG(id) "{\"result\":{},\"jsonrpc\":\"2.0\",\"id\":" id "}\n"
#define NONE(id)                                                               \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":-32601,"       \
	"\"message\":\"Method not found\"}}\n"

static void on_answer(void *arg, const char *text)
{
	buf_str(arg, text);
	buf_char(arg, '\n');
}

static void check(const char *text, const char *expected)
{
	char why[JSON_WHY];
	cJSON *m = json_parse(text, strlen(text), &json_reply, why);
	struct buf b;

	if (!m)
		fail_msg("%s: %s", text, why);
	buf_init(&b, 100000);
	server_requests(m, text, strlen(text), on_answer, &b);
	if (strcmp(b.len ? b.p : "", expected) != 0)
		fail_msg("%s: %s", text, b.p);
	buf_release(&b);
	cJSON_Delete(m);
}

static void test_requests(void **state)
{
	static const struct {
		const char *text, *answers;
	} rows[] = {
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", PONG("1")},
		{"{\"id\":\"s-1\",\"method\":\"ping\",\"params\":{}}",
			PONG("\"s-1\"")},
		/* What a double cannot hold, and other ways to write it. */
		{"{\"id\":12345678901234567890,\"method\":\"ping\"}",
			PONG("12345678901234567890")},
		{"{\"id\": 1.0 ,\"method\":\"ping\"}", PONG("1.0")},
		{"{\"id\":1e2,\"method\":\"ping\"}", PONG("1e2")},
		{"{\"method\":\"ping\",\"id\":-0\n}", PONG("-0")},
		{"{\"id\":\"\\u0041\\\"\\\\\",\"method\":\"ping\"}",
			PONG("\"\\u0041\\\"\\\\\"")},
		{"{\"id\":\"\",\"method\":\"ping\"}", PONG("\"\"")},
		{" {\"params\":{\"id\":7,\"a\":[{\"id\":8},\"]}\"]},\"method\":"
		 "\"ping\" , \"id\" : \"x\" } ",
			PONG("\"x\"")},
		{"{\"\\u0069d\":5,\"method\":\"ping\"}", PONG("5")},
		{"{\"id\":1,\"method\":\"roots/list\"}", NONE("1")},
		{"{\"id\":\"e\",\"method\":\"elicitation/create\",\"params\":"
		 "{\"message\":\"m\"}}",
			NONE("\"e\"")},
		{"{\"id\":2,\"method\":\"sampling/createMessage\"}", NONE("2")},
		{"{\"id\":2,\"method\":\"Ping\"}", NONE("2")},
		/* A batch of revision 2025-03-26. */
		{"[{\"id\":1,\"method\":\"ping\"},7,\"],\",{\"method\":\"n\"},\n"
		 " {\"id\":1.50,\"method\":\"roots/list\"}]",
			PONG("1") NONE("1.50")},
		{"[]", ""},
		/* Notifications, answers, and what is neither. */
		{"{\"method\":\"notifications/message\"}", ""},
		{"{\"id\":1,\"result\":{}}", ""},
		{"{\"id\":null,\"method\":\"ping\"}", ""},
		{"{\"id\":[1],\"method\":\"ping\"}", ""},
		{"{\"id\":1,\"method\":7}", ""},
		{"{}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(rows[i].text, rows[i].answers);
}

static void test_long_id(void **state)
{
	static char text[40000];
	int n;

	(void)state;
	n = snprintf(text, sizeof text, "{\"method\":\"ping\",\"id\":\"%030000d\"}",
		0);
	assert_true(n > 30000);
	check(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_long_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
