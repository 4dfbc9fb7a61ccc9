/* SPDX-License-Identifier: MIT */
/*
 * Goal: a pipeline that stands still, or a store that does not answer, is told
 * once, when it is certain, and its end is told; a clock that jumped or a
 * machine that slept is no reason.
 */
#include "incident/pipeline_health.h"

#include "incident/incident.h"
#include "incident/machine.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A full minute: 2026-04-29T14:00:00Z. */
#define START 1777471200
#define SIZE 4096
#define COUNT(a) (sizeof(a) / sizeof *(a))

/*
 * Each word is a run of mcp-alert: "12=11,10" is a run in minute 12, when the
 * last heartbeat of ingest was in minute 11 and that of verdict in minute 10;
 * "-" is never. Behind that, ";us@3;eu@4": of three regions, us is cut off
 * since minute 3 and eu since 4. Behind that, "%" where the configuration is
 * refused. Behind that, "~2/4" are verdicts by which two
 * regions of four report on no server; "~2/4@9" if their newest probe is of
 * minute 9; "~2/4?" if verdicts on other servers are missing. "12!" is a run
 * without the store, "12+" one that finds it again; in "12c" somebody closes what
 * is open.
 */
struct life {
	struct alert_state st;
	struct alert_events events;
	struct pipeline pipeline;
	struct fleet_round round;
};

static double minute(const char **p)
{
	char *end;
	double t;

	if (**p == '-') {
		++*p;
		return NAN;
	}
	t = START + 60 * strtod(*p, &end);
	*p = end;
	return t;
}

/* Reads the regions that are cut off, and returns what follows. */
static const char *read_isolated(
	struct life *l, const char *p, struct pipeline_runner *out)
{
	l->pipeline.isolated = out;
	l->pipeline.n_isolated = 0;
	l->pipeline.n_regions = 3;
	while (*p == ';') {
		struct pipeline_runner *r = &out[l->pipeline.n_isolated++];
		size_t n = strcspn(++p, "@");

		snprintf(r->name, sizeof r->name, "%.*s", (int)n, p);
		p += n + 1;
		r->at = minute(&p);
	}
	return p;
}

/* Reads a round of verdicts of that minute. */
static void read_round(struct life *l, const char *p, double now)
{
	struct fleet_round *r = &l->round;
	char *end;
	long silent;

	l->pipeline.round = NULL;
	if (*p++ != '~')
		return;
	r->before = r->window;
	r->window = (int64_t)now / 60 * 60;
	strings_clear(&r->regions);
	strings_clear(&r->reporting);
	r->n_judged = 1;
	silent = strtol(p, &end, 10);
	for (long n = strtol(end + 1, &end, 10), i = 0; i < n; i++) {
		char name[] = {(char)('a' + i), '\0'};

		strings_add(&r->regions, name);
		if (i >= silent)
			strings_add(&r->reporting, name);
	}
	r->newest = 0;
	p = end;
	if (*p == '?')
		r->n_judged = 0;
	if (*p++ == '@')
		r->newest = (int64_t)minute(&p);
	l->pipeline.round = r;
}

static void run(struct life *l, const char *p)
{
	const struct conf_policy policy = conf_policy_of(NULL);
	struct pipeline_runner isolated[3];

	double now = minute(&p);

	switch (*p++) {
	case '=':
		l->pipeline.at[STAGE_INGEST] = minute(&p);
		p++;
		l->pipeline.at[STAGE_VERDICT] = minute(&p);
		p = read_isolated(l, p, isolated);
		l->pipeline.refused = *p == '%' ? "f.yaml:12" : NULL;
		p += *p == '%';
		read_round(l, p, now);
		pipeline_decide(&l->st, &l->pipeline, &policy, now,
			&l->events);
		l->pipeline.at[STAGE_ALERT] = now;
		break;
	case '!':
		pipeline_away(&l->st, "store: refused", &policy, now,
			&l->events);
		break;
	case '+':
		pipeline_back(&l->st, now, &l->events);
		break;
	case 'c':
		ack_apply(&l->st, &(struct ack_request) {.action = ACK_CLOSE,
			.by = "ann", .reason = "gone"}, now, &l->events);
		break;
	default:
		fail_msg("no run: %s", p);
	}
}

static void live(struct life *l, const char *runs)
{
	*l = (struct life) {
		.pipeline = {.at = {NAN, NAN, NAN},
			.ingest_s = pipeline_ingest_s(NULL)}};
	state_init(&l->st, SLUG_FLEET);
	for (const char *p = runs; *p; p += strspn(p, " ")) {
		run(l, p);
		p += strcspn(p, " ");
	}
}

static void life_release(struct life *l)
{
	events_release(&l->events);
	state_release(&l->st);
	fleet_round_release(&l->round);
}

