#include "http/deadline.h"

#include "base/clock.h"

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
		"this machine was held up for %.1f of %.1f s; nothing is known "
		"of the server",
		lost / 1000, since / 1000);
	return lost >= LOST_MS && lost >= since / 2;
}
