/*
 * evaluation.c: see evaluation.h. Servers are judged in groups, and forgotten:
 * while one is judged, the store takes the verdicts on the one before and tells
 * what it knows of the next. It takes all servers to see whether a region is cut
 * off, so those that may have been probed by such a one are judged in the end,
 * and loaded once more for that. Whoever comes second in a minute is given the
 * published verdict, and writes that; unless it was made during a round, and
 * more has been reported since.
 */
#include "judge/evaluation.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "judge/fleet.h"
#include "judge/isolation_store.h"
#include "judge/publish.h"
#include "judge/server_verdict.h"
#include "options.h"
#include "pinned/tools_lock.h"
#include "records/verdict.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/load.h"
#include "store/scripts.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run of the command verdict. */
struct evaluation {
	struct store *store;
	struct fleet fleet;
	struct output output;
	char sha[STORE_SHA];		/* of script_publish */
	char places[STORE_SHA];		/* of script_places */
	char figures[STORE_SHA];	/* see load_ask */
	struct lock_digests *lock;	/* NULL: there is no configuration */
	bool lock_failed; /* tools.lock cannot be used */
	double now;
	bool pretended; /* now is given by --now */
	bool red; /* the verdict, where there is one server */
	bool alone; /* only the server at `chosen` is judged */
	size_t chosen;
	struct isolation *isolation;
	bool suspected; /* a region may be cut off */
	size_t *later;	/* the servers that are judged in the end */
	size_t n_later, cap_later;
	struct regions_heard regions; /* of public servers */
	double latest; /* of struct publish_count */
	/* When a clock that was ahead had published last; 0: none had. */
	double ahead;
	/* Rows of public servers; NULL: nobody knows which are public. */
	struct listing_rows *rows;
};

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

/*
 * Write a verdict to standard output: the one that stands published where there
 * is one, for somebody else may have published this minute before.
 */
static int write_verdict(
	struct evaluation *ev, const struct server_verdict *s, const char *published)
{
	struct buf b;
	int failed;

	/* The only verdict decides the exit status. */
	if (ev->fleet.n == 1 || ev->alone)
		ev->red = published ? is_red(published)
				     : s->verdict.verdict == VERDICT_RED;
	buf_init(&b, 2 * LINE_MAX_BYTES);
	if (ev->output.text)
		show_verdict(&b, &s->verdict, ev->output.colour);
	else if (published) {
		buf_str(&b, published);
		buf_char(&b, '\n');
	} else
		verdict_write(&b, &s->verdict);
	failed = line_print(b.p, b.len);
	stats_add(COUNT_VERDICTS, 1);
	buf_release(&b);
	return failed;
}

/* Servers that are loaded, judged and published together. */
struct group {
	struct load_group loaded;
	struct server_verdict servers[LOAD_GROUP];
	size_t places[LOAD_GROUP]; /* of the servers in the fleet */
	void *cut[LOAD_GROUP]; /* see isolation_apply */
	bool later[LOAD_GROUP]; /* it is judged in the end */
	double now; /* the figures are those as of now; NAN: without */
	size_t replies; /* the number of that to its first verdict */
};

static void group_add(struct group *g, const struct fleet *f, size_t place)
{
	const struct fleet_server server = fleet_at(f, place);
	size_t i = g->loaded.n++;

	server_verdict_init(&g->servers[i], &server);
	g->places[i] = place;
	g->loaded.slugs[i] = server.slug;
}

static void group_free(struct group *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->loaded.n; i++) {
		server_verdict_release(&g->servers[i]);
		free(g->cut[i]);
	}
	load_group_release(&g->loaded);
	free(g);
}

/* Take what the store knows of a group. */
static void take_group(struct evaluation *ev, struct group *g)
{
	load_group_take(ev->store, &g->loaded, g->now);
	for (size_t i = 0; i < g->loaded.n; i++)
		server_verdict_take_histories(
			&g->servers[i], g->loaded.found[i]);
}

