/*
 * prometheus.h: the published verdicts as metrics, in the text format of
 * Prometheus, version 0.0.4. A sample without a value is left out, and so is a
 * metric without a sample. Pure.
 */
#ifndef API_PROMETHEUS_H
#define API_PROMETHEUS_H

#include "base/buf.h"
#include "base/stats.h"
#include "store/beat.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>

struct view;

struct prometheus_server {
	const char *slug;
	const struct view *view;
	size_t expected; /* regions configured for it; 0 if not known */
};

/* The last run of a stage. */
struct prometheus_run {
	enum stage stage;
	double at; /* its end, epoch seconds */
	struct stats took;
};

/* A region, and what it delivered, of public servers; NAN: not known. */
struct prometheus_region {
	char name[REGION_MAX + 1];
	double expected, reported; /* servers */
	double last; /* when its newest probe started, epoch seconds */
};

/* The most regions on a scrape. */
#define PROMETHEUS_REGIONS 256

/* All servers, and how far prometheus_more has come; begin with zeros. */
struct prometheus_fleet {
	double now;	    /* epoch seconds */
	double at[STAGES];  /* heartbeats, epoch seconds; NAN for never */
	double undelivered; /* servers with events not delivered yet */
	double left_out;    /* lines of lists of servers; NAN: not known */
	struct prometheus_run runs[STAGES];
	size_t n_runs;
	struct prometheus_region regions[PROMETHEUS_REGIONS];
	size_t n_regions;
	size_t n;	    /* public servers */
	struct prometheus_server (*server)(
		const struct prometheus_fleet *f, size_t i); /* each of them */
	const void *servers; /* for that function */
	size_t gauge, next;  /* what is appended next */
	bool headed;
};

/* prometheus_put(b, server): append the four gauges of the contract. */
void prometheus_put(struct buf *b, const struct prometheus_server *server);

/*
 * prometheus_more(f, b, piece): append all gauges of all servers, and those of
 * the fleet, until b holds that many bytes or a line more; true where there is
 * more to come, for a metric after the other needs all servers each.
 */
bool prometheus_more(struct prometheus_fleet *f, struct buf *b, size_t piece);

#endif
