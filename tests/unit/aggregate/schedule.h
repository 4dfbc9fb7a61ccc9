/* SPDX-License-Identifier: MIT */
/*
 * schedule.h: fleets made up from a seed: regions, intervals, outages, http.429,
 * silences, clocks that are off; and the records that they send, in any order.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "rule/verdict.h"

#include <stdint.h>

#define SCHEDULE_REGIONS 6
#define SCHEDULE_PROBES 20 /* of a region; a run is 16 at most */
#define SCHEDULE_LINES (SCHEDULE_REGIONS * SCHEDULE_PROBES * 9)

/* A probe, and which of its lines arrived. */
struct sent {
	double at;
	double ms;
	enum step failed;  /* STEP_NONE where it passed */
	const char *error; /* NULL where it passed */
	const char *hash;  /* or NULL */
	enum era era;
	unsigned steps; /* bit n-1 for step n */
	bool summary;
	char id[24];
};

struct schedule {
	uint64_t random; /* the state of the generator */
	struct rule rule;
	double now;
	size_t n_regions;
	const char *names[SCHEDULE_REGIONS];
	struct sent sent[SCHEDULE_REGIONS][SCHEDULE_PROBES];
	size_t n_sent[SCHEDULE_REGIONS];
	struct record lines[2 * SCHEDULE_LINES]; /* room for repetitions */
	size_t n;
};

/* schedule_below(s, n): a number from 0 to n - 1. */
unsigned schedule_below(struct schedule *s, unsigned n);

/* schedule_make(s, seed): the fleet, and its lines in their plain order. */
void schedule_make(struct schedule *s, uint64_t seed);

/* schedule_lines(s): the lines of what was sent, in their plain order. */
void schedule_lines(struct schedule *s);

/* schedule_add(s, r): one line more, at a place of its own. */
void schedule_add(struct schedule *s, const struct record *r);

/* schedule_stir(s): repeat some lines, and put all in another order. */
void schedule_stir(struct schedule *s);

/* schedule_shift(s, by): all that happens, `by` whole seconds later. */
void schedule_shift(struct schedule *s, int by);

/* schedule_whole(p): whether what came of a probe says how it went. */
bool schedule_whole(const struct sent *p);

/* What the rule said. */
struct judged {
	struct verdict verdict; /* without its lists */
	unsigned failing;	/* a bit for each region, by s->names */
	unsigned no_data;
	char text[8192]; /* the record */
};

/*
 * schedule_judge(s, now, base, out): the verdict as of `now` on what arrived.
 * Its instants are reckoned from `base`, which is a full minute or 0.
 */
void schedule_judge(const struct schedule *s, double now, double base,
	struct judged *out);

#endif
