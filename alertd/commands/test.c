/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "delivery/delivery.h"
#include "emit.h"
#include "incident/route_test.h"
#include "json/json.h"
#include "records/probe.h"
#include "state/maintenance_store.h"
#include "state/stores.h"
#include "transport/transport.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The result of the test on a route. */
enum outcome {
	OUTCOME_UNKNOWN, /* another process delivers it, or the store failed */
	OUTCOME_DELIVERED,
	OUTCOME_FAILED,
	OUTCOME_NOT_SENT /* a dry run */
};
static const char *const outcomes[] = {
	"unknown", "delivered", "failed", "not sent"};

struct tried {
	char *route;
	enum outcome outcome;
	char why[DELIVER_SAID_WHY];
};

struct trial {
	const char *slug;
	double now;
	bool dry; /* nothing is sent */
	struct route_test_request request;
	char key[ALERT_KEY_SIZE];
	char *summary;
	char *ack_url; /* or NULL */
	struct tried *v;
	size_t n, cap;
	struct reaches reaches; /* of a P1 downtime */
	struct strings named; /* the routes to be tested, instead; or none */
};

static void trial_release(struct trial *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].route);
	free(t->v);
	free(t->summary);
	free(t->ack_url);
	reaches_release(&t->reaches);
	strings_release(&t->named);
}

/*
 * Notes who gets the test, which as a P1 waits for no digest. Called again if
 * the store had to be written again, because another process was faster.
 */
static void on_event(void *arg, const struct alert_event *e,
	const struct strings *routes, const struct strings *later)
{
	struct trial *t = arg;

	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].route);
	t->n = 0;
	(void)later;
	string_set(&t->summary, e->summary);
	string_set(&t->ack_url, e->record.ack_url);
	for (size_t i = 0; i < routes->n; i++) {
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n++] = (struct tried) {
			.route = xstrdup(routes->v[i]),
			.outcome = t->dry ? OUTCOME_NOT_SENT : OUTCOME_UNKNOWN,
		};
	}
}

static void on_heard(void *arg, const char *route, const struct delivered *d)
{
	struct trial *t = arg;

	for (size_t i = 0; i < t->n; i++) {
		struct tried *r = &t->v[i];

		if (strcmp(r->route, route) != 0)
			continue;
		r->outcome = d->ok ? OUTCOME_DELIVERED : OUTCOME_FAILED;
		if (!d->ok)
			error_text_why(d, r->why);
	}
}

/*
 * The server that the command line names, or the first one. NULL, and the
 * operator has been notified, if it is not configured.
 */
static const char *choose(const struct conf *c, const struct options *o)
{
	const char *slug = o->n_operands ? o->operands[0] : NULL;

	if (!slug)
		return conf_count(c) ? conf_server_slug(c, 0) : SLUG_FLEET;
	if (strcmp(slug, SLUG_FLEET) == 0 ||
		conf_place(c, slug) != CONF_NOWHERE)
		return slug;
	log_error("%s: no such server in the configuration", slug);
	return NULL;
}

/* The routes that the options name. False: an error is logged. */
static bool name_routes(const struct conf *c, const struct options *o,
	struct strings *out)
{
	const char *near = NULL;

