/* SPDX-License-Identifier: MIT */
/*
 * Goal: a region that no server answers says nothing about the servers, if they
 * are many and no other region sees them fail: its own network is cut off. What
 * only looks like that stays an outage.
 */
#include "timeline.h"

#include "rule/failure_run.h"
#include "rule/isolation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MOST 24

#define OK3 "us 0:- 60:- | eu 2:- 62:- | ap 4:- 64:-"
#define CUT "us 0:- 60:1/dns.timeout | eu 2:- 62:- | ap 4:- 64:-"
#define TWO "us 0:- 60:2/tcp.timeout | eu 2:- 62:1/dns.failed | ap 4:- 64:-"
#define ALL "us 60:2/tcp.refused | eu 62:2/tcp.refused | ap 64:2/tcp.refused"

/* Servers that are alike. */
struct group {
	int n;
	bool one_host; /* theirs; else each has its own */
	const char *text;
};

struct canary {
	const char *region;
	double at;
	size_t answered, failed;
};

struct row {
	const char *why;
	struct group groups[3];
	struct canary canaries[3];
	double now;
	/* "REGION FROM-TO SERVERS ERROR" of each isolation, with ", " between. */
	const char *found;
	const char *verdict; /* of the first server */
	const char *last;    /* of the last one; NULL: not looked at */
};

