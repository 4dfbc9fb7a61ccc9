/*
 * judge.c: see judge.h. Servers are judged in groups, and forgotten: while
 * one is judged, the store takes the verdicts on the one before and tells what
 * it knows of the next. It takes all servers to see whether a region is cut
 * off, so those that may have been probed by such a one are judged in the end,
 * and loaded once more for that. Whoever comes second in a minute is given the
 * verdict that stands, and writes that.
 */
#include "store/judge.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/stats.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "lock/lock_digests.h"
#include "options.h"
#include "records/verdict.h"
#include "rule/churn.h"
#include "rule/drift.h"
#include "rule/verdict.h"
#include "store/divergence_words.h"
#include "store/heartbeat.h"
#include "store/isolation_store.h"
#include "store/keys.h"
#include "store/late_minutes.h"
#include "store/listing_rows.h"
#include "store/load.h"
#include "store/persist.h"
#include "store/place_latency.h"
#include "store/publish.h"
#include "store/regions_heard.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"
#include "store/unapproved.h"
#include "verdict_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP 100
/* So long after its hash, a definition may still come. */
#define DEFINITIONS_S 300

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
	/* Of public servers; NULL: which these are is not known. */
	struct listing_rows *rows;
};

/* A field of key_tools that is made of definitions, and kept. */
struct kept {
	const char *before; /* NULL: there was none */
	struct buf text;    /* as it will be; empty: there is none */
	cJSON *doc;	    /* owns what the verdict says of it */
};

/* One server while it is judged. */
struct judged {
	struct fleet_server server;
	size_t place; /* of that in the fleet */
	struct region_history *regions;
	size_t n_regions;
	const char **expected;
	void *cut; /* see isolation_apply */
	bool later; /* it is judged in the end */
	struct verdict verdict;
	double churn_since; /* from the verdict before; 0: no churn */
	/* What its sides say, and what nobody approved of its tools. */
	struct kept words, unapproved;
};

static double last_probe_at(const struct verdict *v)
{
	double at = NAN;

	for (size_t i = 0; i < v->n_regions; i++)
		at = fmax(at, v->regions[i].started_at);
	return at;
}

/* The fields "seen:": the newest tools of each region; how many texts. */
static size_t put_seen_tools(const struct judged *s, double until,
	char (*text)[PUBLISH_TEXT])
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct probe *p = drift_newest(&s->regions[i], until);
		double since = drift_since(&s->regions[i], until), words;
		const char *era, *full;

		if (!p)
			continue;
		words = drift_words_since(&s->regions[i], until);
		era = era_name(p->era) ? era_name(p->era) : "-";
		full = p->tools->full_hash ? p->tools->full_hash : "";
		snprintf(
			text[n++], PUBLISH_TEXT, "seen:%s", s->regions[i].name);
		snprintf(text[n], PUBLISH_TEXT, "%s %s.%s %.6f", era,
			p->tools->hash, full, since);
		if (words != since)
			snprintf(text[n] + strlen(text[n]),
				PUBLISH_TEXT - strlen(text[n]), " %.6f",
				words);
		n++;
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

