/* SPDX-License-Identifier: MIT */
/*
 * console_test_alerts.c: the last test alert of a route or of a server: it waits
 * for mcp-alert, it arrived, or it failed.
 */
#include "web/console.h"

#include "incident/pipeline_health.h"
#include "outbox/outbox.h"
#include "state/stores.h"
#include "store/beat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEST "test"
#define WHY_MAX 200

/* A stage runs every minute. */
#define EVERY_S 60

void console_next_run(struct buf *b, const struct cgi *c)
{
	struct pipeline pl = {0};
	double last = NAN;

	if (pipeline_store_read(c->store, &pl)) {
		last = pl.at[STAGE_ALERT];
		free(pl.runners);
		free(pl.isolated);
	}
	if (isnan(last)) {
		buf_str(b, ", which has never run");
	} else if (stage_stale(last, c->now, STAGE_STALE_S)) {
		buf_str(b, ", which has not run since ");
		console_time(b, c, last);
	} else {
		buf_fmt(b, ", in about %.0f s",
			fmax(1, last + EVERY_S - c->now));
	}
}

/* Without a route, all of them. */
static bool of_route(const char *name, const char *route)
{
	return !route || (name && strcmp(name, route) == 0);
}

static void put_name(struct buf *b, const char *name)
{
	console_fmt(b, "<li><b>test to %s:</b> ", name);
}

/* Those that are on their way. */
static bool put_waiting(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const char *route)
{
	bool any = false;

	for (struct outbox_item i = {0}; outbox_next(st, &i);) {
		if (strcmp(i.pending->event, TEST) != 0 ||
			!of_route(i.delivery->route, route))
			continue;
		any = true;
		put_name(b, i.delivery->route);
		if (i.delivery->why) {
			buf_str(b, "failed, and is tried again: ");
			console_short(b, i.delivery->why, WHY_MAX);
		} else {
			buf_str(b, "waits for the next run of mcp-alert");
			console_next_run(b, c);
			buf_str(b, "; since ");
			console_ago(b, c, i.pending->created);
		}
		buf_str(b, "</li>\n");
	}
	return any;
}

/* Whether a later record has the same test to the same route. */
static bool is_last(const struct history *h, size_t i)
{
	for (size_t k = i + 1; k < h->n; k++)
		if (h->v[k].event && strcmp(h->v[k].event, TEST) == 0 &&
			strcmp(h->v[k].slug, h->v[i].slug) == 0 &&
			of_route(h->v[k].route, h->v[i].route))
			return false;
	return true;
}

static void put_result(struct buf *b, const struct cgi *c,
	const struct history_record *r)
{
	bool arrived = strcmp(r->what, HISTORY_DELIVERED) == 0;

	put_name(b, r->route);
	console_fmt(b, "%s ", arrived ? "arrived" : r->what);
	console_ago(b, c, r->at);
	if (!arrived) {
		buf_str(b, ": ");
		console_short(b, r->text, WHY_MAX);
	}
	buf_str(b, "</li>\n");
}

bool console_test_alerts(struct buf *b, const struct cgi *c,
	const struct alert_state *st, const struct history *h,
	const char *route)
{
	bool waits = put_waiting(b, c, st, route), any = waits;

	for (size_t i = 0; !waits && i < h->n; i++) {
		const struct history_record *r = &h->v[i];

		if (!r->event || strcmp(r->event, TEST) != 0 ||
			strcmp(r->slug, st->slug) != 0 ||
			!of_route(r->route, route) || !is_last(h, i))
			continue;
		any = true;
		put_result(b, c, r);
	}
	return any;
}
