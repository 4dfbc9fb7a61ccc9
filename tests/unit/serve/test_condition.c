/* SPDX-License-Identifier: MIT */
/*
 * Goal: no page, row or badge says "Working" alone while an incident is open, and
 * its words name the places that are meant.
 */
#include "data/condition.h"

#include "data/entries.h"
#include "data/incidents.h"
#include "data/places.h"
#include "data/view.h"
#include "words/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define AS_OF 1777494660

/* Four places; all of them work but those in `broken`. */
static const char entry[] =
	"{\"private\":false,\"regions\":["
	"{\"name\":\"us-east-1\",\"city\":\"Ashburn\"},"
	"{\"name\":\"eu-west-2\",\"city\":\"L<ndon\"},"
	"{\"name\":\"ap-southeast-1\",\"city\":\"Singapore\"},"
	"{\"name\":\"sa-east-1\",\"city\":\"Recife\"}]}";

static const char *const regions[] = {
	"us-east-1", "eu-west-2", "ap-southeast-1", "sa-east-1"};

struct row {
	/* NULL: never judged; "red refused": what keeps our checks out. */
	const char *colour;
	double age;
	const char *broken;    /* regions, with spaces between them */
	const char *incidents; /* the elements of both lists of alert:<slug> */
	const char *timeline;
	const char *sides;
	const char *state, *sentence, *note;
};

#define OPEN(kind, more)                                                       \
	"{\"kind\":\"" kind "\",\"first\":1777494000,\"passed_since\":0," more  \
	"}"
#define QUIET "\"quiet\":{\"n\":9,\"since\":1777494120,\"counted\":1777494600}"
#define IN(regions) "\"regions\":[" regions "]"
#define SIDE(t, regions) "{\"first_seen\":" t "," IN(regions) "}"
#define THREE "\"us-east-1\",\"eu-west-2\",\"sa-east-1\""
#define ONE "\"ap-southeast-1\""

