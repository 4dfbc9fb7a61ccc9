/* SPDX-License-Identifier: MIT */
/*
 * backfill.c: old records into the store, and their minutes into its counts. A server
 * is judged by the records alone, which should be those of all its regions; other
 * regions that the store knows are expected, and silent. The tools seen here are not
 * noted in the store: drift is left to the next verdict on the present.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "histories/collect.h"
#include "judge/fleet.h"
#include "judge/isolation_store.h"
#include "judge/publish.h"
#include "options.h"
#include "rule/drift.h"
#include "store/beat.h"
#include "store/ingest.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400
#define DAY_MINUTES (DAY / 60)
#define DAYS_KEPT (RETENTION_ROLLUP_S / DAY)

struct work {
	struct store *store;
	struct fleet fleet;
	struct collect *collect;
	struct isolation *isolation;
	char count[STORE_SHA], publish[STORE_SHA]; /* the scripts */
	double now;
};

/* The minutes of one server, counted. */
struct tally {
	unsigned long counted[VERDICT_UNKNOWN + 1]; /* by colour */
	unsigned long before, untimely;
	int64_t first, last; /* the first and last window counted */
};

/* One server. */
struct judged {
	struct fleet_server server;
	struct server *records;
	struct load_group known; /* as the store has it; owns names of regions */
	const char **expected;
	size_t n_expected;
	struct verdict newest; /* not unknown; slug NULL: none yet */
	struct tally tally;
};

static int keep_record(void *arg, const struct record *r, char *why)
{
	struct work *w = arg;

	return collect_add(w->collect, r, why);
}

static void expect_regions(struct judged *s, const struct server *from)
{
	for (size_t i = 0; i < from->n_regions; i++)
		if (!strings_among(s->expected, s->n_expected,
			    from->regions[i].name))
			s->expected[s->n_expected++] = from->regions[i].name;
}

/* The expected regions. */
static int load_expected(struct work *w, struct judged *s)
{
	load_group_add(&s->known, s->server.slug);
	if (load_group(w->store, &s->known, NAN))
		return -1;
	s->expected = xcalloc(2 * COLLECT_REGIONS_MAX + s->server.n_regions,
		sizeof *s->expected);
	for (size_t i = 0; i < s->server.n_regions; i++)
		s->expected[s->n_expected++] = s->server.regions[i];
	if (s->n_expected)
		return 0;
	expect_regions(s, s->records);
	if (s->known.v->found)
		expect_regions(s, s->known.v->found);
	return 0;
}

static struct verdict judge_at(struct judged *s, double now)
{
	struct verdict v = verdict_decide(&s->server.rule,
		&(struct verdict_input) {.slug = s->server.slug,
			.url = s->server.url ? s->server.url : s->records->url,
			.now = now,
			.expected = s->expected,
			.n_expected = s->n_expected,
			.regions = s->records->regions,
			.n_regions = s->records->n_regions,
			.worked_at = s->known.v->last_healthy,
			.churn_since = s->newest.tool_churn.since});

	v.last_probe_at = NAN;
	for (size_t i = 0; i < v.n_regions; i++)
		v.last_probe_at =
			fmax(v.last_probe_at, v.regions[i].started_at);
	v.last_success_at = NAN;
	for (size_t i = 0; i < s->records->n_regions; i++)
		v.last_success_at = fmax(v.last_success_at,
			history_success(&s->records->regions[i], now));
	v.published_at = now;
	for (size_t i = 0; i < s->records->n_regions; i++)
		drift_saw(&s->records->regions[i], now);
	return v;
}

/* The minutes of a day: their colours, and what each counts as; NULL: not. */
struct day_minutes {
	enum verdict_colour colours[DAY_MINUTES];
	const char *as[DAY_MINUTES];
};

