/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "incident/incident.h"
#include "json/json.h"
#include "outbox/outbox.h"
#include "words/words.h"

#include <math.h>
#include <string.h>

/* An event is no longer; with room for the sentences of some fallbacks. */
#define BODY_MAX (300 * 1024)

/* How long event p may take to a route. */
static double in_time(const struct pending *p)
{
	enum severity s = retry_severity(p->body);

	if (s == SEVERITY_P1)
		return FALLBACK_P1_S - FALLBACK_RUN_S;
	return s == SEVERITY_P2 ? FALLBACK_P2_S : FALLBACK_P3_S;
}

/* Since when it could have been delivered. */
static double since(const struct pending *p, const struct delivery *d)
{
	return d->digest ? fmax(p->created, (double)d->boundary) : p->created;
}

/*
 * Whether delivery d of event p is late, or was refused; false where the
 * fallback was notified already. For an event in a digest time counts from when
 * the digest is due.
 */
static bool fallback_overdue(const struct pending *p, const struct delivery *d,
	double now)
{
	if (d->fallback_at > 0)
		return false;
	return d->refused || now - since(p, d) >= in_time(p);
}

bool fallback_say(const struct pending *p, const struct delivery *d, double now)
{
	if (d->said <= now + STATE_AHEAD_S && now - d->said < FALLBACK_SAY_S)
		return false;
	return d->refused || retry_severity(p->body) == SEVERITY_P1 ||
	       now - since(p, d) >= in_time(p);
}

bool fallback_any(const struct alert_state *st, double now)
{
	for (struct outbox_item i = {0}; outbox_next(st, &i);)
		if (fallback_overdue(i.pending, i.delivery, now))
			return true;
	return false;
}

static void put_sentence(struct buf *b, const char *summary,
	const struct pending *p, const struct delivery *d,
	const char *zone)
{
	buf_fmt(b, "%s%sThis could not be delivered to %s since ",
		summary ? summary : "", summary ? " " : "", d->route);
	phrase_time(b, (int64_t)since(p, d), false, zone);
	phrase_zone(b, zone);
	buf_fmt(b, "%s%s.", d->why ? ": " : "", d->why ? d->why : "");
}

/* Set a member, in the place of an old one of that name. */
static void set_member(cJSON *o, const char *key, cJSON *value)
{
	if (json_get(o, key))
		cJSON_ReplaceItemInObjectCaseSensitive(o, key, value);
	else
		cJSON_AddItemToObject(o, key, value);
}

/* Append the body of the event with the route that was not reached and why: in
   the summary, and as the member `fallback_for`. */
static void put_body(struct buf *b, const struct pending *p,
	const struct delivery *d, const char *zone)
{
	char why[JSON_WHY], iso[CLOCK_RFC3339];
	cJSON *o = json_parse(p->body, strlen(p->body), &json_record, why);
	cJSON *whom = cJSON_CreateObject();
	struct buf text;

	if (!cJSON_IsObject(o) || !whom) {
		cJSON_Delete(o);
		cJSON_Delete(whom);
		buf_str(b, p->body);
		return;
	}
	buf_init(&text, BODY_MAX);
	put_sentence(&text, json_str(o, "summary"), p, d, zone);
	set_member(o, "summary", cJSON_CreateString(text.p));
	clock_rfc3339((int64_t)since(p, d), iso);
	cJSON_AddStringToObject(whom, "route", d->route);
	cJSON_AddStringToObject(whom, "since", iso);
	cJSON_AddItemToObject(whom, "why",
		d->why ? cJSON_CreateString(d->why) : cJSON_CreateNull());
	set_member(o, "fallback_for", whom);
	json_put(b, o);
	buf_release(&text);
	cJSON_Delete(o);
}

/*
 * When an earlier event of the same incident and route went to the fallback, or
 * 0. The fallback is notified of later events by itself.
 */
static double fallback_before(const struct alert_state *st, size_t i,
	const char *route)
{
	struct outbox_item item;

	for (size_t k = 0; k < i; k++)
		if (strcmp(st->outbox[k].key, st->outbox[i].key) == 0 &&
			outbox_find(st, st->outbox[k].number, route, &item) &&
			item.delivery->fallback_at > 0)
			return item.delivery->fallback_at;
	return 0;
}

/* One delivery: the n-th of the i-th event. */
static void fall_back(struct alert_state *st, size_t i, size_t n,
	const char *fallback, const char *zone, double now)
{
	struct delivery *d = &st->outbox[i].deliveries[n];
	struct outbox_wait wait = {d->digest, d->over, d->boundary};
	struct strings routes = {0};
	struct incident *inc;
	struct buf body, note;

	buf_init(&body, BODY_MAX);
	buf_init(&note, 1024);
	put_body(&body, &st->outbox[i], d, zone);
	buf_fmt(&note, "%s to %s, instead of %s", st->outbox[i].event, fallback,
		d->route);
	state_note(st, now, "told_elsewhere", note.p);
	d->fallback_at = now;
	inc = incident_with(st, st->outbox[i].key);
	if (inc)
		incident_notify(inc, fallback);
	strings_add(&routes, fallback);
	outbox_put(st,
		&(struct pending) {
			.key = st->outbox[i].key,
			.event = st->outbox[i].event,
			.body = body.p,
			.created = now,
		},
		&routes);
	if (wait.digest)
		outbox_wait(st, fallback, &wait);
	strings_release(&routes);
	buf_release(&note);
	buf_release(&body);
}

size_t fallback_tell(struct alert_state *st, const struct conf *c, double now)
{
	size_t n = st->n_outbox, sent = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < st->outbox[i].n_deliveries; k++) {
			struct delivery *d = &st->outbox[i].deliveries[k];
			const struct conf_route *r = route_find(c, d->route);
			double before = fallback_before(st, i, d->route);

			if (d->fallback_at > 0 || d->holder || !r ||
				!r->fallback)
				continue;
			if (before > 0 && before < st->outbox[i].created) {
				d->fallback_at = before;
			} else if (before > 0 ||
				fallback_overdue(&st->outbox[i], d, now)) {
				fall_back(st, i, k, r->fallback, c->zone,
					now);
				sent++;
			}
		}
	}
	return sent;
}