static const struct row rows[] = {
	{"green", 50, "", "", "", "", "up", "Working everywhere", ""},
	{"amber", 50, "eu-west-2", "", "", "", "degraded",
		"Working, but not from L<ndon", ""},
	{"red", 50, "us-east-1 eu-west-2 sa-east-1", "", "", "", "down",
		"Not working from 3 of 4 locations", ""},
	{"red", 50, "us-east-1 eu-west-2 sa-east-1 ap-southeast-1", "", "", "",
		"down", "Not working", ""},
	{"green", 400, "", OPEN("latency", IN("")), "", "", "stale",
		"No recent data",
		""},
	{NULL, 0, "", "", "", "", "pending", "Awaiting first probe", ""},
	/* A tool list that differs, whether or not anybody was told. */
	{"green", 50, "", "", "",
		SIDE("1777490000", ONE) "," SIDE("1777494000", THREE), "up",
		"Working, but Singapore gets an older tool list",
		"Singapore gets an older tool list"},
	{"green", 50, "", OPEN("cdn_cache_divergence", IN("")), "",
		SIDE("1777490000", THREE) "," SIDE("1777494000", ONE), "up",
		"Working, but Singapore gets a newer tool list",
		"Singapore gets a newer tool list"},
	{"green", 50, "", "", "",
		SIDE("1777490000", "\"sa-east-1\",\"us-east-1\"") ","
		SIDE("1777490000", "\"eu-west-2\",\"ap-southeast-1\""), "up",
		"Working, but Ashburn and Recife get another tool list",
		"Ashburn and Recife get another tool list"},
	{"green", 50, "", "", "",
		SIDE("1", "\"sa-east-1\"") "," SIDE("2", ONE) ","
		SIDE("3", "\"us-east-1\""), "up",
		"Working, but locations get different tool lists",
		"locations get different tool lists"},
	{"green", 50, "", OPEN("cdn_cache_divergence", IN("")), "", "", "up",
		"Working, but locations get different tool lists",
		"locations get different tool lists"},
	/* Slow: where, unless that is everywhere. */
	{"green", 50, "", OPEN("latency", IN(ONE)), "", "", "up",
		"Working, but slower than usual from Singapore",
		"slower than usual from Singapore"},
	{"green", 50, "", OPEN("latency", IN(THREE "," ONE)), "", "", "up",
		"Working, but slower than usual", "slower than usual"},
	{"green", 50, "", OPEN("latency", IN(THREE)), "", "", "up",
		"Working, but slower than usual from 3 of 4 locations",
		"slower than usual from 3 of 4 locations"},
	/* By slow_above alone: the limit; no word of what is usual. */
	{"green", 50, "", OPEN("latency", "\"usual\":2000,\"above\":3," IN(ONE)),
		"", "", "up", "Working, but slower than 2 s from Singapore",
		"slower than 2 s from Singapore"},
	{"green", 50, "", OPEN("latency", "\"usual\":1500,\"above\":3," IN("")),
		"", "", "up", "Working, but slower than 1.5 s",
		"slower than 1.5 s"},
	{"green", 50, "", OPEN("latency", "\"usual\":750,\"above\":9," IN("")),
		"", "", "up", "Working, but slower than 750 ms",
		"slower than 750 ms"},
	{"green", 50, "", OPEN("latency", "\"usual\":750," IN("")), "", "",
		"up", "Working, but slower than usual", "slower than usual"},
	{"green", 50, "", OPEN("error_rate", IN("")), "", "", "up",
		"Working, but more requests fail than usual",
		"more requests fail than usual"},
	{"green", 50, "", OPEN("rate_limited", IN(ONE)), "", "", "up",
		"Working, but our checks are rate-limited",
		"our checks are rate-limited"},
	/* What people opened by hand changes no state; a private one is nothing. */
	{"green", 50, "", OPEN("manual", "\"title\":\"x\""), "", "", "up",
		"Working, but an incident is open", "an incident is open"},
	{"green", 50, "", OPEN("manual", "\"private\":true"), "", "", "up",
		"Working everywhere", ""},
	{"green", 50, "", OPEN("manual", "\"title\":\"x\"") "," OPEN("latency",
		IN("")), "", "", "up",
		"Working, but slower than usual", "slower than usual"},
	{"amber", 50, "eu-west-2", OPEN("manual", "\"title\":\"x\""), "", "",
		"degraded", "Working, but not from L<ndon", ""},
	/* What says nothing of the server is told as what it is. */
	{"amber rate-limited", 50,
		"us-east-1 eu-west-2 sa-east-1 ap-southeast-1", "", "", "",
		"degraded", "Our checks are rate-limited", ""},
	{"amber rate-limited", 50, "eu-west-2", "", "", "", "degraded",
		"Our checks are rate-limited from L<ndon", ""},
	{"red refused", 50, "us-east-1 eu-west-2 sa-east-1 ap-southeast-1",
		OPEN("downtime", "\"checks_refused\":true," IN(THREE)), "", "",
		"down",
		"Our checks are refused. Clients with their own access may be "
		"fine", ""},
	{"red refused", 50, "us-east-1 eu-west-2 sa-east-1", "", "", "", "down",
		"Our checks are refused from 3 of 4 locations. Clients with their "
		"own access may be fine", ""},
	{"amber refused", 50, "eu-west-2", "", "", "", "degraded",
		"Our checks are refused from L<ndon. Clients with their own "
		"access may be fine", ""},
	{"red refused", 400, "us-east-1 eu-west-2", "", "", "", "stale",
		"No recent data", ""},
	{"green", 50, "",
		OPEN("downtime", "\"checks_refused\":true," IN(THREE)), "", "",
		"up", "Working, but our checks are refused",
		"our checks are refused"},
	/* An outage that is about to be over, or was a minute ago. */
	{"green", 50, "", OPEN("downtime", IN(THREE)), "", "", "up",
		"Working, but just recovered",
		"just recovered"},
	{"green", 50, "",
		"{\"kind\":\"regional\",\"first\":1777494000,"
		"\"passed_since\":1777494600," IN(ONE) "}", "", "", "up",
		"Working, but just recovered",
		"just recovered"},
	/* The worst one is told. */
	{"green", 50, "",
		OPEN("latency", IN(ONE)) "," OPEN("error_rate", IN("")), "", "",
		"up", "Working, but more requests fail than usual",
		"more requests fail than usual"},
	/* What is over, folded, held or for operators says nothing. */
	{"green", 50, "", "",
		"{\"at\":1777494600,\"what\":\"latency_resolved\",\"text\":\"\","
		"\"first\":1777494000,\"resolved_at\":1777494600}", "", "up",
		"Working everywhere", ""},
	{"green", 50, "",
		OPEN("latency", "\"folded\":true," IN(ONE)) ","
		OPEN("downtime", "\"held\":true," IN(ONE)) ","
		OPEN("slo_burn", IN("")), "", "", "up", "Working everywhere",
		""},
	{"amber", 50, "eu-west-2", OPEN("latency", IN(ONE)), "", "", "degraded",
		"Working, but not from L<ndon", ""},
	/* Nobody knows whether it goes on, and it works where we look. */
	{"green", 50, "",
		OPEN("regional", IN(ONE) "," QUIET ",\"silent\":[" ONE "]"), "",
		"", "up", "Working everywhere", ""},
	/* Only the next report is due. */
	{"green", 50, "", OPEN("regional", IN(ONE) "," QUIET), "", "", "up",
		"Working, but just recovered",
		"just recovered"},
};

