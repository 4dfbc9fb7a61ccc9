/* SPDX-License-Identifier: MIT */
#include "delivery/delivery.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "outbox/outbox.h"
#include "records/history.h"
#include "routing/routing.h"
#include "state/state_store.h"

#include <stdlib.h>
#include <string.h>

/* Room for a digest and the record around it. */
#define BODY_MAX (DIGEST_BYTES + 1024)

/* The digests of one route that are being sent, one after the other. */
struct digest_round {
	struct digest_round *next; /* of the worker */
	struct digest_worker *worker;
	const struct conf_route *route; /* NULL: no longer configured */
	char *name;
	struct digests due;
	size_t at; /* the one that is under way */
	struct buf body;
	struct delivery_request request;
};

struct digest_worker {
	struct digest_setup setup;
	double now;
	bool left;
	struct strings settled; /* servers of digests that have ended */
	struct digest_round *rounds;
	char us[OWNER_SIZE];
};

struct digest_worker *digest_worker_new(const struct digest_setup *setup)
{
	struct digest_worker *g = xcalloc(1, sizeof *g);

	g->setup = *setup;
	owner_name(g->us);
	/* The worker of this process is another. */
	snprintf(
		g->us + strlen(g->us), sizeof g->us - strlen(g->us), "/digest");
	return g;
}

void digest_worker_free(struct digest_worker *g)
{
	strings_release(&g->settled);
	free(g);
}

bool digest_worker_left(const struct digest_worker *g)
{
	return g->left;
}

/* The digests of one route (NULL: of all). False: the store failed. */
static bool find_due(const struct digest_worker *g, const struct strings *slugs,
	const char *route, struct digests *out)
{
	struct transaction *t = transaction_begin(g->setup.states, slugs);
	const struct alert_state *st;
	bool ok;
	size_t i;

	while ((st = transaction_next(t, &i)))
		digests_note(out, st, g->now, route);
	ok = !transaction_failed(t);
	transaction_end(t);
	return ok;
}

/*
 * Takes the events of a digest that still wait for one: from now on they go no
 * other way.
 */
static void take_events(
	const struct digest_worker *g, struct digest *d, struct alert_state *st)
{
	struct outbox_item item;

	for (size_t i = 0; i < d->n; i++) {
		if (strcmp(d->v[i].slug, st->slug) != 0)
			continue;
		d->v[i].taken =
			outbox_find(st, d->v[i].number, d->route, &item) &&
			item.delivery->digest;
		if (d->v[i].taken)
			string_set(&item.delivery->holder, g->us);
	}
}

/* The result of a digest: done, or tried again. */
struct outcome {
	bool done; /* its events leave their outboxes */
	bool given_up;
	double delay; /* until it is tried again */
	const char *why; /* it failed; NULL: it did not */
	bool refused;	 /* see routing/fallback.c */
	int requests; /* how many got through */
	unsigned long owed;
};

/* Notes the failure at one event of the digest. */
static void put_off(const struct digest_worker *g, struct alert_state *st,
	const struct outbox_item *item, const struct outcome *o)
{
	struct delivery *d = item->delivery;

	if (!o->given_up && !d->why)
		state_keep_delivery(st, item->pending, d, g->now,
			HISTORY_FAILED, o->why);
	if (o->given_up)
		state_note(st, g->now, "given_up", d->route);
	d->attempts++;
	d->tried = g->now;
	d->done = o->requests;
	d->owed = o->owed;
	d->next_try = d->digest ? g->now + o->delay : g->now;
	string_set(&d->holder, NULL);
	d->refused = o->refused;
	string_set(&d->why, o->why);
}

/* Notes what became of the digest in the outbox of one of its servers. */
static void settle(struct digest_worker *g, const struct digest *d,
	struct alert_state *st, const struct outcome *o)
{
	struct outbox_item item;

	for (size_t i = 0; o->why && i < d->n; i++)
		if (strcmp(d->v[i].slug, st->slug) == 0 &&
			outbox_find(st, d->v[i].number, d->route, &item))
			put_off(g, st, &item, o);
	if (o->given_up)
		fallback_tell(st, g->setup.conf, g->now);
	for (size_t i = 0; o->done && i < d->n; i++)
		if (strcmp(d->v[i].slug, st->slug) == 0 &&
			outbox_find(st, d->v[i].number, d->route, &item)) {
			state_keep_delivery(st, item.pending, item.delivery,
				g->now,
				o->why ? HISTORY_GIVEN_UP : HISTORY_IN_DIGEST,
				o->why);
			if (!o->why)
				incident_taken(
					st, item.pending->key, d->route);
			outbox_drop(st, &item);
		}
}

/* Takes the events of a digest, or settles them. */
static bool store_all(
	struct digest_worker *g, struct digest *d, const struct outcome *o)
{
	struct strings slugs = {0};
	struct transaction *t;
	struct alert_state *st;
	bool ok;
	size_t n;

	for (size_t i = 0; i < d->n; i++)
		strings_note(&slugs, d->v[i].slug);
	t = transaction_begin(g->setup.states, &slugs);
	do {
		while ((st = transaction_next(t, &n))) {
			if (o)
				settle(g, d, st, o);
			else
				take_events(g, d, st);
			transaction_put(t);
		}
	} while (transaction_commit(t));
	ok = !transaction_failed(t);
	/* The worker sends what is left, or notes that nothing is. */
	for (size_t i = 0; o && i < slugs.n; i++)
		strings_note(&g->settled, slugs.v[i]);
	for (size_t i = 0; i < slugs.n; i++)
		ok = ok && transaction_result(t, i) == TRANSACTION_DONE;
	transaction_end(t);
	strings_release(&slugs);
	return ok;
}

