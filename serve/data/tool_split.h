/*
 * tool_split.h: which regions see which tools, where not all see the same: the
 * member "sides" of a verdict. Which tools these are is for operators. Pure.
 */
#ifndef DATA_TOOL_SPLIT_H
#define DATA_TOOL_SPLIT_H

#include "terms/names.h"

#include <stddef.h>
#include <stdint.h>

#define TOOL_SPLIT_SIDES 16
#define TOOL_SPLIT_REGIONS 100

struct tool_split_side {
	int64_t first_seen; /* epoch seconds; 0 where it is not known */
	char (*regions)[REGION_MAX + 1];
	size_t n_regions;
};

struct tool_split {
	/* the one seen first comes first */
	struct tool_split_side v[TOOL_SPLIT_SIDES];
	size_t n;		  /* 0, or at least 2 */
};

/*
 * tool_split_read(json, s): read the sides from a published verdict, which may
 * be NULL, or anything. tool_split_release frees them.
 */
void tool_split_read(const char *json, struct tool_split *s);
void tool_split_release(struct tool_split *s);

#endif
