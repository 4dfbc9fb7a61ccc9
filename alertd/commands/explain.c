/* SPDX-License-Identifier: MIT */
/*
 * explain.c: why a server paged, or why it did not: as text for a person, and
 * as a record of JSON.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/formats.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "json/json.h"
#include "records/incident.h"
#include "records/probe.h"
#include "routing/routing.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether a maintenance holds back what happens to the server. */
static bool is_held(const struct alert_state *st, double now)
{
	return st->maintenance.active && now < (double)st->maintenance.end;
}

/* Whether that is true of an incident: one opened by hand is sent, too. */
static bool is_held_back(
	const struct alert_state *st, enum alert_kind kind, double now)
{
	return st->incidents[kind].suppressed ||
		(kind != ALERT_MANUAL && is_held(st, now));
}

/* When time alone changes an open incident; 0: it does not. */
struct explain_next {
	int64_t promoted_at; /* it becomes P1 */
	int64_t reminded_at;
	int64_t step_at;      /* the next step of its policy */
	struct strings tells; /* the routes that it notifies, to be released */
};

/* c may be NULL. */
static struct explain_next explain_next(struct alert_state *st,
	enum alert_kind kind, const struct conf *c, double now)
{
	const struct incident *inc = &st->incidents[kind];
	const struct conf_policy p = conf_policy_of(c);
	struct explain_next n = {0};
	double due;

	if (!inc->open || inc->superseded || inc->silence || inc->passes ||
		is_held_back(st, kind, now))
		return n;
	/* An acknowledgement that expires is reminded of. */
	if (ack_holds(inc, now)) {
		n.reminded_at = (int64_t)ceil(inc->ack.until);
		return n;
	}
	if (inc->severity == SEVERITY_P2 && severity_rises(kind) &&
		!inc->quiet.n)
		n.promoted_at = inc->opened_at + (int64_t)ceil(p.promote_s);
	n.reminded_at = inc->reminded_at + (int64_t)ceil(p.remind_s);
	/* As reminder_due has it. */
	if ((double)inc->reminded_at - now >= p.remind_s)
		n.reminded_at = (int64_t)ceil(now);
	due = c && inc->escalation.ladder && !inc->quiet.n
		      ? escalation_due(c, st, kind, now, &n.tells)
		      : INFINITY;
	if (n.tells.n)
		n.step_at = (int64_t)ceil(due);
	return n;
}

/* Add the routes that have taken an event of it, and those that have taken none,
   without those that refuse it. */
static void add_notified(const struct incident *inc, struct strings *notified,
	struct strings *waiting)
{
	for (size_t i = 0; i < inc->notified.n; i++) {
		const char *route = inc->notified.v[i];

		if (!strings_has(&inc->refused, route))
			strings_add(strings_has(&inc->waiting, route) ? waiting
								      : notified,
				route);
	}
}

/* How an incident was confirmed: see incident/confirmation.h. */
enum explain_rule { EXPLAIN_SPACE, EXPLAIN_TIME };

static enum explain_rule explain_rule(const struct incident *inc,
	enum alert_kind kind)
{
	return kind == ALERT_DOWNTIME &&
			(inc->first == inc->opened_at || inc->expected != 1)
		? EXPLAIN_SPACE
		: EXPLAIN_TIME;
}

/* Call put for each row of windows, of the region `name`, that is too short for
   an incident. */
static void explain_rows(const struct alert_state *st,
	const struct conf_policy *p,
	void (*put)(void *arg, const char *name, const struct streak *t,
		bool throttled, int needed),
	void *arg)
{
	bool down = st->incidents[ALERT_DOWNTIME].open ||
		st->incidents[ALERT_REGIONAL].open;
	bool limited = down || st->incidents[ALERT_RATE_LIMITED].open;

	for (size_t i = 0; i < st->n_regions; i++) {
		const struct region_tally *r = &st->regions[i];

		if (r->failing.n && !down)
			put(arg, r->name, &r->failing, false, p->confirm);
		if (r->throttled.n && !limited)
			put(arg, r->name, &r->throttled, true, p->throttled);
	}
}

