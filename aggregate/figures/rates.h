/*
 * rates.h: the figures of a server from its histories, as a store that had
 * taken in these records would have them: of each region the probe of a minute
 * that started first counts, and of the others none. Pure.
 */
#ifndef FIGURES_RATES_H
#define FIGURES_RATES_H

#include "figures/figures.h"
#include "rule/history.h"

/* Opaque. */
struct rates;

/* rates_new(regions, n): of these histories, which must outlive it. */
struct rates *rates_new(const struct region_history *regions, size_t n);
void rates_free(struct rates *r);

/*
 * rates_at(r, now): the figures as of an instant, which is none before that of
 * the last call. Each probe is counted in, and out, once: the cost of a call is
 * that of what came and went since the last.
 */
struct figures rates_at(struct rates *r, double now);

#endif
