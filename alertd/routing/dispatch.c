#include "routing/dispatch.h"

#include "base/xalloc.h"
#include "routing/hours.h"
#include "routing/rate_limit.h"
#include "routing/routing.h"

#include <math.h>
#include <stdlib.h>

/*
 * Name an event: the same event, whichever process decides on it, and no other.
 */
static void name(const struct alert_event *e, char *out, size_t size)
{
	char event[ALERT_EVENT_SIZE], key[ALERT_KEY_SIZE];

	snprintf(out, size, "%s %s %.0f", alert_key(&e->record, key),
		alert_event(&e->record, event), e->record.at);
}

/* Whether a route gets an event in a digest, and which. */
static bool waits(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const struct conf_route *r,
	struct outbox_wait *w)
{
	enum alert_phase phase = e->record.phase;
	bool calm = phase == ALERT_RESOLVED || phase == ALERT_ACKNOWLEDGED;
	double now = fmax(d->now, e->record.at);
	char text[ALERT_KEY_SIZE + ALERT_EVENT_SIZE + 32];

	if (route_waits(d->conf, r, e, now, w))
		return true;
	/* An end joins the digest in which its beginning still waits. */
	if (calm)
		return outbox_joins(st, r->name, w);
	if (e->record.severity == SEVERITY_P1)
		return false;
	name(e, text, sizeof text);
	if (rate_limit_take(d->budget, r->name, d->conf->budget, text, now))
		return false;
	*w = (struct outbox_wait) {CONF_DIGEST_HOURLY, true,
		hours_digest(CONF_DIGEST_HOURLY, NULL, d->conf->zone, now)};
	return true;
}

static void add_recipient(struct recipients *l, const char *route,
	const struct outbox_wait *w)
{
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct recipient) {xstrdup(route), *w};
}

void dispatch_event(const struct dispatch *d, struct alert_state *st,
	const struct alert_event *e, const char *body, struct recipients *out)
{
	struct strings routes = {0};
	bool real = !isinf(d->now);

	if (e->chosen.n)
		strings_copy(&routes, &e->chosen);
	else
		route_pick(d->conf, e, &routes);
	if (real)
		outbox_add(st, &e->record, body, &routes, d->now);
	for (size_t i = 0; i < routes.n; i++) {
		const struct conf_route *r = route_find(d->conf, routes.v[i]);
		struct outbox_wait w = {0};

		if (!d->at_once && !e->chosen.n && waits(d, st, e, r, &w) &&
			real)
			outbox_wait(st, r->name, &w);
		else if (real)
			outbox_pull(st, r->name, d->now);
		add_recipient(out, r->name, &w);
	}
	strings_release(&routes);
}

void recipients_release(struct recipients *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].route);
	free(l->v);
	*l = (struct recipients) {0};
}
