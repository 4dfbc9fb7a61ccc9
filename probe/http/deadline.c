#include "http/deadline.h"

#include "base/clock.h"

#include <stdio.h>

/* To be late by less is ordinary. */
#define LATE_MS 250.0
/* Less does not excuse a failure. */
#define LOST_MS 2000.0

/* Monotonic: when the loop should be back; 0 before it runs. */
static double due_ms;
static double lost_before_ms; /* until then */

static double lost_ms(double now)
{
	double late = due_ms > 0 ? now - due_ms : 0;

	return lost_before_ms + (late > LATE_MS ? late : 0);
}

void deadline_expect(double ms)
{
	double now = clock_mono_ms();

	lost_before_ms = lost_ms(now);
	due_ms = now + ms;
}

void deadline_set(struct deadline *d, double total_s)
{
	double now = clock_mono_ms();

	d->at_ms = now + total_s * 1000;
	d->total_s = total_s;
	d->lost_ms = lost_ms(now);
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
	double now = clock_mono_ms(), lost = lost_ms(now) - d->lost_ms;
	double since = now - (d->at_ms - d->total_s * 1000);

	snprintf(why, DEADLINE_WHY,
		"this machine was held up for %.1f of %.1f s; nothing is known "
		"of the server",
		lost / 1000, since / 1000);
	return lost >= LOST_MS && lost >= since / 2;
}
