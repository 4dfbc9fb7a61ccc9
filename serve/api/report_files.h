/*
 * report_files.h: a report on a month for programs and for tables, as JSON and
 * as CSV (RFC 4180), in pieces. Pure.
 */
#ifndef API_REPORT_FILES_H
#define API_REPORT_FILES_H

#include "base/buf.h"

#include <stdbool.h>

struct report_entry;
struct report_head;

/*
 * report_json_begin(b, head), report_json_entry(b, e, first),
 * report_json_end(b): append the beginning, a server, and the end.
 */
void report_json_begin(struct buf *b, const struct report_head *head);
void report_json_entry(struct buf *b, const struct report_entry *e, bool first);
void report_json_end(struct buf *b);

/*
 * report_csv_begin(b), report_csv_entry(b, month, e): append the line with the
 * names of the columns; the line of a server. What a program for tables would
 * take for a formula has an apostrophe before it.
 */
void report_csv_begin(struct buf *b);
void report_csv_entry(
	struct buf *b, const char *month, const struct report_entry *e);

#endif