static const struct row rows[] = {
	{"one region of three, twenty servers", {{20, false, CUT}}, {{0}}, 70,
		"us 60-60 20 dns.timeout",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"five hosts are enough", {{5, false, CUT}}, {{0}}, 70,
		"us 60-60 5 dns.timeout",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"four are not", {{4, false, CUT}}, {{0}}, 70, "",
		"amber regional dns 1 3/3 [us] []", NULL},
	{"nor are five servers of one host", {{5, true, CUT}}, {{0}}, 70, "",
		"amber regional dns 1 3/3 [us] []", NULL},
	{"nor ten of one and three of others",
		{{10, true, CUT}, {3, false, CUT}}, {{0}}, 70, "",
		"amber regional dns 1 3/3 [us] []", NULL},
	{"one of twenty answers", {{19, false, CUT}, {1, false, OK3}}, {{0}},
		70, "", "amber regional dns 1 3/3 [us] []",
		"green ok - 0 3/3 [] []"},
	{"one of twenty answers with 500",
		{{19, false, CUT},
			{1, false, "us 60:3/http.500 | eu 62:- | ap 64:-"}},
		{{0}}, 70, "", "amber regional dns 1 3/3 [us] []",
		"amber regional initialize 1 3/3 [us] []"},
	{"one of twenty has a certificate that expired",
		{{19, false, CUT},
			{1, false, "us 60:2/tls.expired | eu 62:- | ap 64:-"}},
		{{0}}, 70, "", "amber regional dns 1 3/3 [us] []", NULL},
	{"an address that may not be asked for tells nothing",
		{{19, false, CUT},
			{1, false, "us 60:2/tcp.denied | eu 62:2/tcp.denied"}},
		{{0}}, 70, "us 60-60 20 dns.timeout",
		"green ok - 0 2/3 [] [us] isolated [us]",
		"red step-alert tls 2 2/2 [eu us] []"},
	{"two regions of three: nobody knows", {{20, false, TWO}}, {{0}}, 70,
		"us 60-60 20 tcp.timeout, eu 62-62 20 dns.failed",
		"unknown no-data - 0 1/3 [] [eu us] isolated [eu us]", NULL},
	{"all regions: nobody knows", {{20, false, ALL}}, {{0}}, 70,
		"us 60-60 20 tcp.refused, eu 62-62 20 tcp.refused, "
		"ap 64-64 20 tcp.refused",
		"unknown no-data - 0 0/3 [] [ap eu us] isolated [ap eu us]",
		NULL},
	{"all regions, but four servers: that is an outage", {{4, false, ALL}},
		{{0}}, 70, "", "red hard-outage tls 3 3/3 [ap eu us] []", NULL},
	{"a hoster is down: others answer everywhere",
		{{20, false, ALL}, {1, false, OK3}}, {{0}}, 70, "",
		"red hard-outage tls 3 3/3 [ap eu us] []",
		"green ok - 0 3/3 [] []"},
	{"a region that asks for the hoster's only is believed",
		{{20, false, ALL}, {2, false, "eu 62:- | ap 64:-"}}, {{0}}, 70,
		"", "red hard-outage tls 3 3/3 [ap eu us] []",
		"green ok - 0 2/2 [] []"},
	{"a hoster is down, and a region is cut off",
		{{14, false, ALL}, {6, false, CUT}}, {{0}}, 70,
		"us 60-60 20 tcp.refused",
		"red step-alert tls 2 2/3 [ap eu] [us] isolated [us]",
		"green ok - 0 2/3 [] [us] isolated [us]"},
	{"a hoster is down, and four others fail from one region",
		{{16, false, ALL}, {4, false, CUT}}, {{0}}, 70, "",
		"red hard-outage tls 3 3/3 [ap eu us] []",
		"amber regional dns 1 3/3 [us] []"},
	{"who is not asked for elsewhere tells nobody",
		{{5, false, "us 60:1/dns.timeout"},
			{15, false, "eu 62:- | ap 64:-"}},
		{{0}}, 70, "us 60-60 5 dns.timeout",
		"unknown no-data - 0 0/1 [] [us] isolated [us]",
		"green ok - 0 2/2 [] []"},
	{"it lasts until a server answers",
		{{5, false, "us 0:2/tcp.timeout 60:- | eu 2:- 62:-"},
			{3, false,
				"us 1:2/tcp.timeout 61:2/tcp.timeout | "
				"eu 3:- 63:-"}},
		{{0}}, 70, "us 0-1 8 tcp.timeout", "green ok - 0 2/2 [] []",
		"amber regional tls 1 2/2 [us] []"},
	{"and with fewer servers, too: half a round",
		{{5, false, "us 0:2/tcp.timeout | eu 2:-"},
			{3, false,
				"us 1:2/tcp.timeout 31:2/tcp.timeout | "
				"eu 3:- 33:-"}},
		{{0}}, 40, "us 0-31 8 tcp.timeout",
		"unknown no-data - 0 1/2 [] [us] isolated [us]",
		"unknown no-data - 0 1/2 [] [us] isolated [us]"},
	{"but not beyond the lookback",
		{{5, false, "us 0:2/tcp.timeout | eu 2:- 182:-"},
			{3, false,
				"us 1:2/tcp.timeout 181:2/tcp.timeout | "
				"eu 3:- 183:-"}},
		{{0}}, 190, "us 0-1 8 tcp.timeout",
		"unknown no-data - 0 1/2 [] [us]",
		"amber regional tls 1 2/2 [us] []"},
	{"a run is no longer by it, and what failed before goes on",
		{{1, false,
			 "us 0:6/http.503 60:1/dns.timeout 120:6/http.503 | "
			 "eu 2:- 62:- 122:-"},
			{5, false,
				"us 0:- 60:1/dns.timeout 120:- | "
				"eu 2:- 62:- 122:-"}},
		{{0}}, 130, "us 60-60 6 dns.timeout",
		"amber regional tools-list 1 2/2 [us] []",
		"green ok - 0 2/2 [] []"},
	{"who fell silent failing is not known to fail",
		{{1, false,
			 "us 0:6/http.503 60:1/dns.timeout | eu 2:- 62:- | "
			 "ap 3:- 63:-"},
			{5, false, CUT}},
		{{0}}, 70, "us 60-60 6 dns.timeout",
		"green ok - 0 2/3 [] [us] isolated [us]",
		NULL},
	{"servers that are probed rarely take turns",
		{{3, false, "us 0:1/dns.failed | eu 0:- | ap 0:-"},
			{2, false, "us 60:1/dns.failed | eu 60:- | ap 60:-"}},
		{{0}}, 70, "us 60-60 2 dns.failed",
		"amber regional dns 1 3/3 [us] []",
		"green ok - 0 2/3 [] [us] isolated [us]"},
	{"as long as a run would go on",
		{{3, false, "us 0:1/dns.failed | eu 0:-"},
			{2, false, "us 179:1/dns.failed | eu 179:-"}},
		{{0}}, 180, "us 179-179 2 dns.failed", NULL, NULL},
	{"and no longer",
		{{3, false, "us 0:1/dns.failed | eu 0:-"},
			{2, false, "us 180:1/dns.failed | eu 180:-"}},
		{{0}}, 181, "", NULL, NULL},
	{"a canary answers: it is the servers", {{20, false, CUT}},
		{{"us", 59, 1, 1}}, 70, "", "amber regional dns 1 3/3 [us] []",
		NULL},
	{"no canary answers: two servers are enough", {{2, false, CUT}},
		{{"us", 59, 0, 2}}, 70, "us 60-60 2 dns.timeout 2",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"or one", {{1, false, CUT}}, {{"us", 59, 0, 1}}, 70,
		"us 60-60 1 dns.timeout 1",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"of canaries in any order",
		{{2, false, CUT}}, {{"us", 59, 0, 2}, {"us", -1, 1, 0}}, 70,
		"us 60-60 2 dns.timeout 2", NULL, NULL},
	{"whichever region is listed first",
		{{20, false, "eu 2:- 62:- | us 0:- 60:1/dns.timeout"}}, {{0}},
		70, "us 60-60 20 dns.timeout", NULL, NULL},
	{"nor in the first round of all",
		{{2, false, "us 0:1/dns.timeout | eu 2:- | ap 4:-"}},
		{{"us", -1, 0, 2}}, 10, "us 0-0 2 dns.timeout 2",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"the canaries' clock reads whole seconds", {{2, false, CUT}},
		{{"us", 61, 0, 2}}, 70, "us 60-60 2 dns.timeout 2",
		"green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"but canaries after the round are of the next", {{2, false, CUT}},
		{{"us", 62, 0, 2}}, 70, "", "amber regional dns 1 3/3 [us] []",
		NULL},
	{"nor are those of a round before", {{2, false, CUT}},
		{{"us", 35, 0, 2}}, 70, "", "amber regional dns 1 3/3 [us] []",
		NULL},
	{"they may begin so long before the servers", {{2, false, CUT}},
		{{"us", 36, 0, 2}}, 70, "us 60-60 2 dns.timeout 2", NULL, NULL},
	{"another region saw it just a tolerance before",
		{{20, false, "us 60:2/tcp.refused | eu 0:2/tcp.refused"},
			{1, false, "eu 0:-"}},
		{{0}}, 70, "", NULL, NULL},
	{"or after",
		{{20, false, "us 60:2/tcp.refused | eu 120:2/tcp.refused"},
			{1, false, "eu 120:-"}},
		{{0}}, 125, "", NULL, NULL},
	{"and later does not count",
		{{20, false, "us 60:2/tcp.refused | eu 121:2/tcp.refused"},
			{1, false, "eu 121:-"}},
		{{0}}, 125, "us 60-60 20 tcp.refused", NULL, NULL},
	{"and earlier does not count",
		{{20, false, "us 61:2/tcp.refused | eu 0:2/tcp.refused"},
			{1, false, "eu 0:-"}},
		{{0}}, 71, "us 61-61 20 tcp.refused", NULL, NULL},
	{"the canaries of another round tell nothing", {{2, false, CUT}},
		{{"us", -1, 0, 2}, {"eu", 59, 0, 2}}, 70, "",
		"amber regional dns 1 3/3 [us] []", NULL},
	{"no canary answers, and a server does",
		{{2, false, CUT}, {1, false, OK3}}, {{"us", 59, 0, 2}}, 70, "",
		"amber regional dns 1 3/3 [us] []", NULL},
	{"all regions see it, and a canary answers everywhere: an outage",
		{{20, false, ALL}},
		{{"us", 59, 1, 0}, {"eu", 61, 1, 0}, {"ap", 63, 1, 0}}, 70, "",
		"red hard-outage tls 3 3/3 [ap eu us] []", NULL},
	{"nothing was probed", {{0}}, {{0}}, 70, "", NULL, NULL},
	{"the error of most servers, whichever comes first",
		{{3, false, "us 60:1/dns.timeout | eu 62:- | ap 64:-"},
			{2, false, "us 61:2/tcp.timeout | eu 62:- | ap 64:-"}},
		{{0}}, 70, "us 60-61 5 dns.timeout", NULL, NULL},
	{"of two that are as frequent, the first",
		{{3, false, "us 60:1/dns.timeout | eu 62:- | ap 64:-"},
			{3, false, "us 61:2/tcp.timeout | eu 62:- | ap 64:-"}},
		{{0}}, 70, "us 60-61 6 dns.timeout", NULL, NULL},
	{"failures without a code",
		{{5, false, "us 60:1 | eu 62:- | ap 64:-"}}, {{0}}, 70,
		"us 60-60 5 -", "green ok - 0 2/3 [] [us] isolated [us]", NULL},
	{"only addresses that may not be asked for",
		{{5, false, "us 60:2/tcp.denied | eu 62:- | ap 64:-"}}, {{0}},
		70, "", "amber regional tls 1 3/3 [us] []", NULL},
	{"canaries of a region that probes nothing", {{2, false, CUT}},
		{{"sa", 59, 0, 2}}, 70, "", "amber regional dns 1 3/3 [us] []",
		NULL},
	/* The first region before, in a second of the same hash. */
	{"seconds of one hash are two: of one region",
		{{5, false,
			 "us 26571:- 107690:1/dns.failed | "
			 "eu 26571.5:- 107692:-"}},
		{{0}}, 107693, "us 107690-107690 5 dns.failed", NULL, NULL},
	{"and of two",
		{{5, false,
			 "us 112639:1/dns.failed | eu 1986:- 112641:-"}},
		{{0}}, 112642, "us 112639-112639 5 dns.failed", NULL, NULL},
};

