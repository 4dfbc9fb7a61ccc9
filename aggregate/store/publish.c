/*
 * publish.c: see publish.h. Servers are judged in groups, each in two round
 * trips: all that is known of them, then all their verdicts. Whoever comes
 * second in a minute is given the verdict that stands, and writes that.
 */
#include "store/publish.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "options.h"
#include "records/verdict.h"
#include "rule/churn.h"
#include "rule/drift.h"
#include "rule/verdict.h"
#include "store/heartbeat.h"
#include "store/isolation_store.h"
#include "store/keys.h"
#include "store/late.h"
#include "store/load.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"
#include "verdict_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP 100

struct run {
	struct store *store;
	struct fleet fleet;
	struct output output;
	char sha[STORE_SHA]; /* of script_publish */
	double now;
	bool pretended; /* that is not the clock's */
	bool red; /* the only verdict */
	size_t alone; /* 1: only the first of the fleet is judged; else 0 */
	struct isolation *isolation;
	bool uncounted; /* some probes, for their regions are cut off */
};

/* One server while it is judged. */
struct subject {
	const struct fleet_server *server;
	struct region_history *regions;
	size_t n_regions;
	const char **expected;
	struct verdict verdict;
	double churn_since; /* as the verdict before said, or 0 */
};

static double last_probe(const struct verdict *v)
{
	double at = NAN;

	for (size_t i = 0; i < v->n_regions; i++)
		at = fmax(at, v->regions[i].started_at);
	return at;
}

/* The newest tools of each region become the ones that were seen. */
static size_t seen_tools(const struct subject *s, double until,
	char (*text)[PUBLISH_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct probe *p = drift_newest(&s->regions[i], until);
		const char *era, *full;

		if (!p)
			continue;
		era = era_name(p->era) ? era_name(p->era) : "-";
		full = p->tools->full_hash ? p->tools->full_hash : "";
		snprintf(
			text[n++], PUBLISH_TEXT, "seen:%s", s->regions[i].name);
		snprintf(text[n++], PUBLISH_TEXT, "%s %s.%s %.6f", era,
			p->tools->hash, full,
			drift_since(&s->regions[i], until));
	}
	return n;
}

static size_t put_text(char (*text)[PUBLISH_TEXT], const char *field,
	const char *region, const struct buf *value)
{
	snprintf(text[0], PUBLISH_TEXT, "%s%s", field, region);
	snprintf(text[1], PUBLISH_TEXT, "%s", value->p);
	return 2;
}

/*
 * How often the tools of each region changed, and since when that is too often,
 * where they did, or had.
 */
static size_t changed_tools(const struct subject *s, double until,
	double churn_since, char (*text)[PUBLISH_TEXT])
{
	struct buf value;
	size_t n = 0;

	buf_init(&value, PUBLISH_TEXT);
	for (size_t i = 0; i < s->n_regions; i++) {
		const struct tool_changes c =
			churn_changes(&s->regions[i], until);

		buf_clear(&value);
		churn_put(&value, &c);
		if (value.len || s->regions[i].changes.upto)
			n += put_text(text + n, "changes:", s->regions[i].name,
				&value);
	}
	buf_clear(&value);
	if (s->verdict.tool_churn.changes_1h)
		buf_fmt(&value, "%.0f", s->verdict.tool_churn.since);
	if (value.len || churn_since > 0)
		n += put_text(text + n, "churn:since", "", &value);
	buf_release(&value);
	return n;
}

/* How each region stands becomes how it stood. */
static size_t stood(const struct subject *s, char (*text)[PUBLISH_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < s->verdict.n_regions; i++) {
		const struct verdict_region *r = &s->verdict.regions[i];

		snprintf(text[n++], PUBLISH_TEXT, "stood:%s", r->region);
		snprintf(text[n++], PUBLISH_TEXT, "%s %.6f",
			r->state == STATE_BROKEN ? "broken" : "works",
			r->since);
	}
	return n;
}

static void queue_verdict(struct run *run, const struct subject *s)
{
	char(*text)[PUBLISH_TEXT] = xcalloc(
		4 * s->n_regions + 2 * s->verdict.n_regions + 2, sizeof *text);
	double until = run->now + s->server->rule.ahead_s;
	size_t n = seen_tools(s, until, text);

	n += changed_tools(s, until, s->churn_since, text + n);
	n += stood(s, text + n);
	publish_queue(run->store, run->sha, &s->verdict, text, n);
	free(text);
}

