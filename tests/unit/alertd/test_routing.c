/* SPDX-License-Identifier: MIT */
/*
 * Goal: who is told of what, and what waits until when: by the first policy that
 * matches, and by the types of the routes where none does; also on the days on
 * which clocks change.
 */
#include "../lib/conf_heard.h"
#include "../lib/rows.h"
#include "base/clock.h"
#include "routing/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROWS "alertd/routing.rows"

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
	"  - {slug: theirs, url: 'https://a.example.com/', account: acme,\n"   \
	"     labels: {team: payments, env: prod}}\n"                           \
	"  - {slug: ours, url: 'https://b.example.com/'}\n"                    \
	"alerts:\n"                                                            \
	"  zone: Europe/Berlin\n"                                              \
	"  routes:\n"
#define NUMBERS "secret: s, from: '+15551230100', to: ['+15551230101']"

/* The routes that a configuration may have. */
static const struct {
	const char *name, *members;
} known[] = {
	{"chat", "type: command, command: [x]"},
	{"news", "type: slack, secret: s, zone: UTC"},
	{"pager", "type: pagerduty, secret: s"},
	{"genie", "type: opsgenie, secret: s"},
	{"sms", "type: twilio_sms, " NUMBERS},
	{"call", "type: twilio_voice, " NUMBERS},
};
#define KNOWN (sizeof known / sizeof *known)

static void put_route(struct buf *b, const char *name, size_t n)
{
	size_t i = 0;

	while (i < KNOWN && (strlen(known[i].name) != n ||
				    strncmp(known[i].name, name, n) != 0))
		i++;
	if (i == KNOWN)
		fail_msg("%.*s: no such route", (int)n, name);
	buf_fmt(b, "    - {name: %s, %s}\n", known[i].name, known[i].members);
}

/* A configuration with these routes, and these policies, a line each. */
static struct conf *configure(const char *routes, const char *policies)
{
	struct conf *c;
	struct buf b;

	buf_init(&b, 10000);
	for (size_t n; *routes; routes += n + (routes[n] == ' ')) {
		n = strcspn(routes, " ");
		put_route(&b, routes, n);
	}
	if (*policies)
		buf_str(&b, "  policies:\n");
	for (size_t n; *policies; policies += n + (policies[n] == '\n')) {
		n = strcspn(policies, "\n");
		buf_fmt(&b, "    - %.*s\n", (int)n, policies);
	}
	c = conf_must(FLEET, b.p);
	buf_release(&b);
	return c;
}

/* Set out to who gets an event then, and until when it waits. */
static const char *who(const struct conf *c, struct alert_event *e,
	const char *when, struct buf *b)
{
	struct strings out = {0};

	e->record.at = at(when);
	route_pick(c, e, &out);
	buf_init(b, 1000);
	for (size_t i = 0; i < out.n; i++) {
		char due[CLOCK_RFC3339];
		struct outbox_wait w;

		buf_fmt(b, "%s%s", i ? " " : "", out.v[i]);
		if (!route_waits(c, route_find(c, out.v[i]), e, e->record.at,
			    &w))
			continue;
		clock_rfc3339(w.boundary, due);
		buf_fmt(b, "@%.16s", due);
	}
	if (!out.n)
		buf_str(b, "nobody");
	strings_release(&out);
	return b->p;
}

static void expect(const struct conf *c, struct alert_event *e,
	const char *when, const char *expected)
{
	struct buf b;

	assert_string_equal(who(c, e, when, &b), expected);
	buf_release(&b);
}

#define NOON "2026-03-27T11:00:00Z"
#define NIGHT "2026-03-27T22:00:00Z"

static enum severity severity(const char *name)
{
	enum severity s = SEVERITY_P1;

	assert_true(severity_parse(name, &s));
	return s;
}

static void try_policies(const struct row *r)
{
	char *what[4];
	struct conf *c = configure(r->field[0], r->below);
	struct alert_event e = {.record.phase = ALERT_STARTED};
	struct buf b;

	row_words(r, 1, what, 4);
	assert_true(alert_kind_parse(what[0], &e.record.kind));
	e.record.severity = severity(what[1]);
	e.record.slug = what[2];
	if (e.record.kind >= (enum alert_kind)ALERT_KINDS)
		e.record.phase = ALERT_ONCE;
	row_expect(r, who(c, &e, what[3], &b), r->field[2]);
	buf_release(&b);
	conf_free(c);
}

static void test_policies(void **state)
{
	(void)state;
	rows_each(ROWS, "policies", try_policies);
	expect(NULL, &(struct alert_event) {.record.slug = "ours"}, NOON,
		"nobody");
}

