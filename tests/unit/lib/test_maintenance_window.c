/* SPDX-License-Identifier: MIT */
/*
 * Goal: a maintenance covers what its record says, by the clocks on the wall of
 * its zone, and never more than the cap.
 */
#include "base/clock.h"
#include "json/json.h"
#include "records/maintenance.h"
#include "records/probe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR 3600
#define CAP (4 * HOUR)

static bool take(const char *text, struct maintenance *m, char *why)
{
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);

	assert_non_null(doc);
	return maintenance_take(doc, m, why);
}

static struct maintenance read_one(const char *rest)
{
	struct maintenance m;
	char text[1000], why[RECORD_WHY];

	snprintf(text, sizeof text, "{\"slugs\":[\"*\"],%s}", rest);
	if (!take(text, &m, why))
		fail_msg("%s: %s", text, why);
	return m;
}

static double at(const char *s)
{
	int64_t t;

	assert_true(clock_rfc3339_parse(s, &t));
	return (double)t;
}

static void check(const char *what, const char *t, const struct occurrence *o,
	const char *want)
{
	char start[CLOCK_RFC3339], end[CLOCK_RFC3339], got[80] = "";

	clock_rfc3339(o->start, start);
	clock_rfc3339(o->end, end);
	if (o->found)
		snprintf(got, sizeof got, "%.16s %.16s", start, end);
	if (strcmp(got, want ? want : "") != 0)
		fail_msg("%s at %s: %s", what, t, got);
}

#define ONCE \
	"\"starts_at\":\"2026-05-04T22:00:00Z\",\"ends_at\":" \
	"\"2026-05-05T00:30:00Z\""
#define LONG \
	"\"starts_at\":\"2026-05-04T22:00:00Z\",\"ends_at\":" \
	"\"2026-05-05T22:00:00Z\""
/* From Monday, 2026-03-02, 02:00 to 03:00 in Berlin, each day. */
#define NIGHTLY \
	"\"starts_at\":\"2026-03-02T01:00:00Z\",\"ends_at\":" \
	"\"2026-03-02T02:00:00Z\",\"zone\":\"Europe/Berlin\"," \
	"\"every\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]"
/* From a Monday on, in New York: Sundays and Wednesdays from 23:00 to 01:30. */
#define MIDNIGHT \
	"\"starts_at\":\"2026-06-01T03:00:00Z\",\"ends_at\":" \
	"\"2026-06-01T05:30:00Z\",\"zone\":\"America/New_York\"," \
	"\"every\":[\"sun\",\"wed\"]"
/* It begins in the hour that comes twice: from the second 02:20 to 02:50. */
#define TWICE \
	"\"starts_at\":\"2026-10-25T01:20:00Z\",\"ends_at\":" \
	"\"2026-10-25T01:50:00Z\",\"zone\":\"Europe/Berlin\"," \
	"\"every\":[\"sun\",\"mon\"]"
#define ENDED(t) ",\"ended_at\":\"" t "\""

