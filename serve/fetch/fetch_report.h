/*
 * fetch_report.h: reports on months, as mcp-aggregate(1) wrote them, from the
 * store. What a report says of a server is shown to anybody, as long as anybody
 * may know of the server: whether that is so is asked anew each time.
 */
#ifndef DATA_FETCH_REPORT_H
#define DATA_FETCH_REPORT_H

#include "data/report.h"

#include <stddef.h>

struct source;

/* How many months are looked for, the current one included. */
#define REPORT_MONTHS 14

/*
 * fetch_report_months(s, now, months): the months that have a report, as in
 * base/clock.h, the newest first, to months, which has room for REPORT_MONTHS.
 * How many there are; or -1, as in fetch.h.
 */
int fetch_report_months(
	struct source *s, double now, int months[REPORT_MONTHS]);

/*
 * fetch_report(s, month, head): the report on "2026-11". 1: and
 * month_report_release frees what *head holds; 0: there is none; -1: as in
 * fetch.h, or it cannot be read, which is logged.
 */
int fetch_report(struct source *s, const char *month, struct report_head *head);

/* Some of the servers of a report, in their order. */
struct report_part {
	struct report_entry *v; /* n, those that anybody may know of */
	size_t n;
	size_t hidden; /* of the others */
	cJSON **docs;  /* own the strings of the rows */
	size_t n_docs;
};

/* The most servers that are read in one round trip. */
#define REPORT_BATCH (10 * REPORT_ROWS)

/*
 * fetch_report_part(s, month, as_of, from, n, part): the n servers, at most
 * REPORT_BATCH, from number `from`, a multiple of REPORT_ROWS, on. 1, and
 * report_part_release frees what *part holds; 0: the report has been made anew
 * since as_of, or is no more; -1: as fetch_report.
 */
int fetch_report_part(struct source *s, const char *month, int64_t as_of,
	size_t from, size_t n, struct report_part *part);
void report_part_release(struct report_part *part);

#endif