/* Count the minutes of a day that count. */
static int count_day(struct work *w, struct judged *s, int64_t day,
	const struct day_minutes *of)
{
	const struct store_reply *done;
	struct strings args = {0};
	char key[KEY_MAX];
	size_t asked = 0;

	strings_add(&args, "EVALSHA");
	strings_add(&args, w->count);
	strings_add(&args, "2");
	strings_add(&args, key_minutes(key, s->server.slug));
	strings_add(&args, key_counted(key, s->server.slug, day));
	strings_fmt(&args, "%" PRId64, day);
	strings_fmt(&args, "%d", RETENTION_MINUTES_S);
	strings_fmt(&args, "%d", RETENTION_ROLLUP_S);
	for (int i = 0; i < DAY_MINUTES; i++) {
		if (!of->as[i])
			continue;
		strings_fmt(&args, "%d", i);
		strings_add(&args, of->as[i]);
		asked++;
	}
	if (asked)
		store_add_argv(w->store, args.n, (const char *const *)args.v);
	strings_release(&args);
	if (!asked)
		return 0;
	if (store_run(w->store))
		return store_failed(w->store);
	done = store_reply(w->store, 0);
	for (size_t i = 0; i < store_count(done); i++) {
		long long m = store_int(store_item(done, i), -1);
		int64_t window = day * DAY + m * 60;

		if (m < 0 || m >= DAY_MINUTES)
			continue;
		if (!s->tally.last)
			s->tally.first = window;
		s->tally.last = window;
		s->tally.counted[of->colours[m]]++;
		asked--;
	}
	s->tally.before += asked;
	return 0;
}

/* Judge the minutes from first to last, and count them, day by day. */
static int judge_minutes(struct work *w, struct judged *s, int64_t first,
	int64_t last)
{
	struct day_minutes minutes;
	int64_t oldest = (int64_t)w->now / DAY - DAYS_KEPT + 1;

	for (int64_t t = first; t <= last;) {
		int64_t day = t / DAY;

		memset(&minutes, 0, sizeof minutes);
		for (; t <= last && t / DAY == day; t += 60) {
			struct verdict v = judge_at(s, (double)t + 60 - 0.001);

			if (v.verdict == VERDICT_UNKNOWN) {
				s->tally.counted[VERDICT_UNKNOWN]++;
				verdict_release(&v);
				continue;
			}
			minutes.colours[t % DAY / 60] = v.verdict;
			minutes.as[t % DAY / 60] = fleet_counted_as(
				&w->fleet, &s->server, &v);
			verdict_release(&s->newest);
			s->newest = v;
		}
		if (day >= oldest && count_day(w, s, day, &minutes))
			return -1;
	}
	return 0;
}

/* Publish the newest verdict, unless a later one is published. */
static int publish_newest(struct work *w, struct judged *s)
{
	double now = s->newest.published_at;
	struct figures figures;
	char sha[STORE_SHA];

	if (!s->newest.slug)
		return 0;
	if (rollup_load(w->store, sha))
		return -1;
	rollup_ask(w->store, sha, s->server.slug, now);
	rollup_ask_baseline(w->store, s->server.slug, now);
	if (store_run(w->store))
		return store_failed(w->store);
	rollup_read(store_reply(w->store, 0), now, &figures);
	figures.baseline = rollup_read_baseline(store_reply(w->store, 1), now);
	figures_put(&s->newest, &figures);
	publish_queue(w->store, w->publish, &s->newest,
		(struct publish_count) {
			fleet_counted_as(&w->fleet, &s->server, &s->newest),
			w->fleet.maintenance_counts,
			fmax(clock_wall(), (double)s->newest.window) +
				PUBLISH_AHEAD_S,
			s->newest.window, false},
		&(struct strings) {.n = 0});
	return store_run(w->store) ? store_failed(w->store) : 0;
}

static int write_newest(const struct judged *s)
{
	const struct tally *t = &s->tally;
	const unsigned long *n = t->counted;
	unsigned long all = n[VERDICT_GREEN] + n[VERDICT_AMBER] + n[VERDICT_RED];
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];
	struct buf b;
	int failed;

	buf_init(&b, 1024);
	buf_fmt(&b, "%s: %lu minute%s counted", s->server.slug, all,
		all == 1 ? "" : "s");
	if (all) {
		clock_rfc3339(t->first, from);
		clock_rfc3339(t->last, to);
		buf_fmt(&b, " from %s to %s (%lu green, %lu amber, %lu red)",
			from, to, n[VERDICT_GREEN], n[VERDICT_AMBER],
			n[VERDICT_RED]);
	}
	buf_fmt(&b, "; %lu counted before, %lu unknown, %lu untimely\n",
		t->before, n[VERDICT_UNKNOWN], t->untimely);
	failed = line_print(b.p, b.len);
	buf_release(&b);
	return failed;
}

