/* SPDX-License-Identifier: MIT */
/*
 * Goal: whom a stranger may sign up, from where, and for what; which links are
 * ours; and what subscribers read, which is what the public may know.
 */
#include "commands/commands.h"
#include "incident/event.h"
#include "subscribe/subscribe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "a secret of the tests that is long enough to sign"
#define OTHER "another secret of the tests that signs as well as it"

static void test_whom(void **state)
{
	static const struct {
		const char *to;
		bool good, inward; /* with subscribe_inward alone */
	} rows[] = {
		{"ann@example.org", true, true},
		{"Ann.O'Neil+x@mail.example.org", true, true},
		{"ann@localhost", false, false},
		{"ann", false, false},
		{"", false, false},
		{"@example.org", false, false},
		{"ann@example.org\r\nBcc: b@example.org", false, false},
		{"ann@example.org\n", false, false},
		{"Ann <ann@example.org>", false, false},
		{"<ann@example.org>", false, false},
		{"ann@example.org,b@example.org", false, false},
		{"\"a b\"@example.org", false, false},
		{"ann@[192.0.2.1]", false, false},
		{"\xc3\xa4@example.org", false, false},
		{"https://hooks.slack.com/services/T0/B0/x", true, true},
		{"https://example.org/hook?a=b", true, true},
		{"https://example.org:8443/", true, true},
		{"http://example.org/", false, false},
		{"http://127.0.0.1/", false, true},
		{"https://127.0.0.1/", false, true},
		{"https://localhost/", false, true},
		{"https://[::1]/", false, true},
		{"https://a:b@example.org/", false, false},
		{"https://example.org/#a", false, false},
		{"https://example.org/ x", false, false},
		{"https://example.org/\r\nX: y", false, false},
		{"https://", false, false},
		{"://", false, false},
		{"ftp://example.org/", false, false},
		{"file:///etc/passwd", false, false},
		{"javascript://example.org/%0aalert(1)", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!subscriber_to_bad(rows[i].to, false) != rows[i].good ||
			!subscriber_to_bad(rows[i].to, true) != rows[i].inward)
			fail_msg("%s", rows[i].to);
	}
}

static void test_from_where(void **state)
{
	static const struct {
		const char *address, *narrow, *wide;
	} rows[] = {
		{"192.0.2.7", "24/c00002", "16/c000"},
		{"::ffff:192.0.2.7", "24/c00002", "16/c000"},
		{"2001:db8:1:2:3:4:5:6", "v6.64/20010db800010002",
			"v6.48/20010db80001"},
		{"", "unknown", "unknown"},
		{"192.0.2.7, 10.0.0.1", "unknown", "unknown"},
	};
	char out[SIGNUP_NETWORK];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(signup_network(rows[i].address, false, out),
			rows[i].narrow);
		assert_string_equal(signup_network(rows[i].address, true, out),
			rows[i].wide);
	}
}

static void test_ids(void **state)
{
	char a[SUBSCRIBER_ID], b[SUBSCRIBER_ID];

	(void)state;
	subscriber_id(SECRET, "Ann@Example.org", a);
	subscriber_id(SECRET, "ann@example.ORG", b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), SUBSCRIBER_ID - 1);
	subscriber_id(SECRET, "ann@example.com", b);
	assert_string_not_equal(a, b);
	subscriber_id(SECRET, "https://a.example/X", a);
	subscriber_id(SECRET, "https://a.example/x", b);
	assert_string_not_equal(a, b);
	subscriber_id(SECRET, "ann@example.org", a);
	subscriber_id(OTHER, "ann@example.org", b);
	assert_string_not_equal(a, b);
}

static void test_links(void **state)
{
	char id[SUBSCRIBER_ID], got[SUBSCRIBER_ID], link[SUBSCRIBER_LINK],
		bad[SUBSCRIBER_LINK + 8];

	(void)state;
	subscriber_id(SECRET, "ann@example.org", id);
	subscriber_link(SECRET, LINK_CONFIRM, id, 1000, link);
	assert_true(subscriber_link_read(SECRET, LINK_CONFIRM, link, 999, got));
	assert_string_equal(got, id);
	assert_false(subscriber_link_read(SECRET, LINK_CONFIRM, link, 1000, got));
	assert_false(subscriber_link_read(SECRET, LINK_LEAVE, link, 1, got));
	assert_false(subscriber_link_read(OTHER, LINK_CONFIRM, link, 1, got));
	subscriber_link(SECRET, LINK_LEAVE, id, LINK_FOREVER, bad);
	assert_true(subscriber_link_read(SECRET, LINK_LEAVE, bad, 1e12, got));
	/* Any other character, one more, or one less. */
	for (size_t i = 0; i < strlen(link); i++) {
		memcpy(bad, link, strlen(link) + 1);
		bad[i] = bad[i] == '0' ? '1' : '0';
		assert_false(subscriber_link_read(
			SECRET, LINK_CONFIRM, bad, 1, got));
		bad[i] = '\0';
		assert_false(subscriber_link_read(
			SECRET, LINK_CONFIRM, bad, 1, got));
	}
	snprintf(bad, sizeof bad, "%s0", link);
	assert_false(subscriber_link_read(SECRET, LINK_CONFIRM, bad, 1, got));
}