/* publish_count.at. If -N pretends now, it is the beginning of the window. */
static int64_t published_at(const struct evaluation *ev, int64_t window)
{
	double past = floor(ev->now) - (double)window;

	return ev->pretended || past < 0 || past >= 60 ? window
						       : window + (int64_t)past;
}

/* Queue the verdicts on a group. */
static void queue_group(struct evaluation *ev, struct group *g)
{
	g->replies = store_queued(ev->store);
	for (size_t i = 0; i < g->loaded.n; i++) {
		const struct server_verdict *s = &g->servers[i];

		if (!g->later[i] && s->verdict.verdict != VERDICT_UNKNOWN)
			server_verdict_queue(s, ev->store, ev->sha, ev->now,
				(struct publish_count) {
					fleet_counted_as(&ev->fleet, &s->server,
						&s->verdict),
					ev->fleet.maintenance_counts,
					ev->latest,
					published_at(ev, s->verdict.window),
					ev->fleet.round > 0});
	}
	/* Their replies stand behind those to the verdicts, and nobody reads them. */
	for (size_t i = 0; i < g->loaded.n; i++)
		if (!g->later[i] && g->servers[i].verdict.n_regions &&
			place_latency_due(g->loaded.slugs[i], ev->now))
			place_latency_queue(ev->store, ev->places,
				&g->servers[i].verdict, ev->now);
}

/* Queue the rows of those that were written. */
static void queue_rows(struct evaluation *ev)
{
	if (ev->rows)
		listing_rows_queue(ev->rows);
}

/* Log a change of colour since the verdict before, and why. */
static void tell_colour(const struct verdict *v, const struct loaded *l)
{
	const char *error = NULL;
	char why[400] = "";
	int n = 0;

	if (!l->coloured || l->colour == v->verdict)
		return;
	for (size_t i = 0; i < v->n_regions; i++)
		if (v->regions[i].failed_step == v->step && !error)
			error = v->regions[i].error;
	if (v->n_failing && step_name(v->step))
		n = snprintf(why, sizeof why, ": %s fails with %s from",
			failure_step(v->step, error, v->url),
			error ? error : "an error");
	for (size_t i = 0; i < v->n_failing && n > 0 && n < 300; i++)
		n += snprintf(why + n, sizeof why - (size_t)n, "%s %s",
			i ? "," : "", v->failing[i]);
	log_note("%s: %s, before %s%s", v->slug, verdict_colour_name(v->verdict),
		verdict_colour_name(l->colour), why);
}

/* The verdict that stands, by the reply of script_publish. */
static const char *take_published(struct evaluation *ev,
	const struct server_verdict *s, const struct loaded *l,
	const struct store_reply *r)
{
	const char *days = store_text(store_item(r, 1));
	const char *uptime = store_text(store_item(r, 2));
	const char *ahead = store_text(store_item(r, 3));

	if (ahead && *ahead)
		ev->ahead = fmax(ev->ahead, strtod(ahead, NULL));
	if (days)
		tell_colour(&s->verdict, l);
	if (ev->rows && !s->server.is_private && days && uptime)
		listing_rows_add_verdict(ev->rows, &s->verdict, days, uptime);
	return store_text(store_item(r, 0));
}

/* Write those that stand, once the store has answered. */
static int write_group(struct evaluation *ev, const struct group *g)
{
	size_t reply = g->replies;

	for (size_t i = 0; i < g->loaded.n; i++) {
		const struct server_verdict *s = &g->servers[i];
		const char *text = NULL;

		if (g->later[i])
			continue;
		if (s->verdict.verdict != VERDICT_UNKNOWN)
			text = take_published(ev, s, &g->loaded.loaded[i],
				store_reply(ev->store, reply++));
		if (write_verdict(ev, s, text))
			return -1;
	}
	return 0;
}

/* Whether a region may have been cut off when it probed this server. */
static bool may_be_isolated(const struct server_verdict *s)
{
	for (size_t i = 0; i < s->n_regions; i++)
		for (size_t k = 0; k < s->regions[i].n; k++)
			if (isolation_fits(&s->regions[i].probes[k]))
				return true;
	return false;
}

static void note_server(const struct evaluation *ev, const struct server_verdict *s)
{
	isolation_note(ev->isolation, s->verdict.url, s->regions, s->n_regions);
}