/* The fields "changes:" and "churn:since"; an empty text removes a field. */
static size_t put_tool_changes(const struct judged *s, double until,
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

/* The fields "stood:": the state of each region, and since when. */
static size_t put_region_states(
	const struct judged *s, char (*text)[PUBLISH_TEXT])
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

/* A field that is not as it was; how many texts. */
static size_t put_kept(
	const char **fields, const char *name, const struct kept *k)
{
	if (strcmp(k->before ? k->before : "", k->text.p) == 0)
		return 0;
	fields[0] = name;
	fields[1] = k->text.p;
	return 2;
}

static void queue_verdict(struct evaluation *ev, const struct judged *s)
{
	size_t most = 4 * s->n_regions + 2 * s->verdict.n_regions + 2;
	char(*text)[PUBLISH_TEXT] = xcalloc(most, sizeof *text);
	const char **fields = xcalloc(most + 4, sizeof *fields);
	double until = ev->now + s->server.rule.ahead_s;
	size_t n = put_seen_tools(s, until, text);

	n += put_tool_changes(s, until, s->churn_since, text + n);
	n += put_region_states(s, text + n);
	for (size_t i = 0; i < n; i++)
		fields[i] = text[i];
	n += put_kept(fields + n, DIVERGENCE_WORDS, &s->words);
	n += put_kept(fields + n, UNAPPROVED_CHANGE, &s->unapproved);
	publish_queue(ev->store, ev->sha, &s->verdict,
		(struct publish_count) {
			fleet_counted_as(&ev->fleet, &s->server, &s->verdict),
			ev->fleet.maintenance_counts},
		fields, n);
	free(fields);
	free(text);
}

/* The histories of a server, where records of it were collected. */
static void take_histories(struct judged *s, struct server *servers, size_t n)
{
	size_t i = strings_place(servers, n, sizeof *servers, s->server.slug);

	s->verdict.url = s->server.url;
	if (i == n || strcmp(servers[i].slug, s->server.slug) != 0)
		return;
	s->regions = servers[i].regions;
	s->n_regions = servers[i].n_regions;
	if (!s->verdict.url)
		s->verdict.url = servers[i].url;
}

/* The expected regions: the configured ones, or all that ever reported. */
static size_t list_expected(struct judged *s)
{
	bool configured = s->server.n_regions > 0;
	size_t n = configured ? s->server.n_regions : s->n_regions;

	s->expected = xcalloc(n, sizeof *s->expected);
	for (size_t i = 0; i < n; i++)
		s->expected[i] = configured ? s->server.regions[i]
				      : s->regions[i].name;
	return n;
}

/* What is published of each region beside the verdict. */
static void set_region_states(
	struct judged *s, double until, const struct loaded *l)
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

/* What the newest probe spoke that shook hands. */
static void set_protocol(struct judged *s, double until)
{
	double at = 0;

	for (size_t i = 0; i < s->n_regions; i++) {
		const struct region_history *h = &s->regions[i];
		size_t n = history_until(h, until);

		while (n && !h->probes[n - 1].protocol)
			n--;
		if (!n || h->probes[n - 1].started_at <= at)
			continue;
		at = h->probes[n - 1].started_at;
		s->verdict.protocol = h->probes[n - 1].protocol;
		s->verdict.era = h->probes[n - 1].era;
	}
}

/* Whether a side of a divergence is new: its definitions may yet come. */
static bool new_side(const struct verdict *v, double now)
{
	for (size_t k = 0; k < v->n_sides; k++)
		if (v->sides[k].first_seen > now - DEFINITIONS_S)
			return true;
	return false;
}

/*
 * Give the sides of a divergence their words. *l: what is kept of them; where
 * that is not enough, the store is asked, if it may be. 0; 1: it may not be;
 * -1: it failed.
 */
static int add_words(struct evaluation *ev, struct judged *s,
	const struct loaded *l, bool may_ask)
{
	double until = ev->now + s->server.rule.ahead_s;
	struct verdict *v = &s->verdict;
	struct buf of;
	int rc = 0;

	s->words.before = l->divergence_words;
	buf_init(&of, PUBLISH_TEXT);
	divergence_words_of(&of, v, s->regions, s->n_regions, until);
	if (of.len && divergence_words_kept(l->divergence_words, of.p))
		buf_str(&s->words.text, l->divergence_words);
	else if (of.len)
		rc = may_ask ? divergence_words_read(ev->store,
				       s->server.slug, of.p, &s->words.text)
			     : 1;
	buf_release(&of);
	if (rc < 0 || (rc && !may_ask))
		return rc;
	s->words.doc = divergence_words_put(v, s->words.text.p);
	if (rc && new_side(v, ev->now))
		buf_clear(&s->words.text);
	return 0;
}

/*
 * Compare the lists of the regions with what is pinned. A change whose
 * definitions may yet come is looked at again: '?' stands before what is kept.
 */
static int add_unapproved(struct evaluation *ev, struct judged *s,
	const struct loaded *l, size_t n_expected, bool may_ask)
{
	struct pinned_digests pinned;
	const struct unapproved_input in = {.slug = s->server.slug,
		.pinned = &pinned,
		.regions = s->regions,
		.n_regions = s->n_regions,
		.expected = s->expected,
		.n_expected = n_expected,
		.until = ev->now + s->server.rule.ahead_s};
	struct verdict *v = &s->verdict;
	struct buf of, *b = &s->unapproved.text;
	int rc = 0;

	s->unapproved.before = l->unapproved;
	if (!lock_digests_find(ev->lock, s->server.slug, &pinned))
		return 0;
	if (v->tool_churn.changes_1h) {
		buf_str(b, l->unapproved ? l->unapproved : "");
		return 0;
	}
	buf_init(&of, SIZE_MAX / 2);
	unapproved_of(&of, &in);
	if (of.len && unapproved_kept(l->unapproved, of.p))
		buf_str(b, l->unapproved);
	else if (of.len)
		rc = may_ask ? unapproved_read(ev->store, ev->lock, &in, of.p,
				       l->unapproved, (double)v->window, b)
			     : 1;
	buf_release(&of);
	if (rc < 0 || (rc && !may_ask))
		return rc;
	s->unapproved.doc = unapproved_put(v, b->p, &in);
	if (rc && v->unapproved.since > ev->now - DEFINITIONS_S) {
		buf_char(b, '?');
		memmove(b->p + 1, b->p, b->len - 1);
		*b->p = '?';
	}
	return 0;
}

/* A file that cannot be used changes nothing of what was known. */
static void keep_unapproved(struct judged *s, const struct loaded *l)
{
	s->unapproved.before = l->unapproved;
	buf_str(&s->unapproved.text, l->unapproved ? l->unapproved : "");
	s->unapproved.doc = unapproved_put(&s->verdict, s->unapproved.text.p,
		&(struct unapproved_input) {.n_regions = 0});
}

/* 0; 1: the store has to be asked, and may not be; -1: it failed. */
static int judge_server(struct evaluation *ev, struct judged *s,
	const struct loaded *l, bool may_ask)
{
	int rc;
	const char *url = s->verdict.url;
	size_t n_expected = list_expected(s);

	stats_add(COUNT_SERVERS, 1);
	load_seen(l, s->regions, s->n_regions);
	s->churn_since = l->churn_since;
	s->verdict = verdict_decide(&s->server.rule,
		&(struct verdict_input) {.slug = s->server.slug,
			.url = url,
			.now = ev->now,
			.expected = s->expected,
			.n_expected = n_expected,
			.regions = s->regions,
			.n_regions = s->n_regions,
			.churn_since = s->churn_since});
	rc = add_words(ev, s, l, may_ask);
	if (!rc && ev->lock)
		rc = add_unapproved(ev, s, l, n_expected, may_ask);
	else if (!rc && ev->lock_failed)
		keep_unapproved(s, l);
	else if (!rc)
		s->unapproved.before = l->unapproved;
	if (rc)
		return rc;
	s->verdict.last_probe_at = last_probe_at(&s->verdict);
	figures_put(&s->verdict, &l->figures);
	if (!s->server.is_private)
		regions_heard_add(&ev->regions, &s->verdict);
	if (s->verdict.verdict == VERDICT_UNKNOWN)
		return 0;
	s->verdict.published_at = ev->now;
	set_protocol(s, ev->now + s->server.rule.ahead_s);
	set_region_states(s, ev->now + s->server.rule.ahead_s, l);
	return 0;
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

/*
 * Write a verdict to standard output: the one that stands published where there
 * is one, for somebody else may have published this minute before.
 */
static int write_verdict(
	struct evaluation *ev, const struct judged *s, const char *published)
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
	struct judged servers[GROUP];
	struct loaded loaded[GROUP];
	const char *slugs[GROUP];
	size_t n;
	double now; /* the figures are those as of now; NAN: without */
	struct collect *collect;
	size_t replies; /* the number of that to its first verdict */
};

static void group_add(struct group *g, const struct fleet *f, size_t place)
{
	struct judged *s = &g->servers[g->n];

	s->server = fleet_at(f, place);
	s->place = place;
	buf_init(&s->words.text, SIZE_MAX / 2);
	buf_init(&s->unapproved.text, SIZE_MAX / 2);
	g->slugs[g->n++] = s->server.slug;
}

static void kept_release(struct kept *k)
{
	buf_release(&k->text);
	cJSON_Delete(k->doc);
}

static void group_free(struct group *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n; i++) {
		verdict_release(&g->servers[i].verdict);
		free(g->servers[i].expected);
		free(g->servers[i].cut);
		kept_release(&g->servers[i].words);
		kept_release(&g->servers[i].unapproved);
	}
	load_release(g->loaded, g->n);
	collect_free(g->collect);
	free(g);
}

