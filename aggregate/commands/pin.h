/* SPDX-License-Identifier: MIT */
/*
 * pin.h: the last tool lists and definitions of each server by region, from the
 * store or from the records of probes; and how they differ from those that are
 * pinned, for a person and for programs (pin_changes.c).
 */
#ifndef COMMANDS_PIN_H
#define COMMANDS_PIN_H

#include "base/buf.h"
#include "options.h"
#include "pinned/tools_lock.h"

#include <stdbool.h>

struct conf;
struct pin_comparison;
struct region_history;
struct store;

struct pin_view {
	const char *slug;
	const struct region_history *regions; /* those that should report */
	size_t n_regions;
	/* The texts are all here, or in a store that is asked when they are
	   needed. */
	struct store *store; /* NULL: records */
	struct tool_texts texts;
	bool asked, failed; /* the store */
};

/* pin_view_texts(v): what the tools say. The operator is told where the store
   fails, and v->failed is set; then there are none. */
const struct tool_texts *pin_view_texts(struct pin_view *v);

/* Use a server; false: the next ones are left out. */
typedef bool pin_view_use(void *arg, struct pin_view *v);

/*
 * pin_views_stored(c, s, slugs, n, use, arg): use what the store has of n servers
 * of the configuration. -1: the store failed.
 */
int pin_views_stored(const struct conf *c, struct store *s, const char **slugs,
	size_t n, pin_view_use *use, void *arg);

/* The records of probes, read; opaque. */
struct pin_records;

/*
 * pin_records_read(fd, status): read records; their tool records are what tools
 * say. *status: EXIT_GOOD; EXIT_USAGE where lines were refused; EXIT_ENV where
 * reading failed. The operator has been told. pin_records_free in each case.
 * pin_records_each(r, slug, use, arg): use the servers, or the one of that slug.
 * How many were there.
 */
struct pin_records *pin_records_read(int fd, int *status);
size_t pin_records_each(struct pin_records *r, const char *slug,
	pin_view_use *use, void *arg);
void pin_records_free(struct pin_records *r);

/* Writes changes. */
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