static void put_found(const struct isolation *s, char *out, size_t size)
{
	size_t n, used = 0;
	const struct isolated *v = isolation_all(s, &n);

	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		used += (size_t)snprintf(out + used, size - used,
			"%s%s %.0f-%.0f %zu %s", i ? ", " : "", v[i].region,
			v[i].from - TIMELINE_START, v[i].to - TIMELINE_START,
			v[i].servers, v[i].error ? v[i].error : "-");
		if (v[i].canaries)
			used += (size_t)snprintf(out + used, size - used,
				" %zu", v[i].canaries);
	}
}

/* Checks one row: the isolations found, and the verdicts on its servers. */
static void check_row(const struct row *row)
{
	static struct timeline servers[MOST];
	struct rule rule = rule_default(60);
	struct isolation *s = isolation_new();
	char url[MOST][64], out[1024];
	int n = 0;

	for (size_t g = 0; g < 3; g++)
		for (int i = 0; i < row->groups[g].n; i++, n++) {
			timeline_read(&servers[n], row->groups[g].text);
			if (row->groups[g].one_host)
				snprintf(url[n], sizeof url[n], i % 2
					? "https://one.example:%d/mcp"
					: "https://u@One.Example/%d", i);
			else
				snprintf(url[n], sizeof url[n],
					"https://h%zu-%d.example/mcp", g, i);
			isolation_add(s, url[n], servers[n].regions,
				servers[n].n);
		}
	for (size_t i = 0; i < 3 && row->canaries[i].region; i++)
		isolation_canaries(s, row->canaries[i].region,
			TIMELINE_START + row->canaries[i].at,
			row->canaries[i].answered, row->canaries[i].failed);
	isolation_cut(s, &rule);
	put_found(s, out, sizeof out);
	assert_string_equal(out, row->found);
	if (row->verdict) {
		timeline_judge(&servers[0], &rule, NULL, row->now, out);
		assert_string_equal(out, row->verdict);
	}
	if (row->last) {
		timeline_judge(&servers[n - 1], &rule, NULL, row->now, out);
		assert_string_equal(out, row->last);
	}
	isolation_free(s);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print_message("# %s\n", rows[i].why);
		check_row(&rows[i]);
	}
}

