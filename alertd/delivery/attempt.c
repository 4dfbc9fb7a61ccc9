/* SPDX-License-Identifier: MIT */
#include "delivery/delivery.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "outbox/outbox.h"
#include "records/history.h"
#include "routing/routing.h"
#include "sinks/sink.h"
#include "transport/transport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest delay of the next attempt while the operator has to correct
   something: with a run each minute, it comes within five minutes. */
#define MEND_DELAY_S (300 - RETRY_RUN_S)
/* A delivery that was taken longer ago is not begun: an attempt takes up to 25
   s, and after OUTBOX_HOLD_S another process may take it. */
#define BEGIN_MS 4000.0
#define WORDS_MAX (DELIVER_SAID + 20)

void attempt_free(struct attempt *a)
{
	if (!a)
		return;
	free(a->slug);
	free(a->name);
	free(a->key);
	free(a->event);
	free(a->body);
	free(a->handle);
	free(a);
}

void attempts_add(struct attempts *l, struct attempt *a)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = a;
}

struct attempt *attempts_find(const struct attempts *l, const char *slug,
	unsigned long number, const char *route)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i]->number == number &&
			strcmp(l->v[i]->name, route) == 0 &&
			strcmp(l->v[i]->slug, slug) == 0)
			return l->v[i];
	return NULL;
}

void attempts_remove(struct attempts *l, const struct attempt *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] != a)
			l->v[kept++] = l->v[i];
	l->n = kept;
}

void attempts_drop(struct attempts *l, const char *slug)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i]->slug, slug) == 0)
			attempt_free(l->v[i]);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
}

void attempts_release(struct attempts *l)
{
	for (size_t i = 0; i < l->n; i++)
		attempt_free(l->v[i]);
	free(l->v);
	*l = (struct attempts) {0};
}

/* A delivery that we hold and do not send is free, too. */
static bool holder_gone(void *arg, const char *holder)
{
	const struct attempt_context *c = arg;

	return strcmp(c->holder, holder) == 0 || owner_gone(c->holder, holder);
}

/*
 * A route that is no longer configured is up: what is for it is dropped.
 * Without a configuration nobody knows, and it waits.
 */
bool attempt_route_up(const struct attempt_context *c, const char *route)
{
	const struct conf_route *r = route_find(c->conf, route);

	if (!c->conf)
		return false;
	return !r || c->down_until[r - c->conf->routes] <= c->now;
}

static bool route_is_up(void *arg, const char *route)
{
	return attempt_route_up(arg, route);
}

struct outbox_judge attempt_judge(struct attempt_context *c)
{
	return (struct outbox_judge) {
		holder_gone, route_is_up, c, c->holder, c->now};
}

bool attempt_lease_lasts(const struct outbox_judge *j, const struct delivery *d)
{
	return outbox_owned(d, j) && fabs(outbox_age(d, j)) < BEGIN_MS / 1000;
}

/* Fill in what sending needs; we have leased the delivery for `age` seconds. */
static void fill_attempt(struct attempt *a, const struct alert_state *st,
	const struct outbox_item *item, double age)
{
	string_set(&a->event, item->pending->event);
	string_set(&a->body, item->pending->body);
	string_set(&a->key, item->pending->key);
	string_set(&a->handle,
		external_ids_find(&st->handles, a->key, a->name));
	a->since = clock_mono_ms() - age * 1000;
	a->request = (struct delivery_request) {
		.route = a->route,
		.body = a->body,
		.handle = a->handle,
		.done = item->delivery->done,
		.owed = item->delivery->owed,
	};
}

struct attempt *attempt_new(const struct outbox_judge *j,
	const struct attempt_context *c, const struct alert_state *st,
	const struct outbox_item *item)
{
	struct attempt *a = xcalloc(1, sizeof *a);

	*a = (struct attempt) {
		.slug = xstrdup(st->slug),
		.number = item->pending->number,
		.name = xstrdup(item->delivery->route),
		.route = route_find(c->conf, item->delivery->route),
		.urgency = retry_urgency(
			st, item->pending, item->delivery->route),
		.created = item->pending->created,
		.watched = c->watched &&
			strcmp(item->pending->key, c->watched) == 0,
	};
	if (attempt_lease_lasts(j, item->delivery))
		fill_attempt(a, st, item,
			fmax(outbox_age(item->delivery, j), 0));
	return a;
}

void attempt_take(const struct outbox_judge *j, const struct alert_state *st,
	struct outbox_item *item, struct attempt *a)
{
	outbox_lease(item->delivery, j);
	fill_attempt(a, st, item, 0);
}

bool attempt_may_begin(const struct attempt *a)
{
	return a->since > 0 && clock_mono_ms() - a->since < BEGIN_MS;
}

/* A random number from 0 to 1, for the delay between attempts. */
static double random_fraction(void)
{
	unsigned v = 0;

	if (getentropy(&v, sizeof v))
		return 0.5;
	return v / 4294967296.0;
}