/* Whoever was told is told how it goes on, and alone hears of its end. */
static void test_told(void **state)
{
	struct conf *c = configure("chat pager sms", "");
	struct alert_event e = {.record = {.slug = "ours",
		.severity = SEVERITY_P1}};

	(void)state;
	strings_add(&e.notified, "sms");
	e.record.phase = ALERT_REMINDER;
	expect(c, &e, NIGHT, "chat pager sms");
	e.record.phase = ALERT_ACKNOWLEDGED;
	expect(c, &e, NIGHT, "sms");
	e.record.phase = ALERT_UPDATED;
	expect(c, &e, NIGHT, "sms");
	e.record.phase = ALERT_RESOLVED;
	expect(c, &e, NIGHT, "sms");
	strings_clear(&e.notified);
	expect(c, &e, NIGHT, "nobody");
	e.record.phase = ALERT_ESCALATED;
	strings_add(&e.steps, "sms");
	expect(c, &e, NIGHT, "chat pager sms");
	conf_free(c);
	/* The end waits for no hours, nor does who has it. */
	c = configure("chat sms", "{steps: [{routes: [chat]}], "
		"hours: mon-fri 09:00-18:00}");
	e.record.severity = SEVERITY_P2;
	e.record.phase = ALERT_REMINDER;
	expect(c, &e, NIGHT, "chat@2026-03-30T07:00 sms@2026-03-30T07:00");
	e.record.phase = ALERT_ACKNOWLEDGED;
	expect(c, &e, NIGHT, "sms");
	e.record.phase = ALERT_UPDATED;
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
	struct conf *c = configure("chat pager", "{steps: "
		"[{after: 5m, routes: [pager]}, {after: 9m, routes: [chat]}]}");
	struct alert_event e = {.record = {.slug = "ours",
		.kind = ALERT_DRIFT, .severity = SEVERITY_P2,
		.phase = ALERT_ONCE}};

	(void)state;
	expect(c, &e, NIGHT, "pager");
	e.record.kind = ALERT_DOWNTIME;
	e.record.phase = ALERT_FOUND;
	expect(c, &e, NIGHT, "pager");
	e.record.phase = ALERT_STARTED;
	expect(c, &e, NIGHT, "nobody");
	conf_free(c);
}

/* A common incident: told as one by whoever is for all servers. */
static void test_common(void **state)
{
	struct conf *c = configure("chat pager",
		"{match: {servers: [theirs]}, steps: [{routes: [pager]}]}\n"
		"{steps: [{routes: [chat]}]}");
	struct alert_event e = {.record = {.slug = "*",
		.severity = SEVERITY_P1}};

	(void)state;
	strings_add(&e.servers, "theirs");
	expect(c, &e, NOON, "nobody");
	strings_add(&e.servers, "ours");
	expect(c, &e, NOON, "chat");
	/* Whichever of its servers comes first. */
	strings_clear(&e.servers);
	strings_add(&e.servers, "ours");
	strings_add(&e.servers, "theirs");
	expect(c, &e, NOON, "chat");
	strings_release(&e.servers);
	/* And the single ones only by whoever chooses. */
	e.group = "*.12345678";
	e.record.slug = "theirs";
	expect(c, &e, NOON, "pager");
	e.record.slug = "ours";
	expect(c, &e, NOON, "nobody");
	conf_free(c);
}

/* Somebody is woken by a chat only where there is nothing else. */
static void test_wakes(void **state)
{
	static const struct {
		const char *routes, *name;
		bool wakes;
	} rows[] = {
		{"chat news", "chat", true},
		{"chat pager", "chat", false},
		{"pager chat", "chat", false},
		{"chat sms", "sms", true},
		{"chat pager", "pager", true},
		{"chat call", "call", true},
		/* It may have been a pager. */
		{"chat pager", "removed", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct conf *c = configure(rows[i].routes, "");

		if (route_wakes(c, rows[i].name) != rows[i].wakes)
			fail_msg("%zu: %s", i, rows[i].name);
		conf_free(c);
	}
}

static void try_drift(const struct row *r)
{
	char *what[5];
	struct conf *c = configure("chat", r->below);
	struct alert_event e = {.record = {
		.slug = "ours", .kind = ALERT_DRIFT, .phase = ALERT_ONCE}};
	struct buf b;

	row_words(r, 0, what, 5);
	e.record.severity = severity(what[0]);
	e.record.removed.n = strtoul(what[1], NULL, 10);
	e.record.changed.n = strtoul(what[2], NULL, 10);
	e.record.added.n = strtoul(what[3], NULL, 10);
	e.record.redescribed.n = strtoul(what[4], NULL, 10);
	row_expect(r, who(c, &e, NOON, &b), r->field[1]);
	buf_release(&b);
	conf_free(c);
}

/* Some changes of tools can wait, whatever the policy. */
static void test_drift(void **state)
{
	(void)state;
	rows_each(ROWS, "drifts", try_drift);
}

static void try_boundary(const struct row *r)
{
	char *what[2], due[CLOCK_RFC3339];
	enum conf_digest period = CONF_DIGEST_NO;

	row_words(r, 0, what, 2);
	while (strcmp(conf_digests[period], what[0]) != 0)
		period++;
	clock_rfc3339(hours_digest(period, NULL, "Europe/Berlin", at(what[1])),
		due);
	row_expect(r, due, r->field[1]);
}

static void test_boundaries(void **state)
{
	(void)state;
	rows_each(ROWS, "boundaries", try_boundary);
}

static void try_hours(const struct row *r)
{
	char *of[2], next[CLOCK_RFC3339], change[CLOCK_RFC3339], got[80];
	const char *hours = r->field[0];
	double t;

	row_words(r, 1, of, 2);
	t = at(of[1]);
	clock_rfc3339(hours_next(hours, of[0], t), next);
	clock_rfc3339((int64_t)hours_change(hours, of[0], t), change);
	snprintf(got, sizeof got, "%s %s %s",
		hours_within(hours, of[0], t) ? "in" : "out", next, change);
	row_expect(r, got, r->field[2]);
}

/* Within hours or not, when they begin again, and when they change. */
static void test_hours(void **state)
{
	(void)state;
	assert_true(hours_within(NULL, "UTC", 0));
	rows_each(ROWS, "hours", try_hours);
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
