/* SPDX-License-Identifier: MIT */
/*
 * Goal: no secret is printed, wherever it stands, in whatever form a server
 * echoes it, and wherever the text is cut.
 */
#include "base/xalloc.h"
#include "http/transfer.h"
#include "redaction/redaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void masked(const char *in, size_t end, const struct mask_set *own,
	char *out, size_t size)
{
	size_t n = strlen(in);
	struct buf b;

	buf_init(&b, size - 1);
	mask(&b, in, n, end < n ? end : n, own);
	assert_true(buf_ok(&b));
	snprintf(out, size, "%s", b.p);
	buf_release(&b);
}

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
		{"s3cre", 99, "s3cre"},
		{"a\ns3cret\nx==y", 99, "a\n***\n***"},
		/* The longest secret that matches is hidden. */
		{"s3cret-l", 99, "***"},
		{"s3cret-", 99, "***-"},
		/* A secret that was cut, with other text behind it. */
		{"s3cret-lon\",\"more\"", 99, "***\",\"more\""},
		/* A secret that begins before the cut is hidden whole. */
		{"abcs3cret", 4, "abc***"},
		{"abcs3cret", 3, "abc"},
		{"abcdef", 4, "abcd"},
		{"/message?sessionId=abc&x", 99, "/message?sessionId=***&x"},
		{"session_id=abc", 99, "session_id=***"},
		{"data: /m?SESSIONID=abc\n\n", 99, "data: /m?SESSIONID=***\n\n"},
		{"sessionId=abc", 5, "sessionId=***"},
		{"sessionid: abc", 99, "sessionid: abc"},
	};
	char out[200];

	(void)state;
	mask_secret("s3cret");
	mask_secret("s3cret-long");
	mask_secret("x==y");
	mask_secret("s3cret");
	/* Too short: it would hide words in every sentence. */
	mask_secret("the");
	mask_secret("");
	mask_secret(NULL);
	mask_given("message");
	mask_given(NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		masked(rows[i].in, rows[i].end, NULL, out, sizeof out);
		assert_string_equal(out, rows[i].out);
	}
	mask_forget();
	masked("s3cret", 99, NULL, out, sizeof out);
	assert_string_equal(out, "s3cret");
}

/* The forms in which a server that parses, escapes or logs echoes a secret. */
static void test_forms(void **state)
{
	/* s3cret-"/\<&% canary */
	static const char *const rows[] = {
		"s3cret-\"/\\<&% canary",
		/*
		 * JSON as most write it, as PHP does, as Go does, and JSON
		 * within JSON.
		 */
		"s3cret-\\\"/\\\\<&% canary",
		"s3cret-\\\"\\/\\\\<&% canary",
		"s3cret-\\\"/\\\\\\u003c\\u0026% canary",
		"s3cret-\\\\\\\"/\\\\\\\\<&% canary",
		"s3cret-\\\\\\\"/\\\\\\\\\\\\u003c\\\\u0026% canary",
		("\\u0073\\u0033\\u0063\\u0072\\u0065\\u0074\\u002D\\u0022"
		 "\\u002F\\u005c\\u003C\\u0026\\u0025\\u0020canary"),
		/* In a URL, in a form, and encoded twice. */
		"s3cret-%22%2F%5C%3C%26%25%20canary",
		"s3cret-%22%2f%5c%3c%26%25+canary",
		"s3cret-%2522%252F%255C%253C%2526%2525%2520canary",
		/* HTML, and that in JSON. */
		"s3cret-&quot;/\\&lt;&amp;% canary",
		"s3cret-&#34;&#47;&#92;&#60;&#38;&#37;&#32;canary",
		"&#x73;3cret-&#x22;&#X2f;&#x5C;&lt;&amp;% canary",
		/* Broken over lines. */
		"s3cret-\"/\\<&% \r\ndata: canary",
		"s3cret-\"\r\n\t/\\<&% canary",
	};
	char out[200], in[300];

	(void)state;
	mask_secret("s3cret-\"/\\<&% canary");
	/*
	 * Other secrets with the same beginning, so that more than one may
	 * match.
	 */
	mask_secret("s3cret-\\\"/x");
	mask_secret("s3cret-\\\\\"y");
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(in, sizeof in, "not %s!", rows[i]);
		masked(in, 999, NULL, out, sizeof out);
		assert_string_equal(out, "not ***!");
	}
	mask_forget();
}

