/*
 * rates.h: the figures of a server from its histories, the same as a store
 * would have that had taken in these records: of each region and minute only
 * the probe that started first counts. Pure.
 */
#ifndef FIGURES_RATES_H
#define FIGURES_RATES_H

#include "figures/figures.h"
#include "rule/history.h"

/* Opaque. */
struct rates;

/* rates_new(regions, n): of n histories, which must outlive it. */
struct rates *rates_new(const struct region_history *regions, size_t n);
void rates_free(struct rates *r);

/*
 * rates_at(r, now): the figures as of an instant, not before that of the last
 * call. Each probe is counted once when it enters a window and once when it
 * leaves: a call costs as much as changed since the last one.
 */
struct figures rates_at(struct rates *r, double now);

#endif