	if (o->route && o->all) {
		log_error("test: either --route or --all");
		return false;
	}
	for (size_t i = 0; i < c->n_routes; i++) {
		const char *name = c->routes[i].name;

		if (o->all || (o->route && strcmp(name, o->route) == 0))
			strings_add(out, name);
		else if (o->route && !near && spelling_enough(o->route, name))
			near = name;
	}
	if (out->n || (!o->route && !o->all))
		return true;
	if (o->all) {
		log_error("--all: there is no route in the configuration");
		return false;
	}
	log_error("%s: no such route in the configuration%s%s%s", o->route,
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return false;
}

/* Whether anybody would be notified at once. */
static bool anybody(const struct trial *t)
{
	const struct reaches *l = &t->reaches;
	struct buf b;

	if (l->n && l->v[0].after_s <= 0)
		return true;
	if (!l->n) {
		log_error("%s: nobody would be notified of a P1", t->slug);
		return false;
	}
	buf_init(&b, TEXT_SIZE);
	phrase_duration(&b, (long long)l->v[0].after_s);
	log_error("%s: nobody would be notified of a P1 at once; after %s route %s",
		t->slug, b.p, l->v[0].route);
	buf_release(&b);
	return false;
}

/* A maintenance does not hold a test, but would hold a real page: warns. */
static void mention_maintenance(const struct run *s,
	const struct trial *t)
{
	struct conf_server server;
	char until[CLOCK_RFC3339];
	struct occurrence o;

	if (strcmp(t->slug, SLUG_FLEET) == 0)
		return;
	o = maintenance_store_at(s->maintenances, t->slug,
		conf_server(s->conf, t->slug, &server) ? server.account : NULL,
		t->now,
		s->conf->policy.maintenance_s);
	if (!occurrence_covers(&o, t->now))
		return;
	zone_rfc3339(s->zone, o.end, until);
	log_warn("%s: in a maintenance until %s; nobody would be notified "
		 "of a downtime",
		t->slug, until);
}

static void put_text(struct buf *b, const struct trial *t, const char *zone)
{
	char at[CLOCK_RFC3339];

	zone_rfc3339(zone, t->request.at, at);
	buf_fmt(b, "%s  P1  test  %s\n", at, t->summary ? t->summary : "");
	for (size_t i = 0; i < t->n; i++) {
		const struct tried *r = &t->v[i];

		buf_fmt(b, "  %-20s  %s%s%s\n", r->route,
			outcomes[r->outcome], *r->why ? ": " : "", r->why);
	}
	for (size_t i = 0; i < t->reaches.n; i++) {
		const struct reach *r = &t->reaches.v[i];

		if (r->after_s <= 0)
			continue;
		buf_fmt(b, "  %-20s  not now: after ", r->route);
		phrase_duration(b, (long long)r->after_s);
		buf_str(b, ", if nobody acknowledges\n");
	}
	if (t->dry && t->ack_url)
		buf_fmt(b, "  acknowledge: %s\n", t->ack_url);
}

static void put_route(struct buf *b, const char *route, const char *result,
	const char *why, double after_s)
{
	json_fmt(b, ",{'route':%s,'result':%s,'why':%s,'after_seconds':%.0f}",
		route, result, json_or_null(why, why), after_s);
}

static void put_json(struct buf *b, const struct trial *t)
{
	json_fmt(b, "{'v':%d,'type':'test','at':%lld,'server_slug':%s,"
		"'dedup_key':%s,'summary':%s,'ack_url':%s,'routes':[",
		RECORD_VERSION, (long long)t->request.at, t->slug, t->key,
		t->summary, t->ack_url);
	for (size_t i = 0; i < t->n; i++)
		put_route(b, t->v[i].route, outcomes[t->v[i].outcome],
			*t->v[i].why ? t->v[i].why : NULL, 0);
	for (size_t i = 0; i < t->reaches.n; i++)
		if (t->reaches.v[i].after_s > 0)
			put_route(b, t->reaches.v[i].route, "later", NULL,
				t->reaches.v[i].after_s);
	buf_str(b, "]}\n");
}

/* For people with times of that zone; NULL: as JSON. */
static bool print(const struct trial *t, const char *zone)
{
	struct buf b;
	bool ok;

	buf_init(&b, EMIT_BODY_MAX);
	if (zone)
		put_text(&b, t, zone);
	else
		put_json(&b, t);
	ok = line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok;
}

/* Whether it arrived at all routes notified at once, and at least at one. */
static bool passed(const struct trial *t)
{
	if (t->dry)
		return t->n > 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].outcome != OUTCOME_DELIVERED)
			return false;
	return t->n > 0;
}

static int try(struct trial *t, const struct run *s)
{
	const struct worker_watch watch = {t->key, on_heard, t};
	struct run setup = *s;
	struct strings reached = {0};
	struct notifier *p;
	bool ok, all;

	setup.on_event = on_event;
	setup.arg = t;
	p = notifier_new(&setup);
	mention_maintenance(s, t);
	notifier_test(p, t->slug, &t->request, &watch);
	notifier_free(p);
	ok = passed(t);
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].outcome == OUTCOME_DELIVERED)
			strings_note(&reached, t->v[i].route);
	/* One route says nothing of the others. */
	all = ok && (!t->named.n || t->named.n >= s->conf->n_routes);
	ok = print(t, s->text ? s->zone : NULL) &&
		(t->dry || route_test_store_passed(s->store, &reached, all,
				   t->now)) && ok;
	strings_release(&reached);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

int test_routes(const struct run *setup, const struct options *o)
{
	const struct conf *c = setup->conf;
	struct trial t = {
		.slug = c ? choose(c, o) : NULL,
		.now = isnan(setup->now) ? clock_wall() : setup->now,
		.dry = o->dry_run,
		.request.by = acknowledge_by(o->by),
	};
	struct conf_server server;
	int status = EXIT_USAGE;

	if (!t.slug || !t.request.by || !name_routes(c, o, &t.named))
		return status;
	if (t.named.n)
		t.request.routes = &t.named;
	if (conf_server(c, t.slug, &server))
		t.request.url = server.url;
	t.request.at = (int64_t)floor(t.now);
	alert_key(&(struct alert_record) {.slug = t.slug, .kind = ALERT_TEST,
			  .started_at = t.request.at},
		t.key);
	if (!t.named.n)
		what_if(c, &(struct what_if) {
			.kind = ALERT_DOWNTIME,
			.severity = SEVERITY_P1,
			.slug = t.slug,
			.at = (double)t.request.at,
		}, &t.reaches);
	if (t.named.n || anybody(&t))
		status = try(&t, setup);
	trial_release(&t);
	return status;
}
