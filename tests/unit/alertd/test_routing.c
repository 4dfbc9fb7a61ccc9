/*
 * Goal: who is told of what, and what waits until when: by the first policy that
 * matches, and by the types of the routes where none does; also on the days on
 * which clocks change.
 */
#include "../lib/conf_heard.h"
#include "base/clock.h"
#include "routing/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static double at(const char *text)
{
	int64_t t = 0;

	assert_true(clock_rfc3339_parse(text, &t));
	return (double)t;
}

#define FLEET                                                                  \
	"accounts: [{name: acme, token_sha256: "                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n" \
	"regions: [{name: ap}, {name: eu}, {name: us}]\n"                      \
	"servers:\n"                                                           \
	"  - {slug: theirs, url: 'https://a.example.com/', account: acme}\n"   \
	"  - {slug: ours, url: 'https://b.example.com/'}\n"                    \
	"alerts:\n"                                                            \
	"  zone: Europe/Berlin\n"                                              \
	"  routes:\n"
#define CHAT "    - {name: chat, type: command, command: [x]}\n"
#define NEWS "    - {name: news, type: slack, secret: s, zone: UTC}\n"
#define PAGER "    - {name: pager, type: pagerduty, secret: s}\n"
#define GENIE "    - {name: genie, type: opsgenie, secret: s}\n"
#define NUMBERS "secret: s, from: '+15551230100', to: ['+15551230101']}\n"
#define SMS "    - {name: sms, type: twilio_sms, " NUMBERS
#define CALL "    - {name: call, type: twilio_voice, " NUMBERS

static struct conf *configure(const char *alerts)
{
	return conf_must(FLEET, alerts);
}

/* Who gets an event then; what waits says until when. */
static void expect(const struct conf *c, struct alert_event *e,
	const char *when, const char *expected)
{
	struct strings out = {0};
	struct buf b;

	e->record.at = at(when);
	route_pick(c, e, &out);
	buf_init(&b, 1000);
	for (size_t i = 0; i < out.n; i++) {
		char due[CLOCK_RFC3339];
		struct outbox_wait w;

		buf_fmt(&b, "%s%s", i ? " " : "", out.v[i]);
		if (!route_waits(c, route_find(c, out.v[i]), e, e->record.at,
			    &w))
			continue;
		clock_rfc3339(w.boundary, due);
		buf_fmt(&b, "@%.16s", due);
	}
	if (strcmp(b.p, expected) != 0)
		fail_msg("%s P%d: '%s', not '%s'", when,
			(int)e->record.severity, b.p, expected);
	buf_release(&b);
	strings_release(&out);
}

/* 2026-03-27 is a Friday; clocks go on in Berlin on the 29th. */
#define NOON "2026-03-27T11:00:00Z"
#define NIGHT "2026-03-27T22:00:00Z"

#define OFFICE "mon-fri 09:00-18:00"
#define P1_TO(route) "    - {match: {severities: [P1]}, steps: [{routes: [" route "]}]}\n"

#define P1_IN(hours)                                                           \
	CHAT NEWS PAGER "  policies: [{match: {severities: [P1]}, steps: "      \
			"[{routes: [news]}], hours: '" hours "'}, {steps: "     \
			"[{routes: [pager]}]}]\n"
#define P1_BY_DAY P1_IN(OFFICE)
#define P1_BY_NIGHT P1_IN("22:00-02:30")

