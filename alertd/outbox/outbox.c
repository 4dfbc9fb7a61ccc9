/* SPDX-License-Identifier: MIT */
/*
 * outbox.c: the items of an outbox, which of them are due, and the backoff of
 * those that failed.
 */
#include "outbox/outbox.h"

#include "base/xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Our own JSON has no space, and within a string a quote is escaped. */
enum severity retry_severity(const char *body)
{
	static const char member[] = "\"severity\":\"";
	const char *p = strstr(body, member);
	enum severity s = SEVERITY_P1;
	char name[3];

	if (!p)
		return s;
	snprintf(name, sizeof name, "%s", p + sizeof member - 1);
	return severity_parse(name, &s) ? s : SEVERITY_P1;
}

static struct delivery *find_route(const struct pending *p, const char *route)
{
	for (size_t i = 0; i < p->n_deliveries; i++)
		if (strcmp(p->deliveries[i].route, route) == 0)
			return &p->deliveries[i];
	return NULL;
}

struct urgency retry_urgency(const struct alert_state *st,
	const struct pending *p, const char *route)
{
	struct urgency u = {retry_severity(p->body), p->created};

	for (const struct pending *next = p + 1;
		next < st->outbox + st->n_outbox; next++) {
		enum severity s;

		if (strcmp(next->key, p->key) != 0 || !find_route(next, route))
			continue;
		s = retry_severity(next->body);
		if (s < u.severity)
			u = (struct urgency) {s, next->created};
	}
	return u;
}

double retry_delay(const struct urgency *u, double now, int attempts,
	double chance, double retry_after_s)
{
	double s = RETRY_DELAY_MIN_S, asked = fmin(retry_after_s,
					      RETRY_GIVE_UP_S);
	double most = now - u->since < RETRY_P1_SOON_S ? RETRY_P1_S
						       : RETRY_P1_LATE_S;

	for (int i = 1; i < attempts && s < RETRY_DELAY_MAX_S; i++)
		s *= 2;
	s = fmin(s * (1 + chance), RETRY_DELAY_MAX_S);
	if (u->severity == SEVERITY_P1) {
		s = fmin(s, most - RETRY_RUN_S);
		asked = fmin(asked, most);
	}
	return fmax(s, asked);
}

double retry_at(const struct pending *p, const struct delivery *d, double now)
{
	double set = d->attempts ? d->tried : p->created;

	return set > now + STATE_AHEAD_S ? now : d->next_try;
}

bool retry_hopeless(double since, int attempts, double now)
{
	return now - since >= RETRY_GIVE_UP_S &&
		attempts >= RETRY_GIVE_UP_TRIES;
}

/* Deliveries that have to arrive before a new event of that incident. */
static void hurry(struct alert_state *st, const char *key,
	const struct strings *routes, double now)
{
	for (size_t i = 0; i < st->n_outbox; i++) {
		if (strcmp(st->outbox[i].key, key) != 0)
			continue;
		for (size_t k = 0; k < routes->n; k++) {
			struct delivery *d =
				find_route(&st->outbox[i], routes->v[k]);

			if (d && !d->holder && !d->digest)
				d->next_try = fmin(d->next_try, now);
		}
	}
}

void outbox_put(struct alert_state *st, const struct pending *event,
	const struct strings *routes)
{
	struct pending *p;

	if (!routes->n)
		return;
	hurry(st, event->key, routes, event->created);
	st->outbox = xgrow(st->outbox, &st->cap_outbox, st->n_outbox + 1,
		sizeof *st->outbox);
	p = &st->outbox[st->n_outbox++];
	*p = (struct pending) {
		.number = ++st->number,
		.key = xstrdup(event->key),
		.event = xstrdup(event->event),
		.body = xstrdup(event->body),
		.created = event->created,
		.deliveries = xcalloc(routes->n, sizeof *p->deliveries),
		.n_deliveries = routes->n,
	};
	for (size_t i = 0; i < routes->n; i++)
		p->deliveries[i] = (struct delivery) {
			.route = xstrdup(routes->v[i]),
			.next_try = event->created,
		};
}

