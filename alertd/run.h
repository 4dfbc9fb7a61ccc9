/* SPDX-License-Identifier: MIT */
/*
 * run.h: what a run of mcp-alert works with, from the store to how it prints.
 */
#ifndef ALERTD_RUN_H
#define ALERTD_RUN_H

#include <stdbool.h>

struct alert_event;
struct conf;
struct conf_policy;
struct deliver;
struct maintenance_store;
struct output;
struct state_store;
struct store;
struct strings;

struct run {
	struct state_store *states;
	struct maintenance_store *maintenances; /* or NULL: none is known */
	struct store *store;	 /* that of the states, or NULL */
	struct deliver *deliver; /* NULL: nothing is delivered */
	/* Only queued: another run delivers it, and nothing is printed. */
	bool queue_only;
	bool alone; /* without the store: nothing is sent together */
	const struct conf *conf; /* or NULL */
	const char *refused; /* see incident/pipeline_health.h; or NULL */
	const char *secret;	 /* see acknowledge_secret; or NULL */
	double now;		 /* NAN: the clock's */
	/* How events are printed: for people, for the journal; else as
	   records. */
	bool text, colour, journal;
	const char *zone;	 /* of the times in texts for people */
	/* Where; NULL: on standard output, whose reader is waited for. */
	struct output *output;
	/* Instead of printing it, on_event(arg, e, routes, later) hears of each
	   event, to which routes it goes at once, and to which together with
	   others; in a rehearsal nothing is delivered, either. */
	void (*on_event)(void *arg, const struct alert_event *e,
		const struct strings *routes, const struct strings *later);
	void *arg;
	const struct conf_policy *policy; /* NULL: that of conf */
};

#endif
