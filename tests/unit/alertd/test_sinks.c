/* SPDX-License-Identifier: MIT */
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
#define MS CONF_ROUTE_TEAMS
#define TG CONF_ROUTE_TELEGRAM
#define NT CONF_ROUTE_NTFY
#define MM CONF_ROUTE_MATTERMOST
#define TELEGRAM(id) "{\"ok\":true,\"result\":{\"message_id\":" id "}}"
#define NO(what) "{\"ok\":false,\"description\":\"Bad Request: " what "\"}"
#define NTFY(id) "{\"id\":\"" id "\",\"event\":\"message\"}"
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
	{MS, 0, 202, "", NULL, 'o', "", NULL},
	{MS, 0, 200, "{\"done\":true}", NULL, 'o', "", NULL},
	{MS, 0, 200, "<html>Log in</html>", NULL, 'd', "", "not Microsoft's"},
	{MS, 0, 200, "Webhook message delivered failed with error: 413", NULL,
		'd', "", NULL},
	{MS, 0, 400, "{\"error\":{\"code\":\"WorkflowTriggerIsNotEnabled\","
		"\"message\":\"no\"}}", NULL, 'm', "", "HTTP 400"},
	{MS, 0, 400, "{\"error\":{\"code\":\"TriggerInputSchemaMismatch\","
		"\"message\":\"The input of the workflow trigger\"}}", NULL,
		'r', "", NULL},
	{MS, 0, 401, "{\"error\":{\"code\":\"DirectApiAuthorizationRequired\""
		"}}", NULL, 'm', "", NULL},
	{MS, 0, 413, "", NULL, 'r', "", "HTTP 413"},
	{MS, 0, 429, "", NULL, 'd', "", NULL},
	{TG, 0, 200, TELEGRAM("7"), NULL, 'o', "7", NULL},
	{TG, 0, 200, TELEGRAM("8"), "7", 'o', "", NULL},
	{TG, 0, 200, TELEGRAM("-7"), NULL, 'd', "", "not Telegram's"},
	{TG, 0, 200, TELEGRAM("\"7\""), NULL, 'd', "", NULL},
	{TG, 0, 200, TELEGRAM("1e300"), NULL, 'd', "", NULL},
	{TG, 0, 200, "{\"ok\":false}", NULL, 'd', "", NULL},
	{TG, 0, 200, "ok", NULL, 'd', "", NULL},
	{TG, 0, 400, NO("chat not found"), NULL, 'm', "", "HTTP 400"},
	{TG, 0, 400, NO("not enough rights to send text messages to the chat"),
		NULL, 'm', "", NULL},
	{TG, 0, 400, NO("inline keyboard button URL 'http://a' is invalid"),
		NULL, 'm', "", NULL},
	{TG, 0, 400, NO("message is too long"), NULL, 'r', "", NULL},
	{TG, 0, 400, NO("can't parse entities"), NULL, 'r', "", NULL},
	{TG, 0, 400, "{\"ok\":false,\"description\":\"group chat was upgraded "
		"to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":"
		"-1009876543210}}", NULL, 'm', "", "new id, -1009876543210"},
	{TG, 0, 400, "{\"description\":\"migrated\",\"parameters\":{"
		"\"migrate_to_chat_id\":1e300}}", NULL, 'm', "", "HTTP 400"},
	{TG, 0, 401, NO("Unauthorized"), NULL, 'm', "", NULL},
	{TG, 0, 403, NO("bot was kicked"), NULL, 'm', "", NULL},
	{TG, 0, 404, NO("Not Found"), NULL, 'm', "", NULL},
	{TG, 0, 429, "{\"parameters\":{\"retry_after\":-5}}", NULL, 'd', "",
		NULL},
	{TG, 0, 429, "{\"parameters\":{\"retry_after\":1e308}}", NULL, 'd', "",
		NULL},
	{NT, 0, 200, NTFY("ab_C-9"), NULL, 'o', "ab_C-9", NULL},
	{NT, 0, 200, NTFY("b"), "a", 'o', "", NULL},
	{NT, 0, 200, NTFY("a b"), NULL, 'd', "", "not ntfy's"},
	{NT, 0, 200, NTFY(""), NULL, 'd', "", NULL},
	{NT, 0, 200, "{\"id\":\"a\",\"event\":\"open\"}", NULL, 'd', "", NULL},
	{NT, 0, 200, "[]", NULL, 'd', "", NULL},
	{NT, 0, 400, "{\"code\":40009,\"http\":400,\"error\":\"topic invalid"
		"\"}", NULL, 'm', "", NULL},
	{NT, 0, 400, "{\"code\":40018,\"http\":400,\"error\":\"actions "
		"invalid\"}", NULL, 'r', "", NULL},
	{NT, 0, 401, "{\"code\":40101}", NULL, 'm', "", NULL},
	{NT, 0, 413, "{\"code\":41303}", NULL, 'r', "", NULL},
	{NT, 0, 429, "{\"code\":42908}", NULL, 'd', "", NULL},
	{NT, 0, 507, "{}", NULL, 'd', "", NULL},
	{MM, 0, 200, "ok", NULL, 'o', "", NULL},
	{MM, 0, 200, "okay", NULL, 'd', "", "not Mattermost's"},
	{MM, 0, 400, "{\"id\":\"web.incoming_webhook.invalid.app_error\"}",
		NULL, 'm', "", NULL},
	{MM, 0, 404, "{\"id\":\"web.incoming_webhook.channel.app_error\"}",
		NULL, 'm', "", NULL},
	{MM, 0, 400, "{\"id\":\"web.incoming_webhook.parse.app_error\"}",
		NULL, 'r', "", NULL},
	{MM, 0, 501, "{\"id\":\"web.incoming_webhook.disabled.app_error\"}",
		NULL, 'm', "", NULL},
	{MM, 0, 500, "{\"id\":\"web.incoming_webhook.channel.app_error\"}",
		NULL, 'd', "", NULL},
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
		enum conf_route_type types[] = {SL, DC, TG};

		for (size_t k = 0; k < 3; k++) {
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
			assert_null(strstr(r.body.p, "reply_parameters"));
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

/* An event of that headline and summary, as it leaves. */
static void built(enum conf_route_type type, const char *headline,
	const char *summary, struct http_request *r)
{
	struct told t = {.headline = headline,
		.summary = summary,
		.more = ",\"ack_url\":\"https://status.example.com/a/1\""};
	struct made m;

	assert_true(made_init(&m, type, body_of(&t)));
	http_request_init(r);
	assert_true(sink_of(type)->build(&m.job, 0, r));
	assert_true(buf_ok(&r->body));
	made_release(&m);
}

/* What is hostile in each markup is only text. */
static void test_markup(void **state)
{
	static const struct {
		enum conf_route_type type;
		const char *from, *to; /* of the headline */
	} rows[] = {
		{MS, "**a** [b](https://c) <at>d</at>",
			"\"text\":\"**a** [b](https://c) <at>d</at>\""},
		{MS, "\"},{\"", "\"text\":\"\\\"},{\\\"\""},
		{TG, "</b><a href='x'> &amp; &",
			"&lt;/\u200bb&gt;&lt;a href='x'&gt; &amp;amp; &amp;</b>"},
		{TG, "@ann https://evil evil.com 1.5 a/b /go",
			"<b>@\u200bann https:\u200b//\u200bevil evil.\u200bcom 1.5 "
			"a/b /\u200bgo</b>"},
		{NT, "**a** @ann", "\"title\":\"**a** @ann\""},
		{MM, "**a** _b_ `c` [d](e) ~f",
			"**\\\\*\\\\*a\\\\*\\\\* \\\\_b\\\\_ \\\\`c\\\\` "
			"\\\\[d\\\\]\\\\(e\\\\) \\\\~f**"},
		{MM, "@all <!channel> https://e www.e \\",
			"**@\u200ball <\u200b\\\\!channel\\\\> https:\u200b//e "
			"www\u200b.e \\\\\\\\**"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_request r;

		built(rows[i].type, rows[i].from, "s", &r);
		if (!strstr(r.body.p, rows[i].to))
			fail_msg("%zu: no %s in %s", i, rows[i].to, r.body.p);
		http_request_release(&r);
	}
}

/* How many UTF-16 units Telegram counts: an entity is one, a tag is none. */
static size_t shown(const char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		if (*s == '<' || *s == '&') {
			const char *end = strchr(s, *s == '<' ? '>' : ';');

			/* Never cut inside. */
			assert_non_null(end);
			assert_true(end - s <= 7);
			n += *s == '&';
			s = end;
		} else if ((*s & 0xc0) != 0x80) {
			n += (*s & 0xf8) == 0xf0 ? 2 : 1;
		}
	}
	return n;
}

/* The longest texts stay within the limits of each vendor, whatever of them
   has to be escaped. */
static void test_limits(void **state)
{
	static const char *const fills[] = {"&", "@", "\"", "*", "\\", "\n",
		"\U0001f534", "\u00e9", ".a"};
	static const struct {
		enum conf_route_type type;
		size_t max; /* bytes of the body */
	} rows[] = {{MS, 28 * 1024}, {TG, 65536}, {NT, 8192}, {MM, 4 * 7600}};

	(void)state;
	for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
		char text[20000];
		size_t n = strlen(fills[i]), len = 0;

		for (; len + n < sizeof text; len += n)
			memcpy(text + len, fills[i], n + 1);
		for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
			char why[JSON_WHY];
			struct http_request r;
			cJSON *o;

			built(rows[k].type, text, text, &r);
			assert_true(r.body.len <= rows[k].max);
			o = json_parse(r.body.p, r.body.len, &json_record, why);
			assert_non_null(o);
			if (rows[k].type == TG)
				assert_true(shown(json_str(o, "text")) <= 4096);
			cJSON_Delete(o);
			http_request_release(&r);
		}
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
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_handles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
