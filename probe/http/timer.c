#include "http/timer.h"

#include "base/clock.h"
#include "base/xalloc.h"

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
static struct timer *soonest(const struct timers *ts)
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
	while ((t = soonest(ts)) && t->at_ms <= now) {
		void (*fn)(void *) = t->fn;
		void *arg = t->arg;

		timers_cancel(t);
		fn(arg);
	}
	if (t && t->at_ms - now < max_ms)
		max_ms = t->at_ms - now;
	return max_ms > 0 ? max_ms : 0;
}
