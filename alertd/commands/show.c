/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "incident/machine.h"
#include "incident/maintenance_hold.h"
#include "routing/routing.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "terms/names.h"
#include "words/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400.0
#define WEEK_S (7 * DAY_S)
/* How long the history is kept. */
#define HISTORY_S (92 * DAY_S)
#define REPORT_MAX (64u * 1024 * 1024)

/* So much of a list is written at once. */
#define LIST_PART 65536

static int print(const struct buf *b)
{
	if (!buf_ok(b)) {
		log_error("there is too much to be shown");
		return EXIT_ENV;
	}
	return line_print(b->p, b->len) ? EXIT_ENV : EXIT_GOOD;
}

/* Get the state of a server, to be released; or return an exit status. */
static int fetch(const struct run *s, const char *slug,
	struct alert_state *st)
{
	int status;

	if (!slug_valid(slug)) {
		log_error("'%s' is not the slug of a server", slug);
		return EXIT_USAGE;
	}
	if (!state_store_get(s->states, slug, st))
		return EXIT_ENV;
	if (st->revision > 0)
		return EXIT_GOOD;
	state_release(st);
	status = known_server(s, slug);
	if (status)
		return status;
	log_error("%s: no verdict on it has come in the last 30 days", slug);
	return EXIT_USAGE;
}

/* A maintenance that was added after the last run is on as well. */
static void note_maintenance(
	const struct run *s, double now, struct alert_state *st)
{
	const struct conf *c = s->conf;
	struct conf_server server;
	struct occurrence o;

	if (strcmp(st->slug, SLUG_FLEET) == 0)
		return;
	o = maintenance_store_at(s->maintenances, st->slug,
		conf_server(c, st->slug, &server) ? server.account : NULL, now,
		conf_policy_of(c).maintenance_s);
	if (occurrence_covers(&o, now))
		maintenance_hold_note(st, &o, now);
}

/* The texts of the last events, from the history of the days when they were
   sent. False: the store failed. */
static bool fetch_texts(const struct run *s, struct alert_state *st)
{
	struct history h = {0};
	int64_t last = -1;
	bool ok = true;

	for (size_t i = 0; i < st->n_timeline && ok; i++) {
		const struct timeline_entry *e = &st->timeline[i];
		int64_t day = (int64_t)(e->at / DAY_S);

		if (i + EXPLAIN_ENTRIES < st->n_timeline || e->text ||
			day == last)
			continue;
		ok = history_store_read(s->store, st->slug, e->at, e->at, &h);
		last = day;
	}
	timeline_texts(st, &h);
	history_store_release(&h);
	return ok;
}

bool show_explanation(const struct run *s, struct alert_state *st, double now,
	struct buf *b)
{
	struct silences q = {0};
	bool ok = maintenance_store_load(s->maintenances, now) &&
		incident_store_read(s->store, st->slug, &st->updates) &&
		(!s->text || fetch_texts(s, st));

	note_maintenance(s, now, st);
	q.v = maintenance_store_silences(s->maintenances, &q.n);
	(s->text ? explain_put : explain_json)(b, st, s->conf, &q, now);
	return ok;
}

int show_explain(const struct run *s, const struct options *o)
{
	const char *slug = o->operands[0];
	double now = isnan(s->now) ? clock_wall() : s->now;
	struct alert_state st;
	struct buf b;
	int status = fetch(s, slug, &st);

	if (status)
		return status;
	buf_init(&b, EXPLAIN_MAX);
	if (!show_explanation(s, &st, now, &b))
		status = EXIT_ENV;
	if (print(&b))
		status = EXIT_ENV;
	buf_release(&b);
	state_release(&st);
	return status;
}

/* Collect the events of all servers. False: the store failed. */
static bool collect(const struct run *s, const struct history *h,
	struct timeline *t)
{
	struct strings slugs = {0};
	bool ok = state_store_all(s->states, &slugs);
	struct transaction *all = transaction_begin(s->states, &slugs);
	struct alert_state *st;
	size_t i;

	while (ok && (st = transaction_next(all, &i))) {
		timeline_texts(st, h);
		timeline_add(t, st);
	}
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	strings_release(&slugs);
	return ok;
}

/* Collect the events of one server. An exit status. */
static int collect_one(const struct run *s, const char *slug,
	const struct history *h, struct timeline *t)
{
	struct alert_state st;
	bool known = false;

	for (size_t i = 0; i < h->n; i++)
		known = known || strcmp(h->v[i].slug, slug) == 0;
	if (!known && slug_valid(slug)) {
		int status = fetch(s, slug, &st);

		if (status)
			return status;
	} else if (!state_store_get(s->states, slug, &st)) {
		return EXIT_ENV;
	}
	timeline_texts(&st, h);
	timeline_add(t, &st);
	state_release(&st);
	return EXIT_GOOD;
}

