#include "http/deadline.h"

#include "base/clock.h"

void deadline_set(struct deadline *d, double total_s)
{
	d->at_ms = clock_mono_ms() + total_s * 1000;
	d->total_s = total_s;
}

double deadline_left(const struct deadline *d)
{
	return d->at_ms - clock_mono_ms();
}

bool deadline_over(const struct deadline *d)
{
	return deadline_left(d) <= 0;
}
