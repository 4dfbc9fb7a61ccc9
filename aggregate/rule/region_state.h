/* region_state.h: whether a region works and since when, as published. Pure. */
#ifndef RULE_REGION_STATE_H
#define RULE_REGION_STATE_H

#include "rule/history.h"

#include <stdbool.h>

struct region_since {
	bool broken;
	/*
	 * When the first probe started of the unbroken series that ends in the
	 * newest one: epoch seconds; 0 where it is not known.
	 */
	double since;
};

/*
 * region_state_at(h, until, before): the state as of `until`. `before` is the
 * state as of an earlier instant, which may know of a longer series than the
 * probes show; or NULL.
 */
struct region_since region_state_at(const struct region_history *h,
	double until, const struct region_since *before);

/*
 * region_state_p95(h, until): in ms, by nearest rank, of the last HISTORY_MAX
 * probes that were not broken; NAN where there is none.
 */
double region_state_p95(const struct region_history *h, double until);

#endif
