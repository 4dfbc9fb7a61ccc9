#include "delivery/attempt.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "records/history.h"
#include "routing/fallback.h"
#include "routing/outbox.h"
#include "routing/retry.h"
#include "routing/routing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest delay of the next attempt while the operator has to mend
   something. */
#define MEND_DELAY_S 300
/* What was taken longer ago is not begun: an attempt takes up to 25 s, and
   after OUTBOX_HOLD_S another process may take it. */
#define BEGIN_MS 4000

void attempt_release(struct attempt *a)
{
	free(a->slug);
	free(a->name);
	free(a->key);
	free(a->event);
	free(a->body);
	free(a->handle);
}

void attempts_add(struct attempts *l, const struct attempt *a)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = *a;
}

static struct attempt *find_attempt(const struct attempts *l, const char *slug)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].slug, slug) == 0)
			return &l->v[i];
	return NULL;
}

bool attempts_has(const struct attempts *l, const char *slug)
{
	return find_attempt(l, slug);
}

bool attempts_take(struct attempts *l, const char *slug, struct attempt *a)
{
	struct attempt *found = find_attempt(l, slug);

	if (!found)
		return false;
	*a = *found;
	*found = l->v[--l->n];
	return true;
}

void attempts_drop(struct attempts *l, const char *slug)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].slug, slug) == 0)
			attempt_release(&l->v[i]);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
}

void attempts_release(struct attempts *l)
{
	for (size_t i = 0; i < l->n; i++)
		attempt_release(&l->v[i]);
	free(l->v);
	*l = (struct attempts) {0};
}

static bool gone(void *arg, const char *holder)
{
	const struct attempt_context *c = arg;

	return owner_gone(c->holder, holder);
}

/*
 * A route that is no longer configured is up: what is for it is dropped.
 * Without a configuration nobody knows, and it waits.
 */
static bool route_up(const struct attempt_context *c, const char *route)
{
	const struct conf_route *r = route_find(c->conf, route);

	if (!c->conf)
		return false;
	return !r || c->down_until[r - c->conf->routes] <= c->now;
}

static bool up(void *arg, const char *route)
{
	return route_up(arg, route);
}

enum attempt_found attempt_pick(struct attempt_context *c,
	struct alert_state *st, struct attempt *a)
{
	struct outbox_judge judge = {gone, up, c};
	struct outbox_item item;

	if (!outbox_due(st, c->now, &judge, &item))
		return outbox_waits(st, c->now, &judge) ? ATTEMPT_WAITS
							: ATTEMPT_NOTHING;
	string_set(&item.delivery->holder, c->holder);
	item.delivery->next_try = c->now + OUTBOX_HOLD_S;
	*a = (struct attempt) {
		.slug = xstrdup(st->slug),
		.number = item.pending->number,
		.route = route_find(c->conf, item.delivery->route),
		.name = xstrdup(item.delivery->route),
		.event = xstrdup(item.pending->event),
		.body = xstrdup(item.pending->body),
		.key = xstrdup(item.pending->key),
		.done = item.delivery->done,
		.watched = c->watched &&
			strcmp(item.pending->key, c->watched) == 0,
		.since = clock_mono_ms(),
	};
	string_set(
		&a->handle, external_ids_find(&st->handles, a->key, a->name));
	return ATTEMPT_GOT;
}

bool attempt_may_begin(const struct attempt_context *c, const struct attempt *a)
{
	return clock_mono_ms() - a->since < BEGIN_MS && route_up(c, a->name);
}

bool attempt_give_back(const struct attempt_context *c, struct alert_state *st)
{
	bool any = false;

	for (size_t i = 0; i < st->n_outbox; i++) {
		for (size_t k = 0; k < st->outbox[i].n_deliveries; k++) {
			struct delivery *d = &st->outbox[i].deliveries[k];

			if (!d->holder || strcmp(d->holder, c->holder) != 0)
				continue;
			string_set(&d->holder, NULL);
			d->next_try = fmin(d->next_try, c->now);
			any = true;
		}
	}
	return any;
}