static void test_last(void **state)
{
	static const struct {
		const char *record, *t, *last, *next;
	} cases[] = {
		{ONCE, "2026-05-04T21:59:59Z", NULL,
			"2026-05-04T22:00 2026-05-05T00:30"},
		{ONCE, "2026-05-04T22:00:00Z",
			"2026-05-04T22:00 2026-05-05T00:30", NULL},
		{ONCE, "2026-06-01T00:00:00Z",
			"2026-05-04T22:00 2026-05-05T00:30", NULL},
		{LONG, "2026-05-05T05:00:00Z",
			"2026-05-04T22:00 2026-05-05T02:00", NULL},
		{ONCE ENDED("2026-05-04T23:00:00Z"), "2026-05-05T00:00:00Z",
			"2026-05-04T22:00 2026-05-04T23:00", NULL},
		{ONCE ENDED("2026-05-04T21:00:00Z"), "2026-05-04T23:00:00Z",
			NULL, NULL},
		{ONCE ENDED("2026-05-06T21:00:00Z"), "2026-05-04T23:00:00Z",
			"2026-05-04T22:00 2026-05-05T00:30", NULL},
		{LONG ENDED("2026-05-05T12:00:00Z"), "2026-05-05T13:00:00Z",
			"2026-05-04T22:00 2026-05-05T02:00", NULL},
		/* In winter and in summer at the same local time. */
		{NIGHTLY, "2026-03-10T01:30:00Z",
			"2026-03-10T01:00 2026-03-10T02:00",
			"2026-03-11T01:00 2026-03-11T02:00"},
		{NIGHTLY, "2026-04-10T00:30:00Z",
			"2026-04-10T00:00 2026-04-10T01:00",
			"2026-04-11T00:00 2026-04-11T01:00"},
		{NIGHTLY, "2026-03-02T00:59:00Z", NULL,
			"2026-03-02T01:00 2026-03-02T02:00"},
		{NIGHTLY, "2026-01-02T00:59:00Z", NULL,
			"2026-03-02T01:00 2026-03-02T02:00"},
		/* A night without a 02:00, and one with two. */
		{NIGHTLY, "2026-03-29T01:30:00Z",
			"2026-03-29T01:00 2026-03-29T02:00",
			"2026-03-30T00:00 2026-03-30T01:00"},
		{NIGHTLY, "2026-10-25T01:30:00Z",
			"2026-10-25T00:00 2026-10-25T02:00",
			"2026-10-26T01:00 2026-10-26T02:00"},
		{TWICE, "2026-10-25T01:00:00Z", NULL,
			"2026-10-25T01:20 2026-10-25T01:50"},
		{TWICE, "2026-10-25T01:20:00Z",
			"2026-10-25T01:20 2026-10-25T01:50",
			"2026-10-26T01:20 2026-10-26T01:50"},
		{TWICE, "2027-10-31T00:30:00Z",
			"2027-10-31T00:20 2027-10-31T00:50",
			"2027-11-01T01:20 2027-11-01T01:50"},
		/* 23 years later: found without counting from its beginning. */
		{NIGHTLY, "2049-07-01T00:15:00Z",
			"2049-07-01T00:00 2049-07-01T01:00",
			"2049-07-02T00:00 2049-07-02T01:00"},
		/* 2026-06-01T03:00Z is Sunday 23:00 in New York. */
		{MIDNIGHT, "2026-06-01T05:00:00Z",
			"2026-06-01T03:00 2026-06-01T05:30",
			"2026-06-04T03:00 2026-06-04T05:30"},
		{MIDNIGHT, "2026-06-04T02:59:00Z",
			"2026-06-01T03:00 2026-06-01T05:30",
			"2026-06-04T03:00 2026-06-04T05:30"},
		{MIDNIGHT, "2026-06-08T02:00:00Z",
			"2026-06-04T03:00 2026-06-04T05:30",
			"2026-06-08T03:00 2026-06-08T05:30"},
		{MIDNIGHT ENDED("2026-06-04T04:00:00Z"), "2026-06-09T00:00:00Z",
			"2026-06-04T03:00 2026-06-04T04:00", NULL},
		{MIDNIGHT ENDED("2026-06-03T00:00:00Z"), "2026-06-09T00:00:00Z",
			"2026-06-01T03:00 2026-06-01T05:30", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct maintenance m = read_one(cases[i].record);
		double t = at(cases[i].t);
		struct occurrence o = maintenance_last(&m, t, CAP);

		check(cases[i].record, cases[i].t, &o, cases[i].last);
		o = maintenance_next(&m, t, CAP);
		check(cases[i].record, cases[i].t, &o, cases[i].next);
		maintenance_release(&m);
	}
}

/* At any hour, an occurrence that is found has begun, and is within the cap. */
static void test_every_hour(void **state)
{
	static const char *const records[] = {NIGHTLY, MIDNIGHT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct maintenance m = read_one(records[i]);
		double from = at("2026-06-10T00:00:00Z");

		for (double t = from; t < from + 400.0 * 24 * HOUR; t += HOUR) {
			struct occurrence o = maintenance_last(&m, t, HOUR / 2);
			struct occurrence n = maintenance_next(&m, t, HOUR / 2);

			assert_true(o.found && (double)o.start <= t);
			assert_true((double)o.start > t - 5 * 24 * HOUR);
			assert_int_equal(o.end - o.start, HOUR / 2);
			assert_true(n.found && (double)n.start > t);
			assert_true((double)n.start < t + 5 * 24 * HOUR);
		}
		maintenance_release(&m);
	}
}

/*
 * What is cached of a maintenance is what a search finds, in any order of
 * times.
 */
static void test_kept(void **state)
{
	static const char *const records[] = {ONCE, NIGHTLY, MIDNIGHT,
		MIDNIGHT ENDED("2026-06-14T00:00:00Z")};
	double from = at("2026-03-01T00:00:00Z");

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct planned p = {.m = read_one(records[i])};

		for (int k = 0; k < 20000; k++) {
			double t = from + (k * 5 % 20000 + k % 4 * 7) * 900.0;
			double cap = k % 1000 < 900 ? CAP : HOUR;
			struct occurrence o = maintenance_at(&p, 1, "s", NULL,
				t, cap);
			struct occurrence want =
				maintenance_last(&p.m, t, cap);

			assert_int_equal(o.found, want.found);
			assert_true(!o.found || (o.start == want.start &&
				o.end == want.end && o.of == &p.m));
		}
		maintenance_release(&p.m);
	}
}