/* The text that is being made, and the time for which it is made. */
struct page {
	struct buf *b;
	double now;
	const struct conf *c; /* or NULL */
	size_t rows;
};

/* "14:32" today, else with the day before it. */
static void put_time_of_day(const struct page *g, double at)
{
	phrase_time_seen(g->b, (int64_t)at, g->now, g->c ? g->c->zone : NULL);
}

static void put_line(const struct page *g, const char *before, double at,
	const char *after)
{
	buf_str(g->b, before);
	put_time_of_day(g, at);
	buf_str(g->b, after);
}

static void put_list(struct buf *b, const struct strings *l)
{
	for (size_t i = 0; i < l->n; i++)
		buf_fmt(b, "%s%s", i ? ", " : "", l->v[i]);
}

static void put_clean(struct buf *b, const char *s)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX);
	buf_str(b, clean);
}

/* The rule of incidents other than downtimes. */
static void put_other_rule(const struct page *g, const struct incident *inc,
	enum alert_kind kind)
{
	char limit[CONF_SHOWN];

	if (kind == ALERT_MANUAL)
		buf_fmt(g->b, "%s opened it by hand",
			inc->opener ? inc->opener : "somebody");
	else if (kind == ALERT_LATENCY && inc->above)
		buf_fmt(g->b, "its p50 was above slow_above (%s)",
			conf_duration(inc->usual / 1000, limit));
	else
		buf_str(g->b, inc->stale
				? "clients get an older list of tools than the "
				  "server's"
				: alert_kind_meaning(kind));
	put_line(g, ", since ", (double)inc->first, "\n");
}

/* An update that operators wrote of an incident, and the JSON in which its text
   is. */
struct said {
	cJSON *doc;
	struct incident_update u;
};

static int newest_first(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	return (x->u.at < y->u.at) - (x->u.at > y->u.at);
}

static void said_release(struct said *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		incident_update_release(&v[i].u);
		cJSON_Delete(v[i].doc);
	}
	free(v);
}

/* Notes of operators on the open incident, the newest first; said_release
   it. */
static struct said *said_of(
	const struct alert_state *st, enum alert_kind kind, size_t *n)
{
	const struct strings *l = &st->updates;
	struct said *v = xcalloc(l->n / 2 + 1, sizeof *v);
	char why[JSON_WHY];

	*n = 0;
	for (size_t i = 0; i + 1 < l->n; i += 2) {
		struct said *s = &v[*n];

		if (!incident_update_of(
			    l->v[i], kind, st->incidents[kind].first))
			continue;
		s->doc = json_parse(l->v[i + 1], strlen(l->v[i + 1]),
			&json_record, why);
		if (s->doc && incident_update_take(l->v[i], s->doc, &s->u) &&
			(s->u.text || s->u.what == UPDATE_PROGRESS)) {
			++*n;
			continue;
		}
		incident_update_release(&s->u);
		cJSON_Delete(s->doc);
	}
	if (*n)
		qsort(v, *n, sizeof *v, newest_first);
	return v;
}

/* Its title, how far the work on it is, and what visitors read of it. */
static void put_said(const struct page *g, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	struct said *v;
	size_t n;

	if (inc->title)
		buf_fmt(g->b, "  title: %s%s\n", inc->title,
			inc->is_private ? " (private)" : "");
	if (inc->progress_at > 0) {
		buf_fmt(g->b, "  state: %s", progress_name(inc->progress));
		put_line(g, " since ", inc->progress_at, "\n");
	}
	v = said_of(st, kind, &n);
	for (size_t i = 0; i < n; i++) {
		put_line(g, "  public: ", v[i].u.at, "");
		if (v[i].u.what == UPDATE_PROGRESS)
			buf_fmt(g->b, " %s", progress_name(v[i].u.progress));
		if (v[i].u.text) {
			buf_str(g->b, ": ");
			put_clean(g->b, v[i].u.text);
		}
		buf_char(g->b, '\n');
	}
	said_release(v, n);
}