static void leave_for_later(struct evaluation *ev, struct group *g, size_t i)
{
	g->later[i] = true;
	ev->later = xgrow(
		ev->later, &ev->cap_later, ev->n_later + 1, sizeof *ev->later);
	ev->later[ev->n_later++] = g->places[i];
}

/*
 * Judge a server of a group. Returns what server_verdict_decide does, which may
 * ask the store or not.
 */
static int judge_server(
	struct evaluation *ev, struct group *g, size_t i, bool may_ask)
{
	struct server_verdict *s = &g->servers[i];
	const struct server_verdict_input in = {
		.loaded = &g->loaded.loaded[i],
		.now = ev->now,
		.round = ev->fleet.round,
		.lock = ev->lock,
		.lock_failed = ev->lock_failed,
		.store = may_ask ? ev->store : NULL,
	};
	int rc = server_verdict_decide(s, &in);

	if (!rc && !s->server.is_private)
		regions_heard_add(&ev->regions, &s->verdict);
	return rc;
}

/*
 * Judge the servers of a group, but for those that need more to be known: which
 * regions are cut off, or, once a day, the baseline, or what the tools say where
 * regions begin to differ.
 */
static void judge_group(struct evaluation *ev, struct group *g)
{
	take_group(ev, g);
	for (size_t i = 0; i < g->loaded.n; i++) {
		struct server_verdict *s = &g->servers[i];
		bool suspect = may_be_isolated(s);

		note_server(ev, s);
		ev->suspected = ev->suspected || suspect;
		if (suspect || g->loaded.loaded[i].baseline_missing ||
			judge_server(ev, g, i, false))
			leave_for_later(ev, g, i);
	}
}

/*
 * Ask what the store knows of a group, which is NULL afterwards where the store
 * failed.
 */
static int ask_group(struct evaluation *ev, struct group **g, double now)
{
	(*g)->now = now;
	if (!load_ask(ev->store, (*g)->loaded.slugs, (*g)->loaded.n, now,
		    ev->figures))
		return 0;
	group_free(*g);
	*g = NULL;
	return -1;
}

/* The servers of the fleet from *next on, as many as a group has. */
static struct group *next_group(const struct evaluation *ev, size_t *next,
	size_t end)
{
	struct group *g = xcalloc(1, sizeof *g);

	while (g->loaded.n < LOAD_GROUP && *next < end)
		group_add(g, &ev->fleet, (*next)++);
	return g;
}

/* Load, judge and publish the servers of the fleet from `next` up to `end`. */
static int judge_groups(struct evaluation *ev, size_t next, size_t end)
{
	struct group *asked = NULL, *judged = NULL, *published = NULL;
	int rc = 0;

	do {
		struct group *written = published;

		published = judged;
		judged = asked;
		asked = NULL;
		if (store_finish(ev->store))
			rc = store_failed(ev->store);
		if (!rc && next < end) {
			asked = next_group(ev, &next, end);
			rc = ask_group(ev, &asked, ev->now);
		}
		if (!rc && published)
			queue_group(ev, published);
		if (!rc)
			queue_rows(ev);
		if (!rc)
			store_start(ev->store);
		if (!rc && written)
			rc = write_group(ev, written);
		group_free(written);
		if (!rc && judged)
			judge_group(ev, judged);
	} while (!rc && (asked || judged || published));
	store_finish(ev->store);
	group_free(asked);
	group_free(judged);
	group_free(published);
	return rc;
}

/* Load a group, at once. */
static int load_at_once(struct evaluation *ev, struct group **g, double now)
{
	if (ask_group(ev, g, now))
		return -1;
	if (store_run(ev->store))
		return store_failed(ev->store);
	take_group(ev, *g);
	return 0;
}

/* Take note of what regions saw of the servers that are not judged. */
static int note_others(struct evaluation *ev)
{
	size_t next = 0;
	int rc = 0;

	while (next < ev->fleet.n && !rc) {
		struct group *g = next_group(ev, &next, ev->fleet.n);

		rc = load_at_once(ev, &g, NAN);
		for (size_t i = 0; !rc && i < g->loaded.n; i++)
			if (g->places[i] != ev->chosen)
				note_server(ev, &g->servers[i]);
		group_free(g);
	}
	return rc;
}

