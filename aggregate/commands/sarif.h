/* SPDX-License-Identifier: MIT */
/*
 * sarif.h: a log of SARIF 2.1.0 (OASIS), for programs that show what a check
 * found. Pure.
 */
#ifndef COMMANDS_SARIF_H
#define COMMANDS_SARIF_H

#include "base/buf.h"

#include <stdbool.h>

struct sarif_rule {
	const char *name, *about;
};

/* A result (section 3.27): what was found of a tool. */
struct sarif_result {
	const char *rule;
	int rule_index; /* in the rules of sarif_start */
	const char *level; /* error, warning or note */
	const char *message;
	const char *path; /* of the file */
	const char *tool;
	const char *full_name; /* of the tool, or of a member of it */
};

/*
 * sarif_start(b, rules, n): append what stands before the first result.
 * sarif_result(b, r, first): append a result; first: none was before it.
 * sarif_end(b, whole): append the rest, and a newline; whole: all that was to be
 * checked was (section 3.20.14).
 */
void sarif_start(struct buf *b, const struct sarif_rule *rules, int n);
void sarif_result(struct buf *b, const struct sarif_result *r, bool first);
void sarif_end(struct buf *b, bool whole);

#endif
