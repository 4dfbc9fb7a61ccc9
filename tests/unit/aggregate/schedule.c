/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include "histories/collect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A full minute. */
#define START 1777485000.0
#define ALL_STEPS 0xffu

static const char *const regions[SCHEDULE_REGIONS] = {
	"ap-south-1", "eu-west-2", "sa-east-1", "us-east-1", "us-west-2", "za"};
static const char *const urls[] = {
	"https://a.example/mcp", "https://b.example/mcp", NULL};
static const char hash_a[] =
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char hash_b[] =
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/* splitmix64: any seed will do. */
unsigned schedule_below(struct schedule *s, unsigned n)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (unsigned)(z >> 32) % n;
}

static bool one_in(struct schedule *s, unsigned n)
{
	return schedule_below(s, n) == 0;
}

/* An outage as one region sees it: what fails, and from when to when. */
struct weather {
	enum step step;
	bool throttled;
	double from, to;
};

static struct weather weather(struct schedule *s, double length)
{
	static const enum step usual[] = {
		STEP_DNS, STEP_TLS, STEP_INITIALIZE, STEP_TOOLS_LIST};
	double from = schedule_below(s, (unsigned)length);

	return (struct weather) {
		.step = usual[schedule_below(s, 4)],
		.throttled = one_in(s, 5),
		.from = from,
		.to = from + schedule_below(s, (unsigned)length),
	};
}

static struct sent probe(struct schedule *s, const struct weather *w, double at,
	double told)
{
	bool bad = at >= w->from && at <= w->to;
	struct sent p = {
		.at = told,
		.ms = 20 + schedule_below(s, 3000),
		.steps = ALL_STEPS,
		.summary = true,
		.era = one_in(s, 30) ? ERA_SSE : ERA_SESSION,
	};

	if (one_in(s, 12))
		bad = !bad;
	if (bad) {
		p.failed = one_in(s, 10) ? STEP_TOOLS_CALL : w->step;
		p.error = p.failed >= STEP_INITIALIZE &&
				(w->throttled || one_in(s, 4))
			? "http.429"
			: "http.503";
	} else {
		p.hash = one_in(s, 15) ? hash_b : hash_a;
	}
	/* Some of the probe's lines never arrive. */
	if (one_in(s, 6))
		p.summary = false;
	if (one_in(s, 3))
		p.steps &= 1u << schedule_below(s, 9);
	return p;
}

/* The probes of region r; it may fall silent, and its clock may be off. */
static void fill(struct schedule *s, size_t r, unsigned interval,
	const struct weather *common)
{
	double length = SCHEDULE_PROBES * (double)interval;
	struct weather own = weather(s, length);
	const struct weather *w = one_in(s, 3) ? &own : common;
	/*
	 * Half of the regions probe exactly on the interval, so that borders
	 * are met.
	 */
	bool exact = one_in(s, 2);
	double offset = exact ? 0 : schedule_below(s, interval);
	double skew = one_in(s, 8) ? 2 /* the most that is judged */
		: one_in(s, 8)	   ? schedule_below(s, 9) - 4.0
		: one_in(s, 10)	   ? schedule_below(s, 2000) - 1000.0
				   : 0;
	size_t n = one_in(s, 4) ? schedule_below(s, SCHEDULE_PROBES + 1)
				: SCHEDULE_PROBES;

	for (size_t i = 0; i < n; i++) {
		double at = offset + interval * (double)i;
		struct sent *p = &s->sent[r][s->n_sent[r]];

		if (one_in(s, 15))
			i += schedule_below(s, 6);
		/* Two runners of one region may probe at the same instant. */
		if (i && one_in(s, 40))
			at -= interval;
		else if (!exact)
			at += schedule_below(s, 64) / 8.0;
		*p = probe(s, w, at, START + at + skew);
		snprintf(p->id, sizeof p->id, "p%u-%zu", schedule_below(s, 99),
			i);
		s->n_sent[r]++;
	}
}

void schedule_add(struct schedule *s, const struct record *r)
{
	size_t i = schedule_below(s, (unsigned)s->n + 1);

	assert_true(s->n < 2 * SCHEDULE_LINES);
	s->lines[s->n++] = s->lines[i];
	s->lines[i] = *r;
}