static const struct {
	const char *alerts;
	enum alert_kind kind;
	enum severity severity;
	const char *slug, *when, *expected;
} cases[] = {
	/* The default: P1 to chats and pagers, whatever the time. */
	{CHAT NEWS PAGER GENIE SMS CALL, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		NIGHT, "chat news pager genie"},
	{CHAT PAGER SMS, ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON,
		"chat pager"},
	{CHAT PAGER SMS, ALERT_STALLED, SEVERITY_P1, "*", NOON, "chat pager"},
	{CHAT PAGER SMS, ALERT_TEST, SEVERITY_P1, "ours", NOON, "chat pager"},
	/* P2 and P3 to the chats. */
	{CHAT PAGER SMS, ALERT_DOWNTIME, SEVERITY_P2, "ours", NIGHT, "chat"},
	{CHAT NEWS PAGER, ALERT_LATENCY, SEVERITY_P3, "ours", NIGHT,
		"chat@2026-03-30T07:00 news@2026-03-30T09:00"},
	/* The gentlest that there is, for what is not for it, too. */
	{PAGER SMS CALL, ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "pager"},
	{PAGER SMS CALL, ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, "pager"},
	{SMS CALL, ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "sms"},
	{CALL, ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "call"},
	{CALL, ALERT_LATENCY, SEVERITY_P3, "ours", NOON,
		"call@2026-03-30T07:00"},
	/* Only a policy that names anomalies gets them. */
	{CHAT, ALERT_ANOMALY, SEVERITY_P3, "ours", NOON, ""},
	{CHAT "  policies: [{steps: [{routes: [chat]}]}]\n", ALERT_ANOMALY,
		SEVERITY_P3, "ours", NOON, ""},
	{CHAT "  policies: [{match: {kinds: [anomaly_logged]}, "
	      "steps: [{routes: [chat]}]}]\n",
		ALERT_ANOMALY, SEVERITY_P3, "ours", NOON, "chat"},
	/* The first that matches. */
	{CHAT PAGER "  policies:\n" P1_TO("pager")
		"    - {steps: [{routes: [chat]}]}\n",
		ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "pager"},
	{CHAT PAGER "  policies:\n" P1_TO("pager")
		"    - {steps: [{routes: [chat]}]}\n",
		ALERT_LATENCY, SEVERITY_P3, "ours", NOON, "chat"},
	{CHAT PAGER "  policies:\n    - {steps: [{routes: [chat]}]}\n"
		P1_TO("pager"),
		ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "chat"},
	/* What none matches goes by the default; what one takes to nobody. */
	{CHAT PAGER "  policies:\n" P1_TO("pager"), ALERT_DOWNTIME,
		SEVERITY_P2, "ours", NOON, "chat"},
	{CHAT PAGER "  policies:\n" P1_TO("pager") "    - {steps: []}\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, ""},
	/* By server, by account, and neither is the fleet's. */
	{CHAT PAGER "  policies: [{match: {servers: ['o*s', x]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, "pager"},
	{CHAT PAGER "  policies: [{match: {servers: ['o*']}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "theirs", NOON, "chat"},
	{CHAT PAGER "  policies: [{match: {accounts: [acme]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "theirs", NOON, "pager"},
	{CHAT PAGER "  policies: [{match: {accounts: [acme]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, "chat"},
	{CHAT PAGER "  policies: [{match: {accounts: [acme]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "unknown", NOON, "chat"},
	{CHAT PAGER "  policies: [{match: {servers: [ours]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_STALLED, SEVERITY_P2, "*", NOON, "chat"},
	{CHAT PAGER "  policies: [{match: {servers: ['*']}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_STALLED, SEVERITY_P2, "*", NOON, "pager"},
	/* Whoever is for downtimes is for their overruns and for tests. */
	{CHAT PAGER "  policies: [{match: {kinds: [downtime]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_OVERRUN, SEVERITY_P2, "ours", NOON, "pager"},
	{CHAT PAGER "  policies: [{match: {kinds: [test]}, steps: "
		    "[{routes: [chat]}]}, {match: {kinds: [downtime]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_TEST, SEVERITY_P1, "ours", NOON, "pager"},
	{CHAT PAGER "  policies: [{match: {kinds: [downtime]}, steps: "
		    "[{routes: [pager]}]}]\n",
		ALERT_REGIONAL, SEVERITY_P2, "ours", NOON, "chat"},
	/* A step that comes later is not taken at once. */
	{CHAT PAGER "  policies: [{steps: [{routes: [chat]}, {after: 5m, "
		    "routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, "chat"},
	{CHAT PAGER "  policies: [{steps: [{after: 5m, routes: [pager]}]}]\n",
		ALERT_DOWNTIME, SEVERITY_P1, "ours", NOON, ""},
	/* Hours and digests, in the zone of the route; P1 waits for neither. */
	{CHAT NEWS "  policies: [{steps: [{routes: [chat, news]}], hours: "
		OFFICE "}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, "chat news"},
	{CHAT NEWS "  policies: [{steps: [{routes: [chat, news]}], hours: "
		OFFICE "}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", "2026-03-27T17:30:00Z",
		"chat@2026-03-30T07:00 news"},
	{CHAT NEWS "  policies: [{steps: [{routes: [chat, news]}], hours: "
		OFFICE ", digest: daily}]\n",
		ALERT_DOWNTIME, SEVERITY_P1, "ours", NIGHT, "chat news"},
	{CHAT "  policies: [{steps: [{routes: [chat]}], digest: hourly}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NIGHT,
		"chat@2026-03-27T23:00"},
	{CHAT "  policies: [{steps: [{routes: [chat]}], digest: hourly, "
	      "hours: " OFFICE "}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NIGHT,
		"chat@2026-03-30T07:00"},
	{CHAT "  policies: [{steps: [{routes: [chat]}], digest: daily, "
	      "hours: \"20:00-21:00\"}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON,
		"chat@2026-03-27T19:00"},
	/* A day has one digest, also that on which 02:30 comes twice. */
	{CHAT "  policies: [{steps: [{routes: [chat]}], digest: daily, "
	      "hours: \"02:30-05:00\"}]\n",
		ALERT_DOWNTIME, SEVERITY_P2, "ours", "2026-10-25T01:05:00Z",
		"chat@2026-10-26T01:30"},
	/*
	 * Those of a policy for P1 say when it matches, on the clocks of alerts:
	 * 18:00 in Berlin, and the hour that is not there, and the one that comes
	 * twice.
	 */
	{P1_BY_DAY, ALERT_DOWNTIME, SEVERITY_P1, "ours", "2026-03-27T16:59:59Z",
		"news"},
	{P1_BY_DAY, ALERT_DOWNTIME, SEVERITY_P1, "ours", "2026-03-27T17:00:00Z",
		"pager"},
	{P1_BY_DAY, ALERT_STALLED, SEVERITY_P1, "*", "2026-03-28T12:00:00Z",
		"pager"},
	{P1_BY_DAY, ALERT_TEST, SEVERITY_P1, "ours", NOON, "news"},
	{P1_BY_DAY, ALERT_DOWNTIME, SEVERITY_P2, "ours", NOON, "pager"},
	{P1_BY_NIGHT, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		"2026-03-29T00:59:59Z", "news"},
	{P1_BY_NIGHT, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		"2026-03-29T01:00:00Z", "pager"},
	{P1_BY_NIGHT, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		"2026-10-25T00:15:00Z", "news"},
	{P1_BY_NIGHT, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		"2026-10-25T00:45:00Z", "pager"},
	{P1_BY_NIGHT, ALERT_DOWNTIME, SEVERITY_P1, "ours",
		"2026-10-25T01:15:00Z", "news"},
};

static void test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf *c = configure(cases[i].alerts);
		struct alert_event e = {.record = {
			.slug = cases[i].slug,
			.kind = cases[i].kind,
			.severity = cases[i].severity,
			.phase = cases[i].kind < (enum alert_kind)ALERT_KINDS
				? ALERT_STARTED
				: ALERT_ONCE,
		}};

		expect(c, &e, cases[i].when, cases[i].expected);
		conf_free(c);
	}
	expect(NULL, &(struct alert_event) {.record.slug = "ours"}, NOON, "");
}

/* Whoever was told is told how it goes on, and alone hears of its end. */
static void test_told(void **state)
{
	struct conf *c = configure(CHAT PAGER SMS);
	struct alert_event e = {.record = {.slug = "ours",
		.severity = SEVERITY_P1}};

	(void)state;
	strings_add(&e.notified, "sms");
	e.record.phase = ALERT_REMINDER;
	expect(c, &e, NIGHT, "chat pager sms");
	e.record.phase = ALERT_ACKNOWLEDGED;
	expect(c, &e, NIGHT, "sms");
	e.record.phase = ALERT_RESOLVED;
	expect(c, &e, NIGHT, "sms");
	strings_clear(&e.notified);
	expect(c, &e, NIGHT, "");
	e.record.phase = ALERT_ESCALATED;
	strings_add(&e.steps, "sms");
	expect(c, &e, NIGHT, "chat pager sms");
	conf_free(c);
	/* The end waits for no hours, nor does who has it. */
	c = configure(CHAT SMS "  policies: [{steps: [{routes: [chat]}], "
		"hours: " OFFICE "}]\n");
	e.record.severity = SEVERITY_P2;
	e.record.phase = ALERT_REMINDER;
	expect(c, &e, NIGHT, "chat@2026-03-30T07:00 sms@2026-03-30T07:00");
	e.record.phase = ALERT_ACKNOWLEDGED;
	expect(c, &e, NIGHT, "sms");
	e.record.phase = ALERT_RESOLVED;
	expect(c, &e, NIGHT, "sms");
	strings_release(&e.notified);
	strings_release(&e.steps);
	conf_free(c);
}

/* What happens once has no later: the first step is taken. */
static void test_once(void **state)
{
	struct conf *c = configure(CHAT PAGER
		"  policies: [{steps: [{after: 5m, routes: [pager]}, "
		"{after: 9m, routes: [chat]}]}]\n");
	struct alert_event e = {.record = {.slug = "ours",
		.kind = ALERT_DRIFT, .severity = SEVERITY_P2,
		.phase = ALERT_ONCE}};

	(void)state;
	expect(c, &e, NIGHT, "pager");
	e.record.kind = ALERT_DOWNTIME;
	e.record.phase = ALERT_FOUND;
	expect(c, &e, NIGHT, "pager");
	e.record.phase = ALERT_STARTED;
	expect(c, &e, NIGHT, "");
	conf_free(c);
}

/* A common incident: told as one by whoever is for all servers. */
static void test_common(void **state)
{
	struct conf *c = configure(CHAT PAGER
		"  policies:\n"
		"    - {match: {servers: [theirs]}, steps: [{routes: [pager]}]}\n"
		"    - {steps: [{routes: [chat]}]}\n");
	struct alert_event e = {.record = {.slug = "*",
		.severity = SEVERITY_P1}};

	(void)state;
	strings_add(&e.servers, "theirs");
	expect(c, &e, NOON, "");
	strings_add(&e.servers, "ours");
	expect(c, &e, NOON, "chat");
	strings_release(&e.servers);
	/* And the single ones only by whoever chooses. */
	e.group = "*.12345678";
	e.record.slug = "theirs";
	expect(c, &e, NOON, "pager");
	e.record.slug = "ours";
	expect(c, &e, NOON, "");
	conf_free(c);
}

/* Somebody is woken by a chat only where there is nothing else. */
static void test_wakes(void **state)
{
	static const struct {
		const char *routes, *name;
		bool wakes;
	} rows[] = {
		{CHAT NEWS, "chat", true},
		{CHAT PAGER, "chat", false},
		{PAGER CHAT, "chat", false},
		{CHAT SMS, "sms", true},
		{CHAT PAGER, "pager", true},
		{CHAT CALL, "call", true},
		/* It may have been a pager. */
		{CHAT PAGER, "removed", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *c = configure(rows[i].routes);

		if (route_wakes(c, rows[i].name) != rows[i].wakes)
			fail_msg("%zu: %s", i, rows[i].name);
		conf_free(c);
	}
}

/* Some changes of tools can wait, whatever the policy. */
static void test_drift(void **state)
{
	static const struct {
		const char *alerts;
		enum severity severity;
		size_t removed, changed, added, redescribed;
		const char *expected;
	} drifts[] = {
#define DAILY "chat@2026-03-30T07:00"
#define AT_ONCE CHAT "  policies: [{steps: [{routes: [chat]}]}]\n"
#define HOURLY CHAT "  policies: [{steps: [{routes: [chat]}], digest: hourly}]\n"
		{AT_ONCE, SEVERITY_P2, 1, 0, 3, 3, "chat"},
		{AT_ONCE, SEVERITY_P3, 0, 1, 3, 3, "chat"},
		{CHAT, SEVERITY_P3, 0, 1, 3, 3, DAILY},
		{AT_ONCE, SEVERITY_P3, 0, 0, 3, 3, DAILY},
		{HOURLY, SEVERITY_P3, 0, 0, 3, 3, DAILY},
		{AT_ONCE, SEVERITY_P3, 0, 0, 0, 3, DAILY},
		{HOURLY, SEVERITY_P2, 0, 0, 0, 0, "chat@2026-03-27T12:00"},
		{AT_ONCE, SEVERITY_P2, 0, 0, 0, 0, "chat"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof drifts / sizeof *drifts; i++) {
		struct conf *c = configure(drifts[i].alerts);
		struct alert_event e = {.record = {
			.slug = "ours",
			.kind = ALERT_DRIFT,
			.phase = ALERT_ONCE,
			.severity = drifts[i].severity,
			.removed.n = drifts[i].removed,
			.changed.n = drifts[i].changed,
			.added.n = drifts[i].added,
			.redescribed.n = drifts[i].redescribed,
		}};

		expect(c, &e, NOON, drifts[i].expected);
		conf_free(c);
	}
}

static void test_boundaries(void **state)
{
	static const struct {
		enum conf_digest period;
		const char *when, *due;
	} boundaries[] = {
		{CONF_DIGEST_HOURLY, "2026-03-27T11:00:00Z",
			"2026-03-27T12:00:00Z"},
		{CONF_DIGEST_HOURLY, "2026-03-27T11:59:59Z",
			"2026-03-27T12:00:00Z"},
		/* Before they come on Friday; then on Monday, an hour early. */
		{CONF_DIGEST_DAILY, "2026-03-27T07:59:59Z",
			"2026-03-27T08:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-27T08:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-29T11:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_DAILY, "2026-03-31T11:00:00Z",
			"2026-04-01T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-27T11:00:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-30T06:59:00Z",
			"2026-03-30T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-03-30T07:00:00Z",
			"2026-04-06T07:00:00Z"},
		{CONF_DIGEST_WEEKLY, "2026-12-30T07:00:00Z",
			"2027-01-04T08:00:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof boundaries / sizeof *boundaries; i++) {
		char due[CLOCK_RFC3339];

		clock_rfc3339(hours_digest(boundaries[i].period, NULL,
				      "Europe/Berlin", at(boundaries[i].when)),
			due);
		assert_string_equal(due, boundaries[i].due);
	}
}

/* Within hours or not, when they begin again, and when they change. */
static void test_hours(void **state)
{
	static const struct {
		const char *hours, *zone, *when;
		bool within;
		const char *next, *change; /* the latter on any day */
	} hours[] = {
		{OFFICE, "Europe/Berlin", "2026-03-27T07:59:59Z", false,
			"2026-03-27T08:00:00Z", "2026-03-27T08:00:00Z"},
		{OFFICE, "Europe/Berlin", "2026-03-27T08:00:00Z", true,
			"2026-03-30T07:00:00Z", "2026-03-27T17:00:00Z"},
		{OFFICE, "Europe/Berlin", "2026-03-27T16:59:59Z", true,
			"2026-03-30T07:00:00Z", "2026-03-27T17:00:00Z"},
		{OFFICE, "Europe/Berlin", "2026-03-27T17:00:00Z", false,
			"2026-03-30T07:00:00Z", "2026-03-28T08:00:00Z"},
		{OFFICE, "Europe/Berlin", "2026-03-28T11:00:00Z", false,
			"2026-03-30T07:00:00Z", "2026-03-28T17:00:00Z"},
		/* 02:30 comes once more. */
		{"02:30-05:00", "Europe/Berlin", "2026-10-25T01:05:00Z",
			false, "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"},
		/* It goes back on 2026-10-25, a Sunday. */
		{OFFICE, "Europe/Berlin", "2026-10-26T07:00:00Z", false,
			"2026-10-26T08:00:00Z", "2026-10-26T08:00:00Z"},
		/* Sunday's night goes on into Monday. */
		{"sun 22:00-06:00", "UTC", "2026-03-29T21:59:00Z", false,
			"2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"},
		{"sun 22:00-06:00", "UTC", "2026-03-29T22:00:00Z", true,
			"2026-04-05T22:00:00Z", "2026-03-30T06:00:00Z"},
		{"sun 22:00-06:00", "UTC", "2026-03-30T05:59:00Z", true,
			"2026-04-05T22:00:00Z", "2026-03-30T06:00:00Z"},
		{"sun 22:00-06:00", "UTC", "2026-03-30T06:00:00Z", false,
			"2026-04-05T22:00:00Z", "2026-03-30T22:00:00Z"},
		{"sun 22:00-06:00", "UTC", "2026-03-29T05:00:00Z", false,
			"2026-03-29T22:00:00Z", "2026-03-29T06:00:00Z"},
		{"22:00-06:00", "UTC", "2026-03-29T05:00:00Z", true,
			"2026-03-29T22:00:00Z", "2026-03-29T06:00:00Z"},
	};

	(void)state;
	assert_true(hours_within(NULL, "UTC", 0));
	for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
		double t = at(hours[i].when);
		char next[CLOCK_RFC3339], change[CLOCK_RFC3339];

		assert_int_equal(hours_within(hours[i].hours, hours[i].zone, t),
			hours[i].within);
		clock_rfc3339(hours_next(hours[i].hours, hours[i].zone, t),
			next);
		assert_string_equal(next, hours[i].next);
		clock_rfc3339((int64_t)hours_change(hours[i].hours,
				      hours[i].zone, t),
			change);
		assert_string_equal(change, hours[i].change);
	}
}

/* The end of what a route told under its old name goes to whom it concerns now. */
static void test_renamed(void **state)
{
	static const struct {
		const char *told;
		size_t n_routes;
		bool renamed;
	} rows[] = {
		{"chat", 1, false}, {"old", 1, true}, {"old", 0, false}};
	struct conf_route routes[] = {
		{.name = "chat", .type = CONF_ROUTE_SLACK}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct conf c = {
			.routes = routes, .n_routes = rows[i].n_routes};
		struct alert_event e = {.record = {.slug = "s",
			.kind = ALERT_DOWNTIME,
			.phase = ALERT_RESOLVED}};
		struct strings gone = {0};

		strings_add(&e.notified, rows[i].told);
		assert_int_equal(
			route_renamed(&c, &e, &gone), rows[i].renamed);
		assert_int_equal(gone.n, rows[i].renamed);
		assert_int_equal(e.notified.n, 1 + rows[i].renamed);
		assert_string_equal(e.notified.v[e.notified.n - 1],
			rows[i].renamed ? "chat" : rows[i].told);
		strings_release(&gone);
		strings_release(&e.notified);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_renamed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