/* Take what the store knows of a group. */
static void take_group(struct evaluation *ev, struct group *g)
{
	struct server *servers;
	size_t n_servers;

	g->collect = collect_new();
	load_take(ev->store, g->collect, g->slugs, g->n, g->now, g->loaded);
	collect_finish(g->collect);
	servers = collect_servers(g->collect, &n_servers);
	for (size_t i = 0; i < g->n; i++)
		take_histories(&g->servers[i], servers, n_servers);
}

/* Queue the verdicts on a group. */
static void queue_group(struct evaluation *ev, struct group *g)
{
	g->replies = store_queued(ev->store);
	for (size_t i = 0; i < g->n; i++)
		if (!g->servers[i].later &&
			g->servers[i].verdict.verdict != VERDICT_UNKNOWN)
			queue_verdict(ev, &g->servers[i]);
	/* Their replies stand behind those to the verdicts, and nobody reads them. */
	for (size_t i = 0; i < g->n; i++)
		if (!g->servers[i].later && g->servers[i].verdict.n_regions &&
			place_latency_due(g->slugs[i], ev->now))
			place_latency_queue(ev->store, ev->places,
				&g->servers[i].verdict, ev->now);
}

/* Queue the rows of those that were written. */
static void queue_rows(struct evaluation *ev)
{
	if (ev->rows)
		listing_rows_queue(ev->rows);
}