static void test_bounces(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"", ""},
		{"a@b.example\n\n  <c@d.example> \r\n", "a@b.example c@d.example"},
		{"From: MAILER-DAEMON\n\nFinal-Recipient: rfc822; <a@b.example>\r\n"
		 "Action: failed\r\n", "a@b.example"},
		{"x\nfinal-recipient:rfc822;a@b.example\naction:failed\n",
			"a@b.example"},
		{"x\nFinal-Recipient: rfc822; a@b.example\nAction: delayed\n", ""},
		/* Exim's order; and the groups of others. */
		{"x\r\n\r\nAction: failed\r\nFinal-Recipient: rfc822;a@b.example"
		 "\r\nStatus: 5.0.0\r\n\r\nAction: delayed\r\n"
		 "Final-Recipient: rfc822;c@d.example\r\n", "a@b.example"},
		{"x\nAction: failed\n\nFinal-Recipient: rfc822; a@b.example\n",
			""},
		{"x\nFinal-Recipient: rfc822; \nAction: failed\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strings l = {0};
		char text[200] = "";

		bounced_addresses(rows[i].text, &l);
		for (size_t k = 0; k < l.n; k++)
			snprintf(text + strlen(text),
				sizeof text - strlen(text), "%s%s",
				k ? " " : "", l.v[k]);
		assert_string_equal(text, rows[i].want);
		strings_release(&l);
	}
}

static const char yaml[] =
	"regions: [{name: eu}]\n"
	"site: {url: 'https://status.example.com', title: 'Acme & Söhne', "
	"subscribe: mail}\n"
	"servers:\n"
	"  - {slug: shop, url: 'https://a.example/mcp', title: 'Shop <b>', group: Pay}\n"
	"  - {slug: docs, url: 'https://b.example/mcp'}\n"
	"  - {slug: secret, url: 'https://c.example/mcp', private: true, group: Hide}\n"
	"alerts: {routes: [{name: mail, type: email, url: 'smtp://127.0.0.1', "
	"from: a@b.example, to: [c@d.example]}]}\n";

static void say(void *arg, bool fatal, const char *message)
{
	(void)arg;
	if (fatal)
		fail_msg("%s", message);
}

static struct conf *conf_of_tests(void)
{
	return conf_parse("test", yaml, sizeof yaml - 1, say, NULL);
}

static void test_topics(void **state)
{
	static const struct {
		const char *topic, *name; /* NULL: there is none */
		const char *has; /* of "sd", for shop and docs */
	} rows[] = {
		{"*", "all servers", "sd"},
		{"server:shop", "Shop <b>", "s"},
		{"server:docs", "docs", "d"},
		{"group:Pay", "the group Pay", "s"},
		{"server:secret", NULL, ""},
		{"group:Hide", NULL, ""},
		{"group:", NULL, ""},
		{"server:", NULL, ""},
		{"", NULL, ""},
		{"**", NULL, ""},
	};
	struct conf *c = conf_of_tests();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *topics[] = {(char *)rows[i].topic};
		const struct subscriber s = {.topics = topics, .n_topics = 1};
		struct buf b;

		buf_init(&b, 1000);
		assert_int_equal(subscriber_topic_known(c, rows[i].topic),
			rows[i].name != NULL);
		if (rows[i].name) {
			subscriber_topic_put(&b, c, rows[i].topic);
			assert_string_equal(b.p, rows[i].name);
		}
		assert_int_equal(subscriber_wants(&s, c, "shop"),
			strchr(rows[i].has, 's') != NULL);
		assert_int_equal(subscriber_wants(&s, c, "docs"),
			strchr(rows[i].has, 'd') != NULL);
		assert_false(subscriber_wants(&s, c, "secret"));
		assert_false(subscriber_wants(&s, c, "none"));
		buf_release(&b);
	}
	conf_free(c);
}

