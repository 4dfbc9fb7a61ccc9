/*
 * pin_view.h: what the regions saw of each server last, and what its tools say:
 * from the store, or from the records of probes.
 */
#ifndef COMMANDS_PIN_VIEW_H
#define COMMANDS_PIN_VIEW_H

#include "pinned/tool_texts.h"
#include "rule/history.h"

struct conf;
struct store;

struct pin_view {
	const char *slug;
	const struct region_history *regions; /* those that should report */
	size_t n_regions;
	/* Where the texts are: all of them here, or in a store that is asked when
	   they are needed. */
	struct store *store; /* NULL: records */
	struct tool_texts texts;
	bool asked, failed; /* the store */
};

/* pin_view_texts(v): what the tools say. The operator is told where the store
   fails, and v->failed is set; then there are none. */
const struct tool_texts *pin_view_texts(struct pin_view *v);

/* What is done with a server; false: with no more of them. */
typedef bool pin_view_use(void *arg, struct pin_view *v);

/*
 * pin_views_stored(c, s, slugs, n, use, arg): use what the store has of n servers
 * of the configuration. -1: the store failed.
 */
int pin_views_stored(const struct conf *c, struct store *s, const char **slugs,
	size_t n, pin_view_use *use, void *arg);

/* What was read from the records of probes; opaque. */
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

#endif