/* The verdict that stands, by the reply of script_publish. */
static const char *take_published(struct evaluation *ev,
	const struct judged *s, const struct store_reply *r)
{
	const char *days = store_text(store_item(r, 1));
	const char *uptime = store_text(store_item(r, 2));

	if (ev->rows && !s->server.is_private && days && uptime)
		listing_rows_add_verdict(ev->rows, &s->verdict, days, uptime);
	return store_text(store_item(r, 0));
}

/* Write those that stand, once the store has answered. */
static int write_group(struct evaluation *ev, const struct group *g)
{
	size_t reply = g->replies;

	for (size_t i = 0; i < g->n; i++) {
		const struct judged *s = &g->servers[i];
		const char *text = NULL;

		if (s->later)
			continue;
		if (s->verdict.verdict != VERDICT_UNKNOWN)
			text = take_published(
				ev, s, store_reply(ev->store, reply++));
		if (write_verdict(ev, s, text))
			return -1;
	}
	return 0;
}

/* Whether a region may have been cut off when it probed this server. */
static bool may_be_isolated(const struct judged *s)
{
	for (size_t i = 0; i < s->n_regions; i++)
		for (size_t k = 0; k < s->regions[i].n; k++)
			if (isolation_fits(&s->regions[i].probes[k]))
				return true;
	return false;
}

static void note_server(const struct evaluation *ev, const struct judged *s)
{
	isolation_note(ev->isolation, s->verdict.url, s->regions, s->n_regions);
}