/* Judges an attempt, and tells the operator of a failure. */
static struct outcome judge_attempt(const struct digest_worker *g,
	const struct digest *d, const struct delivered *sent)
{
	struct outcome o = {.done = sent->ok, .requests = sent->done,
		.owed = sent->owed};

	if (sent->ok)
		return o;
	o.why = sent->why;
	o.given_up = sent->refused || retry_hopeless((double)d->boundary,
		d->attempts + 1, g->now);
	o.refused = sent->mend || o.given_up;
	o.done = o.given_up;
	o.delay = retry_delay(
		&(struct urgency) {SEVERITY_P3, (double)d->boundary}, g->now,
		d->attempts + 1, 0, sent->retry_after_s);
	if (sent->refused)
		log_error("a digest of %zu events to route %s: refused: %s",
			d->n, d->route, sent->why);
	else if (o.given_up)
		log_error("a digest of %zu events to route %s: given up after "
			  "a day: %s",
			d->n, d->route, sent->why);
	else
		log_warn("a digest of %zu events to route %s: %s; it is "
			 "retried",
			d->n, d->route, sent->why);
	return o;
}

static void end_round(struct digest_round *r)
{
	struct digest_worker *g = r->worker;
	struct digest_round **p = &g->rounds;

	while (*p != r)
		p = &(*p)->next;
	*p = r->next;
	lease_drop(g->setup.store, r->name, g->us);
	digests_release(&r->due);
	buf_release(&r->body);
	free(r->name);
	free(r);
}

/* Takes the next digest that has an event. False: there is none. */
static bool take_next(struct digest_round *r)
{
	struct digest_worker *g = r->worker;

	for (; r->at < r->due.n; r->at++) {
		struct digest *d = &r->due.v[r->at];

		if (d->next_try > g->now)
			continue;
		if (!store_all(g, d, NULL)) {
			g->left = true;
			return false;
		}
		digest_keep_taken(d);
		if (d->n)
			return true;
	}
	return false;
}

/* Begins the next digest of a route, or ends the round. */
static void send_next(struct digest_round *r)
{
	const struct digest_worker *g = r->worker;
	struct digest *d;

	if (!take_next(r)) {
		end_round(r);
		return;
	}
	d = &r->due.v[r->at];
	buf_clear(&r->body);
	digest_json(&r->body, d, g->now);
	r->request.body = r->body.p;
	r->request.done = d->done;
	r->request.owed = d->owed;
	if (r->route) {
		deliver_begin(g->setup.deliver, &r->request);
		return;
	}
	log_warn("a digest of %zu events to route %s: dropped: no such route "
		 "any more",
		d->n, d->route);
	r->request.result = (struct delivered) {.ok = true};
	r->request.ended(r);
}

static void on_ended(void *arg)
{
	struct digest_round *r = arg;
	struct digest_worker *g = r->worker;
	struct digest *d = &r->due.v[r->at];
	const struct delivered *sent = &r->request.result;
	struct outcome o = judge_attempt(g, d, sent);

	/* The lease is for one digest at a time: many may be slow. */
	if (store_all(g, d, &o) && sent->ok &&
		lease_take(g->setup.store, r->name, g->us) == LEASE_OURS) {
		r->at++;
		send_next(r);
	} else {
		g->left = true;
		end_round(r);
	}
}

/* Begins to send the digests of one route, the oldest first. They are looked up
   anew: before we had the lease another process may have sent them. */
static void begin_round(struct digest_worker *g, const struct strings *slugs,
	const char *route)
{
	enum lease_result got = lease_take(g->setup.store, route, g->us);
	struct digest_round *r;

	/* The process that has the lease sends it. */
	if (got != LEASE_OURS) {
		g->left = g->left || got == LEASE_STORE_FAILED;
		return;
	}
	r = xcalloc(1, sizeof *r);
	*r = (struct digest_round) {
		.next = g->rounds,
		.worker = g,
		.route = route_find(g->setup.conf, route),
		.name = xstrdup(route),
	};
	g->rounds = r;
	buf_init(&r->body, BODY_MAX);
	r->request = (struct delivery_request) {
		.route = r->route, .ended = on_ended, .arg = r};
	if (find_due(g, slugs, route, &r->due)) {
		digests_sort(&r->due);
		send_next(r);
	} else {
		g->left = true;
		end_round(r);
	}
}

static bool under_way(const struct digest_worker *g, const char *route)
{
	for (const struct digest_round *r = g->rounds; r; r = r->next)
		if (strcmp(r->name, route) == 0)
			return true;
	return false;
}

void digest_worker_out(struct digest_worker *g, const struct strings *slugs,
	double now)
{
	struct strings routes = {0};
	struct digests due = {0};

	g->now = now;
	if (!g->setup.conf)
		return;
	if (!find_due(g, slugs, NULL, &due))
		g->left = true;
	for (size_t i = 0; i < due.n; i++) {
		if (due.v[i].next_try <= now)
			strings_note(&routes, due.v[i].route);
		else
			g->left = true;
	}
	digests_release(&due);
	for (size_t i = 0; i < routes.n; i++)
		if (!under_way(g, routes.v[i]))
			begin_round(g, slugs, routes.v[i]);
	strings_release(&routes);
}

bool digest_worker_busy(const struct digest_worker *g)
{
	return g->rounds;
}

struct strings *digest_worker_settled(struct digest_worker *g)
{
	return &g->settled;
}
