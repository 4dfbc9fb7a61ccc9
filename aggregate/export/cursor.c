/* SPDX-License-Identifier: MIT */
#include "export/export.h"

#include "base/clock.h"
#include "base/num.h"

#include <math.h>
#include <stdio.h>

bool cursor_read(const char *s, double *out)
{
	int64_t t;

	if (num_decimal(s, out))
		return true;
	if (!clock_rfc3339_parse(s, &t) || t < 0)
		return false;
	*out = (double)t;
	return true;
}

void cursor_write(char out[CURSOR_TEXT], double t)
{
	snprintf(out, CURSOR_TEXT, "%.3f\n", floor(t * 1000) / 1000);
}

/* The first start of a span after an instant. */
static int64_t start_after(double t, int64_t span)
{
	return ((int64_t)floor(t / (double)span) + 1) * span;
}

bool cursor_spans(const struct cursor *c, int64_t span, int64_t kept,
	int64_t *first, int64_t *last)
{
	double settles = (double)span + CURSOR_SETTLE;
	int64_t oldest = start_after(c->now - (double)(kept + span), span);

	*first = start_after(c->since - settles, span);
	if (*first < oldest)
		*first = oldest;
	if (*first < 0)
		*first = 0;
	*last = start_after(c->now - settles, span) - span;
	return *first <= *last;
}
