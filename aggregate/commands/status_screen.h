/* SPDX-License-Identifier: MIT */
/*
 * status_screen.h: the state of a fleet as a screen of text, or as JSON lines.
 * Pure: the instant is an argument.
 */
#ifndef COMMANDS_STATUS_SCREEN_H
#define COMMANDS_STATUS_SCREEN_H

#include "base/buf.h"
#include "conf/conf.h"
#include "records/spool.h"
#include "store/beat.h"
#include "terms/names.h"

#define STATUS_HOURS 24
/* A published verdict that is older says nothing of now (as for readers). */
#define STATUS_FRESH_S 300
/* Room for what a runner has to say. */
#define STATUS_MESSAGE 401
/* A clock that is off by more is warned of. */
#define STATUS_OFFSET_S 1.0

/* The result of a region's newest probe, within the lookback of the rule. */
enum dot { DOT_SILENT, DOT_HEALTHY, DOT_WALLED, DOT_BROKEN };

struct status_region {
	char name[REGION_MAX + 1];
	enum dot dot;
	bool failing;	/* so says the published verdict */
	double newest;	/* when its newest probe started; NAN: none known */
	char hash[HASH_HEX + 1]; /* of the tools it sees; "": not known */
};

/* Worst first, which is the order of the screen. */
enum status_state {
	STATUS_RED,
	STATUS_UNKNOWN,	 /* nothing fresh is published: too few report */
	STATUS_STALE,	 /* nothing fresh is published, and there should be */
	STATUS_UNJUDGED, /* nothing was ever published */
	STATUS_AMBER,
	STATUS_GREEN
};
#define STATUS_STATES 6

struct status_server {
	const char *slug;
	/* The published verdict; as_of is NAN where it cannot be read. */
	bool published;
	double as_of; /* epoch seconds */
	enum verdict_colour colour;
	enum tier tier;
	enum step step;
	enum checks checks;
	double uptime_30d; /* NAN where not known, like those below */
	/* By the probes now. */
	bool no_data;	 /* too few regions report for a verdict */
	/* Who sees which tools, in words; NULL where all see the same. */
	char *tools_differ;
	int reporters;
	double p95_ms;
	double hours[STATUS_HOURS]; /* p95 in ms of each hour, oldest first */
	struct status_region *regions; /* the expected ones */
	size_t n_regions;
};

struct status_runner {
	char region[REGION_MAX + 1];
	bool known; /* whether it ever left a record */
	double at;
	enum runner_status status;
	char message[STATUS_MESSAGE]; /* clean; "" where there is none */
	/* How far its clock is ahead lies between these; NAN: not known. */
	double offset_min, offset_max; /* seconds */
	char machine[REGION_MAX + 1]; /* another region on the same, or "" */
	const char *machine_by;	      /* see collect_machine */
};

struct status {
	double now;
	struct status_server *servers;
	size_t n;
	double stages[STAGES]; /* when each last ran; NAN: never */
	const struct status_runner *runners;
	size_t n_runners;
	char *const *undelivered; /* slugs */
	size_t n_undelivered;
	const struct spool_record *spools; /* those that keep something */
	size_t n_spools;
	/* When it was found that a clock had been ahead, and up to when; NAN:
	   it was not. */
	double jumped_at, jumped_to;
	const struct conf_left_out *left_out; /* the first of */
	size_t n_left_out; /* the lines of lists that are left out */
};

/* How it is shown. */
struct status_look {
	int width; /* columns, at least 40 */
	bool colour;
	bool unicode; /* else ASCII */
};

/*
 * status_state(s, now): what can be said of a server. Never a colour that was
 * published more than STATUS_FRESH_S before now, or after it.
 */
enum status_state status_state(const struct status_server *s, double now);

/* status_sort(st): the worst servers first, and by slug. */
void status_sort(struct status *st);

/* status_text(st, look, b): append the screen. */
void status_text(const struct status *st, const struct status_look *look,
	struct buf *b);

/* status_json(s, now, b): append a server as a line of mcp-records(5). */
void status_json(const struct status_server *s, double now, struct buf *b);

#endif
