/* SPDX-License-Identifier: MIT */
/*
 * lists.h: the lists of `servers_from`: target records, a line each, from a
 * file or from a command that prints them.
 */
#ifndef CONF_LISTS_H
#define CONF_LISTS_H

#include "base/lines.h"
#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_read_lists(c, folder, r): append the servers of the lists of c, which
 * are complete and checked; r, which has no fault yet, gets that of a list
 * which cannot be read, or of which no line is an object of JSON. A line that
 * is wrong for another reason is left out, and so is one with a slug that is
 * there before. A file is relative to folder, which ends in a slash or is
 * empty.
 */
void conf_read_lists(struct conf *c, const char *folder, struct conf_errors *r);

/*
 * conf_take_line(c, list, number, p, n, r): append the server of one line; or
 * where it has faults, leave it out, and they go to r. list is what messages
 * call the list, and lives as long as c and r. Whether the line is an object of
 * JSON.
 */
bool conf_take_line(struct conf *c, const char *list, size_t number,
	const char *p, size_t n, struct conf_errors *r);

/* Room for the reason why a list cannot be read. */
#define LIST_WHY 400

/* Opaque. */
struct list_source;

struct list_command {
	const char *words;  /* separated by spaces */
	const char *folder; /* a program with a slash is relative to it */
	double limit_s;
	/* A private folder where lists are kept that commands printed; or -1. */
	int cache;
};

/*
 * list_run(c, why): what a command prints; NULL, and the reason in why, which has
 * LIST_WHY bytes. It runs without a shell; or not at all where the cache has what
 * it printed. The strings of c must live until list_close.
 */
struct list_source *list_run(const struct list_command *c, char *why);

/*
 * list_line(s, p, n): the next line, as lines_next; LINES_ERROR also where a
 * command took too long.
 */
enum lines_result list_line(struct list_source *s, const char **p, size_t *n);

/*
 * list_close(s, whole, why): free s, and end its command, with all that the
 * command started, if that still runs. With `whole`, the list was read to its
 * end or to an error: false, and the reason in why, where it cannot be trusted,
 * because a read or the command failed. If it can be, the cache gets it.
 */
bool list_close(struct list_source *s, bool whole, char *why);

#endif
