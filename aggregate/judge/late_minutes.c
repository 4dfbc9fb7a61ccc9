/* SPDX-License-Identifier: MIT */
/*
 * late_minutes.c: minutes that were not judged in time. A script in the store counts a
 * minute and keeps its verdict for mcp-alert in one step: a process that is killed
 * loses nothing, and a minute is counted once, however often its records come.
 */
#include "judge/evaluation.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "judge/fleet.h"
#include "rule/drift.h"
#include "rule/isolation.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/store.h"
#include "words/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which minutes of a day are counted. */

static int bit(const struct store_reply *r, int i)
{
	size_t byte = (size_t)i / 8;

	return byte < store_size(r) &&
		((unsigned char)store_text(r)[byte] >> (7 - i % 8) & 1);
}

/* minute_counted for a day that an older version wrote: see uptime.lua. */
static bool counted_in_bits(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	static const enum verdict_colour colours[] = {VERDICT_UNKNOWN,
		VERDICT_GREEN, VERDICT_AMBER, VERDICT_RED};
	int at = 24 * 60 + 2 * minute;

	*as = colours[2 * bit(day, at) + bit(day, at + 1)];
	return bit(day, minute);
}

/*
 * Take the next of the runs at *runs: its letter, and in *past how many minutes
 * there are up to its end. 0 behind the last, and where it is none.
 */
static char next_run(const char **runs, int *past)
{
	const char *p = *runs;
	int n = 0;

	while (*p >= '0' && *p <= '9' && n <= 24 * 60)
		n = 10 * n + *p++ - '0';
	if (!*p || n < 1 || n > 24 * 60)
		return '\0';
	*past += n;
	*runs = p + 1;
	return *p;
}

/* The runs of a day; NULL where there are none, or an older version wrote it. */
static const char *runs_of(const struct store_reply *day)
{
	const char *text = store_text(day);

	return text && strncmp(text, "runs:", 5) == 0 ? text + 5 : NULL;
}

bool minute_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	const char *runs = runs_of(day);
	char letter;
	int past = 0;

	*as = VERDICT_UNKNOWN;
	if (!runs)
		return store_text(day) && counted_in_bits(day, minute, as);
	do
		letter = next_run(&runs, &past);
	while (letter && past <= minute);
	if (letter == 'g')
		*as = VERDICT_GREEN;
	else if (letter == 'a')
		*as = VERDICT_AMBER;
	else if (letter == 'r')
		*as = VERDICT_RED;
	return *as != VERDICT_UNKNOWN || letter == 'u';
}

/* Whether any minute of the day before this one is counted. */
static bool minutes_counted_before(const struct store_reply *day, int minute)
{
	const char *runs = runs_of(day);
	enum verdict_colour unused;
	int past = 0;

	while (runs && past < minute) {
		char letter = next_run(&runs, &past);

		if (!letter || strchr("ugar", letter))
			return letter;
	}
	while (!runs && minute-- > 0)
		if (minute_counted(day, minute, &unused))
			return true;
	return false;
}

#define DAY 86400
#define MINUTES (RETENTION_LATE_S / 60)
/* How many servers are asked about together. */
#define GROUP 100

/* One server, and which of the minutes of the hour are late. */
struct missed {
	struct fleet_server server;
	bool minutes[MINUTES]; /* oldest first */
	size_t n;
	bool queued; /* the store holds late verdicts to write */
	/* Loaded only where a minute is late. */
	struct load_group known;
	char **regions; /* of a server that no configuration names */
	struct region_history *seen; /* in.regions, but not const */
	struct verdict_input in;
};

struct late {
	struct store *store;
	double now;
	int64_t oldest; /* window of the first minute of the hour */
	struct output output;
	const struct fleet *fleet;
};

static int64_t window(const struct late *l, int minute)
{
	return l->oldest + 60 * (int64_t)minute;
}

/* ---- Which minutes are late. */

/* A minute before the first that was ever counted is not late. */
static void find_uncounted(const struct late *l, struct missed *m,
	const struct store_reply *first, const struct store_reply *last)
{
	int64_t day = l->oldest / DAY;
	enum verdict_colour unused;
	bool watched = minutes_counted_before(
		first, (int)(l->oldest % DAY / 60));

	for (int i = 0; i < MINUTES; i++) {
		int64_t w = window(l, i);
		bool done = minute_counted(w / DAY == day ? first : last,
			(int)(w % DAY / 60), &unused);

		watched = watched || done;
		m->minutes[i] = watched && !done;
		m->n += m->minutes[i];
	}
}

