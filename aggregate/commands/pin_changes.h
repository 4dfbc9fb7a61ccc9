/*
 * pin_changes.h: what changed in the tools of a server since they were pinned,
 * for a person and for programs.
 */
#ifndef COMMANDS_PIN_CHANGES_H
#define COMMANDS_PIN_CHANGES_H

#include "base/buf.h"
#include "options.h"

#include <stdbool.h>

struct pin_comparison;

/* Where changes are written to. */
struct pin_writer {
	enum format format; /* by output: text */
	bool colour;
	const char *path; /* of tools.lock */
	struct buf out;
	size_t results; /* of SARIF */
};

struct pin_change {
	const struct pin_comparison *tools;
	const char **regions; /* those that see it; none: all */
	size_t n_regions;
};

/*
 * pin_changes_start(w): append what stands before the first change.
 * pin_changes_put(w, c): append a change.
 * pin_changes_end(w, whole): append what stands behind the last; whole: each
 * server that was asked for could be compared.
 */
void pin_changes_start(struct pin_writer *w);
void pin_changes_put(struct pin_writer *w, const struct pin_change *c);
void pin_changes_end(struct pin_writer *w, bool whole);

#endif
