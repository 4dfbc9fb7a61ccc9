/*
 * revision.h: the revisions of MCP that are spoken here. Up to 2025-11-25 a
 * client begins with initialize; from 2026-07-28 on each request says itself
 * what it needs. Pure.
 */
#ifndef MCP_REVISION_H
#define MCP_REVISION_H

#include <stdbool.h>

enum revision {
	REVISION_2025_03_26,
	REVISION_2025_06_18,
	REVISION_2025_11_25,
	REVISION_2026_07_28
};
/* The newest one that begins with initialize. */
#define REVISION_LEGACY REVISION_2025_11_25

/* The revisions as a JSON array, the newest first. */
#define REVISIONS_JSON                                                         \
	"[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\"]"

/* revision_name(r): as it stands in messages. */
const char *revision_name(enum revision r);

/*
 * revision_parse(s, out): the revision of a name, which may be NULL, or false.
 */
bool revision_parse(const char *s, enum revision *out);

#endif
