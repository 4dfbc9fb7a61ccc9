/* SPDX-License-Identifier: MIT */
/*
 * console_routes.c: routes with their last deliveries and tests, regions with their
 * last reports, and what `mcp-fleet doctor` found last, as it left that in the store.
 */
#include "web/console.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "incident/pipeline_health.h"
#include "incident/route_test.h"
#include "json/json.h"
#include "outbox/outbox.h"
#include "records/doctor.h"
#include "records/probe.h"
#include "state/state_store.h"
#include "state/stores.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many records of a day are looked at. */
#define RECORDS 5000
#define DAY_S 86400

#define NAME(TYPE, type, ...) #type,
static const char *const types[] = {CONF_ROUTE_TYPES(NAME)};

/* The last success or failure of a route. */
struct last {
	double at; /* 0: there is none */
	char text[TEXT_SIZE];
};

static bool delivered(const char *what)
{
	return strcmp(what, HISTORY_DELIVERED) == 0 ||
		strcmp(what, HISTORY_IN_DIGEST) == 0;
}

static void note_last(struct last *l, double at, const char *text)
{
	if (at < l->at)
		return;
	l->at = at;
	text_copy(l->text, sizeof l->text, text);
}

/* From the history, which has the first failure of each delivery, and the last
   one before its success. */
static void find_last(const struct history *h, const char *route,
	struct last *good, struct last *bad)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct history_record *r = &h->v[i];

		if (!r->route || strcmp(r->route, route) != 0)
			continue;
		if (delivered(r->what))
			note_last(good, r->at, r->text);
		else if (strcmp(r->what, HISTORY_SHARED) != 0)
			note_last(bad, r->at, r->text);
		if (r->failed_at > 0)
			note_last(bad, r->failed_at, r->text);
	}
}

/* Into v, one for each route, the last failed try of a delivery that waits. */
static void note_retries(
	const struct cgi *c, const struct alert_state *st, struct last *v)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		for (size_t k = 0; k < c->conf->n_routes; k++) {
			const struct delivery *d = i.delivery;

			if (!d->why || d->tried <= v[k].at ||
				strcmp(d->route, c->conf->routes[k].name) != 0)
				continue;
			v[k].at = d->tried;
			snprintf(v[k].text, sizeof v[k].text,
				"%s of %s: try %d: %s", i.pending->event,
				strcmp(st->slug, SLUG_FLEET) == 0 ? "the fleet"
								   : st->slug,
				d->attempts, d->why);
		}
}

/* An array with one for each route of the configuration; the caller frees it. */
static struct last *read_retries(
	const struct cgi *c, struct state_store *states)
{
	struct last *v = xcalloc(c->conf->n_routes + 1, sizeof *v);
	struct strings all = {0}, some = {0};
	struct alert_state *st;
	struct transaction *t;
	size_t i;

	if (state_store_undelivered(states, &all))
		for (i = 0; i < all.n && i < RECORDS; i++)
			strings_add(&some, all.v[i]);
	t = transaction_begin(states, &some);
	while ((st = transaction_next(t, &i)))
		note_retries(c, st, v);
	transaction_end(t);
	strings_release(&some);
	strings_release(&all);
	return v;
}

static void put_last(struct buf *b, const struct cgi *c, const char *what,
	const struct last *l)
{
	console_fmt(b, "<li>%s ", what);
	if (l->at > 0) {
		console_ago(b, c, l->at);
		buf_str(b, ": ");
		console_short(b, l->text, 200);
	} else {
		buf_str(b, "not since yesterday");
	}
	buf_str(b, "</li>\n");
}

/* The state of routes, beside the configuration. */
struct facts {
	const struct history *history;
	struct alert_state fleet; /* what waits for them */
	struct route_test_history tests;
	struct last *retries; /* of each route */
};