/* Only minutes that are over, and whose day is still kept, can be counted. */
static int backfill_server(struct work *w, struct judged *s)
{
	double from = INFINITY, to = -INFINITY;
	int64_t first, last, kept, over;

	for (size_t i = 0; i < s->records->n_regions; i++) {
		const struct region_history *h = &s->records->regions[i];

		if (!h->n)
			continue;
		from = fmin(from, h->probes[0].started_at);
		to = fmax(to, h->probes[h->n - 1].started_at);
	}
	if (from > to)
		return write_newest(s);
	kept = ((int64_t)w->now / DAY - DAYS_KEPT + 1) * DAY;
	over = clock_window(w->now) - 60;
	first = clock_window(from);
	last = clock_window(to);
	if (first < kept) {
		s->tally.untimely += (unsigned long)(
			((last < kept ? last + 60 : kept) - first) / 60);
		first = kept;
	}
	if (last > over) {
		s->tally.untimely += (unsigned long)(
			(last - (first > over ? first - 60 : over)) / 60);
		last = over;
	}
	if (first <= last && (load_expected(w, s) ||
				     judge_minutes(w, s, first, last) ||
				     publish_newest(w, s)))
		return -1;
	return write_newest(s);
}

/* Take what regions saw while they were cut off out of the counts. */
static int uncount(struct work *w)
{
	size_t n, n_found;
	const struct server *servers = collect_servers(w->collect, &n);
	char sha[STORE_SHA];

	isolation_all(w->isolation, &n_found);
	if (!n_found)
		return 0;
	if (store_load(w->store, script_uncount, sha))
		return -1;
	for (size_t i = 0; i < n; i++)
		isolation_uncount(w->store, sha, servers[i].slug,
			servers[i].regions, servers[i].n_regions, 0);
	return store_run(w->store) ? store_failed(w->store) : 0;
}

static int backfill_all(struct work *w, const struct conf *conf)
{
	size_t n;
	struct server *servers = collect_servers(w->collect, &n);
	int rc = uncount(w);

	w->fleet = (struct fleet) {
		.maintenance_s = FLEET_MAINTENANCE_S, .maintenance_counts = true};
	if (conf)
		fleet_configured(&w->fleet, conf, NULL);
	if (!rc)
		rc = fleet_read_maintenance(&w->fleet, w->store);
	for (size_t i = 0; i < n && !rc; i++) {
		size_t place = fleet_place(&w->fleet, servers[i].slug);
		struct judged s = {.records = &servers[i],
			.server = {.slug = servers[i].slug,
				.rule = rule_default(60)}};

		if (conf && place == w->fleet.n) {
			log_warn("%s is not configured, so it is not judged",
				servers[i].slug);
			continue;
		}
		if (conf)
			s.server = fleet_at(&w->fleet, place);
		/* The clock is the records' own: none is ahead of it. */
		s.server.rule.ahead_s = 0;
		rc = backfill_server(w, &s);
		verdict_release(&s.newest);
		load_group_release(&s.known);
		free(s.expected);
	}
	fleet_release(&w->fleet);
	return rc;
}

static int judge_stored(struct work *w, const struct command *cmd)
{
	struct setup s;
	int rc = setup_open(&s, cmd) ? -1 : 0;

	w->store = s.store;
	if (!rc && (store_load(s.store, script_count, w->count) ||
			   store_load(s.store, script_publish, w->publish)))
		rc = -1;
	if (!rc)
		rc = backfill_all(w, s.conf);
	if (!rc && store_persist(s.store))
		rc = store_failed(s.store);
	setup_close(&s);
	return rc;
}

int backfill(const struct command *cmd, int fd)
{
	const struct rule rule = rule_default(60);
	struct work w = {.collect = collect_new(), .now = clock_wall()};
	int rc = ingest(cmd, fd, keep_record, &w);
	double newest;

	if (rc != EXIT_ENV && collect_newest(w.collect, &newest)) {
		collect_finish(w.collect);
		w.isolation = judge_isolate(w.collect, &rule);
		if (judge_stored(&w, cmd))
			rc = EXIT_ENV;
	}
	isolation_free(w.isolation);
	collect_free(w.collect);
	return rc;
}