/* In base64, on its own or with something before and behind it. */
static void test_base64(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		/* "s3cret-canary>>>", "me:" and "you:" and "them:" before it. */
		{"czNjcmV0LWNhbmFyeT4+Pg==", "***g=="},
		{"bWU6czNjcmV0LWNhbmFyeT4+Pg==", "bWU6***g=="},
		{"eW91OnMzY3JldC1jYW5hcnk-Pj4", "eW91On***"},
		{"dGhlbTpzM2NyZXQtY2FuYXJ5Pj4+Og==", "dGhlbTp***6Og=="},
	};
	char out[200];

	(void)state;
	mask_secret("s3cret-canary>>>");
	for (size_t i = 0; i < COUNT(rows); i++) {
		masked(rows[i].in, 99, NULL, out, sizeof out);
		assert_null(strstr(out, "Y2FuYX"));
		assert_null(strstr(out, "Nhbm"));
		assert_null(strstr(out, "YW5h"));
		assert_non_null(strstr(out, "***"));
	}
	mask_forget();
}

static void test_own(void **state)
{
	static const char query[] =
		"?key=a%2Fb%2Fc-long&mode=fast&password&flag=12345678&token=MTIzNDU2Nzg=";
	struct mask_set own = {0};
	char out[200];

	(void)state;
	mask_parts(&own, query, strlen(query));
	assert_true(mask_none());
	masked("no a/b/c-long, a%2Fb%2Fc-long, fast, password, 12345678, "
	       "MTIzNDU2Nzg=",
		999, &own, out, sizeof out);
	assert_string_equal(out, "no ***, ***, fast, ***, ***, ***");
	masked("a/b/c-long", 99, NULL, out, sizeof out);
	assert_string_equal(out, "a/b/c-long");
	mask_set_release(&own);
	/* A secret in a header field. */
	mask_parts(NULL, "sid=12345678; Path=/; a", 23);
	assert_false(mask_none());
	masked("12345678 Path", 99, NULL, out, sizeof out);
	assert_string_equal(out, "*** Path");
	mask_forget();
}

/* A server that chooses what is a secret cannot make it cost much. */
static void test_cost(void **state)
{
	enum { N = 20000 };
	char *text = xmalloc(N + 1), *out = xmalloc(N + 1);

	(void)state;
	memset(text, '\\', N);
	text[N] = '\0';
	text[N / 2] = '\0';
	mask_given(text);
	text[N / 2 - 1] = 'x';
	mask_given(text);
	text[N / 2] = text[N / 2 - 1] = '\\';
	for (size_t i = 7; i < N; i += 7)
		text[i] = 'y';
	masked(text, N, NULL, out, N + 1);
	assert_string_equal(out, text);
	mask_forget();
	free(text);
	free(out);
}

static void test_line(void **state)
{
	char out[12];

	(void)state;
	mask_secret("s3cret");
	mask_line("a s3cret b", out, sizeof out);
	assert_string_equal(out, "a *** b");
	mask_line("more than there is room for", out, sizeof out);
	assert_string_equal(out, "more than t");
	mask_forget();
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
	unsetenv("NO_PROXY");
	setenv("https_proxy", "http://proxy.example", 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[100], why[URL_WHY];
		struct url u;

		setenv("no_proxy", rows[i].list, 1);
		snprintf(text, sizeof text, "https://%s/", rows[i].host);
		assert_true(url_parse(text, &u, why));
		if (!http_proxy_find(&u) != (rows[i].spared == 1))
			fail_msg("%s in %s", rows[i].host, rows[i].list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_no_secrets),
		cmocka_unit_test(test_no_proxy),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