static void test_which(void **state)
{
	static const struct {
		const char *slugs, *accounts, *slug, *account;
		bool is;
	} cases[] = {
		{"\"a\"", "", "a", NULL, true},
		{"\"a\"", "", "ab", NULL, false},
		{"\"a*\"", "", "ab", NULL, true},
		{"\"x\",\"a?c\"", "", "abc", NULL, true},
		{"\"[a-c]-mcp\"", "", "b-mcp", NULL, true},
		{"\"[a-c]-mcp\"", "", "d-mcp", NULL, false},
		{"\"*\"", "", "any.thing", "acme", true},
		{"", "\"acme\"", "a", "acme", true},
		{"", "\"acme\"", "a", "acm", false},
		{"", "\"acme\"", "acme", NULL, false},
		{"\"b\"", "\"acme\"", "a", "acme", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct maintenance m;
		char text[300], why[RECORD_WHY];

		snprintf(text, sizeof text,
			"{\"slugs\":[%s],\"accounts\":[%s],"
			"\"starts_at\":100,\"ends_at\":200}",
			cases[i].slugs, cases[i].accounts);
		assert_true(take(text, &m, why));
		if (maintenance_for(&m, cases[i].slug, cases[i].account) !=
			cases[i].is)
			fail_msg("%s: %s", text, cases[i].slug);
		maintenance_release(&m);
	}
}

static void test_overlap(void **state)
{
	static const char *const records[] = {
		"\"id\":\"a\",\"starts_at\":1000,\"ends_at\":2000",
		"\"id\":\"b\",\"starts_at\":1500,\"ends_at\":3000",
		"\"id\":\"c\",\"starts_at\":1200,\"ends_at\":3000",
		"\"id\":\"d\",\"starts_at\":1600,\"ends_at\":1700",
		"\"id\":\"e\",\"starts_at\":1000,\"ends_at\":900000",
	};
	static const struct {
		double t;
		const char *id;
		bool covers;
	} cases[] = {
		{999, NULL, false}, {1000, "a", true}, {1200, "c", true},
		{1999, "c", true}, {2999.9, "c", true}, {3000, "c", false},
		{9e9, "c", false},
	};
	struct planned l[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		l[i] = (struct planned) {.m = read_one(records[i])};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct occurrence o = maintenance_at(l, 4, "s", NULL,
			cases[i].t, CAP);

		assert_int_equal(o.found, cases[i].id != NULL);
		if (o.found)
			assert_string_equal(o.of->id, cases[i].id);
		assert_int_equal(occurrence_covers(&o, cases[i].t),
			cases[i].covers);
	}
	/* The longest of all is cut at the cap. */
	assert_int_equal(maintenance_at(l, 5, "s", NULL, 5000, CAP).end,
		1000 + CAP);
	assert_false(maintenance_at(l, 0, "s", NULL, 5000, CAP).found);
	for (size_t i = 0; i < 5; i++)
		maintenance_release(&l[i].m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_every_hour),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_which),
		cmocka_unit_test(test_overlap),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
