#include "delivery/digest_worker.h"

#include "base/log.h"
#include "delivery/lease.h"
#include "delivery/owner.h"
#include "delivery/sender.h"
#include "records/history.h"
#include "routing/digest.h"
#include "routing/fallback.h"
#include "routing/outbox.h"
#include "routing/retry.h"
#include "routing/routing.h"
#include "state/state_store.h"

#include <math.h>
#include <string.h>

/* Room for a digest and the record around it. */
#define BODY_MAX (DIGEST_BYTES + 1024)

/* The digests of one route (NULL: of all). False: the store failed. */
static bool find_due(const struct digest_worker *g, const struct strings *slugs,
	const char *route, struct digests *out)
{
	struct transaction *t = transaction_begin(g->states, slugs);
	const struct alert_state *st;
	bool ok;
	size_t i;

	while ((st = transaction_next(t, &i)))
		digests_note(out, st, g->now, route);
	ok = !transaction_failed(t);
	transaction_end(t);
	return ok;
}

/* What became of a digest: done, or tried again. */
struct outcome {
	bool done; /* its events leave their outboxes */
	bool given_up;
	double delay; /* until it is tried again */
	const char *why; /* it failed; NULL: it did not */
	bool refused;	 /* see routing/fallback.h */
	int requests; /* how many got through */
};

/* Notes the failure at one event of the digest. */
static void put_off(const struct digest_worker *g, struct alert_state *st,
	struct delivery *d, const struct outcome *o)
{
	if (o->given_up)
		state_note(st, g->now, "given_up", d->route);
	d->attempts++;
	d->tried = g->now;
	d->done = o->requests;
	d->next_try = g->now + o->delay;
	d->refused = o->refused;
	string_set(&d->why, o->why);
}

/* Notes what became of the digest in the outbox of one of its servers. */
static void settle(const struct digest_worker *g, const struct digest *d,
	struct alert_state *st, const struct outcome *o)
{
	struct outbox_item item;

	for (size_t i = 0; o->why && i < d->n; i++)
		if (strcmp(d->v[i].slug, st->slug) == 0 &&
			outbox_find(st, d->v[i].number, d->route, &item))
			put_off(g, st, item.delivery, o);
	if (o->given_up)
		fallback_tell(st, g->conf, g->now);
	for (size_t i = 0; o->done && i < d->n; i++)
		if (strcmp(d->v[i].slug, st->slug) == 0 &&
			outbox_find(st, d->v[i].number, d->route, &item)) {
			state_keep_delivery(st, item.pending, d->route, g->now,
				o->why ? HISTORY_GIVEN_UP : HISTORY_IN_DIGEST);
			outbox_drop(st, &item);
		}
}

static bool settle_all(const struct digest_worker *g, const struct digest *d,
	const struct outcome *o)
{
	struct strings slugs = {0};
	struct transaction *t;
	struct alert_state *st;
	bool ok;
	size_t n;

	for (size_t i = 0; i < d->n; i++)
		strings_note(&slugs, d->v[i].slug);
	t = transaction_begin(g->states, &slugs);
	do {
		while ((st = transaction_next(t, &n))) {
			settle(g, d, st, o);
			transaction_put(t);
		}
	} while (transaction_commit(t));
	ok = !transaction_failed(t);
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
	struct outcome o = {.done = sent->ok, .requests = sent->done};

	if (sent->ok)
		return o;
	o.why = sent->why;
	o.given_up = sent->refused || retry_hopeless((double)d->boundary,
		d->attempts + 1, g->now);
	o.refused = sent->mend || o.given_up;
	o.done = o.given_up;
	o.delay = retry_delay(d->attempts + 1, 0, sent->retry_after_s);
	if (sent->refused)
		log_error("a digest of %zu events to route %s: refused: %s",
			d->n, d->route, sent->why);
	else if (o.given_up)
		log_error("a digest of %zu events to route %s: given up after "
			  "a day: %s",
			d->n, d->route, sent->why);
	else
		log_warn("a digest of %zu events to route %s: %s; it is tried "
			 "again",
			d->n, d->route, sent->why);
	return o;
}

static bool send_one(const struct digest_worker *g, const struct conf_route *r,
	struct digest *d)
{
	struct delivered sent = {.ok = true};
	struct outcome o;
	struct buf body;

	if (r) {
		buf_init(&body, BODY_MAX);
		digest_json(&body, d, g->now);
		sent = deliver_send(g->deliver, &(struct delivery_request) {
			.route = r, .body = body.p, .done = d->done});
		buf_release(&body);
	} else {
		log_warn("a digest of %zu events to route %s: dropped: no such "
			 "route any more",
			d->n, d->route);
	}
	o = judge_attempt(g, d, &sent);
	return settle_all(g, d, &o) && sent.ok;
}

/* Sends the digests of one route, the oldest first. They are looked up anew:
   before we had the lease another process may have sent them. */
static bool send_route(const struct digest_worker *g,
	const struct strings *slugs, const char *route)
{
	struct digests due = {0};
	bool ok = find_due(g, slugs, route, &due);

	digests_sort(&due);
	for (size_t i = 0; i < due.n && ok; i++) {
		ok = due.v[i].next_try <= g->now &&
			send_one(g, route_find(g->conf, route), &due.v[i]);
	}
	digests_release(&due);
	return ok;
}

/* The routes that have a digest to be sent; *waits: or one to be retried
   later. */
static bool find_routes(const struct digest_worker *g,
	const struct strings *slugs, struct strings *routes, bool *waits)
{
	struct digests due = {0};
	bool ok = find_due(g, slugs, NULL, &due);

	for (size_t i = 0; i < due.n && ok; i++) {
		if (due.v[i].next_try <= g->now)
			strings_note(routes, due.v[i].route);
		else
			*waits = true;
	}
	digests_release(&due);
	return ok;
}

bool digest_worker_out(
	const struct digest_worker *g, const struct strings *slugs)
{
	struct strings routes = {0};
	bool waits = false, ok;
	char us[OWNER_SIZE];

	if (!g->conf)
		return true;
	owner_name(us);
	ok = find_routes(g, slugs, &routes, &waits);
	for (size_t i = 0; i < routes.n && ok; i++) {
		enum lease_result got = lease_take(g->store, routes.v[i], us);

		/* The process that has the lease sends it. */
		if (got == LEASE_THEIRS)
			continue;
		if (got == LEASE_STORE_FAILED ||
			!send_route(g, slugs, routes.v[i]))
			waits = true;
		if (got == LEASE_OURS)
			lease_drop(g->store, routes.v[i], us);
	}
	strings_release(&routes);
	return ok && !waits;
}
