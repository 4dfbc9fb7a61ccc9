/*
 * Goal: no secret survives in a trace, wherever it stands and is cut.
 */
#include "../../probe/http_proxy.h"
#include "../../probe/mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const secrets[] = {"s3cret", "s3cret-long", "x=y", NULL};

static void test_mask(void **state)
{
	static const struct {
		const char *in;
		size_t end;
		const char *out;
	} rows[] = {
		{"", 99, ""},
		{"nothing", 99, "nothing"},
		{"a s3cret b", 99, "a *** b"},
		{"s3crets3cret", 99, "******"},
		{"s3cret-long", 99, "***"},
		{"s3cret-lon", 99, "***-lon"},
		{"s3cre", 99, "s3cre"},
		{"a\ns3cret\nx=y", 99, "a\n***\n***"},
		/* What begins before the cut is whole behind it. */
		{"abcs3cret", 4, "abc***"},
		{"abcs3cret", 3, "abc"},
		{"abcdef", 4, "abcd"},
		{"/message?sessionId=abc&x", 99, "/message?sessionId=***&x"},
		{"session_id=abc", 99, "session_id=***"},
		{"data: /m?SESSIONID=abc\n\n", 99, "data: /m?SESSIONID=***\n\n"},
		{"sessionId=abc", 5, "sessionId=***"},
		{"sessionid: abc", 99, "sessionid: abc"},
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_init(&b, 1000);
		mask(&b, rows[i].in, strlen(rows[i].in), rows[i].end, secrets);
		assert_string_equal(b.p, rows[i].out);
		buf_release(&b);
	}
	assert_int_equal(mask_longest(secrets), 11);
	assert_int_equal(mask_longest(NULL), 0);
}

static void test_no_secrets(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	mask(&b, "a\0b", 3, 3, NULL);
	assert_int_equal(b.len, 3);
	buf_release(&b);
}

static void test_no_proxy(void **state)
{
	static const struct {
		const char *list, *host;
		int spared;
	} rows[] = {
		{"", "a.example", 0},
		{"*", "a.example", 1},
		{"*,b", "a.example", 0},
		{"a.example", "a.example", 1},
		{"A.Example", "a.example", 1},
		{".a.example", "a.example", 1},
		{"a.example.", "a.example", 1},
		{"example", "a.example", 1},
		{"example", "aexample", 0},
		{"a.example", "example", 0},
		{"b, ,a.example", "a.example", 1},
		{"b a.example", "a.example", 1},
		{".", "a.example", 0},
		{"127.0.0.1", "127.0.0.1", 1},
		{"127.0.0.0/8", "127.9.9.9", 1},
		{"127.0.0.0/8", "128.0.0.1", 0},
		{"10.0.0.0/9", "10.127.0.1", 1},
		{"10.0.0.0/9", "10.128.0.1", 0},
		{"0.0.0.0/0", "1.2.3.4", 1},
		{"10.0.0.0/33", "10.0.0.1", 0},
		{"10.0.0.0/x", "10.0.0.1", 0},
		{"0.1", "127.0.0.1", 0},
		{"::1", "[::1]", 1},
		{"0:0:0:0:0:0:0:1", "[::1]", 1},
		{"2001:db8::/32", "[2001:db8::7]", 1},
		{"2001:db8::/32", "[2001:db9::7]", 0},
		{"::/0", "1.2.3.4", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (http_proxy_spared(rows[i].list, rows[i].host) !=
			(rows[i].spared == 1))
			fail_msg("%s in %s", rows[i].host, rows[i].list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_no_secrets),
		cmocka_unit_test(test_no_proxy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
