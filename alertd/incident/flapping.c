#include "incident/flapping.h"

/* Failing again this often is no accident. */
#define FLAPPING 2

void flapping_count(struct incident *inc)
{
	if (inc->passes)
		inc->flaps++;
}

void flapping_put(struct buf *b, const struct incident *inc)
{
	if (inc->flaps >= FLAPPING)
		buf_fmt(b, "; it is flapping: %d times it failed again while "
			   "it recovered", inc->flaps);
}

void flapping_put_past(struct buf *b, const struct incident *inc)
{
	if (inc->flaps)
		buf_fmt(b, "It failed again %d time%s while it recovered. ",
			inc->flaps, inc->flaps == 1 ? "" : "s");
}
