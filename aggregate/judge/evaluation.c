/* SPDX-License-Identifier: MIT */
/*
 * evaluation.c: see evaluation.h. Servers are judged in groups, and forgotten:
 * while one is judged, the store takes the verdicts on the one before and sends
 * the next. Judging a group may need more from the store (a baseline, definitions),
 * which is asked for before its verdicts are finished. Only all servers together
 * show that a region is cut off: servers that such a region may have probed are
 * loaded again and judged last. If another run has published this minute, its verdict
 * is written, unless it was early and more has been reported since.
 */
#include "judge/evaluation.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
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
#include "rule/isolation.h"
#include "store/beat.h"
#include "store/definitions.h"
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
	char uncount[STORE_SHA];	/* of script_uncount */
	struct server_verdict_input in;
	bool pretended; /* in.now is given by --now */
	bool red; /* the verdict, where there is one server */
	bool alone; /* only the server at `chosen` is judged */
	size_t chosen;
	struct isolation *isolation;
	bool isolation_known; /* it was found, in all that servers saw */
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

/* No string in a record holds this: in one, a quotation mark has a backslash. */
static bool is_red(const char *record)
{
	return strstr(record, "\"verdict\":\"red\"");
}

/*
 * Write a verdict to standard output: the one that stands published where that is
 * another, for somebody else may have published this minute before.
 */
static int write_verdict(
	struct evaluation *ev, const struct server_verdict *s, const char *other)
{
	struct buf b;
	int failed;

	/* The only verdict decides the exit status. */
	if (ev->fleet.n == 1 || ev->alone)
		ev->red = other ? is_red(other)
				: s->verdict.verdict == VERDICT_RED;
	buf_init(&b, 2 * LINE_MAX_BYTES);
	if (ev->output.text)
		show_verdict(&b, &s->verdict, ev->output.colour);
	else if (other)
		buf_fmt(&b, "%s\n", other);
	else
		verdict_write(&b, &s->verdict);
	failed = line_print(b.p, b.len);
	stats_add(COUNT_VERDICTS, 1);
	buf_release(&b);
	return failed;
}

/* ---- Servers that are loaded, judged and published together. */

/* The question that the store is asked next for a group. */
enum question {
	ASK_HISTORIES, ASK_WITHOUT_CUT, ASK_LACKING, ASK_PUBLISH, ASK_NOTHING
};

struct member {
	struct server_verdict judged;
	size_t place; /* in the fleet */
	void *cut; /* see isolation_apply */
	bool later; /* it is judged in the end */
	bool lacks_definitions; /* see server_verdict_decide */
};

struct group {
	struct group *next; /* in a list */
	enum question question;
	size_t reply; /* the number of the first reply to it */
	struct load_group loaded;
	struct member servers[LOAD_GROUP]; /* of loaded.v */
};

/* The servers of the fleet at `places`, or where that is NULL the first ones. */
struct servers {
	const size_t *places;
	size_t n;
};

/* A group of the servers from *next on. */
static struct group *next_group(const struct evaluation *ev,
	const struct servers *of, size_t *next)
{
	struct group *g = xcalloc(1, sizeof *g);

	for (; g->loaded.n < LOAD_GROUP && *next < of->n; (*next)++) {
		size_t i = g->loaded.n;
		size_t place = of->places ? of->places[*next] : *next;
		const struct fleet_server server = fleet_at(&ev->fleet, place);

		server_verdict_init(&g->servers[i].judged, &server);
		g->servers[i].place = place;
		load_group_add(&g->loaded, server.slug);
	}
	return g;
}

static void group_free(struct group *g)
{
	for (size_t i = 0; i < g->loaded.n; i++) {
		server_verdict_release(&g->servers[i].judged);
		free(g->servers[i].cut);
	}
	load_group_release(&g->loaded);
	free(g);
}