/* The histories of a server that collect laid out, or none. */
static void find_histories(struct subject *s, struct server *servers, size_t n)
{
	s->verdict.url = s->server->url;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(servers[i].slug, s->server->slug) != 0)
			continue;
		s->regions = servers[i].regions;
		s->n_regions = servers[i].n_regions;
		if (!s->verdict.url)
			s->verdict.url = servers[i].url;
	}
}

/* The expected regions: the configuration's, or all that ever reported. */
static size_t expect(struct subject *s)
{
	bool told = s->server->n_regions > 0;
	size_t n = told ? s->server->n_regions : s->n_regions;

	s->expected = xcalloc(n, sizeof *s->expected);
	for (size_t i = 0; i < n; i++)
		s->expected[i] = told ? s->server->regions[i]
				      : s->regions[i].name;
	return n;
}

/* What those who read of the regions are told beside. */
static void stand(struct subject *s, double until, const struct loaded *l)
{
	for (size_t i = 0; i < s->verdict.n_regions; i++) {
		struct verdict_region *r = &s->verdict.regions[i];

		for (size_t k = 0; k < s->n_regions; k++) {
			const struct region_history *h = &s->regions[k];

			if (strcmp(h->name, r->region) != 0)
				continue;
			r->since = region_state_at(h, until,
				load_region_since(l, r->region)).since;
			r->p95_ms = region_state_p95(h, until);
		}
	}
}

static void decide(const struct run *run, struct subject *s,
	const struct loaded *l)
{
	const char *url = s->verdict.url;
	size_t n_expected = expect(s);

	load_seen(l, s->regions, s->n_regions);
	s->churn_since = l->churn_since;
	s->verdict = verdict_decide(&s->server->rule,
		&(struct verdict_input) {.slug = s->server->slug,
			.url = url,
			.now = run->now,
			.expected = s->expected,
			.n_expected = n_expected,
			.regions = s->regions,
			.n_regions = s->n_regions,
			.churn_since = s->churn_since});
	s->verdict.last_probe_at = last_probe(&s->verdict);
	figures_put(&s->verdict, &l->figures);
	if (s->verdict.verdict == VERDICT_UNKNOWN)
		return;
	s->verdict.published_at = run->now;
	stand(s, run->now + s->server->rule.ahead_s, l);
}

/* Whether a published verdict is red. */
static bool is_red(const char *published)
{
	struct verdict_record r;
	char why[RECORD_WHY];
	bool red;

	if (verdict_read(published, strlen(published), &r, why))
		return false;
	red = r.verdict.verdict == VERDICT_RED;
	verdict_record_release(&r);
	return red;
}

/* Write a verdict; what stands published, where that is known. */
static int write_verdict(
	struct run *run, const struct subject *s, const char *published)
{
	struct buf b;
	int failed;

	/* It decides the exit status where there is no other. */
	if (run->fleet.n == 1 || run->alone)
		run->red = published ? is_red(published)
				     : s->verdict.verdict == VERDICT_RED;
	buf_init(&b, 2 * LINE_MAX_BYTES);
	if (run->output.text)
		show_verdict(&b, &s->verdict, run->output.colour);
	else if (published)
		buf_fmt(&b, "%s\n", published);
	else
		verdict_write(&b, &s->verdict);
	failed = line_print(b.p, b.len);
	buf_release(&b);
	return failed;
}

/* Publish what was decided, and write it. */
static int settle(struct run *run, const struct subject *subjects, size_t n)
{
	size_t reply = 1; /* the first is that of SCRIPT LOAD */

	store_add(run->store, "SCRIPT", "LOAD", script_publish, NULL);
	for (size_t i = 0; i < n; i++)
		if (subjects[i].verdict.verdict != VERDICT_UNKNOWN)
			queue_verdict(run, &subjects[i]);
	if (store_run(run->store)) {
		return store_failed(run->store);
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = NULL;

		if (subjects[i].verdict.verdict != VERDICT_UNKNOWN)
			text = store_text(store_reply(run->store, reply++));
		if (write_verdict(run, &subjects[i], text))
			return -1;
	}
	return 0;
}

/* Servers that are read, and judged, together. */
struct group {
	struct subject subjects[GROUP];
	struct loaded loaded[GROUP];
	struct collect *collect;
	size_t n;
};