void outbox_add(struct alert_state *st, const struct alert_record *r,
	const char *body, const struct strings *routes, double now)
{
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE], *text;

	alert_key(r, key);
	alert_event(r, event);
	text = xstrdup(body);
	outbox_put(st,
		&(struct pending) {
			.key = key,
			.event = event,
			.body = text,
			.created = now,
		},
		routes);
	free(text);
}

/*
 * A lease that ends later than OUTBOX_HOLD_S from now comes from a wrong clock.
 */
static bool held(const struct delivery *d, const struct outbox_judge *j)
{
	return d->holder && d->next_try > j->now &&
		d->next_try <= j->now + OUTBOX_HOLD_S + STATE_AHEAD_S &&
		!j->gone(j->arg, d->holder);
}

static bool due(const struct pending *p, const struct delivery *d,
	const struct outbox_judge *j)
{
	if (d->digest || held(d, j))
		return false;
	return (d->holder || retry_at(p, d, j->now) <= j->now) &&
		j->up(j->arg, d->route);
}

/*
 * Whether the route waits for an earlier event of the same incident; not if
 * only a recipient that somebody has to correct has not got that.
 */
static bool blocked(
	const struct alert_state *st, const struct outbox_item *item)
{
	for (const struct pending *p = st->outbox; p < item->pending; p++) {
		const struct delivery *d;

		if (strcmp(p->key, item->pending->key) != 0)
			continue;
		d = find_route(p, item->delivery->route);
		if (d && !d->owed)
			return true;
	}
	return false;
}

bool outbox_next(const struct alert_state *st, struct outbox_item *item)
{
	struct pending *p = item->pending, *end;

	if (!st->n_outbox)
		return false;
	end = st->outbox + st->n_outbox;
	if (p && item->delivery + 1 < p->deliveries + p->n_deliveries) {
		item->delivery++;
		return true;
	}
	for (p = p ? p + 1 : st->outbox; p < end; p++) {
		*item = (struct outbox_item) {p, p->deliveries};
		if (p->n_deliveries)
			return true;
	}
	return false;
}

bool outbox_due(const struct alert_state *st, const struct outbox_judge *j,
	struct outbox_item *item)
{
	while (outbox_next(st, item))
		if (due(item->pending, item->delivery, j) && !blocked(st, item))
			return true;
	return false;
}

bool outbox_waits(const struct alert_state *st, const struct outbox_judge *j)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		if (!i.delivery->digest && !held(i.delivery, j) &&
			(i.delivery->attempts ||
				!j->up(j->arg, i.delivery->route)))
			return true;
	return false;
}

bool outbox_owned(const struct delivery *d, const struct outbox_judge *j)
{
	return d->holder && strcmp(d->holder, j->owner) == 0;
}

void outbox_lease(struct delivery *d, const struct outbox_judge *j)
{
	string_set(&d->holder, j->owner);
	d->next_try = j->now + OUTBOX_HOLD_S;
}

void outbox_free(struct delivery *d, const struct outbox_judge *j)
{
	string_set(&d->holder, NULL);
	d->next_try = fmin(d->next_try, j->now);
}

double outbox_age(const struct delivery *d, const struct outbox_judge *j)
{
	return j->now - (d->next_try - OUTBOX_HOLD_S);
}

size_t outbox_take(struct alert_state *st, const struct outbox_judge *j)
{
	size_t n = 0;

	for (struct outbox_item i = {0}; outbox_due(st, j, &i);) {
		if (outbox_owned(i.delivery, j))
			continue;
		outbox_lease(i.delivery, j);
		n++;
	}
	return n;
}

void outbox_let_go(struct alert_state *st, const struct outbox_judge *j,
	const char *key)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		if (outbox_owned(i.delivery, j) &&
			strcmp(i.pending->key, key) == 0)
			outbox_free(i.delivery, j);
}

/* The delivery of an earlier event, if it is of the newest one's incident. */
static struct delivery *earlier(struct alert_state *st, size_t i,
	const char *route)
{
	const struct pending *newest = &st->outbox[st->n_outbox - 1];

	if (strcmp(st->outbox[i].key, newest->key) != 0)
		return NULL;
	return find_route(&st->outbox[i], route);
}

