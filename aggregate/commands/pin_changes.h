/*
 * pin_changes.h: what changed in the tools of a server since they were pinned,
 * for a person and for programs.
 */
#ifndef COMMANDS_PIN_CHANGES_H
#define COMMANDS_PIN_CHANGES_H

#include "base/buf.h"
#include "options.h"

#include <stdbool.h>

struct verdict_drift;

/* Where changes are written to. */
struct pin_writer {
	enum format format; /* by output: text */
	bool colour;
	const char *path; /* of tools.lock */
	struct buf out;
	size_t results; /* of SARIF */
};

struct pin_change {
	const char *slug;
	const char **regions; /* those that see it; none: all */
	size_t n_regions;
	const struct verdict_drift *drift;
	bool words; /* no contract changed */
	/*
	 * The definitions of tools before and after, as definitions_read takes
	 * them, but for those that are known on one side only of two.
	 */
	const char *before, *after;
};

/*
 * pin_changes_start(w): append what stands before the first change.
 * pin_changes_put(w, c): append a change. EXIT_GOOD; or EXIT_USAGE where text
 * in tools.lock is not what its digest says, and the operator has been told.
 * pin_changes_end(w): append what stands behind the last.
 */
void pin_changes_start(struct pin_writer *w);
int pin_changes_put(struct pin_writer *w, const struct pin_change *c);
void pin_changes_end(struct pin_writer *w);

#endif
