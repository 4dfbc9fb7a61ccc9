/* SPDX-License-Identifier: MIT */
#include "http/deadline.h"

#include "base/clock.h"
#include "base/xalloc.h"

#include <stdio.h>

/* To be late by less is ordinary. */
#define LATE_MS 250.0
/* Less does not excuse a failure. */
#define LOST_MS 2000.0

static double lost_ms(const struct lost_time *l, double now)
{
	double late = l->due_ms > 0 ? now - l->due_ms : 0;

	return l->ms + (late > LATE_MS ? late : 0);
}

void deadline_expect(struct lost_time *l, double ms)
{
	double now = clock_mono_ms();

	l->ms = lost_ms(l, now);
	l->due_ms = now + ms;
}

void deadline_set(struct deadline *d, const struct lost_time *l, double total_s)
{
	double now = clock_mono_ms();

	*d = (struct deadline) {.at_ms = now + total_s * 1000,
		.total_s = total_s,
		.lost = l,
		.lost_ms = lost_ms(l, now)};
}

double deadline_left(const struct deadline *d)
{
	return d->at_ms - clock_mono_ms();
}

bool deadline_over(const struct deadline *d)
{
	return deadline_left(d) <= 0;
}

bool deadline_held_up(const struct deadline *d, char *why)
{
	double now = clock_mono_ms();
	double lost = lost_ms(d->lost, now) - d->lost_ms;
	double since = now - (d->at_ms - d->total_s * 1000);

	snprintf(why, DEADLINE_WHY,
		"this machine was too busy for %.1f of %.1f s; this says "
		"nothing about the server",
		lost / 1000, since / 1000);
	return lost >= LOST_MS && lost >= since / 2;
}

/* ---- Timers. */

struct timer {
	struct timers *all;
	struct timer *prev, *next;
	double at_ms; /* monotonic */
	void (*fn)(void *arg);
	void *arg;
};

struct timer *timers_add(struct timers *ts, double ms, void (*fn)(void *arg),
	void *arg)
{
	struct timer *t = xmalloc(sizeof *t);

	*t = (struct timer) {.all = ts,
		.next = ts->first,
		.at_ms = clock_mono_ms() + ms,
		.fn = fn,
		.arg = arg};
	if (t->next)
		t->next->prev = t;
	ts->first = t;
	return t;
}

void timers_cancel(struct timer *t)
{
	if (!t)
		return;
	if (t->prev)
		t->prev->next = t->next;
	else
		t->all->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	free(t);
}

/* The timer that is due first, or NULL. */
static struct timer *soonest_timer(const struct timers *ts)
{
	struct timer *best = ts->first;

	for (struct timer *t = best; t; t = t->next)
		if (t->at_ms < best->at_ms)
			best = t;
	return best;
}

double timers_turn(struct timers *ts, double max_ms)
{
	double now = clock_mono_ms();
	struct timer *t;

	/* A function may add and cancel timers: look anew each time. */
	while ((t = soonest_timer(ts)) && t->at_ms <= now) {
		void (*fn)(void *) = t->fn;
		void *arg = t->arg;

		timers_cancel(t);
		fn(arg);
	}
	if (t && t->at_ms - now < max_ms)
		max_ms = t->at_ms - now;
	return max_ms > 0 ? max_ms : 0;
}