/* The events as "6 started 0 | 9 resolved 0-8": minute, phase, from-to. */
static void describe(const struct life *l, char *out)
{
	struct buf b;

	buf_init(&b, SIZE);
	for (size_t i = 0; i < l->events.n; i++) {
		const struct alert_record *r = &l->events.v[i].record;
		char event[ALERT_EVENT_SIZE];

		bool stalled = r->kind == ALERT_STALLED;

		assert_string_equal(r->slug, "*");
		if (stalled && r->severity == SEVERITY_P2)
			buf_str(&b, i ? " | P2 " : "P2 ");
		else
			assert_int_equal(r->severity,
				stalled ? SEVERITY_P1 : SEVERITY_P3);
		if (stalled)
			assert_int_equal(r->tier, TIER_NO_DATA);
		buf_fmt(&b, "%s%g %s %g",
			i && r->severity != SEVERITY_P2 ? " | " : "",
			(r->at - START) / 60,
			alert_event(r, event) +
				(stalled ? strlen("pipeline_stalled_")
					 : strlen("probe_")),
			((double)r->started_at - START) / 60);
		for (size_t k = 0; k < r->n_regions; k++)
			buf_fmt(&b, " %s", r->regions[k]);
		if (r->resolved_at)
			buf_fmt(&b, "-%g",
				((double)r->resolved_at - START) / 60);
	}
	snprintf(out, SIZE, "%s", b.p);
	buf_release(&b);
}

struct life_case {
	const char *name, *runs, *events;
};

static void check(const struct life_case *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct life l;
		char got[SIZE];

		live(&l, rows[i].runs);
		describe(&l, got);
		if (strcmp(got, rows[i].events) != 0)
			fail_msg("%s:\n  %s\nexpected:\n  %s", rows[i].name,
				got, rows[i].events);
		life_release(&l);
	}
}