/* From when to when a region is isolated, and the text for it. */
static void test_at(void **state)
{
	static struct timeline servers[6];
	static const char text[] = "us 0:- 60:1/dns.failed 120:1/dns.failed "
				   "180:- 240:1/dns.failed | eu 0:-";
	static const struct {
		const char *region;
		double since, until, from; /* from -1: it is not isolated */
	} cases[] = {
		{"us", -100, 59, -1}, {"us", -100, 60, 60},
		{"us", -100, 119, 60}, {"us", -100, 150, 60},
		{"us", 119, 150, 60}, {"us", 120, 150, -1},
		{"us", -100, 180, -1}, {"us", -100, 300, 240},
		{"eu", -100, 300, -1}, {"ap", -100, 300, -1},
	};
	struct rule rule = rule_default(60);
	struct isolation *s = isolation_new();
	char url[5][32], out[ISOLATION_TEXT];
	const struct isolated *all;
	size_t n;

	(void)state;
	assert_null(isolation_at(s, "us", TIMELINE_START, TIMELINE_START + 60));
	for (int i = 0; i < 5; i++) {
		timeline_read(&servers[i], text);
		snprintf(url[i], sizeof url[i], "https://h%d.example", i);
		isolation_add(s, url[i], servers[i].regions, servers[i].n);
	}
	/* Of another one only what is given. */
	timeline_read(&servers[5], "eu 0:- | us 0:- 60:1/dns.failed");
	isolation_add(s, "https://h5.example", servers[5].regions, 1);
	isolation_cut(s, &rule);
	assert_int_equal(servers[0].regions[0].n, 2);
	assert_int_equal(servers[5].regions[1].n, 2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct isolated *f = isolation_at(s, cases[i].region,
			TIMELINE_START + cases[i].since,
			TIMELINE_START + cases[i].until);

		print_message("# %s at %g\n", cases[i].region, cases[i].until);
		assert_int_equal(f ? (int)(f->from - TIMELINE_START) : -1,
			(int)cases[i].from);
	}
	all = isolation_all(s, &n);
	assert_int_equal(n, 2);
	assert_string_equal(isolation_text(&all[0], out),
		"its own network is cut off: none of 5 servers could be "
		"reached from there; mostly dns.failed");
	isolation_free(s);
}