/* The requests of those whose route is still configured. How many. */
static size_t make_requests(const struct attempt_context *c,
	const struct attempts *l, struct delivery_request *v)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct attempt *a = &l->v[i];

		if (a->route)
			v[n++] = (struct delivery_request) {
				.route = a->route,
				.body = a->body,
				.handle = a->handle,
				.done = a->done,
				.trusted = c->up[a->route - c->conf->routes],
				.before = a->since + BEGIN_MS,
			};
		else
			log_warn("%s: %s to route %s: dropped: no such route "
				 "any more",
				a->slug, a->event, a->name);
	}
	return n;
}

void attempts_send(
	const struct attempt_context *c, struct deliver *d, struct attempts *l)
{
	struct delivery_request *v = xcalloc(l->n, sizeof *v);

	deliver_all(d, v, make_requests(c, l, v));
	for (size_t i = 0, n = 0; i < l->n; i++) {
		struct attempt *a = &l->v[i];

		a->result = a->route ? v[n++].result
				     : (struct delivered) {.ok = true};
		if (a->route && !a->result.skipped && !a->result.postponed)
			c->up[a->route - c->conf->routes] = !a->result.down;
	}
	free(v);
}

struct attempts attempts_tried(struct attempts *l)
{
	struct attempts tried = {0}, postponed = {0};

	for (size_t i = 0; i < l->n; i++)
		attempts_add(l->v[i].result.postponed ? &postponed : &tried,
			&l->v[i]);
	free(l->v);
	*l = postponed;
	return tried;
}

/* A random number from 0 to 1, for the delay between attempts. */
static double chance(void)
{
	unsigned v = 0;

	if (getentropy(&v, sizeof v))
		return 0.5;
	return v / 4294967296.0;
}

/* A delivery that failed is due again later; or given up: *last. */
static void put_off(const struct attempt_context *c, struct alert_state *st,
	const struct attempt *a, struct outbox_item *item, bool *last)
{
	struct delivery *delivery = item->delivery;
	const struct delivered *d = &a->result;
	double delay;

	*last = d->refused || retry_hopeless(item->pending->created,
		delivery->attempts + 1, c->now);
	string_set(&delivery->why, d->why);
	string_set(&delivery->holder, NULL);
	delivery->refused = d->mend || *last;
	if (*last) {
		state_note(st, c->now, d->refused ? "refused" : "given_up",
			a->name);
		state_keep_delivery(st, item->pending, a->name, c->now,
			d->refused ? HISTORY_REFUSED : HISTORY_GIVEN_UP);
		fallback_tell(st, c->conf, c->now);
		if (outbox_find(st, a->number, a->name, item))
			outbox_drop(st, item);
		return;
	}
	delivery->attempts++;
	delivery->tried = c->now;
	delivery->done = d->done;
	delay = retry_delay(delivery->attempts, chance(), d->retry_after_s);
	/* Whoever mends it does not want to wait for long. */
	if (d->mend)
		delay = fmin(delay, MEND_DELAY_S);
	delivery->next_try = c->now + delay;
	if (d->down)
		c->down_until[a->route - c->conf->routes] = delivery->next_try;
}

bool attempt_settle(const struct attempt_context *c, struct alert_state *st,
	const struct attempt *a, bool *last)
{
	const struct delivered *d = &a->result;
	struct outbox_item item;

	*last = false;
	if (!outbox_find(st, a->number, a->name, &item))
		return false;
	if (d->skipped) {
		attempt_give_back(c, st);
		return true;
	}
	if (!a->watched)
		external_ids_sent(&st->handles, a->key, a->name, a->event,
			d->handle, d->ok);
	if (d->ok && a->route)
		state_keep_delivery(st, item.pending, a->name, c->now,
			HISTORY_DELIVERED);
	if (d->ok || a->watched)
		outbox_drop(st, &item);
	else
		put_off(c, st, a, &item, last);
	return true;
}

void attempt_say(const struct attempt *a, bool last)
{
	const struct delivered *d = &a->result;

	if (last && d->refused)
		log_error("%s: %s to route %s: refused: %s", a->slug, a->event,
			a->name, d->why);
	else if (last)
		log_error("%s: %s to route %s: given up after a day: %s",
			a->slug, a->event, a->name, d->why);
	else if (d->mend)
		log_error("%s: %s to route %s: %s; mend it: it is tried again "
			  "until tomorrow",
			a->slug, a->event, a->name, d->why);
	else
		log_warn("%s: %s to route %s: %s; it is tried again", a->slug,
			a->event, a->name, d->why);
}