/* Note in the open incident whether the route refuses to be notified of it. */
static void note_refused(struct alert_state *st, const struct attempt *a,
	bool refuses)
{
	struct incident *inc = incident_with(st, a->key);

	if (inc && refuses)
		strings_note(&inc->refused, a->name);
	else if (inc)
		strings_drop(&inc->refused, a->name);
}

/* A delivery that failed is due again later; or given up. */
static void put_off(const struct attempt_context *c, struct alert_state *st,
	struct attempt *a, struct outbox_item *item)
{
	struct delivery *delivery = item->delivery;
	const struct delivered *d = &a->request.result;
	char why[DELIVER_SAID_WHY];
	struct urgency u;
	double delay;

	error_text_why(d, why);
	if (d->mend || d->refused)
		note_refused(st, a, true);
	a->last = d->refused || retry_hopeless(item->pending->created,
		delivery->attempts + 1, c->now);
	if (d->mend && (!delivery->why || strcmp(delivery->why, why) != 0))
		state_keep_delivery(st, item->pending, delivery, c->now,
			HISTORY_TO_MEND, why);
	else if (!d->mend && !a->last && !delivery->why)
		state_keep_delivery(st, item->pending, delivery, c->now,
			HISTORY_FAILED, why);
	string_set(&delivery->why, why);
	string_set(&delivery->holder, NULL);
	delivery->refused = d->mend || a->last;
	if (a->last) {
		state_note(st, c->now, d->refused ? "refused" : "given_up",
			a->name);
		state_keep_delivery(st, item->pending, delivery, c->now,
			d->refused ? HISTORY_REFUSED : HISTORY_GIVEN_UP, why);
		fallback_tell(st, c->conf, c->now);
		if (outbox_find(st, a->number, a->name, item))
			outbox_drop(st, item);
		return;
	}
	a->say = fallback_say(item->pending, delivery, c->now);
	if (a->say)
		delivery->said = c->now;
	delivery->attempts++;
	delivery->tried = c->now;
	delivery->done = d->done;
	delivery->owed = d->owed;
	u = retry_urgency(st, item->pending, a->name);
	delay = retry_delay(&u, c->now, delivery->attempts, random_fraction(),
		d->retry_after_s);
	/* Whoever mends it does not want to wait for long. */
	if (d->mend)
		delay = fmin(delay, MEND_DELAY_S);
	delivery->next_try = c->now + delay;
}

/* Whether a test that failed has opened something at a vendor, which a later
   run has to end. */
static bool left_open(const struct attempt *a)
{
	const struct delivered *d = &a->request.result;

	return a->route && !d->ok && d->done > 0 &&
		sink_of(a->route->type)->opens;
}

bool attempt_settle(const struct attempt_context *c, struct alert_state *st,
	struct attempt *a)
{
	const struct delivered *d = &a->request.result;
	bool open = a->watched && left_open(a);
	struct outbox_item item;

	a->last = a->say = false;
	if (!outbox_find(st, a->number, a->name, &item))
		return false;
	if (!a->watched)
		external_ids_sent(&st->handles, a->key, a->name, a->event,
			d->handle, d->ok);
	if (d->ok && a->route)
		state_keep_delivery(st, item.pending, item.delivery, c->now,
			HISTORY_DELIVERED, NULL);
	if (d->ok) {
		note_refused(st, a, false);
		incident_taken(st, a->key, a->name);
	}
	/* A test has no fallback: it counts as sent there. */
	if (open)
		item.delivery->fallback_at = c->now;
	if (d->ok || (a->watched && !open))
		outbox_drop(st, &item);
	else
		put_off(c, st, a, &item);
	return true;
}

/* Append the vendor's words to ours. */
static const char *vendor_words(const struct delivered *d, char *out)
{
	snprintf(out, WORDS_MAX, *d->said ? "; it says \"%s\"" : "%s",
		d->said);
	return out;
}

void attempt_say(const struct attempt *a)
{
	const struct delivered *d = &a->request.result;
	char why[DELIVER_SAID_WHY], said[WORDS_MAX];
	void (*say)(const char *fmt, ...) __attribute__((format(printf, 1, 2))) =
		a->say ? log_error : log_warn;

	error_text_why(d, why);
	if (a->last && d->refused)
		log_error("%s: %s to route %s: refused: %s", a->slug, a->event,
			a->name, why);
	else if (a->last)
		log_error("%s: %s to route %s: given up after a day: %s",
			a->slug, a->event, a->name, why);
	else if (d->mend)
		say("%s: %s to route %s: %s; correct this: it is retried until "
		    "tomorrow%s",
			a->slug, a->event, a->name, d->why,
			vendor_words(d, said));
	else
		say("%s: %s to route %s: %s; it is retried%s", a->slug,
			a->event, a->name, d->why,
			vendor_words(d, said));
}