/* The same while a maintenance goes on: it is a state of its own. */
static const struct row planned[] = {
	{"green", 50, "", "", "", "", "maintenance",
		"Under maintenance, but working", ""},
	{"green", 50, "", OPEN("latency", IN(ONE)), "", "", "maintenance",
		"Under maintenance, but working", ""},
	{"amber", 50, "eu-west-2", "", "", "", "maintenance",
		"Under maintenance, not working from L<ndon", ""},
	{"red", 50, "us-east-1 eu-west-2 sa-east-1 ap-southeast-1", "", "", "",
		"maintenance", "Under maintenance, not working", ""},
	{"red refused", 50, "us-east-1 eu-west-2 sa-east-1 ap-southeast-1", "",
		"", "", "maintenance",
		"Under maintenance; our checks are refused. Clients with their "
		"own access may be fine", ""},
	/* What is not known now is not what was planned. */
	{"red", 400, "us-east-1", "", "", "", "stale",
		"No recent data", ""},
	{NULL, 0, "", "", "", "", "pending", "Awaiting first probe", ""},
};

static bool is_in(const char *words, const char *word)
{
	const char *p = strstr(words, word);

	return p != NULL;
}

static void put_verdict(const struct row *r, struct buf *b)
{
	const char *checks = strchr(r->colour, ' ');
	int colour = (int)strcspn(r->colour, " ");
	const char *failure = !checks ? ""
		: strcmp(checks, " refused") == 0
		? ",\"failed_step\":\"auth-initialize\",\"error\":"
		  "\"auth.rejected\""
		: ",\"failed_step\":\"initialize\",\"error\":\"http.429\"";

	buf_fmt(b, "{\"window\":%d,\"verdict\":\"%.*s\"", AS_OF, colour,
		r->colour);
	buf_str(b, ",\"regions\":[");
	for (size_t i = 0; i < 4; i++) {
		bool broken = is_in(r->broken, regions[i]);

		buf_fmt(b, "%s{\"region\":\"%s\",\"state\":\"%s\"%s}",
			i ? "," : "", regions[i],
			broken ? "broken" : "healthy", broken ? failure : "");
	}
	if (checks)
		buf_fmt(b, "],\"checks\":\"%s\",\"none\":[", checks + 1);
	buf_fmt(b, "],\"sides\":[%s]}", r->sides);
}