/* The result of the last test; of one before yesterday, only that it arrived. */
static void put_test(struct buf *b, const struct cgi *c, const char *route,
	const struct facts *f)
{
	double passed = NAN;

	if (console_test_alerts(b, c, &f->fleet, f->history, route))
		return;
	for (size_t i = 0; i < f->tests.n; i++)
		if (strcmp(f->tests.v[i].route, route) == 0)
			passed = f->tests.v[i].passed;
	buf_str(b, "<li>last test that arrived ");
	if (isnan(passed))
		buf_str(b, "is not known");
	else
		console_ago(b, c, passed);
	buf_str(b, "</li>\n");
}

static void put_route(struct buf *b, const struct cgi *c,
	const struct conf_route *route, const struct facts *f)
{
	const struct last *retry = &f->retries[route - c->conf->routes];
	struct last good = {0}, bad = {0};

	find_last(f->history, route->name, &good, &bad);
	if (retry->at > bad.at)
		bad = *retry;
	console_fmt(b,
		"<article class='%s' tabindex='-1'>\n<h2>%s <small>%s</small>"
		"</h2>\n<ul>\n",
		bad.at > good.at ? "P1" : "mute", route->name,
		types[route->type]);
	put_last(b, c, "last success", &good);
	put_last(b, c, "last failure", &bad);
	put_test(b, c, route->name, f);
	buf_str(b, "</ul>\n");
	console_form(b, c, "test");
	console_back(b, "routes");
	console_fmt(b,
		"<input type='hidden' name='route' value='%s'>"
		"<button class='less' aria-label='Send a test to %s'>Send a "
		"test</button></form>\n</article>\n",
		route->name, route->name);
}

static void put_routes(
	struct buf *b, const struct cgi *c, const struct history *h)
{
	struct state_store *states = state_store_new(c->store);
	struct facts f = {.history = h};
	bool known = state_store_get(states, SLUG_FLEET, &f.fleet);
	bool tested = route_test_store_read(c->store, c->conf, &f.tests);

	f.retries = read_retries(c, states);
	buf_str(b, "<h2>Routes</h2>\n");
	if (!c->conf->n_routes)
		buf_str(b, "<p>The configuration has none.</p>\n");
	for (size_t i = 0; known && i < c->conf->n_routes; i++)
		put_route(b, c, &c->conf->routes[i], &f);
	if (c->conf->n_routes > 1) {
		console_form(b, c, "test");
		console_back(b, "routes");
		buf_str(b, "<input type=\"hidden\" name=\"all\" value=\"1\">"
			   "<button class=\"less\">Send a test to all routes"
			   "</button></form>\n");
	}
	free(f.retries);
	if (tested)
		route_test_store_release(&f.tests);
	if (known)
		state_release(&f.fleet);
	state_store_free(states);
}

/* When the newest probe of a region started, by KEY_REGIONS; NAN: not known. */
static double newest(const cJSON *doc, const char *region)
{
	const cJSON *list = doc ? json_get(doc, "regions") : NULL, *v;
	double at;

	cJSON_ArrayForEach(v, list)
	{
		const char *name = json_str(v, "region");

		if (name && strcmp(name, region) == 0 &&
			json_num(v, "last", &at))
			return at;
	}
	return NAN;
}

/* The last record of the region's runner, or NULL. */
static const struct pipeline_runner *runner_of(
	const struct pipeline_runner *v, size_t n, const char *region)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, region) == 0)
			return &v[i];
	return NULL;
}

/* By how much it is surely wrong, as doctor says it, in seconds. */
static double clock_off(const struct pipeline_runner *r)
{
	return r->offset_min > 0 ? r->offset_min
		: r->offset_max < 0 ? r->offset_max : 0;
}

static void put_clock(struct buf *b, const struct pipeline_runner *r)
{
	double off = r ? clock_off(r) : 0;

	if (!r || !r->measured)
		buf_str(b, "<td class=\"old\">not measured");
	else if (fabs(off) > 1)
		console_fmt(b, "<td><b class='P2'>%.1f s %s</b>", fabs(off),
			off > 0 ? "ahead" : "behind");
	else
		buf_str(b, "<td>right");
}

