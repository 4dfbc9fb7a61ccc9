/*
 * tool_split.h: who sees which tools, where not all see the same, out of a
 * verdict. Pure. Which tools these are is for operators.
 */
#ifndef DATA_TOOL_SPLIT_H
#define DATA_TOOL_SPLIT_H

#include "mcp/names.h"

#include <stddef.h>
#include <stdint.h>

#define SIDES_MAX 16
#define SIDE_REGIONS 100

struct side {
	int64_t first_seen; /* epoch seconds; 0 where it is not known */
	char (*regions)[REGION_MAX + 1];
	size_t n_regions;
};

struct sides {
	struct side v[SIDES_MAX]; /* the one that was seen first comes first */
	size_t n;		  /* 0, or at least 2 */
};

/*
 * sides_read(json, s): those of a published verdict, which may be NULL, or
 * anything. sides_release frees them.
 */
void sides_read(const char *json, struct sides *s);
void sides_release(struct sides *s);

#endif
