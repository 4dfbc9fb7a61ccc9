/*
 * Goal: the vendors' answers are understood, and not believed where they should
 * not be; no text of a server becomes markup; and the id that a vendor gives a
 * message is kept.
 */
#include "sink_bodies.h"

#include "incident/state.h"
#include "outbox/outbox.h"
#include "sinks/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The result in a letter: ok, down, mend, mend for whom it is, refused, or the
   event alone. */
static char fate(const struct delivered *d)
{
	assert_false(d->own && d->down);
	return d->ok ? 'o' : d->own ? 'w' : d->mend ? 'm' : d->down ? 'd'
		: d->refused ? 'r' : 'e';
}

#define PD CONF_ROUTE_PAGERDUTY
#define OG CONF_ROUTE_OPSGENIE
#define SL CONF_ROUTE_SLACK
#define DC CONF_ROUTE_DISCORD
#define TW CONF_ROUTE_TWILIO_SMS
#define WH CONF_ROUTE_WEBHOOK
#define PLACE "\"channel\":\"C1\",\"ts\":\"1503435956.000001\""

struct answer {
	enum conf_route_type type;
	int n, status;
	const char *body;
	const char *before; /* the handle */
	char fate;
	const char *handle, *why; /* what it holds; NULL: anything */
};

static const struct answer answers[] = {
	{PD, 0, 202, "{\"status\":\"success\"}", NULL, 'o', "", NULL},
	{PD, 0, 202, "", NULL, 'o', "", NULL},
	{PD, 0, 200, "<html>", NULL, 'd', "", "not PagerDuty's"},
	{PD, 0, 400, "{}", NULL, 'r', "", "HTTP 400"},
	{PD, 0, 401, "{}", NULL, 'm', "", NULL},
	{PD, 0, 408, "{}", NULL, 'd', "", NULL},
	{PD, 0, 429, "{}", NULL, 'd', "", NULL},
	{PD, 0, 503, "", NULL, 'd', "", "HTTP 503"},
	{PD, 0, 302, "", NULL, 'm', "", "redirects"},
	{PD, 0, 410, "", NULL, 'm', "", "HTTP 410"},
	{PD, 0, 400, "{\"status\":\"invalid event\",\"message\":\"Event object "
		"is invalid\",\"errors\":[\"Invalid routing key\"]}", NULL,
		'm', "", "HTTP 400"},
	{PD, 0, 400, "{\"message\":\"Event object is invalid\",\"errors\":[\""
		"Length of 'routing_key' is incorrect (should be 32 "
		"characters)\"]}", NULL, 'm', "", NULL},
	{PD, 0, 400, "{\"message\":\"Event object is invalid\",\"errors\":[\""
		"'payload.summary' is missing or blank\"]}", NULL, 'r', "",
		NULL},
	{OG, 0, 202, "{}", NULL, 'o', "", NULL},
	{OG, 0, 200, "{}", NULL, 'd', "", "not Opsgenie's"},
	{OG, 0, 422, "{}", NULL, 'r', "", NULL},
	{OG, 0, 404, "{}", NULL, 'm', "", NULL},
	{OG, 0, 402, "{\"message\":\"Your account is expired\"}", NULL, 'm',
		"", NULL},
	{OG, 0, 422, "{\"message\":\"Key format is not valid!\",\"took\":0.0}",
		NULL, 'm', "", "HTTP 422"},
	{OG, 0, 422, "{\"message\":\"API Key is disabled\"}", NULL, 'm', "",
		NULL},
	{OG, 0, 422, "{\"message\":\"Request body is not processable. Please "
		"check the errors.\",\"errors\":{\"message\":\"Message can "
		"not be empty; a key\"}}", NULL, 'r', "", NULL},
	{WH, 0, 204, "", NULL, 'o', "", NULL},
	{WH, 0, 301, "", NULL, 'm', "", "redirects"},
	{WH, 0, 401, "", NULL, 'm', "", NULL},
	{WH, 0, 403, "", NULL, 'm', "", NULL},
	{WH, 0, 404, "", NULL, 'm', "", NULL},
	{WH, 0, 405, "", NULL, 'm', "", NULL},
	{WH, 0, 410, "", NULL, 'm', "", NULL},
	{WH, 0, 422, "", NULL, 'e', "", NULL},
	{WH, 0, 400, "", NULL, 'e', "", NULL},
	{WH, 0, 500, "", NULL, 'd', "", NULL},
	{SL, 0, 200, "{\"ok\":true," PLACE "}", NULL, 'o',
		"C1 1503435956.000001", NULL},
	{SL, 0, 200, "{\"ok\":true," PLACE "}", "C1 1.2", 'o', "", NULL},
	{SL, 0, 200, "{\"ok\":true}", NULL, 'd', "", "not Slack's"},
	{SL, 0, 200, "{\"ok\":true,\"channel\":\"C 1\",\"ts\":\"1.2\"}", NULL,
		'd', "", NULL},
	{SL, 0, 200, "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1\\n2\"}", NULL,
		'd', "", NULL},
	{SL, 0, 200, "ok", NULL, 'd', "", NULL},
	{SL, 0, 200, "{\"ok\":1}", NULL, 'd', "", NULL},
	{SL, 0, 200, "{\"ok\":false}", NULL, 'd', "", NULL},
	{SL, 0, 200, "[]", NULL, 'd', "", NULL},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"ratelimited\"}", NULL, 'd', "",
		"ratelimited"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"channel_not_found\"}", NULL,
		'm', "", "channel_not_found"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"invalid_auth\"}", NULL, 'm', "",
		"invalid_auth"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"invalid_blocks\\u001b[1m\"}",
		NULL, 'r', "", "Slack says that it is not valid"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"invalid_blocks\"}", NULL, 'r',
		"", NULL},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"msg_too_long\"}", NULL, 'r',
		"", NULL},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"is_archived\"}", NULL, 'm',
		"", "is_archived"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"channel_is_frozen\"}", NULL,
		'm', "", "channel_is_frozen"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"two_factor_setup_required\"}",
		NULL, 'm', "", "two_factor_setup_required"},
	{SL, 0, 404, "no_service", NULL, 'm', "", "HTTP 404"},
	{SL, 0, 410, "channel_is_archived", NULL, 'm', "", "HTTP 410"},
	{SL, 0, 400, "user_not_found", NULL, 'm', "", "HTTP 400"},
	{SL, 0, 400, "invalid_token", NULL, 'm', "", "HTTP 400"},
	{SL, 0, 400, "invalid_payload", NULL, 'r', "", "HTTP 400"},
	{SL, 0, 400, "no_text", NULL, 'r', "", "HTTP 400"},
	{SL, 0, 200, "{\"ok\":false,\"error\":\"thread_not_found\"}", "C1 1.2",
		'e', "-", NULL},
	{SL, 1, 200, "{\"ok\":false,\"error\":\"message_not_found\"}",
		"C1 1.2", 'o', "", NULL},
	{SL, 1, 200, "{\"ok\":false,\"error\":\"ratelimited\"}", "C1 1.2", 'd',
		"", NULL},
	{DC, 0, 200, "{\"id\":\"123\"}", NULL, 'o', "123", NULL},
	{DC, 0, 200, "{\"id\":\"12\"}", "123", 'o', "", NULL},
	{DC, 0, 200, "{\"id\":123}", NULL, 'd', "", "not Discord's"},
	{DC, 0, 200, "{\"id\":\"12/../3\"}", NULL, 'd', "", NULL},
	{DC, 0, 200, "{\"id\":\"123456789012345678901\"}", NULL, 'd', "", NULL},
	{DC, 0, 204, "", NULL, 'd', "", NULL},
	{DC, 0, 404, "{\"code\":10015}", NULL, 'm', "", NULL},
	{DC, 0, 401, "{\"message\":\"Invalid Webhook Token\",\"code\":50027}",
		NULL, 'm', "", NULL},
	{DC, 0, 400, "{\"code\":220001}", NULL, 'm', "", "HTTP 400"},
	{DC, 0, 400, "{\"code\":50083}", NULL, 'm', "", NULL},
	{DC, 0, 400, "{\"code\":50035,\"errors\":{\"webhook_id\":{\"_errors\":["
		"{\"code\":\"NUMBER_TYPE_COERCE\"}]}}}", NULL, 'm', "", NULL},
	{DC, 0, 400, "{\"code\":50035,\"errors\":{\"embeds\":{}}}", NULL, 'r',
		"", NULL},
	{DC, 0, 400, "{\"code\":50006}", NULL, 'r', "", NULL},
	{DC, 0, 404, "{\"code\":10008}", "123", 'e', "-", "deleted"},
	{DC, 1, 404, "{\"code\":10008}", "123", 'm', "", NULL},
	{DC, 0, 429, "{\"retry_after\":-5}", NULL, 'd', "", NULL},
	{DC, 0, 429, "{\"retry_after\":1e308}", NULL, 'd', "", NULL},
	{TW, 0, 201, "{\"sid\":\"SM1\"}", NULL, 'o', "", NULL},
	{TW, 0, 200, "{\"sid\":\"SM1\"}", NULL, 'd', "", "not Twilio's"},
	{TW, 0, 201, "<xml>", NULL, 'd', "", NULL},
	{TW, 0, 400, "{\"code\":1e300}", NULL, 'r', "", "HTTP 400"},
	/* A number that somebody has to correct. */
	{TW, 0, 400, "{\"code\":21211}", NULL, 'w', "", NULL},
	{TW, 1, 400, "{\"code\":21211}", NULL, 'w', "",
		"HTTP 400, Twilio's error 21211, for number 2 of its to"},
	{TW, 0, 400, "{\"code\":21614}", NULL, 'w', "", NULL},
	{TW, 0, 400, "{\"code\":21610}", NULL, 'w', "", NULL},
	{TW, 0, 400, "{\"code\":21606}", NULL, 'm', "", "21606"},
	{TW, 0, 400, "{\"code\":21703}", NULL, 'm', "", NULL},
	{TW, 0, 400, "{\"code\":21617}", NULL, 'r', "", NULL},
	{TW, 0, 404, "{\"code\":20404}", NULL, 'm', "", NULL},
	{TW, 0, 401, "{\"code\":20003}", NULL, 'm', "", NULL},
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		const struct answer *a = &answers[i];
		struct delivered d;
		struct made m;

		made_init(&m, a->type, body_of(&(struct told) {0}));
		m.job.handle = a->before;
		d = made_judge(&m, a->n, a->status, a->body, strlen(a->body));
		if (fate(&d) != a->fate || strcmp(d.handle, a->handle) != 0 ||
			(a->why && !strstr(d.why, a->why)) ||
			(!d.ok && !*d.why))
			fail_msg("%zu: %d %s: %c '%s' %s", i, a->status,
				a->body, fate(&d), d.handle, d.why);
		if (d.retry_after_s < 0 || d.retry_after_s > 86400)
			fail_msg("%zu: %f", i, d.retry_after_s);
		made_release(&m);
	}
}