static void put_rule(const struct page *g, const struct incident *inc,
	enum alert_kind kind)
{
	const char *what = kind == ALERT_RATE_LIMITED
		? "was answered with 429"
		: inc->checks_refused ? "had our credential refused"
				      : "failed";
	const char *fails = inc->checks_refused ? "our credential is refused"
						: "it fails";

	buf_str(g->b, "  why: ");
	if (kind >= ALERT_DOWN_KINDS) {
		put_other_rule(g, inc, kind);
		return;
	}
	if (explain_rule(inc, kind) == EXPLAIN_SPACE) {
		buf_str(g->b, inc->expected == 1
				? "the verdict on its only region was red at "
				: "regions agreed that ");
		if (inc->expected != 1)
			buf_fmt(g->b, "%s, at ", fails);
		put_time_of_day(g, (double)inc->first);
		buf_str(g->b, ": that counts at once\n");
		return;
	}
	buf_fmt(g->b, "every window %s from ", what);
	put_time_of_day(g, (double)inc->first);
	put_line(g, " to ", (double)inc->opened_at,
		": enough in a row to count\n");
}

static void put_failure(const struct page *g, const struct incident *inc,
	enum alert_kind kind)
{
	const char *step = step_name(inc->step);
	const char *layer = failure_layer_name(inc->layer);

	if (kind == ALERT_MANUAL)
		return;
	buf_str(g->b, "  what: ");
	if (kind < ALERT_DOWN_KINDS) {
		buf_fmt(g->b, "%s", step ? step : "a step");
		if (inc->error) {
			buf_char(g->b, ' ');
			put_clean(g->b, inc->error);
		}
		if (layer)
			buf_fmt(g->b, ", layer %s", layer);
		buf_str(g->b, "; ");
	}
	if (kind == ALERT_CHURN)
		buf_fmt(g->b, "%.0f changes in the last hour; ", inc->value);
	if (inc->regions.n) {
		buf_str(g->b, "from ");
		put_list(g->b, &inc->regions);
		if (inc->expected)
			buf_fmt(g->b, " of %d region%s", inc->expected,
				inc->expected == 1 ? "" : "s");
		buf_str(g->b, "; ");
	}
	buf_fmt(g->b, "%d window%s, the last ", inc->probe_count,
		inc->probe_count == 1 ? "" : "s");
	put_line(g, "", (double)inc->failed, "\n");
}

/* Until when our credential worked. */
static void put_known(const struct page *g, const struct incident *inc)
{
	if (!inc->checks_refused)
		return;
	put_line(g, "  known: our credential worked until ",
		(double)inc->first,
		", and is refused since; clients with their own access may be "
		"fine\n");
}

/* An instant; if it has passed, mcp-alert has not run since. */
static void put_due(const struct page *g, const char *what, int64_t at)
{
	put_line(g, what, (double)at,
		(double)at <= g->now ? " (due; no verdict or tick since)" : "");
}

/* Append when time alone will change it. */
static void put_times(const struct page *g, const struct explain_next *n,
	enum alert_kind kind)
{
	const char *before = "  next: ";

	if (n->step_at) {
		buf_str(g->b, before);
		put_list(g->b, &n->tells);
		put_due(g, " notified at ", n->step_at);
		before = ", ";
	}
	if (n->promoted_at) {
		buf_str(g->b, before);
		put_due(g, "becomes P1 at ", n->promoted_at);
		before = ", ";
	}
	if (n->reminded_at) {
		buf_str(g->b, before);
		put_due(g, "reminder at ", n->reminded_at);
		buf_str(g->b, kind == ALERT_MANUAL
				? ", unless somebody closes it\n"
				: ", unless it passes\n");
	}
}

