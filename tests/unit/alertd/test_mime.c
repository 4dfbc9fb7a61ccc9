/* SPDX-License-Identifier: MIT */
/*
 * Goal: every program reads a mail of ours the same way: no text from a server,
 * a configuration or a stranger becomes a header field, a line of SMTP, or
 * garbage.
 */
#include "transport/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_mailbox(void **state)
{
	static const struct {
		const char *text, *name, *address; /* NULL: refused */
	} cases[] = {
		{"a@b", "", "a@b"},
		{"ops+mcp@mail.example.com", "", "ops+mcp@mail.example.com"},
		{"Ops <a@b.c>", "Ops", "a@b.c"},
		{"\"Ops, on call\" <a@b.c>", "Ops, on call", "a@b.c"},
		{"<a@b.c>", "", "a@b.c"},
		{"J\u00fcrgen <a@b.c>", "J\u00fcrgen", "a@b.c"},
		{"", NULL, NULL},
		{"@b", NULL, NULL},
		{"a@", NULL, NULL},
		{"a@b@c", NULL, NULL},
		{"a b@c", NULL, NULL},
		{"a..b@c", NULL, NULL},
		{".a@c", NULL, NULL},
		{"a@b..c", NULL, NULL},
		{"a@b c", NULL, NULL},
		{"a@[127.0.0.1]", NULL, NULL},
		{"a@b\r\nRCPT TO:<x@y>", NULL, NULL},
		{"a\r\nBcc: x@y <a@b>", NULL, NULL},
		{"a\\\" <a@b>", NULL, NULL},
		{"<a@b> <c@d>", NULL, NULL},
		{"a <a@b", NULL, NULL},
		{"a <a@b> ", NULL, NULL},
		{"\xff <a@b>", NULL, NULL},
		{"a@b\u00fc.example", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox m;
		const char *wrong = mailbox_parse(cases[i].text, &m);

		if (!wrong != !!cases[i].address ||
			(!wrong && (strcmp(m.name, cases[i].name) != 0 ||
					   strcmp(m.address, cases[i].address) != 0)))
			fail_msg("%s: %s, %s, %s", cases[i].text, m.name,
				m.address, wrong ? wrong : "fine");
	}
}

static const struct mailbox from = {"", "mcp@example.com"};
static const struct mailbox to = {"", "ops@example.net"};

static void write_mail(struct buf *b, const struct mail *m)
{
	struct mail whole = *m;

	if (!whole.from)
		whole.from = &from;
	if (!whole.to)
		whole.to = &to;
	if (!whole.subject)
		whole.subject = "s";
	if (!whole.text)
		whole.text = "t\n";
	whole.id = "id@example.com";
	whole.at = 1777494725;
	buf_init(b, 100000);
	mail_write(b, &whole);
	assert_true(buf_ok(b));
}

static void test_whole(void **state)
{
	struct buf b;

	(void)state;
	write_mail(&b, &(struct mail) {.subject = "P1: a is down",
			       .text = "It is.\n\n.\nSee x=1\n",
			       .thread = "root@example.com", .urgent = true});
	assert_string_equal(b.p,
		"Date: Wed, 29 Apr 2026 20:32:05 +0000\r\n"
		"From: mcp@example.com\r\n"
		"To: ops@example.net\r\n"
		"Subject: P1: a is down\r\n"
		"Message-ID: <id@example.com>\r\n"
		"In-Reply-To: <root@example.com>\r\n"
		"References: <root@example.com>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"Importance: high\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"It is.\r\n\r\n=2E\r\nSee x=3D1\r\n");
	buf_release(&b);
}

/* What stands behind "Subject: ", up to the next field. */
static void test_subject(void **state)
{
	static const struct {
		const char *subject, *field;
	} cases[] = {
		{"plain", "plain"},
		{"a\r\nBcc: x@y", "=?utf-8?Q?a__Bcc=3A_x=40y?="},
		{"a\nb", "=?utf-8?Q?a_b?="},
		{"caf\u00e9", "=?utf-8?Q?caf=C3=A9?="},
		{"=?utf-8?Q?x?=", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?="},
		{"bad \xff\xfe", "=?utf-8?Q?bad_=3F=3F?="},
		{"\xc2\x85", "=?utf-8?Q?_?="},
		{"twelve twelve twelve twelve twelve twelve twelve twelve "
		 "twelve twelve twelve",
			"twelve twelve twelve twelve twelve twelve twelve "
			"twelve twelve\r\n twelve twelve"},
		{"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
		 "\u00e9\u00e9",
			"=?utf-8?Q?=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9=C3=A9"
			"=C3=A9=C3=A9=C3=A9?=\r\n =?utf-8?Q?=C3=A9=C3=A9?="},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b;
		char *start, *end;

		write_mail(&b, &(struct mail) {.subject = cases[i].subject});
		start = strstr(b.p, "\r\nSubject: ");
		end = strstr(b.p, "\r\nMessage-ID:");
		assert_true(start && end);
		*end = '\0';
		assert_string_equal(start + strlen("\r\nSubject: "),
			cases[i].field);
		buf_release(&b);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *field;
	} cases[] = {
		{"On call", "On call\r\n <a@b>"},
		{"Ops, night", "=?utf-8?Q?Ops=2C_night?=\r\n <a@b>"},
		{"J\u00fcrgen", "=?utf-8?Q?J=C3=BCrgen?=\r\n <a@b>"},
		{"x\r\nBcc: y@z", "=?utf-8?Q?x__Bcc=3A_y=40z?=\r\n <a@b>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox m = {.address = "a@b"};
		char *start, *end;
		struct buf b;

		snprintf(m.name, sizeof m.name, "%s", cases[i].name);
		write_mail(&b, &(struct mail) {.to = &m});
		start = strstr(b.p, "\r\nTo: ");
		end = strstr(b.p, "\r\nSubject:");
		assert_true(start && end);
		*end = '\0';
		assert_string_equal(start + strlen("\r\nTo: "), cases[i].field);
		buf_release(&b);
	}
}

static void test_body(void **state)
{
	static const struct {
		const char *text, *body;
	} cases[] = {
		{"", ""},
		{"no end", "no end\r\n"},
		{"a\r\nb\n", "a\r\nb\r\n"},
		{"a\rb", "a=0Db\r\n"},
		{"blank \n\t\n", "blank=20\r\n=09\r\n"},
		{"\n.\nQUIT\n", "\r\n=2E\r\nQUIT\r\n"},
		{"\u2013 \u00e9", "=E2=80=93 =C3=A9\r\n"},
		{"1234567890123456789012345678901234567890123456789012345678901"
		 "23456789012345.678",
			"123456789012345678901234567890123456789012345678901234"
			"567890123456789012345=\r\n=2E678\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b;

		write_mail(&b, &(struct mail) {.text = cases[i].text});
		assert_string_equal(strstr(b.p, "\r\n\r\n") + 4, cases[i].body);
		buf_release(&b);
	}
}

/* Any bytes in any text: only our fields, each line short and ASCII. */
static void test_any_bytes(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char text[300];
		size_t n = (size_t)round % (sizeof text - 1), fields = 0;
		struct mailbox m = {.address = "a@b"};
		struct buf b;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = (char)(1 + (seed >> 16) % 255);
			if ((seed >> 24) % 8 == 0)
				text[i] = "\r\n =?."[(seed >> 27) % 6];
		}
		text[n] = '\0';
		snprintf(m.name, sizeof m.name, "%.200s", text);
		write_mail(&b, &(struct mail) {.to = &m, .subject = text,
				       .text = text});
		for (char *p = b.p; strncmp(p, "\r\n", 2) != 0;) {
			char *end = strstr(p, "\r\n");

			assert_non_null(end);
			fields += *p != ' ';
			/* Folded text is not cut inside a word. */
			assert_true(end - p <= 998);
			for (; p < end; p++)
				assert_true(*p >= ' ' && *p <= '~');
			p = end + 2;
		}
		assert_int_equal(fields, 9);
		for (char *p = strstr(b.p, "\r\n\r\n") + 4; *p;) {
			char *end = strstr(p, "\r\n");

			assert_true(end && end - p <= 76 && *p != '.');
			p = end + 2;
		}
		buf_release(&b);
	}
}

static void test_id(void **state)
{
	char a[MAIL_ID], b[MAIL_ID];

	(void)state;
	assert_string_equal(mail_id("s:downtime:1", "started", &from, a),
		mail_id("s:downtime:1", "started", &from, b));
	assert_string_not_equal(mail_id("s:downtime:1", "started", &from, a),
		mail_id("s:downtime:2", "started", &from, b));
	/* printf s:downtime:1 | sha256sum */
	assert_string_equal(mail_id("s:downtime:1", "re\r\n>so@lved.17", &from, a),
		"64543a51c2a5ff3e2f9ee6ba83b6cb81.resolved.17@example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mailbox),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