/* Read what the store knows of n servers; figures only for now, not NAN. */
static int load_group(struct run *run, struct group *g, size_t first, size_t n,
	double now)
{
	const char *slugs[GROUP];
	struct server *servers;
	size_t n_servers;

	for (size_t i = 0; i < n; i++) {
		g->subjects[i].server = &run->fleet.servers[first + i];
		slugs[i] = g->subjects[i].server->slug;
	}
	g->collect = collect_new();
	if (load_servers(run->store, g->collect, slugs, n, now, g->loaded))
		return -1;
	g->n = n;
	collect_finish(g->collect);
	servers = collect_servers(g->collect, &n_servers);
	for (size_t i = 0; i < n; i++)
		find_histories(&g->subjects[i], servers, n_servers);
	return 0;
}

static void group_release(struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		verdict_release(&g->subjects[i].verdict);
		free(g->subjects[i].expected);
	}
	load_release(g->loaded, g->n);
	collect_free(g->collect);
}

/* What regions saw that are cut off counts nowhere. */
static int uncount(const struct run *run, const struct group *groups, size_t n,
	double since)
{
	char sha[STORE_SHA];

	if (store_load(run->store, script_uncount, sha))
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < groups[i].n; k++) {
			const struct subject *s = &groups[i].subjects[k];

			isolation_uncount(run->store, sha, s->server->slug,
				s->regions, s->n_regions, since);
		}
	if (!store_run(run->store))
		return 0;
	return store_failed(run->store);
}

/* What they saw says nothing, either. */
static int isolate(struct run *run, const struct group *groups, size_t n)
{
	const struct rule rule = fleet_isolation_rule(&run->fleet);
	size_t n_found;
	int rc;

	run->isolation = isolation_new();
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < groups[i].n; k++) {
			const struct subject *s = &groups[i].subjects[k];

			isolation_add(run->isolation, s->verdict.url,
				s->regions, s->n_regions);
		}
	rc = isolation_ask_canaries(run->store, run->isolation);
	isolation_cut(run->isolation, &rule);
	if (!rc)
		rc = isolation_keep(run->store, run->isolation, &rule,
			run->now, run->pretended);
	isolation_all(run->isolation, &n_found);
	run->uncounted = n_found;
	if (!rc && n_found)
		rc = uncount(run, groups, n, run->now - rule.lookback_s);
	return rc;
}

static int judge_group(struct run *run, struct group *g)
{
	/* What was taken out of the counts is still in the figures. */
	if ((run->uncounted &&
		    load_figures(run->store, g->n, run->now, g->loaded)) ||
		load_baselines(run->store, g->n, run->now, g->loaded))
		return -1;
	for (size_t i = 0; i < g->n; i++)
		decide(run, &g->subjects[i], &g->loaded[i]);
	return settle(run, g->subjects, g->n);
}

/* Whether a region that a server was seen from may have been cut off. */
static bool doubtful(const struct subject *s)
{
	for (size_t i = 0; i < s->n_regions; i++)
		for (size_t k = 0; k < s->regions[i].n; k++)
			if (isolation_fits(&s->regions[i].probes[k]))
				return true;
	return false;
}

/*
 * Whether a region is cut off is to be seen in all servers: they are read
 * before the first of them is judged. One alone is a group of its own, and the
 * others are read only where something may come of it.
 */
static int judge_groups(struct run *run)
{
	size_t alone = run->alone, left = run->fleet.n - alone;
	size_t n = alone + (left + GROUP - 1) / GROUP, first = 0;
	struct group *groups = xcalloc(n, sizeof *groups);
	bool sure = false;
	int rc = 0;

	for (size_t i = 0; i < n && !rc && !sure; i++) {
		size_t size = i < alone ? 1 : left < GROUP ? left : GROUP;

		rc = load_group(run, &groups[i], first, size,
			i < alone || !alone ? run->now : NAN);
		first += size;
		left -= i < alone ? 0 : size;
		sure = !rc && i < alone &&
			!doubtful(&groups[i].subjects[0]);
	}
	if (!rc && !sure)
		rc = isolate(run, groups, n);
	for (size_t i = 0; i < (alone ? alone : n) && !rc; i++)
		rc = judge_group(run, &groups[i]);
	for (size_t i = 0; i < n; i++)
		group_release(&groups[i]);
	isolation_free(run->isolation);
	free(groups);
	return rc;
}