static void test_words(void **state)
{
	static const struct {
		enum news_what what;
		const char *kind;
		const char *slugs; /* s, d, x: secret */
		const char *title, *begin;
		const char *text, *named, *state; /* of the news, or NULL */
		bool refused;
	} rows[] = {
		{NEWS_STARTED, "downtime", "s", "Shop <b>: Outage",
			"Clients cannot use this server. Since ", .text = NULL},
		{NEWS_STARTED, "latency", "sx", "Shop <b>: Slow answers",
			"Answers take much longer than usual from this server. ",
			.text = NULL},
		{NEWS_SPREAD, "regional", "sd",
			"Shop <b> and docs: Outage in some locations (more servers)",
			"Clients in some locations cannot use these servers. ",
			.text = NULL},
		/* Wherever our credential is refused, nobody knows of others. */
		{NEWS_STARTED, "regional", "s",
			"Shop <b>: Our checks were refused",
			"Our credential is refused by this server. Since ",
			.refused = true},
		{NEWS_RESOLVED, "downtime", "xd", "docs: Outage (resolved)",
			"Resolved. It lasted from ", .text = NULL},
		{NEWS_RESOLVED, "a_kind_to_come", "d", "docs: Outage (resolved)",
			"Resolved. It lasted from ", .text = NULL},
		{NEWS_NOTE, "downtime", "d", "docs: Outage (update)",
			"Note from the operator: <i>x</i>\n",
			.text = "<i>x</i>"},
		{NEWS_POSTMORTEM, "downtime", "d", "docs: Outage (what happened)",
			"Why it happened: <i>x</i>\n",
			.text = "<i>x</i>"},
		{NEWS_STARTED, "manual", "sd", "Shop <b> and docs: Old <b>",
			"<i>x</i> Since ", .text = "<i>x</i>",
			.named = "Old <b>"},
		{NEWS_NOTE, "manual", "d", "docs: Old (identified)",
			"The incident is now: identified.\n"
			"Note from the operator: <i>x</i>\n",
			.text = "<i>x</i>", .named = "Old",
			.state = "identified"},
		{NEWS_NOTE, "downtime", "d", "docs: Outage (monitoring)",
			"The incident is now: monitoring.\n\n",
			.state = "monitoring"},
		{NEWS_RESOLVED, "manual", "d", "docs: Old (resolved)",
			"Resolved. It lasted from ", .text = "<i>x</i>",
			.named = "Old"},
		{NEWS_MAINTENANCE, NULL, "d", "docs: maintenance",
			"Planned from ", .text = NULL},
	};
	struct conf *c = conf_of_tests();
	char *topics[] = {(char *)"*"};
	struct subscriber to = {.to = (char *)"ann@example.org",
		.topics = topics, .n_topics = 1};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *slugs[3];
		struct news n = {.what = rows[i].what, .thread = (char *)"t",
			.kind = (char *)rows[i].kind, .slugs = slugs,
			.first = 1777494660, .end = 1777495660, .at = 1777494660,
			.text = (char *)rows[i].text,
			.title = (char *)rows[i].named,
			.state = (char *)rows[i].state,
			.checks_refused = rows[i].refused};
		const struct public_message m = {c, &to, &n, NULL,
			"https://leave.example/", 1777495660};
		struct buf title, text, json;
		char want[200];

		for (const char *p = rows[i].slugs; *p; p++)
			slugs[n.n_slugs++] = (char *)(*p == 's' ? "shop"
					: *p == 'd' ? "docs" : "secret");
		buf_init(&title, 10000);
		buf_init(&text, 10000);
		buf_init(&json, 10000);
		public_title(&title, &m);
		snprintf(want, sizeof want, "[Acme & Söhne] %s", rows[i].title);
		assert_string_equal(title.p, want);
		public_text(&text, &m);
		if (strncmp(text.p, rows[i].begin, strlen(rows[i].begin)) != 0)
			fail_msg("%s", text.p);
		assert_non_null(strstr(text.p, "https://leave.example/"));
		if (rows[i].text)
			assert_non_null(strstr(text.p, rows[i].text));
		public_json(&json, &m);
		assert_null(strstr(text.p, "secret"));
		assert_null(strstr(json.p, "secret"));
		/* Slack makes markup and mentions of these. */
		to.to = (char *)"https://hooks.slack.com/services/T/B/x";
		buf_clear(&json);
		public_json(&json, &m);
		assert_null(strpbrk(json.p, "<>"));
		assert_int_equal(strncmp(json.p, "{\"text\":\"*[Acme &amp; ", 21), 0);
		to.to = (char *)"ann@example.org";
		buf_release(&title);
		buf_release(&text);
		buf_release(&json);
	}
	conf_free(c);
}

static void test_records(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "{\"to\":1}",
		"{\"to\":\"a@b.example\",\"topics\":[1]}"};
	static const char *const bad_news[] = {"", "{}", "{\"what\":\"x\"}",
		"{\"what\":\"note\",\"thread\":7}"};
	struct subscriber s;
	struct news n;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(subscriber_read("id", bad[i], &s));
	for (size_t i = 0; i < sizeof bad_news / sizeof *bad_news; i++)
		assert_false(news_read("key", bad_news[i], &n));
	assert_true(subscriber_read("id",
		"{\"to\":\"a@b.example\",\"topics\":[\"*\"],\"at\":5,"
		"\"count\":2,\"more\":1}", &s));
	buf_init(&b, 1000);
	subscriber_write(&b, &s);
	assert_string_equal(b.p, "{\"to\":\"a@b.example\",\"topics\":[\"*\"],"
				 "\"at\":5,\"count\":2}");
	buf_release(&b);
	subscriber_release(&s);
	assert_true(news_read("key", "{\"what\":\"note\",\"thread\":\"t\","
		"\"slugs\":[\"shop\"],\"at\":5,\"owed\":[\"a\"],\"tries\":1}", &n));
	assert_string_equal(n.owed[0], "a");
	news_release(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whom),
		cmocka_unit_test(test_from_where),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_bounces),
		cmocka_unit_test(test_topics),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