static void leave_for_later(struct evaluation *ev, struct judged *s)
{
	s->later = true;
	ev->later = xgrow(
		ev->later, &ev->cap_later, ev->n_later + 1, sizeof *ev->later);
	ev->later[ev->n_later++] = s->place;
}

/*
 * Judge the servers of a group, but for those that need more to be known: which
 * regions are cut off, or, once a day, the baseline, or what the tools say where
 * regions begin to differ.
 */
static void judge_group(struct evaluation *ev, struct group *g)
{
	take_group(ev, g);
	for (size_t i = 0; i < g->n; i++) {
		struct judged *s = &g->servers[i];
		bool suspect = may_be_isolated(s);

		note_server(ev, s);
		ev->suspected = ev->suspected || suspect;
		if (suspect || g->loaded[i].baseline_missing ||
			judge_server(ev, s, &g->loaded[i], false))
			leave_for_later(ev, s);
	}
}

/*
 * Ask what the store knows of a group, which is NULL afterwards where the store
 * failed.
 */
static int ask_group(struct evaluation *ev, struct group **g, double now)
{
	(*g)->now = now;
	if (!load_ask(ev->store, (*g)->slugs, (*g)->n, now, ev->figures))
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

	while (g->n < GROUP && *next < end)
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
static int load_group(struct evaluation *ev, struct group **g, double now)
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

		rc = load_group(ev, &g, NAN);
		for (size_t i = 0; !rc && i < g->n; i++)
			if (g->servers[i].place != ev->chosen)
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

	for (size_t i = 0; i < g->n; i++) {
		struct judged *s = &g->servers[i];

		s->cut = isolation_apply(
			ev->isolation, s->regions, s->n_regions);
		any = any || s->cut;
	}
	if (!any)
		return 0;
	if (store_load(ev->store, script_uncount, sha))
		return -1;
	since = ev->now - fleet_isolation_rule(&ev->fleet).lookback_s;
	for (size_t i = 0; i < g->n; i++)
		isolation_uncount(ev->store, sha, g->slugs[i],
			g->servers[i].regions, g->servers[i].n_regions, since);
	if (store_run(ev->store))
		return store_failed(ev->store);
	/* The figures were read before the counts changed. */
	return load_figures(ev->store, g->n, ev->now, g->loaded);
}

static int judge_later(struct evaluation *ev, struct group **g)
{
	if (load_group(ev, g, ev->now) || take_out(ev, *g) ||
		load_baselines(ev->store, (*g)->n, ev->now, (*g)->loaded))
		return -1;
	for (size_t i = 0; i < (*g)->n; i++)
		if (judge_server(ev, &(*g)->servers[i], &(*g)->loaded[i], true))
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

		while (g->n < GROUP && i < ev->n_later)
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

static int judge_all(struct evaluation *ev)
{
	struct fleet judged = ev->fleet;

	if (ev->alone) {
		judged.first += ev->chosen;
		judged.n = 1;
	}
	if (open_rows(ev) || store_load(ev->store, script_publish, ev->sha) ||
		store_load(ev->store, script_places, ev->places) ||
		late_judge(ev->store, &judged, ev->now, ev->output) ||
		judge_servers(ev))
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

/* What is pinned; where that cannot be told, servers are judged without. */
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
	if (fleet_read_maintenance(&ev->fleet, s->store))
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

int judge(const struct command *cmd)
{
	struct evaluation ev = {
		.now = isnan(cmd->now) ? clock_wall() : cmd->now,
		.pretended = !isnan(cmd->now),
	};
	struct setup s;
	int rc = setup_open(&s, cmd);

	ev.output = output_choose(cmd->format);
	ev.store = s.store;
	if (!rc)
		rc = judge_fleet(&ev, cmd, &s);
	regions_heard_release(&ev.regions);
	listing_rows_free(ev.rows);
	setup_close(&s);
	return rc;
}