/* How many hosts five servers are: a port or a user makes no other host. */
static void test_hosts(void **state)
{
	static const struct {
		const char *urls[5];
		bool isolated;
	} cases[] = {
		{{"http://a/", "http://b/", "http://c/", "http://d/",
			"http://e/"}, true},
		{{"http://a:1/", "http://a:2?x", "http://u@a/", "http://u:p@a",
			"http://A#x"}, false},
		{{"http://[2001:db8::1]/", "http://[2001:db8::2]/",
			"http://[2001:db8::3]/", "http://[2001:db8::4]/",
			"http://[2001:db8::5]/"}, true},
		{{"http://[::1]:1/", "http://[::1]:2/", "http://[::1]:3",
			"http://[::1]:4?x", "http://[::1]:5#x"}, false},
		{{"http://[::1]/", "http://u@[::1]/", "http://u:p@[::1]",
			"http://[::1]?x", "http://[::1]#x"}, false},
		/* Behind the host there is no user. */
		{{"http://a/@b", "http://a/@c", "http://a?@d", "http://a#@e",
			"http://a/@f"}, false},
		{{"http://u@a/@b", "http://u@a/@c", "http://u@a?@d",
			"http://u@a#@e", "http://u@a/@f"}, false},
		{{"http://u@v@a/", "http://u@w@a/", "http://v@w@a/",
			"http://w@a/", "http://a/"}, false},
		/* Of records alone a server has none: all are of one. */
		{{NULL, NULL, NULL, NULL, NULL}, false},
		{{"a", "b", "c", "d", "e"}, false},
	};
	struct rule rule = rule_default(60);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		static struct timeline servers[5];
		struct isolation *s = isolation_new();
		size_t n;

		for (int k = 0; k < 5; k++) {
			timeline_read(&servers[k], CUT);
			isolation_add(s, cases[i].urls[k], servers[k].regions,
				servers[k].n);
		}
		isolation_cut(s, &rule);
		isolation_all(s, &n);
		if (n != cases[i].isolated)
			fail_msg("case %zu: %zu isolations", i, n);
		isolation_free(s);
	}
	isolation_free(NULL);
}

static void test_text(void **state)
{
	static const struct {
		struct isolated i;
		const char *text;
	} cases[] = {
		{{.servers = 1},
			"its own network is cut off: none of 1 server could be "
			"reached from there"},
		{{.servers = 2, .error = "tcp.timeout", .canaries = 1},
			"its own network is cut off: none of 2 servers could "
			"be reached from there; mostly tcp.timeout; 1 canary "
			"does not answer"},
		{{.servers = 2, .canaries = 3},
			"its own network is cut off: none of 2 servers could "
			"be reached from there; 3 canaries do not answer"},
	};
	char out[ISOLATION_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
			isolation_text(&cases[i].i, out), cases[i].text);
}

