/* SPDX-License-Identifier: MIT */
/*
 * console_routes.c: routes with their last deliveries, regions with their last
 * reports, and what people did last.
 */
#include "web/console.h"

#include "base/xalloc.h"
#include "incident/pipeline_health.h"
#include "incident/route_test.h"
#include "json/json.h"
#include "records/probe.h"
#include "state/stores.h"
#include "store/keys.h"
#include "store/store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many records of a day are looked at; and of changes, this many shown. */
#define RECORDS 5000
#define CHANGES 30

#define NAME(TYPE, type, ...) #type,
static const char *const types[] = {CONF_ROUTE_TYPES(NAME)};

/* The last success and the last failure of a route. */
struct last {
	const struct history_record *good, *bad;
};

static bool delivered(const char *what)
{
	return strcmp(what, HISTORY_DELIVERED) == 0 ||
		strcmp(what, HISTORY_IN_DIGEST) == 0;
}

static struct last last_of(const struct history *h, const char *route)
{
	struct last l = {0};

	for (size_t i = 0; i < h->n; i++) {
		const struct history_record *r = &h->v[i];

		if (!r->route || strcmp(r->route, route) != 0)
			continue;
		if (delivered(r->what))
			l.good = r;
		else if (strcmp(r->what, HISTORY_SHARED) != 0)
			l.bad = r;
	}
	return l;
}

static void put_ago(struct buf *b, const struct cgi *c, double t)
{
	struct buf text;

	buf_init(&text, 256);
	phrase_duration(&text, (long long)fmax(0, c->now - t));
	console_time(b, c, t);
	console_fmt(b, " (%s ago)", text.p);
	buf_release(&text);
}

static void put_record(struct buf *b, const struct cgi *c, const char *what,
	const struct history_record *r)
{
	console_fmt(b, "<li>%s ", what);
	if (r) {
		put_ago(b, c, r->at);
		buf_str(b, ": ");
		console_short(b, r->text, 200);
	} else {
		buf_str(b, "not since yesterday");
	}
	buf_str(b, "</li>\n");
}

static void put_route(struct buf *b, const struct cgi *c,
	const struct conf_route *route, const struct last *l, double tested)
{
	bool fails = l->bad && (!l->good || l->bad->at > l->good->at);

	console_fmt(b,
		"<article class='%s' tabindex='-1'>\n<h2>%s <small>%s</small>"
		"</h2>\n<ul>\n",
		fails ? "P1" : "mute", route->name,
		types[route->type]);
	put_record(b, c, "last success", l->good);
	put_record(b, c, "last failure", l->bad);
	buf_str(b, "<li>last test that arrived ");
	if (isnan(tested))
		buf_str(b, "is not known");
	else
		put_ago(b, c, tested);
	buf_str(b, "</li>\n</ul>\n");
	console_form(b, c, "test");
	console_back(b, "routes");
	console_fmt(b,
		"<input type='hidden' name='route' value='%s'>"
		"<button class='less'>Send a test</button></form>\n"
		"</article>\n",
		route->name);
}

static void put_routes(
	struct buf *b, const struct cgi *c, const struct history *h)
{
	struct route_test_history tests = {0};
	bool known = route_test_store_read(c->store, c->conf, &tests);

	buf_str(b, "<h2>Routes</h2>\n");
	if (!c->conf->n_routes)
		buf_str(b, "<p>The configuration has none.</p>\n");
	for (size_t i = 0; i < c->conf->n_routes; i++) {
		const struct conf_route *route = &c->conf->routes[i];
		struct last l = last_of(h, route->name);
		double tested = NAN;

		for (size_t k = 0; known && k < tests.n; k++)
			if (strcmp(tests.v[k].route, route->name) == 0)
				tested = tests.v[k].passed;
		put_route(b, c, route, &l, tested);
	}
	if (known)
		route_test_store_release(&tests);
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

static void put_region(struct buf *b, const struct cgi *c, const char *name,
	double at, const struct pipeline *pl)
{
	const struct pipeline_runner *r =
		runner_of(pl->runners, pl->n_runners, name);

	console_fmt(b, "<tr><th>%s</th><td>", name);
	if (isnan(at))
		buf_str(b, "no report is known");
	else
		put_ago(b, c, at);
	if (runner_of(pl->isolated, pl->n_isolated, name))
		buf_str(b, "; its own network is cut off");
	if (r && *r->why) {
		buf_str(b, "; ");
		console_short(b, r->why, 200);
	}
	buf_str(b, "</td></tr>\n");
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
	buf_str(b, "<h2>Regions</h2>\n<table>\n");
	if (pipeline_store_read(c->store, &pl))
		for (size_t i = 0; i < c->conf->n_regions; i++)
			put_region(b, c, c->conf->regions[i].name,
				newest(doc, c->conf->regions[i].name), &pl);
	buf_str(b, "</table>\n");
	free(pl.runners);
	free(pl.isolated);
	cJSON_Delete(doc);
}

static void put_changes(
	struct buf *b, const struct cgi *c, const struct history *h)
{
	size_t n = 0;

	buf_str(b, "<h2>What people changed since yesterday</h2>\n<ul>\n");
	for (size_t i = h->n; i-- > 0 && n < CHANGES;) {
		const struct history_record *r = &h->v[i];

		if (strcmp(r->what, HISTORY_BY_HAND) != 0 &&
			strcmp(r->what, HISTORY_NOTE) != 0)
			continue;
		n++;
		buf_str(b, "<li>");
		console_time(b, c, r->at);
		buf_str(b, " ");
		console_short(b, r->text, 300);
		buf_str(b, "</li>\n");
	}
	buf_str(b, n ? "</ul>\n" : "<li>nothing</li>\n</ul>\n");
}

void console_routes(const struct cgi *c, struct cgi_answer *a)
{
	struct history h = {0};

	if (history_store_last(c->store, c->now, RECORDS, &h)) {
		console_begin(c, a, "Routes and regions");
		put_routes(&a->body, c, &h);
		put_regions(&a->body, c);
		put_changes(&a->body, c, &h);
		console_end(c, a);
	} else {
		console_refuse(c, a, 503, "They cannot be read now.");
	}
	history_store_release(&h);
}
