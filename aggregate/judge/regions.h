/*
 * regions.h: which regions an evaluation heard of, for readers: so that
 * /healthz names those that are silent, and a scrape has what each delivered,
 * without looking at every server.
 */
#ifndef JUDGE_REGIONS_H
#define JUDGE_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

struct store;
struct verdict;

/* What one region delivered, of public servers. */
struct region_heard {
	char *name;
	size_t expected; /* servers that it is to report on */
	size_t reported; /* those of them that it reported on */
	double last; /* when its newest probe started, epoch seconds; NAN: none */
};

/* All regions, by name; begin with zeros. */
struct regions_heard {
	struct region_heard *v;
	size_t n, cap;
	/* Of the configuration, where there is one: lines of lists that are
	   left out. */
	bool configured;
	size_t left_out;
};

/* regions_heard_add(r, v): add the regions of a verdict on a public server. */
void regions_heard_add(struct regions_heard *r, const struct verdict *v);
void regions_heard_release(struct regions_heard *r);

/*
 * regions_heard_write(r, s, now, pretended): write them to KEY_REGIONS, as of
 * the evaluation at epoch second now; where that is pretended, only if no later
 * one has been. 0; or -1 where the store failed, and the operator has been told.
 */
int regions_heard_write(const struct regions_heard *r, struct store *s,
	double now, bool pretended);

#endif