static int judge_all(struct run *run)
{
	struct fleet asked = run->fleet; /* what is to be judged of it */

	if (run->alone)
		asked.n = run->alone;
	if (store_load(run->store, script_publish, run->sha) ||
		late_judge(run->store, &asked, run->now, run->output) ||
		judge_groups(run))
		return EXIT_ENV;
	if (!heartbeat_write(
		    run->store, STAGE_VERDICT, run->now, run->pretended)) {
		store_failed(run->store);
		return EXIT_ENV;
	}
	return run->red ? EXIT_NEWS : EXIT_GOOD;
}

/* Make a server the first of the fleet, as the only one to be judged. */
static bool put_first(struct run *run, const char *slug)
{
	for (size_t i = 0; i < run->fleet.n; i++) {
		const struct fleet_server found = run->fleet.servers[i];

		if (strcmp(found.slug, slug) != 0)
			continue;
		run->fleet.servers[i] = run->fleet.servers[0];
		run->fleet.servers[0] = found;
		run->alone = 1;
		return true;
	}
	return false;
}

static int judge_fleet(struct run *run, const struct command *cmd,
	const struct setup *s)
{
	int rc = EXIT_ENV;

	if (setup_fleet(s, NULL, &run->fleet))
		return EXIT_ENV;
	if (!run->fleet.n || (cmd->slug && !put_first(run, cmd->slug)))
		rc = setup_no_server(s, cmd->slug);
	else if (!s->conf || !fleet_announce(s->conf, s->store))
		rc = judge_all(run);
	fleet_release(&run->fleet);
	return rc;
}

int publish(const struct command *cmd)
{
	struct run run = {
		.now = isnan(cmd->now) ? clock_wall() : cmd->now,
		.pretended = !isnan(cmd->now),
	};
	struct setup s;
	int rc = setup_open(&s, cmd);

	run.output = output_choose(cmd->format);
	run.store = s.store;
	if (!rc)
		rc = judge_fleet(&run, cmd, &s);
	setup_close(&s);
	return rc;
}

/*
 * A verdict on its way into the store. The store knows the
 * uptime, so the verdict goes there in two parts, around the place of that.
 */

/* A verdict up to the value of its uptime_30d; returns what follows that. */
static const char *put_parts(struct buf *b, const struct verdict *v)
{
	size_t uptime = verdict_write(b, v);
	char *value;

	if (!uptime)
		return "";
	b->p[--b->len] = '\0';
	value = b->p + uptime;
	*value++ = '\0';
	return value + strcspn(value, ",");
}

void publish_queue(struct store *store, const char *sha,
	const struct verdict *v, char (*seen)[PUBLISH_TEXT], size_t n_seen)
{
	char keys[4][KEY_MAX], window[24], life[4][16], days[16];
	const char **args, *rest;
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	rest = put_parts(&b, v);
	snprintf(window, sizeof window, "%" PRId64, v->window);
	snprintf(life[0], sizeof *life, "%d", RETENTION_VERDICT_S);
	snprintf(life[1], sizeof *life, "%d", RETENTION_MINUTES_S);
	snprintf(life[2], sizeof *life, "%d", RETENTION_HASH_S);
	snprintf(life[3], sizeof *life, "%d", RETENTION_ROLLUP_S);
	snprintf(days, sizeof days, "%d", RETENTION_MINUTES_DAYS);
	{
		const char *fixed[] = {"EVALSHA", sha, "4",
			key_verdict(keys[0], v->slug),
			key_minutes(keys[1], v->slug),
			key_tools(keys[2], v->slug),
			key_counted(keys[3], v->slug, v->window / 86400),
			window, b.p, rest, verdict_colour_name(v->verdict), life[0],
			life[1], life[2], life[3], days};
		size_t n = sizeof fixed / sizeof *fixed;

		args = xcalloc(n + n_seen, sizeof *args);
		memcpy(args, fixed, sizeof fixed);
		for (size_t i = 0; i < n_seen; i++)
			args[n + i] = seen[i];
		store_add_argv(store, n + n_seen, args);
	}
	buf_release(&b);
	free(args);
}

static int bit(const struct store_reply *r, int i)
{
	size_t byte = (size_t)i / 8;

	return byte < store_size(r) &&
		((unsigned char)store_text(r)[byte] >> (7 - i % 8) & 1);
}

bool publish_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	static const enum verdict_colour colours[] = {VERDICT_UNKNOWN,
		VERDICT_GREEN, VERDICT_AMBER, VERDICT_RED};
	int at = 24 * 60 + 2 * minute;

	*as = colours[2 * bit(day, at) + bit(day, at + 1)];
	return bit(day, minute);
}