/* publish_count.at. If -N pretends now, it is the beginning of the window. */
static int64_t published_at(const struct evaluation *ev, int64_t window)
{
	double past = floor(ev->in.now) - (double)window;

	return ev->pretended || past < 0 || past >= 60 ? window
						       : window + (int64_t)past;
}

/* Queue the verdicts on a group. */
static int ask_publish(struct evaluation *ev, struct group *g)
{
	for (size_t i = 0; i < g->loaded.n; i++) {
		const struct member *m = &g->servers[i];
		const struct server_verdict *s = &m->judged;

		if (!m->later && s->verdict.verdict != VERDICT_UNKNOWN)
			server_verdict_queue(s, ev->store, ev->sha, ev->in.now,
				(struct publish_count) {
					fleet_counted_as(&ev->fleet, &s->server,
						&s->verdict),
					ev->fleet.maintenance_counts,
					ev->latest,
					published_at(ev, s->verdict.window),
					ev->fleet.round > 0});
	}
	/* Their replies stand behind those to the verdicts, and nobody reads them. */
	for (size_t i = 0; i < g->loaded.n; i++) {
		const struct member *m = &g->servers[i];

		if (!m->later && m->judged.verdict.n_regions &&
			place_latency_due(g->loaded.v[i].slug, ev->in.now))
			place_latency_queue(ev->store, ev->places,
				&m->judged.verdict, ev->in.now);
	}
	return 0;
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

/* Take the reply of script_publish. Returns the verdict that stands if it is another. */
static const char *take_published(struct evaluation *ev,
	struct server_verdict *s, const struct store_reply *r)
{
	const char *other = store_text(store_item(r, 0));
	const char *days = store_text(store_item(r, 1));
	const char *uptime = store_text(store_item(r, 2));
	const char *ahead = store_text(store_item(r, 3));

	if (other)
		return other;
	if (!uptime || !num_decimal(uptime, &s->verdict.uptime_30d))
		s->verdict.uptime_30d = NAN;
	if (ahead && *ahead)
		ev->ahead = fmax(ev->ahead, strtod(ahead, NULL));
	tell_colour(&s->verdict, s->loaded);
	if (ev->rows && !s->server.is_private && days)
		listing_rows_add_verdict(ev->rows, &s->verdict, days);
	return NULL;
}

/* Write those that stand. */
static int take_published_group(struct evaluation *ev, struct group *g)
{
	size_t reply = g->reply;

	g->question = ASK_NOTHING;
	for (size_t i = 0; i < g->loaded.n; i++) {
		struct server_verdict *s = &g->servers[i].judged;
		const char *other = NULL;

		if (g->servers[i].later)
			continue;
		if (s->verdict.verdict != VERDICT_UNKNOWN)
			other = take_published(
				ev, s, store_reply(ev->store, reply++));
		if (write_verdict(ev, s, other))
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

/*
 * Until all servers are noted, take note of this one, and leave it for the end if a
 * region may have been cut off.
 */
static bool leave_for_later(struct evaluation *ev, struct group *g, size_t i)
{
	const struct server_verdict *s = &g->servers[i].judged;

	if (ev->isolation_known)
		return false;
	isolation_note(ev->isolation, s->verdict.url, s->regions, s->n_regions);
	if (!may_be_isolated(s))
		return false;
	g->servers[i].later = true;
	ev->suspected = true;
	ev->later = xgrow(
		ev->later, &ev->cap_later, ev->n_later + 1, sizeof *ev->later);
	ev->later[ev->n_later++] = g->servers[i].place;
	return true;
}

static void finish_server(struct evaluation *ev, struct group *g, size_t i,
	const struct definition_history *h)
{
	server_verdict_finish(&g->servers[i].judged, &ev->in, h);
	if (!g->servers[i].judged.server.is_private)
		regions_heard_add(&ev->regions, &g->servers[i].judged.verdict);
}

/*
 * Judge the servers of a group. They lack definitions where regions begin to differ, or
 * differ from tools.lock in another way; and once a day their baseline.
 */
static void judge_group(struct evaluation *ev, struct group *g)
{
	g->question = ASK_PUBLISH;
	for (size_t i = 0; i < g->loaded.n; i++) {
		struct member *m = &g->servers[i];

		if (leave_for_later(ev, g, i))
			continue;
		m->lacks_definitions =
			server_verdict_decide(&m->judged, &ev->in);
		if (m->lacks_definitions || g->loaded.v[i].baseline_missing)
			g->question = ASK_LACKING;
		else
			finish_server(ev, g, i, NULL);
	}
}

static int ask_lacking(struct evaluation *ev, struct group *g)
{
	for (size_t i = 0; i < g->loaded.n; i++) {
		const struct loaded *l = &g->loaded.v[i];

		if (g->servers[i].later)
			continue;
		if (l->baseline_missing)
			rollup_ask_baseline(ev->store, l->slug, ev->in.now);
		if (g->servers[i].lacks_definitions)
			definition_history_ask(ev->store, l->slug);
	}
	return 0;
}

static int take_lacking(struct evaluation *ev, struct group *g)
{
	size_t reply = g->reply;

	g->question = ASK_PUBLISH;
	for (size_t i = 0; i < g->loaded.n; i++) {
		struct definition_history h = {0};
		struct loaded *l = &g->loaded.v[i];
		const struct member *m = &g->servers[i];
		bool definitions = m->lacks_definitions;

		if (m->later || (!l->baseline_missing && !definitions))
			continue;
		if (l->baseline_missing)
			l->figures.baseline = rollup_read_baseline(
				store_reply(ev->store, reply++), ev->in.now);
		if (definitions)
			definition_history_take(
				&h, store_reply(ev->store, reply++));
		finish_server(ev, g, i, definitions ? &h : NULL);
		definition_history_release(&h);
	}
	return 0;
}

static int ask_histories(struct evaluation *ev, struct group *g)
{
	return load_group_ask(ev->store, &g->loaded, ev->in.now);
}

static int take_histories(struct evaluation *ev, struct group *g)
{
	bool cut = false;

	load_group_take(ev->store, &g->loaded);
	for (size_t i = 0; i < g->loaded.n; i++) {
		struct server_verdict *s = &g->servers[i].judged;

		server_verdict_take(s, &g->loaded.v[i]);
		if (ev->isolation_known)
			g->servers[i].cut = isolation_apply(
				ev->isolation, s->regions, s->n_regions);
		cut = cut || g->servers[i].cut;
	}
	if (cut)
		g->question = ASK_WITHOUT_CUT;
	else
		judge_group(ev, g);
	return 0;
}

/*
 * Take out of the counts what regions saw while they were cut off, and read the figures
 * anew.
 */
static int ask_without_cut(struct evaluation *ev, struct group *g)
{
	double since = ev->in.now - fleet_isolation_rule(&ev->fleet).lookback_s;
	char figures[STORE_SHA];

	if (rollup_load(ev->store, figures))
		return -1;
	for (size_t i = 0; i < g->loaded.n; i++)
		isolation_uncount(ev->store, ev->uncount,
			g->loaded.v[i].slug, g->servers[i].judged.regions,
			g->servers[i].judged.n_regions, since);
	g->reply = store_queued(ev->store);
	for (size_t i = 0; i < g->loaded.n; i++)
		rollup_ask(ev->store, figures, g->loaded.v[i].slug, ev->in.now);
	return 0;
}

static int take_without_cut(struct evaluation *ev, struct group *g)
{
	for (size_t i = 0; i < g->loaded.n; i++)
		g->loaded.v[i].baseline_missing = rollup_read(
			store_reply(ev->store, g->reply + i), ev->in.now,
			&g->loaded.v[i].figures);
	judge_group(ev, g);
	return 0;
}

/*
 * A group goes from question to question: `ask` queues one, and `take` uses the replies
 * to it, and sets which comes next.
 */
static const struct {
	int (*ask)(struct evaluation *ev, struct group *g);
	int (*take)(struct evaluation *ev, struct group *g);
} questions[] = {
	[ASK_HISTORIES] = {ask_histories, take_histories},
	[ASK_WITHOUT_CUT] = {ask_without_cut, take_without_cut},
	[ASK_LACKING] = {ask_lacking, take_lacking},
	[ASK_PUBLISH] = {ask_publish, take_published_group},
};

static void group_append(struct group **list, struct group *g)
{
	while (*list)
		list = &(*list)->next;
	g->next = NULL;
	*list = g;
}

/* Queue what the groups of a list ask for. */
static int ask_all(struct evaluation *ev, struct group *list)
{
	int rc = 0;

	for (struct group *g = list; g && !rc; g = g->next) {
		g->reply = store_queued(ev->store);
		rc = questions[g->question].ask(ev, g);
	}
	return rc;
}

/* Use the replies to a list, and free the groups that ask for nothing more. */
static int take_all(
	struct evaluation *ev, struct group *list, struct group **ready)
{
	int rc = 0;

	while (list) {
		struct group *g = list;

		list = g->next;
		if (!rc)
			rc = questions[g->question].take(ev, g);
		if (!rc && g->question != ASK_NOTHING)
			group_append(ready, g);
		else
			group_free(g);
	}
	return rc;
}

static void groups_free(struct group *list)
{
	while (list) {
		struct group *g = list;

		list = g->next;
		group_free(g);
	}
}

/* Load, judge and publish servers; one batch is used while the next is on its way. */
static int judge_groups(struct evaluation *ev, struct servers of)
{
	struct group *answered, *asked = NULL, *ready = NULL;
	size_t next = 0;
	int rc = 0;

	while (!rc && (asked || ready || next < of.n)) {
		answered = asked;
		asked = ready;
		ready = NULL;
		if (next < of.n)
			group_append(&asked, next_group(ev, &of, &next));
		rc = store_finish(ev->store) ? store_failed(ev->store)
					     : ask_all(ev, asked);
		if (!rc) {
			if (ev->rows)
				listing_rows_queue(ev->rows);
			store_start(ev->store);
			rc = take_all(ev, answered, &ready);
		} else {
			groups_free(answered);
		}
	}
	store_finish(ev->store);
	groups_free(asked);
	groups_free(ready);
	return rc;
}

/* ---- The run. */

/* Take note of what regions saw of the servers that are not judged. */
static int note_group(void *arg, size_t first, const struct load_group *g)
{
	struct evaluation *ev = arg;

	for (size_t i = 0; i < g->n; i++) {
		const struct fleet_server server = fleet_at(&ev->fleet, first + i);
		const struct server *found = g->v[i].found;

		if (found && first + i != ev->chosen)
			isolation_note(ev->isolation,
				server.url ? server.url : found->url,
				found->regions, found->n_regions);
	}
	return 0;
}

/* Find the regions that are cut off. */
static int find_isolated(struct evaluation *ev)
{
	const struct rule rule = fleet_isolation_rule(&ev->fleet);
	size_t n;

	if (isolation_read_canaries(ev->store, ev->isolation))
		return -1;
	isolation_find(ev->isolation, &rule);
	ev->isolation_known = true;
	isolation_all(ev->isolation, &n);
	if (n && store_load(ev->store, script_uncount, ev->uncount))
		return -1;
	return isolation_publish(ev->store, ev->isolation, &rule, ev->in.now,
		ev->pretended);
}

/* If one server alone is judged, the others are read only if a region may be cut off. */
static int judge_servers(struct evaluation *ev)
{
	int rc;

	ev->isolation = isolation_new();
	rc = judge_groups(ev,
		ev->alone ? (struct servers) {&ev->chosen, 1}
			  : (struct servers) {NULL, ev->fleet.n});
	if (!rc && ev->alone && ev->suspected)
		rc = fleet_each(&ev->fleet, ev->store, NAN, note_group, ev);
	if (!rc && (!ev->alone || ev->suspected))
		rc = find_isolated(ev);
	if (!rc)
		rc = judge_groups(ev, (struct servers) {ev->later, ev->n_later});
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
		 "are ignored",
		until);
	snprintf(text, sizeof text, "%.0f %.0f", now, ahead);
	return store_one(s, "HSET", KEY_HEARTBEATS, HEARTBEAT_JUMP, text, NULL)
		       ? 0
		       : store_failed(s);
}

static int judge_all(struct evaluation *ev)
{
	struct fleet judged = ev->fleet;

	ev->in.round = ev->fleet.round;
	ev->regions.configured = judged.conf != NULL;
	ev->regions.left_out = judged.conf ? judged.conf->n_left_out : 0;
	if (ev->alone) {
		judged.first += ev->chosen;
		judged.n = 1;
	}
	if (open_rows(ev) || store_load(ev->store, script_publish, ev->sha) ||
		store_load(ev->store, script_places, ev->places) ||
		late_judge(ev->store, &judged, ev->in.now, ev->output) ||
		judge_servers(ev))
		return EXIT_ENV;
	if (ev->ahead > 0 && clock_jump_note(ev->store, ev->ahead, ev->latest))
		return EXIT_ENV;
	/* One server alone does not tell which regions are silent. */
	if (!ev->alone && regions_heard_write(&ev->regions, ev->store,
				  ev->in.now, ev->pretended))
		return EXIT_ENV;
	/* It goes out with what is asked of the store next. */
	if (!ev->pretended)
		heartbeat_run_queue(ev->store, STAGE_VERDICT, ev->in.now,
			STATS_AGGREGATE);
	if ((ev->rows && listing_rows_finish(
				 ev->rows, ev->in.now, ev->pretended)) ||
		!heartbeat_write(ev->store, STAGE_VERDICT, ev->in.now,
			ev->pretended) ||
		store_persist(ev->store)) {
		store_failed(ev->store);
		return EXIT_ENV;
	}
	if (ev->in.lock_failed)
		return EXIT_USAGE;
	return ev->red ? EXIT_NEWS : EXIT_GOOD;
}

/* Read tools.lock; if it cannot be used, servers are judged without it. */
static void read_lock(struct evaluation *ev, const char *config)
{
	char why[LOCK_WHY], *path = lock_path(config);

	ev->in.lock = lock_digests_read(path, why);
	ev->in.lock_failed = !ev->in.lock;
	if (!ev->in.lock)
		log_error("%s: %s", path, why);
	free(path);
}

/* Only this server is judged. False: there is none. */
static bool choose_server(struct evaluation *ev, const char *slug)
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
		fleet_read_round(&ev->fleet, s->store, ev->in.now))
		rc = EXIT_ENV;
	else if (!ev->fleet.n || (cmd->slug && !choose_server(ev, cmd->slug)))
		rc = setup_no_server(s, cmd->slug);
	else if (!s->conf || !fleet_announce(s->conf, s->store)) {
		if (s->conf)
			read_lock(ev, cmd->config);
		rc = judge_all(ev);
		lock_digests_free(ev->in.lock);
	}
	fleet_release(&ev->fleet);
	return rc;
}

int evaluation_run(const struct command *cmd)
{
	struct evaluation ev = {
		.in.now = isnan(cmd->now) ? clock_wall() : cmd->now,
		.pretended = !isnan(cmd->now),
	};
	struct setup s;
	int rc = setup_open(&s, cmd);

	/* Judging the past forgets nothing of the present. */
	ev.latest = fmax(ev.in.now, clock_wall()) + PUBLISH_AHEAD_S;
	ev.output = output_choose(cmd->format);
	ev.store = s.store;
	if (!rc)
		rc = judge_fleet(&ev, cmd, &s);
	regions_heard_release(&ev.regions);
	listing_rows_free(ev.rows);
	setup_close(&s);
	return rc;
}