/* Find the regions that are cut off. */
static int find_isolated(struct evaluation *ev)
{
	const struct rule rule = fleet_isolation_rule(&ev->fleet);

	if (isolation_read_canaries(ev->store, ev->isolation))
		return -1;
	isolation_find(ev->isolation, &rule);
	return isolation_publish(ev->store, ev->isolation, &rule, ev->now,
		ev->pretended);
}

/*
 * Take what these regions saw out of the histories of a group, and out of what
 * is counted.
 */
static int take_out(struct evaluation *ev, struct group *g)
{
	char sha[STORE_SHA];
	bool any = false;
	double since;

	for (size_t i = 0; i < g->loaded.n; i++) {
		struct server_verdict *s = &g->servers[i];

		g->cut[i] = isolation_apply(
			ev->isolation, s->regions, s->n_regions);
		any = any || g->cut[i];
	}
	if (!any)
		return 0;
	if (store_load(ev->store, script_uncount, sha))
		return -1;
	since = ev->now - fleet_isolation_rule(&ev->fleet).lookback_s;
	for (size_t i = 0; i < g->loaded.n; i++)
		isolation_uncount(ev->store, sha, g->loaded.slugs[i],
			g->servers[i].regions, g->servers[i].n_regions, since);
	if (store_run(ev->store))
		return store_failed(ev->store);
	/* The figures were read before the counts changed. */
	return load_figures(ev->store, g->loaded.n, ev->now, g->loaded.loaded);
}

static int judge_later(struct evaluation *ev, struct group **g)
{
	if (load_at_once(ev, g, ev->now) || take_out(ev, *g) ||
		load_baselines(ev->store, (*g)->loaded.n, ev->now,
			(*g)->loaded.loaded))
		return -1;
	for (size_t i = 0; i < (*g)->loaded.n; i++)
		if (judge_server(ev, *g, i, true))
			return -1;
	queue_group(ev, *g);
	queue_rows(ev);
	if (store_run(ev->store))
		return store_failed(ev->store);
	return write_group(ev, *g);
}

/* Judge the servers that were left for the end. */
static int judge_rest(struct evaluation *ev)
{
	int rc = 0;

	for (size_t i = 0; i < ev->n_later && !rc;) {
		struct group *g = xcalloc(1, sizeof *g);

		while (g->loaded.n < LOAD_GROUP && i < ev->n_later)
			group_add(g, &ev->fleet, ev->later[i++]);
		rc = judge_later(ev, &g);
		group_free(g);
	}
	return rc;
}

/*
 * Where one server alone is judged, the others are read only if a region may be
 * cut off.
 */
static int judge_servers(struct evaluation *ev)
{
	int rc;

	ev->isolation = isolation_new();
	rc = ev->alone ? judge_groups(ev, ev->chosen, ev->chosen + 1)
		       : judge_groups(ev, 0, ev->fleet.n);
	if (!rc && ev->alone && ev->suspected)
		rc = note_others(ev);
	if (!rc && (!ev->alone || ev->suspected))
		rc = find_isolated(ev);
	if (!rc)
		rc = judge_rest(ev);
	isolation_free(ev->isolation);
	free(ev->later);
	return rc;
}

/* Keep the listing, where a configuration says which servers are public. */
static int open_rows(struct evaluation *ev)
{
	if (!ev->fleet.conf)
		return 0;
	ev->rows = listing_rows_new(ev->store);
	return ev->rows ? 0 : -1;
}

/*
 * A clock was ahead, and is right again: say so, and keep for `status` when that
 * was found, and up to when the clock had published.
 */
