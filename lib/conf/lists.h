/*
 * lists.h: the lists of `servers_from`: target records, a line each.
 */
#ifndef CONF_LISTS_H
#define CONF_LISTS_H

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

#endif