/* Cut off at an instant that a probe may have, by a clock a little ahead. */
static void test_ahead(void **state)
{
	struct rule rule = rule_default(60);
	double at[] = {TIMELINE_START};
	struct region_history h = {.name = "us", .cut = at, .n_cut = 1};
	struct probe newest = {.started_at = TIMELINE_START};

	(void)state;
	assert_true(failure_run_judge(&rule, &h, *at - rule.ahead_s).isolated);
	assert_false(failure_run_judge(&rule, &h, *at - rule.ahead_s - 1)
			     .isolated);
	assert_true(failure_run_judge(&rule, &h, *at + rule.lookback_s - 1)
			    .isolated);
	assert_false(
		failure_run_judge(&rule, &h, *at + rule.lookback_s).isolated);
	/* Only what is newer than all that was not cut off. */
	h.probes = &newest;
	h.n = 1;
	assert_false(failure_run_judge(&rule, &h, *at + 60).isolated);
	newest.started_at = *at - 0.25;
	assert_true(failure_run_judge(&rule, &h, *at + 60).isolated);
}

/*
 * The definition once more, word by word, of all probes at once: what
 * isolation.c finds with counts by second must be the same.
 */
enum { SERVERS = 14, REGIONS = 3, PROBES = 10 };

struct span {
	double from, to;
	size_t probes;
	bool answered, isolated;
};

struct sample {
	struct probe probes[SERVERS][REGIONS][PROBES];
	int host[SERVERS];
	struct span spans[REGIONS][SERVERS * PROBES];
	size_t n_spans[REGIONS];
	bool isolated[SERVERS][REGIONS][PROBES]; /* as the definition says */
};

/* When the first probe of a region started in the second of that time. */
static double second_of(const struct sample *m, int region, double at)
{
	double first = at;

	for (int s = 0; s < SERVERS; s++)
		for (int i = 0; i < PROBES; i++) {
			double t = m->probes[s][region][i].started_at;

			if (floor(t) == floor(at))
				first = fmin(first, t);
		}
	return first;
}

/*
 * The spans of a region, oldest first: each begins where the last is over, and
 * the second in which it ends counts whole.
 */
static size_t list_spans(const struct sample *m, int region, struct span *out)
{
	size_t n = 0;
	double after = -INFINITY;

	for (;;) {
		struct span *now = &out[n];

		*now = (struct span) {.from = INFINITY};
		for (int s = 0; s < SERVERS; s++)
			for (int i = 0; i < PROBES; i++) {
				double at = m->probes[s][region][i].started_at;

				if (at > after && at < now->from)
					now->from = at;
			}
		if (now->from == INFINITY)
			return n;
		for (int s = 0; s < SERVERS; s++)
			for (int i = 0; i < PROBES; i++) {
				const struct probe *p =
					&m->probes[s][region][i];

				if (p->started_at < now->from ||
					second_of(m, region, p->started_at) >
						now->from + ISOLATION_ROUND_S)
					continue;
				now->to = fmax(now->to, p->started_at);
				now->probes++;
				now->answered = now->answered ||
					!isolation_fits(p);
			}
		after = now->to;
		n++;
	}
}

/* Whether a region that got answers then saw the failure of a server, too. */
static bool seen_by_others(const struct sample *m, int server, int region,
	double at, const struct rule *rule)
{
	for (int r = 0; r < REGIONS; r++) {
		const struct span *v = m->spans[r];
		size_t n = r == region ? 0 : m->n_spans[r];

		for (size_t k = 0; k < n; k++)
			for (int i = 0; v[k].answered && i < PROBES; i++) {
				const struct probe *p =
					&m->probes[server][r][i];

				if (p->started_at >= v[k].from &&
					p->started_at <= v[k].to &&
					isolation_fits(p) &&
					fabs(p->started_at - at) <=
						rule->tolerance_s)
					return true;
			}
	}
	return false;
}

/* How many hosts only this region failed to reach, from `from` to `to`. */
static int count_lost(const struct sample *m, int region, double from,
	double to, const struct rule *rule)
{
	int lost[SERVERS] = {0}, n = 0;

	for (int s = 0; s < SERVERS; s++)
		for (int i = 0; i < PROBES; i++) {
			const struct probe *p = &m->probes[s][region][i];
			int *host = &lost[m->host[s]];

			if (p->started_at < from || p->started_at > to ||
				p->started_at <= to - rule->lookback_s ||
				!isolation_fits(p))
				continue;
			if (seen_by_others(m, s, region, p->started_at, rule))
				*host = -1;
			else if (!*host)
				*host = 1;
		}
	for (int s = 0; s < SERVERS; s++)
		n += lost[s] == 1;
	return n;
}