static void put_next(const struct page *g, struct alert_state *st,
	enum alert_kind kind, const struct conf_policy *p)
{
	const struct incident *inc = &st->incidents[kind];
	struct explain_next n = explain_next(st, kind, g->c, g->now);

	if (inc->passes && kind < ALERT_DOWN_KINDS) {
		buf_fmt(g->b, "  passing: %d of %d windows in a row, since ",
			abs(inc->row), p->resolve);
		put_line(g, "", (double)inc->passed_since,
			"; meanwhile it wakes nobody\n");
	}
	if (inc->silent.n) {
		buf_str(g->b, "  ");
		words_silent(g->b, inc, &inc->silent, g->now,
			g->c ? g->c->zone : NULL);
		put_line(g, "; it is not watched there any more from ",
			(double)inc->seen + p->silence_end_s, " on\n");
	}
	if (inc->flapping.since) {
		buf_str(g->b, "  flapping: over after ");
		phrase_duration(g->b, (long long)p->flap_clear_s);
		buf_str(g->b, " without a failure\n");
	}
	put_times(g, &n, kind);
	strings_release(&n.tells);
}

/* The policy whose steps it takes, and its acknowledgement. */
static void put_duty(const struct page *g, const struct incident *inc)
{
	if (inc->escalation.ladder) {
		buf_str(g->b, "  policy: ");
		put_clean(g->b, inc->escalation.ladder);
		buf_fmt(g->b, ", %d step%s done\n", inc->escalation.step,
			inc->escalation.step == 1 ? "" : "s");
	}
	if (!ack_holds(inc, g->now))
		return;
	buf_str(g->b, "  acknowledged: ");
	put_clean(g->b, inc->ack.by);
	put_line(g, ", until ", inc->ack.until, "");
	if (inc->ack.reason) {
		buf_str(g->b, ": ");
		put_clean(g->b, inc->ack.reason);
	}
	buf_char(g->b, '\n');
}

/* Why a route refuses what waits for it; or NULL. */
static const char *refusal_of(const struct alert_state *st, const char *key,
	const char *route)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		if (strcmp(i.pending->key, key) == 0 &&
			strcmp(i.delivery->route, route) == 0 &&
			i.delivery->why)
			return i.delivery->why;
	return NULL;
}

static void put_notified(const struct page *g, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	struct strings notified = {0}, waiting = {0};
	char key[ALERT_KEY_SIZE];

	dedup_key(st, kind, key);
	add_notified(inc, &notified, &waiting);
	buf_str(g->b, "  notified: ");
	put_list(g->b, &notified);
	buf_str(g->b, notified.n	   ? "\n"
			: inc->unnotified || inc->late ||
				waiting.n  ? "nobody yet\n"
			: inc->refused.n   ? "nobody\n"
					   : "no route\n");
	if (waiting.n) {
		buf_str(g->b, "  not yet: ");
		put_list(g->b, &waiting);
		buf_char(g->b, '\n');
	}
	strings_release(&waiting);
	strings_release(&notified);
	for (size_t i = 0; i < inc->refused.n; i++) {
		const char *route = inc->refused.v[i];
		const char *why = refusal_of(st, key, route);

		buf_fmt(g->b, "  refused by: %s", route);
		if (why) {
			buf_str(g->b, " (");
			put_clean(g->b, why);
			buf_char(g->b, ')');
		}
		buf_char(g->b, '\n');
	}
}

/* The person who acknowledged it, and the next changes. */
static void put_coming(const struct page *g, struct alert_state *st,
	enum alert_kind kind, const struct conf_policy *p)
{
	const struct incident *inc = &st->incidents[kind];

	put_duty(g, inc);
	if (is_held_back(st, kind, g->now)) {
		put_line(g, "  muted: by the maintenance that ends at ",
			(double)st->maintenance.end, "; judged ");
		buf_fmt(g->b, "%.0f s after that\n", p->overrun_s);
	} else if (inc->silence) {
		buf_fmt(g->b, "  muted: by silence %s", inc->silence);
		put_line(g, " since ", (double)inc->silenced_at,
			inc->unnotified
				? "; sent when that ends, if it still lasts\n"
				: "; updates are sent after that\n");
	} else if (inc->late) {
		buf_str(g->b, "  next: its minutes were judged late: sent once "
			      "it is over, or if it still lasts\n");
	} else {
		put_next(g, st, kind, p);
	}
}