static void test_stages(void **state)
{
	static const struct life_case rows[] = {
		{"all is well", "0=0,0 1=1,1 2=2,2", ""},
		{"nobody ever ran", "0=-,- 1=-,- 9=-,-", ""},
		{"verdict stands still", "0=0,0 1=1,0 5=5,0 5.5=5,0 6=6,0",
			"5.5 started 0"},
		{"five minutes are not more than five", "1=1,0 5=5,0", ""},
		{"it never was judged: nobody stopped", "0=0,- 6=6,- 7=7,-",
			""},
		{"ingest stands still", "0=0,0 5=0,5 6=0,6", "6 started 0"},
		{"the first run tells nothing", "60=0,0", ""},
		{"the second one does", "60=0,0 61=0,0", "61 started 0"},
		{"both: the one that comes first", "0=2,0 4=2,0 8=2,0",
			"8 started 2"},
		{"once", "4=4,0 6=6,0 7=7,0 99=99,0", "6 started 0"},
		{"reminders, at their times",
			"4=4,0 6=6,0 245=245,0 246=246,0 247=247,0 486=486,0",
			"6 started 0 | 246 reminder 0 | 486 reminder 0"},
		{"it is over", "4=4,0 6=6,0 7=7,7 8=8,8",
			"6 started 0 | 7 resolved 0-7"},
		{"not before the other runs too", "4=0,0 6=0,0 7=7,0 8=8,8",
			"6 started 0 | 8 resolved 0-8"},
		{"again, under another key",
			"4=4,0 6=6,0 7=7,7 12=12,7 13=13,7",
			"6 started 0 | 7 resolved 0-7 | 13 started 7"},
		{"one whose heartbeats are gone does not hold it",
			"4=0,4 6=0,6 7=-,7", "6 started 0 | 7 resolved 0-7"},
		{"closed: told when it stands still anew",
			"4=4,0 6=6,0 7c 8=8,0 9=9,0 10=10,10 14=14,10 16=16,10",
			"6 started 0 | 7 resolved 0-7 | 16 started 10"},
		{"but nothing known resolves nothing", "4=0,4 6=0,6 7=-,-",
			"6 started 0"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

/* Where servers are probed rarely ingest may be quiet for longer. */
static void test_rare_probes(void **state)
{
	static const struct {
		const char *runs[5], *events;
	} rows[] = {{{"0=0,0", "13=0,13", "14=0,14"}, ""},
		{{"0=0,0", "13=0,13", "14=0,14", "15=0,15"}, "15 started 0"},
		{{"0=0,0", "5=5,0", "6=6,0"}, "6 started 0"}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life l;
		char got[SIZE];

		live(&l, "");
		l.pipeline.ingest_s = 840;
		for (size_t k = 0; rows[i].runs[k]; k++)
			run(&l, rows[i].runs[k]);
		describe(&l, got);
		assert_string_equal(got, rows[i].events);
		life_release(&l);
	}
}

static void test_isolated(void **state)
{
	static const struct life_case rows[] = {
		{"one region, told once, after as long as a silent one",
			"1=1,1;us@1 2=2,2;us@1 5=5,5;us@1 6=6,6;us@1 "
			"7=7,7;us@1 9=9,9",
			"6 silent_started 1 us | 9 silent_resolved 1 us-9"},
		{"a short one is not told", "1=1,1;us@1 5=5,5;us@1 6=6,6", ""},
		{"two: still one event",
			"1=1,1;us@1;eu@1 6=6,6;us@1;eu@1 8=8,8;us@1 9=9,9",
			"6 silent_started 1 eu us | 9 silent_resolved 1 eu us-9"},
		{"one more, later",
			"1=1,1;us@1 6=6,6;us@1 8=8,8;us@1;eu@7 "
			"12=12,12;us@1;eu@7 13=13,13",
			"6 silent_started 1 us | 12 silent_escalated 1 eu us | "
			"13 silent_resolved 1 eu us-13"},
		{"cut off again at once: it goes on",
			"1=1,1;us@1 6=6,6;us@1 8=8,8;us@8 9=9,9",
			"6 silent_started 1 us | 9 silent_resolved 1 us-9"},
		{"it is reminded of", "6=6,6;us@1 246=246,246;us@1",
			"6 silent_started 1 us | 246 silent_reminder 1 us"},
		{"all: nobody is watched, at once, once",
			"1=1,1;us@1;eu@1;ap@1 2=2,2;us@1;eu@1;ap@1 "
			"9=9,9;us@1;eu@1;ap@1",
			"1 started 1"},
		{"since the last of them, until the first report",
			"3=3,3;us@1;eu@2;ap@3 5=5,5;us@1;eu@2 6=6,6",
			"3 started 3 | 5 resolved 3-5"},
		{"whichever of them is named first",
			"3=3,3;us@3;eu@2;ap@1", "3 started 3"},
		{"and then the others are told of as any",
			"3=3,3;us@1;eu@2;ap@3 5=5,5;us@1;eu@2 7=7,7;us@1;eu@2 "
			"8=8,8",
			"3 started 3 | 5 resolved 3-5 | "
			"7 silent_started 1 eu us | 8 silent_resolved 1 eu us-8"},
		{"closed: told of what is cut off later",
			"1=1,1;us@1 6=6,6;us@1 7c 8=8,8;us@1 12=12,12;us@1 "
			"13=13,13 14=14,14;us@14 19=19,19;us@14",
			"6 silent_started 1 us | 7 silent_resolved 1 us-7 | "
			"19 silent_started 14 us"},
		{"who does not judge knows nothing of it",
			"1=1,1;us@1 6=6,1;us@1 7=7,1;us@1 8=8,8;us@1",
			"6 silent_started 1 us | 7 started 1 | 8 resolved 1-8"},
		{"blind, and closed: told when all are cut off anew",
			"1=1,1;us@1;eu@1;ap@1 2c 3=3,3;us@1;eu@1;ap@1 4=4,4 "
			"5=5,5;us@5;eu@5;ap@5",
			"1 started 1 | 2 resolved 1-2 | 5 started 5"},
		{"blind, and reminded of it",
			"1=1,1;us@1;eu@1;ap@1 242=242,242;us@1;eu@1;ap@1",
			"1 started 1 | 242 reminder 1"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

/* At once, as nobody is there who would see it. */
static void test_refused(void **state)
{
	static const struct life_case rows[] = {
		{"at once, once, until there is another",
			"1=1,1 2=2,2% 3=3,3% 4=4,4", "2 started 2 | 4 resolved 2-4"},
		{"it is reminded of", "2=2,2% 242=242,242%",
			"2 started 2 | 242 reminder 2"},
		{"a stage stands still beside it: it goes on",
			"0=0,0% 6=0,6% 7=0,7 8=8,8%", "0 started 0"},
		{"a stage is told of first",
			"0=0,0 5=5,0 6=6,0% 7=7,7% 8=8,8",
			"6 started 0 | 8 resolved 0-8"},
		{"all regions are cut off beside it",
			"1=1,1;us@1;eu@1;ap@1% 2=2,2% 3=3,3",
			"1 started 1 | 3 resolved 1-3"},
		{"we were away, and so was the stage", "0=0,0 60=0,60%", ""},
		{"regions fall silent beside it, and report again",
			"1=1,1%~3/3 2=2,2%~3/3 3=3,3%~3/3 4=4,4%~2/3 "
			"5=5,5%~2/3 6=6,6~2/3",
			"1 started 1 | 4 resolved 1 a b c-4 | "
			"5 started 5 | 6 resolved 5-6"},
		{"closed, it begins again once it was used in between",
			"1=1,1% 2c 3=3,3% 9=9,9% 10=10,10 11=11,11%",
			"1 started 1 | 2 resolved 1-2 | 11 started 11"},
		{"it stays closed when something else is, too",
			"1=1,1;us@1% 2c 6=6,6;us@1% 7c 8=8,8;us@1%",
			"1 started 1 | 2 resolved 1-2 | "
			"6 silent_started 1 us | 7 silent_resolved 1 us-7"},
		{"what was closed was a silence: it is told",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 4c 5=5,5%~1/3",
			"3 started 1 a b c | 4 resolved 1 a b c-4 | "
			"5 started 5"},
		{"a stage that stands still beside it is told",
			"1=1,1% 2c 3=3,3% 6=3,6% 9=3,9%",
			"1 started 1 | 2 resolved 1-2 | 9 started 3"},
	};
	struct life l;

	(void)state;
	check(rows, COUNT(rows));
	live(&l, "1=1,1% 4=4,4");
	events_words(&l.events);
	assert_string_equal(l.events.v[0].record.summary,
		"Monitoring goes on with an old configuration since 14:01 UTC "
		"(0 s): the configuration is refused: f.yaml:12. Servers are "
		"watched as the last one has them that could be used; no later "
		"change is in force.");
	events_words(&l.events);
	assert_string_equal(l.events.v[1].record.summary,
		"The configuration is used again after 3 min "
		"(14:01\u201314:04 UTC).");
	life_release(&l);
}

/* The sentence about regions that are cut off. */
static void test_isolated_words(void **state)
{
	struct life l;

	(void)state;
	live(&l, "1=1,1;us@1;eu@1;ap@1 2=2,2;us@1 6=6,6;us@1 7=7,7");
	assert_int_equal(l.events.n, 4);
	events_words(&l.events);
	assert_string_equal(l.events.v[0].record.summary,
		"Monitoring is blind since 14:01 UTC (0 s): no region reaches "
		"any server; the network of every region is cut off, or all "
		"servers are down at once: from here the two look alike, and "
		"servers are not judged. A canary in each region would show "
		"which it is.");
	events_words(&l.events);
	assert_string_equal(l.events.v[1].record.summary,
		"A region reports again after 1 min (14:01\u201314:02 UTC).");
	events_words(&l.events);
	assert_string_equal(l.events.v[2].record.summary,
		"The network of us has been cut off since 14:01 UTC: no server "
		"answers there, and other regions do not see that; what is probed from "
		"there counts as no data, and says nothing about any server.");
	events_words(&l.events);
	assert_string_equal(l.events.v[3].record.summary,
		"us reports again after 6 min (14:01\u201314:07 UTC).");
	life_release(&l);
}

static void test_silence(void **state)
{
	static const struct life_case rows[] = {
		{"two rounds are not enough", "0=0,0~0/3 1=1,1~3/3 2=2,2~3/3",
			""},
		{"three are, and the first report ends it",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 4=4,4~3/3 5=5,5~2/3",
			"3 started 1 a b c | 5 resolved 1 a b c-5"},
		{"a report between them",
			"1=1,1~3/3 2=2,2~2/3 3=3,3~3/3 4=4,4~3/3", ""},
		{"two of three are no event",
			"1=1,1~2/3 2=2,2~2/3 3=3,3~2/3 9=9,9~2/3", ""},
		{"three of four are P2, all are P1, under one key",
			"1=1,1~3/4 2=2,2~3/4 3=3,3~3/4 4=4,4~4/4 5=5,5~4/4 "
			"6=6,6~4/4 7=7,7~3/4",
			"P2 3 started 1 a b c | 6 escalated 1 a b c d | "
			"7 resolved 1 a b c d-7"},
		{"what goes on is told anew",
			"1=1,1~4/4 2=2,2~4/4 3=3,3~4/4 4=4,4~3/4 5=5,5~3/4 "
			"6=6,6~3/4 7=7,7~2/4",
			"3 started 1 a b c d | 4 resolved 1 a b c d-4 | "
			"P2 6 started 4 a b c | P2 7 resolved 4 a b c-7"},
		{"the last probe was ingested in minute 2",
			"4=2,4~0/3 5=2,5~3/3 6=6,6~0/3",
			"5 started 3 a b c | 6 resolved 3 a b c-6"},
		{"but we were away: only what we see counts",
			"0=0,0~0/3 10=8,10~3/3 11=8,11~3/3 12=8,12~3/3",
			"12 started 10 a b c"},
		{"silent before we were away: that it was so long is not seen",
			"1=1,1~3/3 60=60,60~3/3 61=61,61~3/3 62=62,62~3/3",
			"62 started 60 a b c"},
		{"nor where it was for two rounds",
			"1=1,1~3/3 2=2,2~3/3 60=60,60~3/3 61=61,61~3/3 "
			"62=62,62~3/3",
			"62 started 60 a b c"},
		{"where rounds are rare, they count",
			"1=1,1~3/3 11=11,11~3/3 21=21,21~3/3",
			"21 started 11 a b c"},
		{"of a server that is probed rarely the verdict still has it",
			"4=4,4~0/3 5=5,5~3/3@2", "5 started 3 a b c"},
		{"five minutes without a round are no pause",
			"0=0,0~0/3 5=5,5~3/3@2", "5 started 3 a b c"},
		{"nor between two silent ones",
			"1=1,1~3/3 6=6,6~3/3", "6 started 1 a b c"},
		{"of an event on most of them a pause hides nothing, but that "
		 "all were silent is not seen",
			"1=1,1~3/4 2=2,2~3/4 3=3,3~3/4 4=4,4~4/4 60=60,60~4/4 "
			"61=61,61~4/4 62=62,62~4/4",
			"P2 3 started 1 a b c | 62 escalated 1 a b c d"},
		{"the same round twice, and an older one",
			"1=1,1~3/3 2=2,2~3/3 2=2,2~3/3 2=2,2~3/3 3=3,3~0/3",
			""},
		{"an older round in between is none",
			"1=1,1~3/3 2=2,2~3/3 1=2,1~3/3 3=3,3~3/3",
			"3 started 1 a b c"},
		{"nor one of five minutes ago",
			"6=6,6~3/3 7=7,7~3/3 2=7,7~3/3 8=8,8~3/3",
			"8 started 6 a b c"},
		{"nor one in which all reported",
			"1=1,1~3/3 2=2,2~3/3 1=2,1~0/3 3=3,3~3/3",
			"3 started 1 a b c"},
		{"closed: told when they are silent again",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 3c 4=4,4~3/3 5=5,5~3/3 "
			"6=6,6~1/3 7=7,7~3/3 8=8,8~3/3 9=9,9~3/3",
			"3 started 1 a b c | 3 resolved 1 a b c-3 | "
			"9 started 7 a b c"},
		{"it is reminded of",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 244=3,244~3/3",
			"3 started 1 a b c | 244 reminder 1 a b c"},
		{"verdicts stop while it lasts: a heartbeat ends nothing",
			"1=0,1~3/3 2=0,2~3/3 3=0,3~3/3 4=4,4 5=5,5~1/3",
			"3 started 1 a b c | 5 resolved 1 a b c-5"},
		{"a report ends it before ingest says that it works",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 9=3,9~1/3",
			"3 started 1 a b c | 9 resolved 1 a b c-9"},
		{"and is all that is told then, though ingest stands still",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 8=3,8~3/3 9=3,9~1/3",
			"3 started 1 a b c | 9 resolved 1 a b c-9"},
		{"verdicts stop before it is told: time goes on",
			"0=0,0~0/3 1=0,1~3/3 2=0,1 4=0,1", "4 started 1 a b c"},
		{"also where one arrived in the minute after it",
			"0=0,0~0/3 1=1,1~3/3 2=2,1 4=2,1", "4 started 1 a b c"},
		{"unless a probe has arrived",
			"0=0,0~0/3 1=0,1~3/3 2=0,1 4=3,1", ""},
		{"half a round in which a region reports, and then none",
			"1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 4=4,4~2/3? 5=5,5 6=6,6",
			"3 started 1 a b c | 4 resolved 1 a b c-4"},
		{"half a round: too many are silent still, then not",
			"1=1,1~4/5 2=2,2~4/5 3=3,3~4/5 4=4,4~4/5? 5=5,5~3/5?",
			"P2 3 started 1 a b c d | P2 5 resolved 1 a b c d-5"},
		{"half a round: who reports in it is not named at the end",
			"1=1,1~7/8 2=2,2~7/8 3=3,3~7/8 4=4,4~6/8? 5=5,5~0/8",
			"P2 3 started 1 a b c d e f g | "
			"P2 5 resolved 1 a b c d e f-5"},
		{"verdicts are not passed on any more: a probe has arrived",
			"1=0,1~3/3 2=0,2~3/3 3=0,3~3/3 8=8,8 9=9,9 10=10,10",
			"3 started 1 a b c | 9 resolved 1 a b c-9"},
		{"and a stage stands still: it is the same incident",
			"1=0,1~3/3 2=0,2~3/3 3=0,3~3/3 9=9,3 10=10,3 11=11,11",
			"3 started 1 a b c | 11 resolved 1-11"},
		{"it was told of as a stage before",
			"0=0,0~0/3 6=0,6 7=0,7 8=0,8~3/3 9=0,9~3/3 "
			"10=10,10~3/3 "
			"11=11,11 12=12,12~2/3",
			"7 started 0 | 12 resolved 0 a b c-12"},
		{"most of them beside a stage: it is told of as that",
			"0=0,0~0/4 6=0,6 7=0,7 8=0,8~3/4 9=0,9~3/4 10=0,10~3/4 "
			"11=11,11~1/4",
			"7 started 0 | 11 resolved 0-11"},
		{"and a stage that stands still beside most of them",
			"1=1,1~3/4 2=2,2~3/4 3=3,3~3/4 9=9,3 10=10,10~1/4",
			"P2 3 started 1 a b c | P2 10 resolved 1 a b c-10"},
		{"half a round in which nobody reports: two of three are few",
			"1=1,1~2/2 2=2,2~2/2 3=3,3~2/2 4=4,4~2/2? 5=4,5 6=4,6 "
			"7=4,7",
			"3 started 1 a b | 4 resolved 1 a b-4"},
		{"single regions that are cut off are no event beside it",
			"1=1,1;a@1;b@1~4/4 2=2,2;a@1;b@1~4/4 3=3,3;a@1;b@1~4/4 "
			"7=7,7;a@1;b@1~4/4 8=8,8;a@1;b@1~2/4",
			"3 started 1 a b c d | 8 resolved 1 a b c d-8 | "
			"8 silent_started 1 a b"},
	};

	struct life l;

	(void)state;
	check(rows, COUNT(rows));
	live(&l, "1=1,1~3/3 2=2,2~3/3 3=3,3~3/3 99=3,99~3/3 "
		"244=3,244~3/3");
	events_words(&l.events);
	assert_non_null(strstr(l.events.v[1].record.summary, "since 14:01"));
	life_release(&l);
	live(&l, "1=1,1~3/4 2=2,2~3/4 3=3,3~3/4");
	events_words(&l.events);
	assert_non_null(strstr(l.events.v[0].record.summary,
		" since 14:01 UTC (2 min): hardly anybody is left to see an "
		"outage."));
	life_release(&l);
}

/* Of each region why, and those with the same reason together. */
static void test_causes(void **state)
{
	struct pipeline_runner runners[] = {
		{.name = "a",
			.at = START + 130,
			.status = RUNNER_EXIT,
			.why = "exit status 255: refused"},
		{.name = "b", .at = START + 50, .status = RUNNER_OK},
		{.name = "c",
			.at = START + 130,
			.status = RUNNER_EXIT,
			.why = "exit status 255: refused"},
		{.name = "d", .at = START + 130, .status = RUNNER_OK},
		{.name = "e", .at = START + 130, .status = RUNNER_TIMEOUT},
	};
	struct pipeline_runner cut = {.name = "f", .at = START};
	const struct conf_policy policy = conf_policy_of(NULL);
	struct life l;

	(void)state;
	live(&l, "0=0,0~0/7 1=0,1~7/7 2=0,2~7/7");
	l.pipeline.runners = runners;
	l.pipeline.n_runners = COUNT(runners);
	l.pipeline.isolated = &cut;
	l.pipeline.n_isolated = 1;
	read_round(&l, "~7/7", START + 180);
	pipeline_decide(&l.st, &l.pipeline, &policy, START + 180, &l.events);
	assert_int_equal(l.events.n, 1);
	events_words(&l.events);
	assert_string_equal(l.events.v[0].summary,
		"Monitoring is blind since 14:01 UTC (2 min): no region has "
		"reported on any server; no server is judged, and nobody would "
		"hear of an outage. "
		"a and c: exit status 255: refused; "
		"b: no word from its runner since 14:00; "
		"d: its runner brings no probes; e: timeout; "
		"f: its own network is cut off; g: no word from its runner.");
	life_release(&l);
}

/* Whatever is known of some of them; where nothing is, nothing is said. */
static void test_some_causes(void **state)
{
	static const struct {
		size_t runners, isolated;
		const char *causes;
	} rows[] = {{0, 0, "."},
		{1, 0, ". a: timeout; b and c: no word from its runner."},
		{0, 1, ". a and c: no word from its runner; "
		       "b: its own network is cut off."}};
	struct pipeline_runner runner = {
		.name = "a", .at = START + 130, .status = RUNNER_TIMEOUT};
	struct pipeline_runner cut = {.name = "b", .at = START};
	const struct conf_policy policy = conf_policy_of(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static const char said[] = "nobody would hear of an outage";
		const char *found;
		struct life l;

		live(&l, "0=0,0~0/3 1=0,1~3/3 2=0,2~3/3");
		l.pipeline.runners = &runner;
		l.pipeline.n_runners = rows[i].runners;
		l.pipeline.isolated = &cut;
		l.pipeline.n_isolated = rows[i].isolated;
		read_round(&l, "~3/3", START + 180);
		pipeline_decide(
			&l.st, &l.pipeline, &policy, START + 180, &l.events);
		assert_int_equal(l.events.n, 1);
		events_words(&l.events);
		found = strstr(l.events.v[0].summary, said);
		assert_non_null(found);
		assert_string_equal(found + strlen(said), rows[i].causes);
		life_release(&l);
	}
}

/* Who took it when some regions reported is told where none does any more. */
static void test_silence_taken(void **state)
{
	const struct ack_request q = {.by = "alice", .for_s = 3600};
	const struct incident *inc;
	struct life l;

	(void)state;
	live(&l, "1=1,1~3/4 2=2,2~3/4 3=3,3~3/4");
	inc = &l.st.incidents[ALERT_STALLED];
	assert_int_equal(ack_apply(&l.st, &q, START + 190, &l.events).n, 1);
	run(&l, "4=4,4~4/4");
	run(&l, "5=5,5~4/4");
	assert_true(ack_holds(inc, START + 300));
	run(&l, "6=6,6~4/4");
	assert_int_equal(inc->severity, SEVERITY_P1);
	assert_false(ack_holds(inc, START + 360));
	life_release(&l);
}

/* An acknowledgement that is over is noted, and one reminder is sent. */
static void test_taken_for_a_while(void **state)
{
	static const struct {
		enum alert_kind kind;
		const char *runs, *later, *latest, *noted;
	} rows[] = {
		{ALERT_STALLED, "4=4,0 6=6,0", "17=17,0", "18=18,0",
			"pipeline_stalled_ack_expired"},
		{ALERT_STALLED, "0! 5!", "9!", "10!",
			"pipeline_stalled_ack_expired"},
		{ALERT_SILENT, "1=1,1;us@1 6=6,6;us@1", "17=17,17;us@1",
			"18=18,18;us@1", "probe_silent_ack_expired"},
	};
	const struct ack_request q = {.by = "alice", .for_s = 60};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct alert_state *st;
		struct life l;

		live(&l, rows[i].runs);
		st = &l.st;
		assert_int_equal(
			ack_apply(&l.st, &q, START + 370, &l.events).n, 1);
		run(&l, rows[i].later);
		assert_null(st->incidents[rows[i].kind].ack.by);
		assert_string_equal(st->timeline[st->n_timeline - 1].what,
			rows[i].noted);
		run(&l, rows[i].latest);
		assert_int_equal(l.events.n, 3);
		assert_int_equal(
			l.events.v[2].record.phase, ALERT_REMINDER);
		life_release(&l);
	}
}

static void test_clocks(void **state)
{
	static const struct life_case rows[] = {
		{"the machine slept", "0=0,0 1=1,1 90=1,1 91=91,91", ""},
		{"it slept, and they did not get up", "0=0,0 90=0,0 91=0,0",
			"91 started 0"},
		{"the clock jumped ahead in one run, and back",
			"1=1,1 62=2,2 3=3,3 4=4,4", ""},
		{"and stayed there", "1=1,1 62=2,2 63=63,63", ""},
		{"it was set back", "60=60,60 1=61,61 2=2,2", ""},
		{"it was set back while it stood still",
			"58=58,58 62=58,62 64=58,64 3=3,3",
			"64 started 58 | 3 resolved 58-58"},
		{"what was silent by a clock that was ahead does not count",
			"60=60,60~3/3 61=61,61~3/3 1=1,1~3/3 2=2,2~3/3 "
			"3=3,3~3/3",
			"3 started 1 a b c"},
		{"closed by a clock that was ahead: that bars nothing",
			"62=62,58 64=64,58 65c 3=3,3 8=8,4 10=10,4",
			"64 started 58 | 65 resolved 58-65 | 10 started 4"},
		{"and ingest has died just then", "60=60,60 1=61,2 2=61,2",
			"2 started 2"},
		{"its clock is ahead of ours by a little",
			"0=4,4 1=5,5 2=6,6", ""},
		{"we run every ten minutes", "0=0,0 10=10,10 20=20,20", ""},
		{"and it stands still", "0=0,0 10=10,1 20=20,1 30=30,1",
			"20 started 1"},
		{"asleep while it stands still: no second beginning",
			"0=0,0 4=4,0 6=6,0 90=6,0 91=91,91",
			"6 started 0 | 91 resolved 0-91"},
		{"we were away, and it was late before that",
			"7=7,0 14=14,0", "14 started 0"},
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_away(void **state)
{
	static const struct life_case rows[] = {
		{"a moment", "0! 1! 2+", ""},
		{"five minutes", "0! 1! 2! 3! 4! 5! 6! 7!", "5 started 0"},
		{"first seen within a minute", "0.5! 3! 5! 5.5! 6!",
			"5.5 started 0"},
		{"it is back", "0! 3! 5! 6+ 7+", "5 started 0 | 6 resolved 0-6"},
		{"it comes and goes: the row begins anew",
			"0! 3! 4+ 5! 6! 9! 10!", "10 started 5"},
		{"reminders", "0! 5! 10! 244! 245! 246! 250!",
			"5 started 0 | 245 reminder 0"},
		{"the machine slept before it could be told", "0! 90! 91+", ""},
		{"and gets no network", "0! 90! 91!", "91 started 0"},
		{"we run every ten minutes", "0! 10! 20! 30!", "20 started 0"},
		{"asleep while it is away", "0! 5! 600! 601+",
			"5 started 0 | 601 resolved 0-601"},
		{"the clock was set back", "60! 61! 1! 5! 6!", "6 started 1"},
		{"closed by a clock that was ahead: that bars nothing",
			"60! 63! 65! 66c 1! 2+ 3! 5! 8!",
			"65 started 60 | 66 resolved 60-66 | 8 started 3"},
		{"never away", "0+ 1+", ""},
		{"closed: told when it is away again",
			"0! 1! 5! 6c 7! 12! 13+ 14! 16! 18! 19!",
			"5 started 0 | 6 resolved 0-6 | 19 started 14"},
	};
	const struct ack_request q = {.by = "alice", .for_s = 6 * 3600};
	struct life l;

	(void)state;
	check(rows, COUNT(rows));
	/* Who has it is not reminded. */
	live(&l, "0! 5!");
	assert_int_equal(ack_apply(&l.st, &q, START + 310, &l.events).n, 1);
	assert_int_equal(l.events.n, 2);
	run(&l, "10!");
	run(&l, "244!");
	run(&l, "245!");
	assert_int_equal(l.events.n, 2);
	life_release(&l);
}

static void test_summaries(void **state)
{
	static const struct {
		const char *runs, *summary;
	} rows[] = {
		{"2=2,2 5=5,2 14.2=13,2 15=15,2",
			"Monitoring is blind since 14:02 UTC (13 min): no "
			"verdict has been published; servers are not judged; "
			"last heartbeats: ingest 14:15, verdict 14:02."},
		{"2=2,2 3=2,3 8=2,-",
			"Monitoring is blind since 14:02 UTC (6 min): no "
			"record has been ingested; servers are judged without "
			"new probes; last heartbeats: ingest 14:02, verdict never."},
		{"2=2,2 3=3,2002 4=3,2002",
			"Monitoring is blind since 2026-04-30 23:22 UTC (ahead "
			"of this clock): no verdict has been published; servers "
			"are not judged; last heartbeats: ingest 14:03, verdict 2026-04-30 "
			"23:22."},
		{"4=4,0 6=6,0 7=7,7", "The pipeline runs again after 7 min "
				      "(14:00–14:07 UTC)."},
		{"0! 1! 5! 6!", "Monitoring is blind since 14:00 UTC (5 min): "
				"the store does not answer; servers are not "
				"judged, and nothing else can be sent; store: "
				"refused."},
		{"0! 1! 5! 6! 7+", "The store is usable again after 7 min "
				   "(14:00–14:07 UTC)."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life l;

		live(&l, rows[i].runs);
		assert_true(l.events.n > 0);
		events_words(&l.events);
		assert_string_equal(l.events.v[l.events.n - 1].summary,
			rows[i].summary);
		life_release(&l);
	}
}

static void test_ingest(void **state)
{
	struct conf_server servers[2] = {
		{.interval_s = 3600}, {.interval_s = 600}};
	struct conf c = {.servers = servers, .n_servers = 2};

	(void)state;
	assert_true(pipeline_ingest_s(NULL) == 300);
	assert_true(pipeline_ingest_s(&c) == 840);
	servers[0].interval_s = 60;
	assert_true(pipeline_ingest_s(&c) == 300);
	servers[0].interval_s = 30;
	assert_true(pipeline_ingest_s(&c) == 300);
	c.n_servers = 0;
	assert_true(pipeline_ingest_s(&c) == 300);
}

/* The state in the file that this machine keeps without the store. */
static void test_kept(void **state)
{
	struct alert_state back;
	char why[STATE_WHY];
	struct life l;
	struct buf b;

	(void)state;
	live(&l, "0! 1! 2!");
	buf_init(&b, SIZE);
	state_write(&b, &l.st);
	assert_true(state_read(b.p, b.len, SLUG_FLEET, &back, why));
	assert_int_equal(back.fleet.away.n, 3);
	assert_int_equal(back.fleet.away.since, START);
	assert_int_equal(back.fleet.away.counted, START + 120);
	state_release(&back);
	assert_false(state_read(b.p, b.len, "s", &back, why));
	state_release(&back);
	pipeline_back(&l.st, START + 180, &l.events);
	buf_clear(&b);
	state_write(&b, &l.st);
	assert_null(strstr(b.p, "away"));
	buf_release(&b);
	life_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_rare_probes),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_isolated_words),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_some_causes),
		cmocka_unit_test(test_silence_taken),
		cmocka_unit_test(test_taken_for_a_while),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_summaries),
		cmocka_unit_test(test_ingest),
		cmocka_unit_test(test_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