static void put_version(struct buf *b, const struct pipeline_runner *r)
{
	if (!r || !*r->version)
		buf_str(b, "</td><td class=\"old\">not known</td></tr>\n");
	else if (strcmp(r->version, VERSION) == 0)
		console_fmt(b, "</td><td>%s</td></tr>\n", r->version);
	else
		console_fmt(b,
			"</td><td><b class='P2'>%s</b>, here " VERSION
			"</td></tr>\n",
			r->version);
}

static void put_region(struct buf *b, const struct cgi *c, const char *name,
	double at, const struct pipeline *pl)
{
	const struct pipeline_runner *r =
		runner_of(pl->runners, pl->n_runners, name);

	console_fmt(b, "<tr><td>%s</td><td>", name);
	if (isnan(at))
		buf_str(b, "no report is known");
	else
		console_ago(b, c, at);
	if (runner_of(pl->isolated, pl->n_isolated, name))
		buf_str(b, "; its own network is cut off");
	if (r && *r->why) {
		buf_str(b, "; ");
		console_short(b, r->why, 200);
	}
	buf_str(b, "</td>");
	put_clock(b, r);
	put_version(b, r);
}

static void put_regions(struct buf *b, const struct cgi *c)
{
	static const char *const ask[] = {"GET", KEY_REGIONS};
	char why[JSON_WHY];
	struct pipeline pl = {0};
	const char *text;
	cJSON *doc = NULL;
	size_t at;

	/* The user of the store may not be allowed to. */
	at = store_ask_argv(c->store, 2, ask);
	if (!store_run(c->store)) {
		text = store_text(store_reply(c->store, at));
		doc = text ? json_parse(text, strlen(text), &json_record, why)
			   : NULL;
	}
	buf_str(b, "<h2>Regions</h2>\n<table>\n<tr><th>Region</th>"
		   "<th>Last report</th><th>Clock</th><th>mcp-probe</th>"
		   "</tr>\n");
	if (pipeline_store_read(c->store, &pl))
		for (size_t i = 0; i < c->conf->n_regions; i++)
			put_region(b, c, c->conf->regions[i].name,
				newest(doc, c->conf->regions[i].name), &pl);
	buf_str(b, "</table>\n");
	free(pl.runners);
	free(pl.isolated);
	cJSON_Delete(doc);
}

static void put_finding(struct buf *b, const struct doctor_finding *f)
{
	console_fmt(b,
		"<article class='%s' tabindex='-1'>\n<h2><b>%s</b> %s</h2>\n"
		"<p>%s</p>\n",
		f->fails ? "P1" : "P2", f->fails ? "FAIL" : "warn", f->subject,
		f->finding);
	if (f->mend)
		console_fmt(b, "<pre tabindex='0'>%s</pre>\n", f->mend);
	buf_str(b, "</article>\n");
}

static void put_record(
	struct buf *b, const struct cgi *c, const struct doctor_record *r)
{
	size_t bad = (size_t)(r->warn + r->fail);

	buf_str(b, bad ? "<p>" : "<p class=\"fine\">");
	console_ago(b, c, r->at);
	console_fmt(b, " on %s: %d failed, %d warning%s, %d ok.</p>\n", r->host,
		r->fail, r->warn, r->warn == 1 ? "" : "s", r->ok);
	for (size_t i = 0; i < r->n; i++)
		put_finding(b, &r->findings[i]);
	if (bad > r->n)
		console_fmt(b, "<p>And %zu more.</p>\n", bad - r->n);
}

static void put_doctor(struct buf *b, const struct cgi *c)
{
	static const char *const ask[] = {"GET", KEY_DOCTOR};
	/* The user of the store may not be allowed to. */
	size_t at = store_ask_argv(c->store, 2, ask);
	const char *text = store_run(c->store)
		? NULL : store_text(store_reply(c->store, at));
	struct doctor_record r;
	char why[RECORD_WHY];
	cJSON *doc = text ? json_parse(text, strlen(text), &json_record, why)
			  : NULL;

	buf_str(b, "<h2>What mcp-fleet doctor found</h2>\n");
	if (doc && record_type(doc, why) && doctor_take(doc, &r, why))
		put_record(b, c, &r);
	else
		buf_str(b, "<p>It has left nothing here. Let cron run it each "
			   "day.</p>\n");
	cJSON_Delete(doc);
}