static void define(struct sample *m, int region, const struct rule *rule)
{
	struct span *v = m->spans[region];
	size_t n = m->n_spans[region], first = 0;

	for (size_t k = 0; k < n; k++) {
		if (v[k].answered) {
			first = k + 1;
			continue;
		}
		v[k].isolated = (k && v[k - 1].isolated &&
					v[k].from - v[k - 1].to <
						rule->lookback_s) ||
			count_lost(m, region, v[first].from, v[k].to, rule) >=
				ISOLATION_HOSTS;
		for (int s = 0; v[k].isolated && s < SERVERS; s++)
			for (int i = 0; i < PROBES; i++) {
				const struct probe *p = &m->probes[s][region][i];

				m->isolated[s][region][i] =
					m->isolated[s][region][i] ||
					(p->started_at >= v[k].from &&
						p->started_at <= v[k].to);
			}
	}
}

static unsigned roll(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % n;
}

/* Now and then a region sees nothing, or a host is down. */
static void fill_sample(struct sample *m, unsigned seed)
{
	bool cut[REGIONS][PROBES], down[SERVERS][PROBES];

	memset(m, 0, sizeof *m);
	for (int i = 0; i < PROBES; i++) {
		for (int r = 0; r < REGIONS; r++)
			cut[r][i] = roll(&seed, 3) == 0;
		for (int h = 0; h < SERVERS; h++)
			down[h][i] = roll(&seed, 6) == 0;
	}
	for (int s = 0; s < SERVERS; s++) {
		int offset = (int)roll(&seed, 40);

		m->host[s] = roll(&seed, 4) ? s : 0;
		for (int r = 0; r < REGIONS; r++)
			for (int i = 0; i < PROBES; i++) {
				struct probe *p = &m->probes[s][r][i];

				*p = (struct probe) {.started_at =
						TIMELINE_START + 60 * i +
						offset + 2 * r +
						roll(&seed, 4) / 4.0};
				if (!cut[r][i] && !down[m->host[s]][i])
					continue;
				p->failed_step = STEP_DNS;
				p->error = "dns.timeout";
			}
	}
	for (int r = 0; r < REGIONS; r++)
		m->n_spans[r] = list_spans(m, r, m->spans[r]);
}

/* Compare one server's histories to what the definition takes out of them. */
static void check_server(const struct sample *m, int s,
	const struct region_history *h)
{
	for (int r = 0; r < REGIONS; r++) {
		size_t kept = 0, cut = 0;

		for (int i = 0; i < PROBES; i++) {
			const struct probe *p = &m->probes[s][r][i];

			if (m->isolated[s][r][i] && isolation_fits(p)) {
				assert_true(cut < h[r].n_cut);
				assert_true(h[r].cut[cut++] == p->started_at);
			} else {
				assert_true(kept < h[r].n);
				assert_true(h[r].probes[kept++].started_at ==
					p->started_at);
			}
		}
		assert_int_equal(kept, h[r].n);
		assert_int_equal(cut, h[r].n_cut);
	}
}

static void test_definition(void **state)
{
	static const char *const names[REGIONS] = {"us", "eu", "ap"};
	static struct sample m;
	struct rule rule = rule_default(60);
	size_t all = 0, n;

	(void)state;
	for (unsigned seed = 1; seed <= 60; seed++) {
		struct isolation *found = isolation_new();
		struct region_history h[SERVERS][REGIONS];
		char url[40];

		rule.lookback_s = 30 + 30 * (seed % 6);
		fill_sample(&m, seed);
		for (int r = 0; r < REGIONS; r++)
			define(&m, r, &rule);
		for (int s = 0; s < SERVERS; s++) {
			for (int r = 0; r < REGIONS; r++)
				h[s][r] = (struct region_history) {
					.name = names[r],
					.probes = m.probes[s][r],
					.n = PROBES};
			snprintf(url, sizeof url, "https://h%d.example",
				m.host[s]);
			isolation_note(found, url, h[s], REGIONS);
		}
		isolation_find(found, &rule);
		isolation_all(found, &n);
		all += n;
		for (int s = 0; s < SERVERS; s++) {
			void *room = isolation_apply(found, h[s], REGIONS);

			check_server(&m, s, h[s]);
			free(room);
		}
		isolation_free(found);
	}
	/* It is about something. */
	assert_true(all > 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_definition),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
