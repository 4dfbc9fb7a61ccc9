/* SPDX-License-Identifier: MIT */
/*
 * pin_compare.h: the tools that a probe read against those of a server in
 * tools.lock: the same comparison wherever the probe comes from.
 */
#ifndef PINNED_PIN_COMPARE_H
#define PINNED_PIN_COMPARE_H

#include "records/verdict.h"
#include "tools/definitions.h"

struct probe;
struct tool_digest;
struct tool_list;
struct tool_texts;
struct tools_lock;

/* How tools differ. All zero holds nothing. */
struct pin_comparison {
	const char *slug;
	const char *path; /* of the lock, for messages */
	struct tool_list *pinned; /* empty where the server is not pinned */
	struct verdict_drift drift;
	bool words; /* no contract differs */
	/*
	 * The definitions on both sides, sorted; without the tools that are on both
	 * sides, and known on one.
	 */
	struct definitions before, after;
	bool refused; /* the operator was told of text in the lock that is not
			 what its digest says */
};

/*
 * pin_differs(x, lock, seen): whether the tools differ from those that the server
 * x->slug is to have; a server that is not pinned is to have none. Where they do,
 * pin_read(x, lock, seen, texts) reads both sides into x; texts: of `seen`.
 * pin_release(x) in each case. x lives no longer than what the lock holds of the
 * server, and seen.
 */
bool pin_differs(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen);
void pin_read(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen, const struct tool_texts *texts);
void pin_release(struct pin_comparison *x);

/* pin_find_tool(l, name): the tool of that name in a list, or NULL. */
const struct tool_digest *pin_find_tool(
	const struct tool_list *l, const char *name);

#endif
