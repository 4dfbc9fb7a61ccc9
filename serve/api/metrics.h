/*
 * metrics.h: what is published, in the text format of Prometheus, version
 * 0.0.4. A sample without a value is left out, and so is a metric without a
 * sample: what nobody knows is not there. Pure.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "base/buf.h"
#include "store/stages.h"

#include <stddef.h>

struct view;

struct metrics_server {
	const char *slug;
	const struct view *view;
	size_t expected; /* regions that are to report; 0 where not known */
};

struct metrics_fleet {
	double now;	    /* epoch seconds */
	double at[STAGES];  /* heartbeats, NAN for never */
	double undelivered; /* servers with events that nobody got yet */
	double servers;	    /* that everybody may read about */
};

/* metrics_put(b, servers, n): append the four gauges of the contract. */
void metrics_put(struct buf *b, const struct metrics_server *servers, size_t n);

/* metrics_put_fleet(b, fleet, servers, n): append what else there is. */
void metrics_put_fleet(struct buf *b, const struct metrics_fleet *fleet,
	const struct metrics_server *servers, size_t n);

#endif
