/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/lines.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "incident/event.h"
#include "incident/machine.h"
#include "json/json.h"
#include "records/probe.h"
#include "routing/routing.h"
#include "state/state_store.h"
#include "words/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 60
/* No setting asks for more windows in a row. */
#define WINDOWS_MAX 60
#define OUTPUT_MAX (16u * 1024 * 1024)

void forecast_note(struct forecast *w, const struct verdict_record *v)
{
	for (size_t i = 0; i < w->n; i++) {
		struct verdict_record *old = &w->v[i];

		if (strcmp(old->verdict.slug, v->verdict.slug) != 0)
			continue;
		verdict_record_release(old);
		*old = *v;
		return;
	}
	w->v = xgrow(w->v, &w->cap, w->n + 1, sizeof *w->v);
	w->v[w->n++] = *v;
}

void forecast_release(struct forecast *w)
{
	for (size_t i = 0; i < w->n; i++)
		verdict_record_release(&w->v[i]);
	free(w->v);
	*w = (struct forecast) {0};
}

static bool fails(const struct verdict *v)
{
	bool throttled = false;

	for (size_t i = 0; i < v->n_regions; i++)
		throttled = throttled || severity_throttled(&v->regions[i]);
	return v->n_failing || throttled;
}

/* The same verdict once more, that much later. */
static void repeat(struct verdict *v, int64_t later_s)
{
	v->window += later_s;
	for (size_t i = 0; i < v->n_regions; i++)
		v->regions[i].started_at += (double)later_s;
}

/* How many more windows it takes until something is sent; 0: it never is. */
static int foresee(struct verdict *v, struct alert_state *st,
	const struct conf_policy *p, int64_t interval_s,
	struct alert_events *out)
{
	for (int n = 1; n <= WINDOWS_MAX; n++) {
		repeat(v, interval_s);
		machine_verdict(st, v, p, INFINITY, out);
		events_words(out);
		if (out->n)
			return n;
	}
	return 0;
}

static void say_wait(struct buf *b, const struct alert_record *r, int n,
	bool minutes)
{
	buf_fmt(b, "%s  would page after %d more failing %s%s: %s, %s\n",
		r->slug, n, minutes ? "minute" : "probe", n == 1 ? "" : "s",
		severity_name(r->severity), r->summary);
}

static void write_wait(struct buf *b, const struct alert_record *r, int n)
{
	char event[ALERT_EVENT_SIZE];

	json_fmt(b, "{'v':%d,'type':'waiting','server_slug':%s,'windows':%d,"
		"'event':%s,'severity':%s,'summary':%s}\n",
		RECORD_VERSION, r->slug, n, alert_event(r, event),
		severity_name(r->severity), r->summary);
}

static void put_server(struct buf *b, struct verdict *v, struct alert_state *st,
	const struct conf *conf, bool text)
{
	const struct conf_policy p = conf_policy_of(conf);
	struct conf_server s;
	int64_t interval_s = conf_server(conf, v->slug, &s)
				     ? (int64_t)s.interval_s
				     : WINDOW_S;
	struct alert_events events = {0};
	int n;

	if (interval_s < WINDOW_S)
		interval_s = WINDOW_S;
	n = foresee(v, st, &p, interval_s, &events);
	if (n && text)
		say_wait(b, &events.v[0].record, n, interval_s == WINDOW_S);
	else if (n)
		write_wait(b, &events.v[0].record, n);
	events_release(&events);
}

bool forecast_print(struct forecast *w, struct state_store *states,
	const struct conf *conf, bool text)
{
	struct buf b;
	bool ok;

	buf_init(&b, OUTPUT_MAX);
	for (size_t i = 0; i < w->n; i++) {
		struct verdict *v = &w->v[i].verdict;
		struct transaction *t;
		struct alert_state *st;

		if (!fails(v))
			continue;
		t = transaction_begin(states, NULL);
		transaction_add(t, v->slug);
		st = transaction_get(t, 0);
		if (st && !state_open(st)) {
			put_server(&b, v, st, conf, text);
			transaction_put(t);
		}
		transaction_end(t);
	}
	ok = !b.len || line_print(b.p, b.len) == 0;
	buf_release(&b);
	return ok;
}
