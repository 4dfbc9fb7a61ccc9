/*
 * prometheus.h: the published verdicts as metrics, in the text format of
 * Prometheus, version 0.0.4. A sample without a value is left out, and so is a
 * metric without a sample. Pure.
 */
#ifndef API_PROMETHEUS_H
#define API_PROMETHEUS_H

#include "base/buf.h"
#include "store/stages.h"

#include <stddef.h>

struct view;

struct prometheus_server {
	const char *slug;
	const struct view *view;
	size_t expected; /* regions configured for it; 0 if not known */
};

struct prometheus_fleet {
	double now;	    /* epoch seconds */
	double at[STAGES];  /* heartbeats, epoch seconds; NAN for never */
	double undelivered; /* servers with events not delivered yet */
	double servers;	    /* public ones */
};

/*
 * prometheus_put(b, servers, n): append the four gauges of the contract, for
 * each of the n servers.
 */
void prometheus_put(
	struct buf *b, const struct prometheus_server *servers, size_t n);

/*
 * prometheus_put_fleet(b, fleet, servers, n): append the other gauges of n
 * servers, and those of the fleet.
 */
void prometheus_put_fleet(struct buf *b, const struct prometheus_fleet *fleet,
	const struct prometheus_server *servers, size_t n);

#endif