static int ask_counted(const struct late *l, struct missed *m, size_t n)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *slug = m[i].server.slug;

		store_add(l->store, "GET",
			key_counted(key, slug, l->oldest / DAY), NULL);
		store_add(l->store, "GET",
			key_counted(key, slug, window(l, MINUTES - 1) / DAY),
			NULL);
		store_add(l->store, "EXISTS", key_late(key, slug), NULL);
	}
	if (store_run(l->store))
		return store_failed(l->store);
	for (size_t i = 0; i < n; i++) {
		find_uncounted(l, &m[i], store_reply(l->store, 3 * i),
			store_reply(l->store, 3 * i + 1));
		m[i].queued =
			store_int(store_reply(l->store, 3 * i + 2), 0) > 0;
	}
	return 0;
}

/* Keep only the minutes that hold a probe. */
static int ask_heard(const struct late *l, struct missed *m)
{
	bool heard[MINUTES];

	if (load_heard(l->store,
		    &(struct load_span) {.slug = m->server.slug,
			    .regions = m->in.expected,
			    .n_regions = m->in.n_expected,
			    .first = l->oldest,
			    .last = window(l, MINUTES - 1)},
		    heard))
		return -1;
	m->n = 0;
	for (int i = 0; i < MINUTES; i++) {
		m->minutes[i] = m->minutes[i] && heard[i];
		m->n += m->minutes[i];
	}
	return 0;
}

/* ---- The verdicts on them. */

/* Load the records of these minutes, and of those that the rule looks back to. */
static int load_missed(const struct late *l, struct missed *m)
{
	double back = fmax(2 * m->server.rule.lookback_s, 60 * HISTORY_MAX);
	struct verdict_input *in = &m->in;
	int first = 0, last = MINUTES - 1;
	struct server *found;

	while (!m->minutes[first])
		first++;
	while (!m->minutes[last])
		last--;
	if (load_minutes(l->store, &m->known,
		    &(struct load_span) {.slug = in->slug,
			    .regions = in->expected,
			    .n_regions = in->n_expected,
			    .first = clock_window(
				    (double)window(l, first) - back),
			    .last = window(l, last)},
		    NAN))
		return -1;
	found = m->known.v->found;
	if (found) {
		in->regions = m->seen = found->regions;
		in->n_regions = found->n_regions;
		in->worked_at = m->known.v->last_healthy;
		in->url = in->url ? in->url : found->url;
	}
	return 0;
}

/* Find the regions to expect. */
static int expect_regions(const struct late *l, struct missed *m)
{
	m->in = (struct verdict_input) {.slug = m->server.slug,
		.url = m->server.url,
		.expected = (const char **)m->server.regions,
		.n_expected = m->server.n_regions};
	if (!m->in.n_expected) {
		m->regions =
			load_regions(l->store, m->in.slug, &m->in.n_expected);
		m->in.expected = (const char **)m->regions;
		if (!m->regions)
			return store_failed(l->store);
	}
	return 0;
}

static void missed_release(struct missed *m)
{
	load_group_release(&m->known);
	load_regions_free(m->regions);
}

/*
 * Finds the regions whose own network was cut off: what they saw does not
 * count.
 */
static struct isolation *isolate(const struct missed *m, size_t n,
	const struct fleet *fleet)
{
	const struct rule rule = fleet_isolation_rule(fleet);
	struct isolation *found = isolation_new();

	for (size_t i = 0; i < n; i++)
		if (m[i].in.n_regions)
			isolation_add(found, m[i].in.url, m[i].seen,
				m[i].in.n_regions);
	isolation_cut(found, &rule);
	return found;
}

/*
 * The verdict as of the end of the minute. Drift is left to the next verdict on
 * the present.
 */
static struct verdict judge_minute(const struct late *l, const struct missed *m,
	struct verdict_input *in, int minute)
{
	struct rule rule = m->server.rule;
	struct verdict v;

	rule.ahead_s = 0;
	in->now = (double)window(l, minute) + 60 - 0.001;
	v = verdict_decide(&rule, in);
	while (v.n_drift)
		drift_release(&v.drift[--v.n_drift]);
	v.judged_at = l->now;
	return v;
}

/* The arguments of script_count for one day, before the minutes. */
static void count_begin(struct strings *args, const char *slug, int64_t day)
{
	static const int lives[] = {
		RETENTION_MINUTES_S, RETENTION_ROLLUP_S, RETENTION_LATE_S};
	char key[KEY_MAX];

	strings_add(args, "EVAL");
	strings_add(args, script_count);
	strings_add(args, "3");
	strings_add(args, key_minutes(key, slug));
	strings_add(args, key_counted(key, slug, day));
	strings_add(args, key_late(key, slug));
	strings_fmt(args, "%" PRId64, day);
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
		strings_fmt(args, "%d", lives[i]);
}

static void count_add(
	struct strings *args, const struct verdict *v, const char *as)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	verdict_write(&b, v);
	if (b.len)
		buf_cut(&b, b.len - 1);
	strings_fmt(args, "%d", (int)(v->window % DAY / 60));
	strings_add(args, as);
	strings_add(args, b.p);
	buf_release(&b);
}