void explain_coming(struct buf *b, struct alert_state *st,
	enum alert_kind kind, const struct conf *c, double now)
{
	const struct conf_policy p = conf_policy_of(c);
	struct page g = {.b = b, .now = now, .c = c};

	put_coming(&g, st, kind, &p);
}

static void put_incident(const struct page *g, struct alert_state *st,
	enum alert_kind kind, const struct conf_policy *p)
{
	const struct incident *inc = &st->incidents[kind];

	buf_fmt(g->b, "\n%s %s, open since ", severity_name(inc->severity),
		alert_kind_name(kind));
	put_line(g, "", (double)inc->first,
		inc->superseded ? ", superseded by a worse one: silent until "
			      "both end"
			    : "");
	if (kind == ALERT_MANUAL)
		buf_char(g->b, '\n');
	else
		put_line(g, ", confirmed at ", (double)inc->opened_at, "\n");
	put_rule(g, inc, kind);
	put_said(g, st, kind);
	put_failure(g, inc, kind);
	put_known(g, inc);
	put_notified(g, st, kind);
	put_coming(g, st, kind, p);
}

static void put_streak(void *arg, const char *name, const struct streak *t,
	bool throttled, int needed)
{
	struct page *g = arg;

	if (g->rows++ == 0)
		buf_str(g->b, "\nNot enough for an incident:\n");
	buf_fmt(g->b, "  %s %s %d of the %d windows in a row that it takes,",
		name, throttled ? "was answered with 429 in" : "has failed in",
		t->n, needed);
	put_line(g, " since ", (double)t->since, "\n");
}

static void put_delivery(const struct page *g, const struct pending *p,
	const struct delivery *d)
{
	buf_fmt(g->b, "  %s to %s: decided ", p->event, d->route);
	put_time_of_day(g, p->created);
	if (d->attempts)
		buf_fmt(g->b, ", failed %d time%s", d->attempts,
			d->attempts == 1 ? "" : "s");
	if (d->attempts && d->why) {
		buf_str(g->b, " (");
		put_clean(g->b, d->why);
		buf_char(g->b, ')');
	}
	if (d->fallback_at > 0)
		put_line(g, ", sent to its fallback at ", d->fallback_at, "");
	if (d->holder && d->next_try > g->now)
		buf_str(g->b, ", is being sent\n");
	else if (d->digest != CONF_DIGEST_NO)
		put_line(g, ", waits for the digest of ", (double)d->boundary,
			"\n");
	else if (d->next_try > g->now)
		put_line(g, ", retried at ", d->next_try, "\n");
	else
		buf_str(g->b, ", sent by the next run\n");
}

static void put_outbox(const struct page *g, const struct alert_state *st)
{
	if (st->n_outbox)
		buf_str(g->b, "\nNot yet delivered:\n");
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		put_delivery(g, i.pending, i.delivery);
}

static void put_timeline(const struct page *g, const struct alert_state *st)
{
	size_t skip = st->n_timeline > EXPLAIN_ENTRIES
		? st->n_timeline - EXPLAIN_ENTRIES
		: 0;

	if (st->n_timeline)
		buf_str(g->b, "\nLast events:\n");
	for (size_t i = skip; i < st->n_timeline; i++) {
		const struct timeline_entry *e = &st->timeline[i];

		put_line(g, "  ", e->at, "  ");
		put_clean(g->b, e->what);
		buf_str(g->b, "  ");
		put_clean(g->b, e->text);
		buf_char(g->b, '\n');
	}
}