bool outbox_joins(struct alert_state *st, const char *route,
	struct outbox_wait *out)
{
	for (size_t i = 0; i + 1 < st->n_outbox; i++) {
		const struct delivery *d = earlier(st, i, route);

		if (!d || !d->digest || d->holder)
			continue;
		*out = (struct outbox_wait) {d->digest, d->over, d->boundary};
		return true;
	}
	return false;
}

void outbox_wait(struct alert_state *st, const char *route,
	const struct outbox_wait *w)
{
	struct pending *newest = &st->outbox[st->n_outbox - 1];
	struct delivery *d = find_route(newest, route);

	d->digest = w->digest;
	d->over = w->over;
	d->boundary = w->boundary;
	d->next_try = (double)w->boundary;
	for (size_t i = 0; i + 1 < st->n_outbox; i++) {
		d = earlier(st, i, route);
		if (!d || !d->digest || d->boundary <= w->boundary)
			continue;
		d->boundary = w->boundary;
		d->next_try = (double)w->boundary;
	}
}

void outbox_pull(struct alert_state *st, const char *route, double now)
{
	for (size_t i = 0; i + 1 < st->n_outbox; i++) {
		struct delivery *d = earlier(st, i, route);

		if (!d || !d->digest)
			continue;
		d->digest = CONF_DIGEST_NO;
		d->next_try = d->holder ? now + OUTBOX_HOLD_S : now;
	}
}

bool outbox_find(const struct alert_state *st, unsigned long number,
	const char *route, struct outbox_item *out)
{
	for (size_t i = 0; i < st->n_outbox; i++) {
		struct delivery *d = find_route(&st->outbox[i], route);

		if (st->outbox[i].number != number || !d)
			continue;
		*out = (struct outbox_item) {&st->outbox[i], d};
		return true;
	}
	return false;
}

void outbox_drop(struct alert_state *st, struct outbox_item *item)
{
	struct pending *p = item->pending;
	size_t at = (size_t)(item->delivery - p->deliveries);

	delivery_release(item->delivery);
	p->n_deliveries--;
	memmove(p->deliveries + at, p->deliveries + at + 1,
		(p->n_deliveries - at) * sizeof *p->deliveries);
	*item = (struct outbox_item) {0};
	if (p->n_deliveries)
		return;
	pending_release(p);
	at = (size_t)(p - st->outbox);
	st->n_outbox--;
	memmove(st->outbox + at, st->outbox + at + 1,
		(st->n_outbox - at) * sizeof *st->outbox);
}

void outbox_forget(struct alert_state *st, const char *key, const char *route)
{
	for (size_t i = st->n_outbox; i-- > 0;) {
		struct pending *p = &st->outbox[i];
		struct delivery *d = find_route(p, route);
		struct outbox_item item = {p, d};

		if (d && !d->holder && strcmp(p->key, key) == 0)
			outbox_drop(st, &item);
	}
}

static struct handle *find_external_id(
	const struct external_ids *l, const char *key, const char *route)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].key, key) == 0 &&
			strcmp(l->v[i].route, route) == 0)
			return &l->v[i];
	return NULL;
}

static void drop_handle(struct external_ids *l, struct handle *h)
{
	size_t at = (size_t)(h - l->v);

	free(h->key);
	free(h->route);
	free(h->text);
	l->n--;
	memmove(h, h + 1, (l->n - at) * sizeof *h);
}

const char *external_ids_find(const struct external_ids *l, const char *key,
	const char *route)
{
	const struct handle *h = find_external_id(l, key, route);

	return h ? h->text : NULL;
}

/* Remember a handle in the place of an older one; NULL: forget that. */
static void keep_handle(struct external_ids *l, const char *key,
	const char *route, const char *text)
{
	struct handle *h = find_external_id(l, key, route);

	if (h)
		drop_handle(l, h);
	if (!text)
		return;
	if (l->n == EXTERNAL_IDS_MAX)
		drop_handle(l, l->v);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct handle) {
		xstrdup(key), xstrdup(route), xstrdup(text)};
}

void external_ids_sent(struct external_ids *h, const char *key,
	const char *route, const char *event, const char *handle, bool ok)
{
	const char *phase = strrchr(event, '_');

	if (*handle)
		keep_handle(h, key, route, handle);
	if (ok && phase && strcmp(phase, "_resolved") == 0)
		keep_handle(h, key, route, NULL);
}