/* Single events keep no handle: nothing follows them. */
static void test_no_handle(void **state)
{
	static const char slack[] = "{\"ok\":true," PLACE "}";
	struct told once = {.event = "schema_drift_detected"};
	struct delivered d;
	struct made m;

	(void)state;
	made_init(&m, SL, body_of(&once));
	d = made_judge(&m, 0, 200, slack, strlen(slack));
	assert_true(d.ok && !*d.handle);
	made_release(&m);
	made_init(&m, DC, body_of(&once));
	d = made_judge(&m, 0, 200, "{\"id\":\"1\"}", 10);
	assert_true(d.ok && !*d.handle);
	made_release(&m);
}

/* A stored handle that no vendor gives: the event is posted anew. */
static void test_bad_handles(void **state)
{
	static const char *const bad[] = {"-", "", " ", "C1", "C1 ", " 1.2",
		"12/../../x", "1234567890123456789012345678901234567890"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum conf_route_type types[] = {SL, DC};

		for (size_t k = 0; k < 2; k++) {
			struct http_request r, more;
			struct made m;

			made_init(&m, types[k], body_of(&(struct told) {0}));
			m.job.handle = bad[i];
			http_request_init(&r);
			http_request_init(&more);
			assert_true(sink_of(types[k])->build(&m.job, 0, &r));
			assert_false(
				sink_of(types[k])->build(&m.job, 1, &more));
			assert_string_equal(r.method, "POST");
			assert_null(strstr(r.body.p, "thread_ts"));
			http_request_release(&r);
			http_request_release(&more);
			made_release(&m);
		}
	}
}