/* A maintenance that suppresses what happens to the server. */
static void put_maintenance(const struct page *g, const struct alert_state *st)
{
	if (!is_held(st, g->now))
		return;
	put_line(g, "In maintenance from ", (double)st->maintenance.start,
		" to ");
	put_line(g, "", (double)st->maintenance.end,
		": nobody is notified");
	if (st->maintenance.reason) {
		buf_str(g->b, ": ");
		put_clean(g->b, st->maintenance.reason);
	}
	buf_char(g->b, '\n');
}

/* The silences that may hold back incidents of the server. */
static void put_silences(const struct page *g, const struct alert_state *st,
	const struct silences *q)
{
	for (size_t i = 0; i < q->n; i++) {
		const struct silence *s = &q->v[i];

		if (!silence_covers(s, g->now) || !silence_for(s, st->slug))
			continue;
		buf_fmt(g->b, "Silence %s until ", s->id);
		put_line(g, "", (double)silence_end(s), " of ");
		silence_put_what(g->b, s);
		buf_str(g->b, ": ");
		put_clean(g->b, s->reason);
		buf_char(g->b, '\n');
	}
}

void explain_put(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now)
{
	const struct conf_policy p = conf_policy_of(c);
	struct page g = {.b = b, .now = now, .c = c};
	char at[CLOCK_RFC3339];

	zone_rfc3339(c ? c->zone : NULL, (int64_t)now, at);
	buf_fmt(b, "%s", st->slug);
	if (st->url) {
		buf_str(b, "  ");
		put_clean(b, st->url);
	}
	buf_fmt(b, "\n%s; ", at);
	if (st->window)
		put_line(&g, "the newest window that counted is ",
			(double)st->window, "\n");
	else
		buf_str(b, "no window has counted yet\n");
	put_maintenance(&g, st);
	put_silences(&g, st, q);
	if (!state_open(st))
		buf_str(b, "\nNo incident is open.\n");
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		if (st->incidents[k].open)
			put_incident(&g, st, (enum alert_kind)k, &p);
	explain_rows(st, &p, put_streak, &g);
	put_outbox(&g, st);
	put_timeline(&g, st);
}

/* As in its events. */
static void put_measure(struct buf *b, const struct incident *inc)
{
	buf_str(b, ",\"measure\":");
	if (inc->usual > 0)
		buf_fmt(b, "{\"value\":%.10g,\"usual\":%.10g%s}", inc->value,
			inc->usual, inc->above ? ",\"slow_above\":true" : "");
	else
		buf_str(b, "null");
}

/* ,"state":…,"title":…,"updates":[…] */
static void put_said_json(
	struct buf *b, const struct alert_state *st, enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	size_t n;
	struct said *v = said_of(st, kind, &n);

	json_fmt(b, ",'state':%s,'title':%s,'updates':[",
		progress_name(inc->progress), inc->title);
	for (size_t i = 0; i < n; i++)
		json_fmt(b, ",{'what':%s,'at':%jd,'state':%s,'text':%s}",
			update_name(v[i].u.what), (intmax_t)v[i].u.at,
			json_or_null(v[i].u.what == UPDATE_PROGRESS,
				progress_name(v[i].u.progress)),
			v[i].u.text);
	buf_char(b, ']');
	said_release(v, n);
}

static void put_incident_json(struct buf *b, struct alert_state *st,
	enum alert_kind kind, const struct conf *c, double now)
{
	const struct incident *inc = &st->incidents[kind];
	struct explain_next next = explain_next(st, kind, c, now);
	bool ack = ack_holds(inc, now);
	struct strings notified = {0}, waiting = {0};
	char key[ALERT_KEY_SIZE];