/* Judge the late minutes of a server, and count them, day by day. */
static int judge_minutes(const struct late *l, struct missed *m,
	struct verdict_input *in)
{
	int failed = 0;

	for (int i = 0; i < MINUTES && !failed;) {
		int64_t day = window(l, i) / DAY;
		struct strings args = {0};
		size_t fixed;

		count_begin(&args, in->slug, day);
		fixed = args.n;
		for (; i < MINUTES && window(l, i) / DAY == day; i++) {
			struct verdict v;

			if (!m->minutes[i])
				continue;
			v = judge_minute(l, m, in, i);
			if (v.verdict != VERDICT_UNKNOWN)
				count_add(&args, &v,
					fleet_counted_as(
						l->fleet, &m->server, &v));
			verdict_release(&v);
		}
		if (args.n > fixed) {
			m->queued = true;
			store_add_argv(l->store, args.n,
				(const char *const *)args.v);
			failed = store_run(l->store) ? store_failed(l->store)
						     : 0;
		}
		strings_release(&args);
	}
	return failed;
}

/* ---- What is written. */

static int write_late(const struct late *l, const char *line)
{
	char as_of[CLOCK_RFC3339], why[RECORD_WHY];
	struct verdict_record r;
	struct buf b;
	int failed;

	buf_init(&b, 2 * LINE_MAX_BYTES);
	if (l->output.text && !verdict_read(line, strlen(line), &r, why)) {
		clock_rfc3339(r.verdict.window, as_of);
		buf_fmt(&b, "%s, judged late  ", as_of);
		show_verdict(&b, &r.verdict, l->output.colour);
		verdict_record_release(&r);
	} else {
		buf_fmt(&b, "%s\n", line);
	}
	failed = line_print(b.p, b.len);
	stats_add(COUNT_VERDICTS, 1);
	buf_release(&b);
	return failed;
}

/* Write the verdicts minute by minute: mcp-alert needs them in that order. */
static int tell_all(const struct late *l, const struct missed *m, size_t n)
{
	char key[KEY_MAX], field[24];

	for (int i = 0; i < MINUTES; i++) {
		size_t asked = 0;

		snprintf(field, sizeof field, "%" PRId64, window(l, i));
		for (size_t k = 0; k < n; k++) {
			if (!m[k].queued)
				continue;
			store_add(l->store, "HGET",
				key_late(key, m[k].server.slug), field, NULL);
			asked++;
		}
		if (asked && store_run(l->store))
			return store_failed(l->store);
		for (size_t k = 0; k < asked; k++) {
			const char *line = store_text(store_reply(l->store, k));

			if (line && write_late(l, line))
				return -1;
		}
	}
	return 0;
}

/* Servers of which a minute is late, or that have late verdicts to write. */
struct missed_list {
	struct missed *v;
	size_t n, cap;
};

/* Ask about a group of servers, and keep those few. */
static int find_missed(const struct late *l, const struct fleet *fleet,
	size_t first, struct missed_list *found)
{
	struct missed group[GROUP] = {{.n = 0}};
	size_t n = 0;
	int failed;

	for (; n < GROUP && first + n < fleet->n; n++)
		group[n].server = fleet_at(fleet, first + n);
	failed = ask_counted(l, group, n);
	for (size_t i = 0; i < n && !failed; i++) {
		if (!group[i].n && !group[i].queued)
			continue;
		found->v = xgrow(
			found->v, &found->cap, found->n + 1, sizeof *found->v);
		found->v[found->n++] = group[i];
	}
	return failed;
}

static int load_late(const struct late *l, struct missed *m)
{
	if (m->n && (expect_regions(l, m) || ask_heard(l, m)))
		return -1;
	return m->n ? load_missed(l, m) : 0;
}

int late_judge(struct store *store, const struct fleet *fleet, double now,
	struct output output)
{
	struct late l = {
		store, now, clock_window(now) - RETENTION_LATE_S, output, fleet};
	struct missed_list late = {.n = 0};
	struct isolation *isolation;
	int failed = 0;

	for (size_t i = 0; i < fleet->n && !failed; i += GROUP)
		failed = find_missed(&l, fleet, i, &late);
	for (size_t i = 0; i < late.n && !failed; i++)
		failed = load_late(&l, &late.v[i]);
	isolation = isolate(late.v, late.n, fleet);
	for (size_t i = 0; i < late.n && !failed; i++)
		if (late.v[i].in.n_regions)
			failed = judge_minutes(&l, &late.v[i], &late.v[i].in);
	if (late.n && !failed)
		failed = tell_all(&l, late.v, late.n);
	isolation_free(isolation);
	for (size_t i = 0; i < late.n; i++)
		missed_release(&late.v[i]);
	free(late.v);
	return failed;
}