/* Append what is said of it; returns what that is made of. */
static struct condition check(const struct row *r, bool maintenance,
	struct buf *got)
{
	struct buf verdict, alert;
	struct incidents incidents;
	struct tool_split split;
	struct places places;
	struct server server;
	struct condition c;
	struct view view;
	char why[VIEW_WHY];
	struct condition_facts f = {&view, &incidents, &split, maintenance};

	buf_init(&verdict, 8000);
	buf_init(&alert, 8000);
	if (r->colour)
		put_verdict(r, &verdict);
	buf_fmt(&alert, "{\"incidents\":[%s],\"timeline\":[%s]}", r->incidents,
		r->timeline);
	assert_int_equal(server_read(entry, true, &server, why), 0);
	assert_int_equal(view_read(r->colour ? verdict.p : NULL, true,
				 AS_OF + r->age, &view, why), 0);
	tool_split_read(r->colour ? verdict.p : NULL, &split);
	incidents_read(alert.p, &incidents);
	places_read(&places, &server, &view);
	c = condition_of(&f);
	buf_fmt(got, "%s; ", condition_name(c.state));
	condition_put(got, c, &f, &places);
	buf_str(got, "; ");
	condition_put_note(got, c, &f, &places);
	/* A list reads the incidents only where this stands in the state. */
	assert_int_equal(*r->incidents != 0,
		strstr(alert.p, INCIDENTS_OPEN) != NULL);
	places_release(&places);
	incidents_release(&incidents);
	tool_split_release(&split);
	view_release(&view);
	server_release(&server);
	buf_release(&verdict);
	buf_release(&alert);
	return c;
}

static void check_rows(const struct row *v, size_t n, bool maintenance)
{
	char want[500];
	struct buf got;

	for (size_t i = 0; i < n; i++) {
		buf_init(&got, 2000);
		check(&v[i], maintenance, &got);
		snprintf(want, sizeof want, "%s; %s; %s", v[i].state,
			v[i].sentence, v[i].note);
		if (strcmp(got.p, want) != 0)
			fail_msg("row %zu: %s, not %s", i, got.p, want);
		buf_release(&got);
	}
}

static void test_sentences(void **state)
{
	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows, false);
	check_rows(planned, sizeof planned / sizeof *planned, true);
}

/* Since when: of the incident that is told, or else of the newest tool list. */
static void test_since(void **state)
{
	static const char sides[] =
		SIDE("1777490000", ONE) "," SIDE("1777494300", THREE);
	static const char *const passing =
		"{\"kind\":\"regional\",\"first\":1777494000,"
		"\"passed_since\":1777494600," IN(ONE) "}";
	const struct {
		const char *colour, *incidents, *sides;
		int64_t since;
	} cases[] = {
		{"green", "", "", 0},
		{"green", OPEN("latency", IN(ONE)), "", 1777494000},
		{"green", "", sides, 1777494300},
		{"green", OPEN("cdn_cache_divergence", IN("")), sides,
			1777494000},
		{"green", passing, "", 0},
		{"amber", OPEN("latency", IN(ONE)), sides, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct row r = {.colour = cases[i].colour,
			.age = 50,
			.broken = "",
			.incidents = cases[i].incidents,
			.timeline = "",
			.sides = cases[i].sides};
		struct buf got;

		buf_init(&got, 2000);
		assert_int_equal(check(&r, false, &got).since, cases[i].since);
		buf_release(&got);
	}
}

/* Trouble first; what works, but not well, before what is not known. */
static void test_order(void **state)
{
	static const struct condition order[] = {
		{.state = CONDITION_DOWN},
		{.state = CONDITION_DEGRADED},
		{.state = CONDITION_UP, .note = NOTE_TOOLS},
		{.state = CONDITION_MAINTENANCE},
		{.state = CONDITION_STALE},
		{.state = CONDITION_PENDING},
		{.state = CONDITION_UP},
	};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof order / sizeof *order; i++)
		assert_true(condition_rank(order[i]) <
			condition_rank(order[i + 1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
