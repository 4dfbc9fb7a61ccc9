/* SPDX-License-Identifier: MIT */
/*
 * page_data.h: what pages say beyond a verdict and an entry: of a server its
 * history, incidents, maintenance, and whether our own pipeline runs; of a
 * month a row of its report.
 */
#ifndef DATA_PAGE_DATA_H
#define DATA_PAGE_DATA_H

#include "base/buf.h"
#include "data/history.h"
#include "data/incidents.h"
#include "data/maintenance.h"
#include "data/view.h"
#include "records/month_report.h"
#include "store/beat.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * watched.c: what is watched of a server, beside whether it works: where it is,
 * what it speaks, whether it has a wall, and how long it takes from each place.
 * Pure.
 */

/* The most places of a server. */
#define WATCHED_PLACES 100
/* A revision is a date: "2025-11-25". */
#define WATCHED_REVISION 10

/* In ms, NAN where there is none. Of 7 days: today and the six before, UTC. */
struct place_figures {
	char region[REGION_MAX + 1];
	double day_p50, day_p95, week_p50, week_p95;
};

/* The parts of a check, in their order. */
enum watched_part { PART_CONNECT, PART_INITIALIZE, PART_TOOLS, PART_CALL };
#define WATCHED_PARTS (PART_CALL + 1)

struct watched {
	char revision[WATCHED_REVISION + 1]; /* "" not known */
	enum era era;			     /* ERA_NONE: not known */
	bool walled; /* the server asks for a credential, and we have none */
	struct place_figures *v;
	size_t n;
	double part_ms[WATCHED_PARTS]; /* of a probe of 24 hours, on average */
	double probes; /* of how many; 0: not known */
};

/*
 * watched_verdict(w, json): take in what a published verdict, which may be NULL,
 * says. watched_places(w, pairs, n, now): the n strings of key_places, field and
 * value in turn, each of which may be NULL. Both pass over what they cannot read;
 * *w is all zero before the first. watched_release frees what it holds.
 */
void watched_verdict(struct watched *w, const char *json);
void watched_places(struct watched *w, const char *const *pairs, size_t n,
	double now);
void watched_release(struct watched *w);

/* watched_place(w, region): the figures of a region, or NULL. */
const struct place_figures *watched_place(
	const struct watched *w, const char *region);

/*
 * watched_endpoint(b, url): append what anybody may know of an address:
 * without user and password, query and fragment; and "…" for a part of the path
 * that is longer than ENDPOINT_PART characters, as a key may be. Nothing where it
 * is no address of the web.
 */
#define ENDPOINT_PART 20
void watched_endpoint(struct buf *b, const char *url);

/* A server, beyond its entry and its view. */
struct page_data {
	struct history history;
	struct incidents incidents;
	struct maintenance_list maintenance;
	struct occurrence maintenance_now, maintenance_next; /* of that list */
	struct tool_split tool_split;
	struct watched watched;
	double heartbeats[STAGES]; /* epoch seconds; NAN for never */
};

/* A server in a report on a month, as readers see it. */
struct report_entry {
	struct report_row row;
	char *title; /* or NULL */
};

#endif