/* A text names the owner if there is room, a call says it. */
static void test_owner(void **state)
{
	static const struct {
		enum conf_route_type type;
		const char *headline, *want;
		bool said;
	} rows[] = {
		{CONF_ROUTE_TWILIO_SMS, "P1: a is down", "Owner", true},
		{CONF_ROUTE_TWILIO_SMS,
			"P1: a server with quite a long name is not reachable "
			"from anywhere in the whole world, and is therefore down",
			"Owner", false},
		{CONF_ROUTE_TWILIO_VOICE, "P1: a is down", "A%26lt%3Bb", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_request r;
		struct made m;

		made_init(&m, rows[i].type, body_of(&(struct told) {
			.headline = rows[i].headline,
			.regions = "[]",
			.more = ",\"owner\":\"A<b\"",
		}));
		http_request_init(&r);
		assert_true(sink_of(rows[i].type)->build(&m.job, 0, &r));
		if (rows[i].said != (strstr(r.body.p, rows[i].want) != NULL))
			fail_msg("%s", r.body.p);
		http_request_release(&r);
		made_release(&m);
	}
}

static void test_text(void **state)
{
	static const struct {
		void (*put)(struct buf *b, const char *s);
		const char *from, *to;
	} rows[] = {
		{sink_text_slack, "<!channel> & <http://a|b>",
			"&lt;!channel&gt; &amp; &lt;http://a|b&gt;"},
		{sink_text_discord, "**a** _b_ `c` ||d||",
			"\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\|\\|d\\|\\|"},
		{sink_text_discord, "@everyone [a](b)",
			"@\u200beveryone \\[a\\]\\(b\\)"},
		{sink_text_discord, "<@&1> \\", "\\<@\u200b&1\\> \\\\"},
		{sink_text_xml, "</Say> & \"\uFFFE\uFFFF\uFFFD\a",
			"&lt;/Say&gt; &amp; \"??\uFFFD "},
		{sink_text_sms, "20:12\u201320:39 \u201ca\u201d\u2026 \u00e9",
			"20:12-20:39 \"a\"... \u00e9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;

		buf_init(&b, 1000);
		rows[i].put(&b, rows[i].from);
		assert_string_equal(b.p, rows[i].to);
		buf_release(&b);
	}
}

static void test_cut(void **state)
{
	static const struct {
		const char *from;
		size_t max, size;
		const char *to;
	} rows[] = {
		{"abcdef", 6, 100, "abcdef"},
		{"abcdefg", 6, 100, "abc..."},
		{"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", 6, 100,
			"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"},
		{"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", 5, 100,
			"\u00e9\u00e9..."},
		{"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", 6, 9,
			"\u00e9\u00e9..."},
		{"", 3, 10, ""},
		{"abcd", 3, 10, "..."},
	};
	char out[100];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(sink_cut(rows[i].from, rows[i].max, out,
			rows[i].size), rows[i].to);
}

/* The route took an event, and gave the message that name. */
static void sent(struct external_ids *l, const char *key, const char *route,
	const char *handle)
{
	external_ids_sent(l, key, route, "downtime_started", handle, true);
}

static void test_handles(void **state)
{
	static const char last[] = ",\"handle\":\"63\"";
	struct external_ids l = {0};
	char key[32], why[STATE_WHY];
	struct alert_state st;
	struct buf b;

	(void)state;
	sent(&l, "k", "r", "1");
	sent(&l, "k", "s", "2");
	sent(&l, "k", "r", "3");
	assert_string_equal(external_ids_find(&l, "k", "r"), "3");
	assert_null(external_ids_find(&l, "j", "r"));
	external_ids_sent(&l, "k", "s", "downtime_resolved", "", true);
	sent(&l, "k", "t", "");
	assert_int_equal(l.n, 1);
	/* A message is known until the end of the incident has arrived there. */
	external_ids_sent(&l, "k", "u", "downtime_started", "4", true);
	external_ids_sent(&l, "k", "u", "downtime_reminder", "", true);
	external_ids_sent(&l, "k", "u", "downtime_resolved", "", false);
	assert_string_equal(external_ids_find(&l, "k", "u"), "4");
	external_ids_sent(&l, "k", "u", "downtime_resolved", "", true);
	assert_null(external_ids_find(&l, "k", "u"));
	/* A test is told once, and has no end. */
	external_ids_sent(&l, "k", "u", "test", "5", true);
	assert_string_equal(external_ids_find(&l, "k", "u"), "5");
	for (int i = 0; i < EXTERNAL_IDS_MAX; i++) {
		snprintf(key, sizeof key, "%d", i);
		sent(&l, key, "r", key);
	}
	assert_int_equal(l.n, EXTERNAL_IDS_MAX);
	assert_null(external_ids_find(&l, "k", "r"));
	state_init(&st, "s");
	st.handles = l;
	buf_init(&b, STATE_MAX);
	state_write(&b, &st);
	state_release(&st);
	assert_true(state_read(b.p, b.len, "s", &st, why));
	assert_string_equal(external_ids_find(&st.handles, "63", "r"), "63");
	state_release(&st);
	memset(strstr(b.p, last), ' ', sizeof last - 1);
	assert_false(state_read(b.p, b.len, "s", &st, why));
	assert_string_equal(why, "handle: missing");
	state_release(&st);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_handle),
		cmocka_unit_test(test_bad_handles),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_handles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