int show_history(const struct run *s, const struct options *o)
{
	const char *slug = o->n_operands ? o->operands[0] : NULL;
	double now = isnan(s->now) ? clock_wall() : s->now;
	struct timeline t = {0};
	struct history h = {0};
	int status = EXIT_GOOD;
	struct buf b;

	/* List and history name the fleet and shared incidents so, too. */
	if (slug && !slug_valid(slug) && !slug_shared(slug) &&
		strcmp(slug, SLUG_FLEET) != 0) {
		log_error("'%s' is not the slug of a server; '" SLUG_FLEET
			  "' is the fleet",
			slug);
		return EXIT_USAGE;
	}
	if (!history_store_read(s->store, slug, now - HISTORY_S, now + DAY_S,
		    &h))
		status = EXIT_ENV;
	else if (slug)
		status = collect_one(s, slug, &h, &t);
	else if (!collect(s, &h, &t))
		status = EXIT_ENV;
	timeline_add_history(&t, &h, slug);
	buf_init(&b, (t.n + 1) * TIMELINE_LINE);
	timeline_put(&b, &t, s->text ? s->zone : NULL);
	if (s->text && !t.n && status == EXIT_GOOD)
		buf_str(&b, "Nobody was notified.\n");
	if (status == EXIT_GOOD)
		status = print(&b);
	buf_release(&b);
	timeline_release(&t);
	history_store_release(&h);
	return status;
}

/* The instant of an option. False: an error is logged. */
static bool read_when(const struct run *s, const char *option,
	const char *said, double now, double *out)
{
	int64_t t;

	/* "2:00" is the last one. */
	if (said && !zone_when(said, s->zone, now, now - DAY_S, &t)) {
		refuse_time(option, said, s->zone, now);
		return false;
	}
	if (said)
		*out = (double)t;
	return true;
}

int show_report(const struct run *s, const struct options *o)
{
	double now = floor(isnan(s->now) ? clock_wall() : s->now);
	struct history h = {0};
	double from, to = now;
	struct report r;
	struct buf b;
	int status;

	if (!read_when(s, "end", o->end, now, &to))
		return EXIT_USAGE;
	from = to - WEEK_S;
	if (!read_when(s, "start", o->start, now, &from))
		return EXIT_USAGE;
	if (from >= to) {
		log_error("report: --start is not before --end");
		return EXIT_USAGE;
	}
	/* Incidents that began before the end may be over later. */
	if (!history_store_read(s->store, NULL, fmax(from, now - HISTORY_S),
		    fmin(to + WEEK_S, now + DAY_S), &h)) {
		history_store_release(&h);
		return EXIT_ENV;
	}
	report_make(&h, s->conf, from, to, s->zone, &r);
	buf_init(&b, REPORT_MAX);
	(o->format == OPTIONS_CSV ? report_csv
		: s->text	  ? report_text
				  : report_json)(&b, &r);
	status = print(&b);
	buf_release(&b);
	report_release(&r);
	history_store_release(&h);
	return status;
}

/* One server of the list, behind a head where none is there yet. */
static void list_one(const struct run *s,
	const struct alert_state *st, bool *headed, struct buf *out)
{
	if (s->text && !*headed && state_open(st)) {
		print_head(out, s->zone);
		*headed = true;
	}
	print_incidents(out, st, s->text ? s->zone : NULL, s->colour);
}

int show_list(const struct run *s, const struct options *o)
{
	struct strings slugs = {0};
	bool ok = state_store_all(s->states, &slugs), headed = false;
	struct transaction *all = transaction_begin(s->states, &slugs);
	const struct alert_state *st;
	struct buf out;
	size_t i;

	(void)o;
	buf_init(&out, STATE_MAX);
	while (ok && (st = transaction_next(all, &i))) {
		list_one(s, st, &headed, &out);
		if (out.len < LIST_PART)
			continue;
		ok = print(&out) == EXIT_GOOD && ok;
		buf_clear(&out);
	}
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	if (s->text && !headed && ok)
		buf_str(&out, "No incident is open.\n");
	if (print(&out))
		ok = false;
	strings_release(&slugs);
	buf_release(&out);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

/* The server whose name is so much like it, or NULL. */
static const char *nearest(
	const struct conf *c, const struct strings *stored, const char *slug)
{
	for (size_t i = 0; i < stored->n; i++)
		if (spelling_enough(slug, stored->v[i]))
			return stored->v[i];
	return conf_server_near(c, slug);
}

int known_server(const struct run *s, const char *what)
{
	char *slug = xstrndup(what, strcspn(what, ":"));
	bool named = strcmp(slug, SLUG_FLEET) == 0 ||
		     conf_place(s->conf, slug) != CONF_NOWHERE;
	struct strings stored = {0};
	int status = EXIT_GOOD;
	const char *near;

	if (!state_store_all(s->states, &stored)) {
		status = EXIT_ENV;
	} else if (!named && !strings_has(&stored, slug)) {
		near = nearest(s->conf, &stored, slug);
		log_error("%s: nothing is known of it: the configuration does "
			  "not name it, and no verdict on it has come in the "
			  "last 30 days%s%s%s",
			slug, near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
		status = EXIT_USAGE;
	}
	strings_release(&stored);
	free(slug);
	return status;
}
