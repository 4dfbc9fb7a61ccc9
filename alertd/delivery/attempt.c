#include "delivery/attempt.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "routing/fallback.h"
#include "routing/outbox.h"
#include "routing/retry.h"
#include "routing/routing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Between attempts while something of ours has to be mended. */
#define MEND_DELAY_S 300
/* What was taken longer ago is not begun: an attempt takes up to 25 s, and
   after OUTBOX_HOLD_S others may take it. */
#define BEGIN_MS 4000

void attempt_release(struct attempt *e)
{
	free(e->slug);
	free(e->name);
	free(e->key);
	free(e->event);
	free(e->body);
	free(e->handle);
}

void attempts_add(struct attempts *l, const struct attempt *e)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = *e;
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

bool attempts_take(struct attempts *l, const char *slug, struct attempt *e)
{
	struct attempt *found = find_attempt(l, slug);

	if (!found)
		return false;
	*e = *found;
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
	const struct attempt_context *s = arg;

	return owner_gone(s->holder, holder);
}

/*
 * A route that is no longer configured is up: what is for it is dropped.
 * Without a configuration nobody knows, and it waits.
 */
static bool route_up(const struct attempt_context *s, const char *route)
{
	const struct conf_route *r = route_find(s->conf, route);

	if (!s->conf)
		return false;
	return !r || s->down_until[r - s->conf->routes] <= s->now;
}

static bool up(void *arg, const char *route)
{
	return route_up(arg, route);
}

enum attempt_found attempt_pick(struct attempt_context *s, struct alert_state *st,
	struct attempt *e)
{
	struct outbox_judge judge = {gone, up, s};
	struct outbox_item item;

	if (!outbox_due(st, s->now, &judge, &item))
		return outbox_waits(st, s->now, &judge) ? ATTEMPT_WAITS
							: ATTEMPT_NOTHING;
	string_set(&item.delivery->holder, s->holder);
	item.delivery->next_try = s->now + OUTBOX_HOLD_S;
	*e = (struct attempt) {
		.slug = xstrdup(st->slug),
		.number = item.pending->number,
		.route = route_find(s->conf, item.delivery->route),
		.name = xstrdup(item.delivery->route),
		.event = xstrdup(item.pending->event),
		.body = xstrdup(item.pending->body),
		.key = xstrdup(item.pending->key),
		.done = item.delivery->done,
		.watched = s->watched &&
			strcmp(item.pending->key, s->watched) == 0,
		.since = clock_mono_ms(),
	};
	string_set(
		&e->handle, external_ids_find(&st->handles, e->key, e->name));
	return ATTEMPT_GOT;
}

bool attempt_may_begin(const struct attempt_context *s, const struct attempt *e)
{
	return clock_mono_ms() - e->since < BEGIN_MS && route_up(s, e->name);
}

bool attempt_give_back(const struct attempt_context *s, struct alert_state *st)
{
	bool any = false;

	for (size_t i = 0; i < st->n_outbox; i++) {
		for (size_t k = 0; k < st->outbox[i].n_deliveries; k++) {
			struct delivery *d = &st->outbox[i].deliveries[k];

			if (!d->holder || strcmp(d->holder, s->holder) != 0)
				continue;
			string_set(&d->holder, NULL);
			d->next_try = fmin(d->next_try, s->now);
			any = true;
		}
	}
	return any;
}

/* In parcels of its own order, without those that have no route any more. */
static size_t pack(const struct attempt_context *s, const struct attempts *l,
	struct delivery_request *v)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct attempt *e = &l->v[i];

		if (e->route)
			v[n++] = (struct delivery_request) {
				.route = e->route,
				.body = e->body,
				.handle = e->handle,
				.done = e->done,
				.trusted = s->up[e->route - s->conf->routes],
				.before = e->since + BEGIN_MS,
			};
		else
			log_warn("%s: %s to route %s: dropped: no such route "
				 "any more",
				e->slug, e->event, e->name);
	}
	return n;
}

void attempts_send(
	const struct attempt_context *s, struct deliver *d, struct attempts *l)
{
	struct delivery_request *v = xcalloc(l->n, sizeof *v);

	deliver_all(d, v, pack(s, l, v));
	for (size_t i = 0, n = 0; i < l->n; i++) {
		struct attempt *e = &l->v[i];

		e->result = e->route ? v[n++].result
				     : (struct delivered) {.ok = true};
		if (e->route && !e->result.skipped && !e->result.postponed)
			s->up[e->route - s->conf->routes] = !e->result.down;
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

/* From 0 to 1, for the distance between attempts. */
static double chance(void)
{
	unsigned v = 0;

	if (getentropy(&v, sizeof v))
		return 0.5;
	return v / 4294967296.0;
}

/* Puts a failure off, or gives it up; *last where it is given up. */
static void put_off(const struct attempt_context *s, struct alert_state *st,
	const struct attempt *e, struct outbox_item *item, bool *last)
{
	struct delivery *delivery = item->delivery;
	const struct delivered *d = &e->result;
	double delay;

	*last = d->refused || retry_hopeless(item->pending->created,
		delivery->attempts + 1, s->now);
	string_set(&delivery->why, d->why);
	string_set(&delivery->holder, NULL);
	delivery->refused = d->mend || *last;
	if (*last) {
		state_note(st, s->now, d->refused ? "refused" : "given_up",
			e->name);
		fallback_tell(st, s->conf, s->now);
		if (outbox_find(st, e->number, e->name, item))
			outbox_drop(st, item);
		return;
	}
	delivery->attempts++;
	delivery->tried = s->now;
	delivery->done = d->done;
	delay = retry_delay(delivery->attempts, chance(), d->retry_after_s);
	/* Whoever mends it does not want to wait as for a vendor. */
	if (d->mend)
		delay = fmin(delay, MEND_DELAY_S);
	delivery->next_try = s->now + delay;
	if (d->down)
		s->down_until[e->route - s->conf->routes] = delivery->next_try;
}

bool attempt_settle(const struct attempt_context *s, struct alert_state *st,
	const struct attempt *e, bool *last)
{
	const struct delivered *d = &e->result;
	struct outbox_item item;

	*last = false;
	if (!outbox_find(st, e->number, e->name, &item))
		return false;
	if (d->skipped) {
		attempt_give_back(s, st);
		return true;
	}
	if (!e->watched)
		external_ids_sent(&st->handles, e->key, e->name, e->event,
			d->handle, d->ok);
	if (d->ok || e->watched)
		outbox_drop(st, &item);
	else
		put_off(s, st, e, &item, last);
	return true;
}

void attempt_say(const struct attempt *e, bool last)
{
	const struct delivered *d = &e->result;

	if (last && d->refused)
		log_error("%s: %s to route %s: refused: %s", e->slug, e->event,
			e->name, d->why);
	else if (last)
		log_error("%s: %s to route %s: given up after a day: %s",
			e->slug, e->event, e->name, d->why);
	else if (d->mend)
		log_error("%s: %s to route %s: %s; mend it: it is tried again "
			  "until tomorrow",
			e->slug, e->event, e->name, d->why);
	else
		log_warn("%s: %s to route %s: %s; it is tried again", e->slug,
			e->event, e->name, d->why);
}