void schedule_lines(struct schedule *s)
{
	s->n = 0;
	for (size_t r = 0; r < s->n_regions; r++) {
		for (size_t i = 0; i < s->n_sent[r]; i++) {
			const struct sent *p = &s->sent[r][i];
			struct probe_key key = {"s", s->names[r], p->id, p->at,
				NULL};

			for (enum step n = STEP_DNS; n <= STEP_TOOL_HASH; n++) {
				struct record *l = &s->lines[s->n];

				if (!(p->steps >> (n - 1) & 1))
					continue;
				s->n++;
				l->type = RECORD_STEP;
				l->u.step = (struct step_record) {.key = key,
					.step = n,
					.status = STATUS_PASS};
				if (p->failed == n) {
					l->u.step.status = STATUS_FAIL;
					l->u.step.error = p->error;
				} else if (p->failed && p->failed < n) {
					l->u.step.status = STATUS_SKIP;
				}
			}
			if (!p->summary)
				continue;
			s->lines[s->n].type = RECORD_PROBE;
			s->lines[s->n++].u.probe = (struct probe_record) {
				.key = key,
				.url = urls[(r + i) % 3],
				.state = p->failed ? STATE_BROKEN
						   : STATE_HEALTHY,
				.failed_step = p->failed,
				.error = p->error,
				.total_ms = p->ms,
				.era = p->era,
				.tool_hash = p->hash,
				.tool_count = -1};
		}
	}
}

void schedule_make(struct schedule *s, uint64_t seed)
{
	static const unsigned intervals[] = {30, 45, 60, 90, 300};
	struct weather common;
	unsigned interval;

	memset(s, 0, sizeof *s);
	s->random = seed;
	interval = intervals[schedule_below(s, 5)];
	common = weather(s, SCHEDULE_PROBES * (double)interval);
	s->rule = rule_default(interval);
	s->n_regions = 1 + schedule_below(s, SCHEDULE_REGIONS);
	for (size_t r = 0; r < s->n_regions; r++) {
		s->names[r] = regions[r];
		fill(s, r, interval, &common);
	}
	/* Some probes are older than the lookback, some ahead of now. */
	s->now = START + interval * (double)(2 + schedule_below(s, 20));
	if (!one_in(s, 3))
		s->now += schedule_below(s, 480) / 8.0;
	schedule_lines(s);
}

void schedule_stir(struct schedule *s)
{
	size_t n = s->n;

	for (unsigned i = schedule_below(s, (unsigned)n + 1); i; i--)
		s->lines[s->n++] = s->lines[schedule_below(s, (unsigned)n)];
	for (size_t i = s->n; i > 1; i--) {
		size_t k = schedule_below(s, (unsigned)i);
		struct record r = s->lines[i - 1];

		s->lines[i - 1] = s->lines[k];
		s->lines[k] = r;
	}
}

void schedule_shift(struct schedule *s, int by)
{
	s->now += by;
	for (size_t r = 0; r < s->n_regions; r++)
		for (size_t i = 0; i < s->n_sent[r]; i++)
			s->sent[r][i].at += by;
	schedule_lines(s);
}

bool schedule_whole(const struct sent *p)
{
	return p->summary || p->steps == ALL_STEPS ||
		(p->failed && p->steps >> (p->failed - 1) & 1);
}

static unsigned bits(const struct schedule *s, const char **names, size_t n)
{
	unsigned set = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < s->n_regions; r++)
			if (strcmp(names[i], s->names[r]) == 0)
				set |= 1u << r;
	return set;
}

void schedule_judge(const struct schedule *s, double now, double base,
	struct judged *out)
{
	struct collect *c = collect_new();
	struct verdict_input in = {.slug = "s",
		.now = now,
		.expected = s->names,
		.n_expected = s->n_regions};
	char why[RECORD_WHY];
	struct server *servers;
	struct verdict v;
	struct buf b;
	size_t n;

	for (size_t i = 0; i < s->n; i++)
		assert_int_equal(collect_add(c, &s->lines[i], why), 0);
	collect_finish(c);
	servers = collect_servers(c, &n);
	if (n) {
		in.url = servers[0].url;
		in.regions = servers[0].regions;
		in.n_regions = servers[0].n_regions;
	}
	v = verdict_decide(&s->rule, &in);
	v.window -= (int64_t)base;
	for (size_t i = 0; i < v.n_regions; i++)
		v.regions[i].started_at -= base;
	for (size_t i = 0; i < v.n_sides; i++) {
		v.sides[i].first_seen -= base;
		v.sides[i].last_seen -= base;
	}
	buf_init(&b, sizeof out->text - 1);
	verdict_write(&b, &v);
	assert_true(buf_ok(&b) && b.len);
	memcpy(out->text, b.p, b.len + 1);
	out->failing = bits(s, v.failing, v.n_failing);
	out->no_data = bits(s, v.no_data, v.n_no_data);
	out->verdict = v;
	out->verdict.failing = out->verdict.no_data = NULL;
	out->verdict.regions = NULL;
	out->verdict.drift = NULL;
	out->verdict.sides = NULL;
	buf_release(&b);
	verdict_release(&v);
	collect_free(c);
}