	json_fmt(b, ",{'kind':%s,'dedup_key':%s,'severity':%s,'confirmed_by':%s",
		alert_kind_name(kind), dedup_key(st, kind, key),
		severity_name(inc->severity),
		explain_rule(inc, kind) == EXPLAIN_SPACE ? "space" : "time");
	json_fmt(b, ",'started_at':%jd,'confirmed_at':%jd,'failed_at':%jd,"
		"'folded':%i,'held':%i,'silenced_by':%s,'probe_step':%s,"
		"'failure_layer':%s,'last_error':%s,'checks':%s",
		(intmax_t)inc->first, (intmax_t)inc->opened_at,
		(intmax_t)inc->failed, inc->superseded, inc->suppressed,
		inc->silence, step_name(inc->step),
		failure_layer_name(inc->layer), inc->error,
		checks_name(incident_checks(inc, kind)));
	json_put_list(b, "regions", inc->regions.v, inc->regions.n);
	put_measure(b, inc);
	add_notified(inc, &notified, &waiting);
	json_put_list(b, "told", notified.v, notified.n);
	strings_release(&waiting);
	strings_release(&notified);
	json_put_list(b, "refused", inc->refused.v, inc->refused.n);
	json_fmt(b, ",'probe_count':%d,'passes':%d,'passes_needed':%d,"
		"'ladder':%s,'ladder_step':%d,'acknowledged_by':%s,"
		"'acknowledged_until':%jd,'next_promotion':%jd,"
		"'next_reminder':%jd,'next_step':%jd",
		inc->probe_count, inc->passes, conf_policy_of(c).resolve,
		inc->escalation.ladder, inc->escalation.step,
		json_or_null(ack, inc->ack.by),
		ack ? (intmax_t)inc->ack.until : 0,
		(intmax_t)next.promoted_at, (intmax_t)next.reminded_at,
		(intmax_t)next.step_at);
	json_put_list(b, "next_told", next.tells.v, next.tells.n);
	put_said_json(b, st, kind);
	buf_char(b, '}');
	strings_release(&next.tells);
}

static void put_streak_json(void *arg, const char *name, const struct streak *t,
	bool throttled, int needed)
{
	json_fmt(arg, ",{'region':%s,'kind':%s,'windows':%d,'needed':%d,"
		"'since':%jd}", name, throttled ? "throttled" : "failing", t->n,
		needed, (intmax_t)t->since);
}

static void put_outbox_json(struct buf *b, const struct alert_state *st)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		json_fmt(b, ",{'event':%s,'dedup_key':%s,'route':%s,"
			"'attempts':%d,'decided_at':%jd,'next_try':%jd,"
			"'why':%s}",
			i.pending->event, i.pending->key, i.delivery->route,
			i.delivery->attempts, (intmax_t)i.pending->created,
			(intmax_t)i.delivery->next_try, i.delivery->why);
}

static void put_silences_json(struct buf *b, const struct alert_state *st,
	const struct silences *q, double now)
{
	const char *comma = "";

	buf_str(b, ",\"silences\":[");
	for (size_t i = 0; i < q->n; i++) {
		if (!silence_covers(&q->v[i], now) ||
			!silence_for(&q->v[i], st->slug))
			continue;
		buf_str(b, comma);
		silence_write(b, &q->v[i]);
		comma = ",";
	}
	buf_char(b, ']');
}

void explain_json(struct buf *b, struct alert_state *st, const struct conf *c,
	const struct silences *q, double now)
{
	const struct conf_policy p = conf_policy_of(c);
	const struct maintenance_hold *m = &st->maintenance;

	json_fmt(b, "{'v':%d,'type':'explanation','at':%g,'server_slug':%s,"
		"'server_url':%s,'window':%jd,'maintenance_until':%jd",
		RECORD_VERSION, now, st->slug, st->url, (intmax_t)st->window,
		is_held(st, now) ? (intmax_t)m->end : 0);
	put_silences_json(b, st, q, now);
	buf_str(b, ",\"incidents\":[");
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		if (st->incidents[k].open)
			put_incident_json(b, st, (enum alert_kind)k, c, now);
	buf_str(b, "],\"rows\":[");
	explain_rows(st, &p, put_streak_json, b);
	buf_str(b, "],\"undelivered\":[");
	put_outbox_json(b, st);
	buf_str(b, "]}\n");
}