static int clock_jump_note(struct store *s, double ahead, double now)
{
	char text[64], until[CLOCK_RFC3339];

	now -= PUBLISH_AHEAD_S;
	clock_rfc3339((int64_t)ahead, until);
	log_warn("a clock was ahead: verdicts up to %s were published; they "
		 "are forgotten",
		until);
	snprintf(text, sizeof text, "%.0f %.0f", now, ahead);
	return store_one(s, "HSET", KEY_HEARTBEATS, HEARTBEAT_JUMP, text, NULL)
		       ? 0
		       : store_failed(s);
}

static int judge_all(struct evaluation *ev)
{
	struct fleet judged = ev->fleet;

	ev->regions.configured = judged.conf != NULL;
	ev->regions.left_out = judged.conf ? judged.conf->n_left_out : 0;
	if (ev->alone) {
		judged.first += ev->chosen;
		judged.n = 1;
	}
	if (open_rows(ev) || store_load(ev->store, script_publish, ev->sha) ||
		store_load(ev->store, script_places, ev->places) ||
		late_judge(ev->store, &judged, ev->now, ev->output) ||
		judge_servers(ev))
		return EXIT_ENV;
	if (ev->ahead > 0 && clock_jump_note(ev->store, ev->ahead, ev->latest))
		return EXIT_ENV;
	/* One server alone does not tell which regions are silent. */
	if (!ev->alone && regions_heard_write(&ev->regions, ev->store, ev->now,
				  ev->pretended))
		return EXIT_ENV;
	/* It goes out with what is asked of the store next. */
	if (!ev->pretended)
		heartbeat_run_queue(ev->store, STAGE_VERDICT, ev->now,
			STATS_AGGREGATE);
	if ((ev->rows && listing_rows_finish(
				 ev->rows, ev->now, ev->pretended)) ||
		!heartbeat_write(ev->store, STAGE_VERDICT, ev->now,
			ev->pretended) ||
		store_persist(ev->store)) {
		store_failed(ev->store);
		return EXIT_ENV;
	}
	if (ev->lock_failed)
		return EXIT_USAGE;
	return ev->red ? EXIT_NEWS : EXIT_GOOD;
}

/* Read tools.lock; if it cannot be used, servers are judged without it. */
static void read_lock(struct evaluation *ev, const char *config)
{
	char why[LOCK_WHY], *path = lock_path(config);

	ev->lock = lock_digests_read(path, why);
	ev->lock_failed = !ev->lock;
	if (ev->lock_failed)
		log_error("%s: %s", path, why);
	free(path);
}

/* Only this server is judged. False: there is none. */
static bool choose(struct evaluation *ev, const char *slug)
{
	ev->alone = true;
	ev->chosen = fleet_place(&ev->fleet, slug);
	return ev->chosen < ev->fleet.n;
}

static int judge_fleet(struct evaluation *ev, const struct command *cmd,
	const struct setup *s)
{
	int rc = EXIT_ENV;

	if (setup_fleet(s, NULL, &ev->fleet))
		return EXIT_ENV;
	if (fleet_read_maintenance(&ev->fleet, s->store) ||
		fleet_read_round(&ev->fleet, s->store, ev->now))
		rc = EXIT_ENV;
	else if (!ev->fleet.n || (cmd->slug && !choose(ev, cmd->slug)))
		rc = setup_no_server(s, cmd->slug);
	else if (!s->conf || !fleet_announce(s->conf, s->store)) {
		if (s->conf)
			read_lock(ev, cmd->config);
		rc = judge_all(ev);
		lock_digests_free(ev->lock);
	}
	fleet_release(&ev->fleet);
	return rc;
}

int evaluation_run(const struct command *cmd)
{
	struct evaluation ev = {
		.now = isnan(cmd->now) ? clock_wall() : cmd->now,
		.pretended = !isnan(cmd->now),
	};
	struct setup s;
	int rc = setup_open(&s, cmd);

	/* Judging the past forgets nothing of the present. */
	ev.latest = fmax(ev.now, clock_wall()) + PUBLISH_AHEAD_S;
	ev.output = output_choose(cmd->format);
	ev.store = s.store;
	if (!rc)
		rc = judge_fleet(&ev, cmd, &s);
	regions_heard_release(&ev.regions);
	listing_rows_free(ev.rows);
	setup_close(&s);
	return rc;
}