#define TEST "test"
#define WHY_MAX 200

/* A stage runs every minute. */
#define EVERY_S 60

void console_next_run(struct buf *b, const struct cgi *c)
{
	struct pipeline pl = {0};
	double last = NAN;

	if (pipeline_store_read(c->store, &pl)) {
		last = pl.at[STAGE_ALERT];
		free(pl.runners);
		free(pl.isolated);
	}
	if (isnan(last)) {
		buf_str(b, ", which has never run");
	} else if (stage_stale(last, c->now, STAGE_STALE_S)) {
		buf_str(b, ", which has not run since ");
		console_time(b, c, last);
	} else {
		buf_fmt(b, ", in about %.0f s",
			fmax(1, last + EVERY_S - c->now));
	}
}

/* Without a route, all of them. */
static bool of_route(const char *name, const char *route)
{
	return !route || (name && strcmp(name, route) == 0);
}

static void put_name(struct buf *b, const char *name)
{
	console_fmt(b, "<li><b>test to %s:</b> ", name);
}

/* Those that are on their way. */
static bool put_waiting(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const char *route)
{
	bool any = false;

	for (struct outbox_item i = {0}; outbox_next(st, &i);) {
		if (strcmp(i.pending->event, TEST) != 0 ||
			!of_route(i.delivery->route, route))
			continue;
		any = true;
		put_name(b, i.delivery->route);
		if (i.delivery->why) {
			buf_str(b, "failed, and is tried again: ");
			console_short(b, i.delivery->why, WHY_MAX);
		} else {
			buf_str(b, "waits for the next run of mcp-alert");
			console_next_run(b, c);
			buf_str(b, "; since ");
			console_ago(b, c, i.pending->created);
		}
		buf_str(b, "</li>\n");
	}
	return any;
}

/* Whether a later record has the same test to the same route. */
static bool is_last(const struct history *h, size_t i)
{
	for (size_t k = i + 1; k < h->n; k++)
		if (h->v[k].event && strcmp(h->v[k].event, TEST) == 0 &&
			strcmp(h->v[k].slug, h->v[i].slug) == 0 &&
			of_route(h->v[k].route, h->v[i].route))
			return false;
	return true;
}

static void put_result(struct buf *b, const struct cgi *c,
	const struct history_record *r)
{
	bool arrived = strcmp(r->what, HISTORY_DELIVERED) == 0;

	put_name(b, r->route);
	console_fmt(b, "%s ", arrived ? "arrived" : r->what);
	console_ago(b, c, r->at);
	if (!arrived) {
		buf_str(b, ": ");
		console_short(b, r->text, WHY_MAX);
	}
	buf_str(b, "</li>\n");
}

bool console_test_alerts(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const struct history *h,
	const char *route)
{
	bool waits = put_waiting(b, c, st, route), any = waits;

	for (size_t i = 0; !waits && i < h->n; i++) {
		const struct history_record *r = &h->v[i];

		if (!r->event || strcmp(r->event, TEST) != 0 ||
			strcmp(r->slug, st->slug) != 0 ||
			!of_route(r->route, route) || !is_last(h, i))
			continue;
		any = true;
		put_result(b, c, r);
	}
	return any;
}

void console_routes(const struct cgi *c, struct cgi_answer *a)
{
	struct history h = {0};

	if (history_store_last(
		    c->store, c->now - DAY_S, c->now, RECORDS, &h)) {
		console_begin(c, a, "Routes, tests, regions");
		put_routes(&a->body, c, &h);
		put_regions(&a->body, c);
		put_doctor(&a->body, c);
		console_end(c, a);
	} else {
		console_refuse(c, a, 503, "Routes cannot be read: " CONSOLE_AWAY);
	}
	history_store_release(&h);
}
