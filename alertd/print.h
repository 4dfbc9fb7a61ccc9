/*
 * print.h: events and open incidents for people, and incidents as lines.
 */
#ifndef ALERTD_PRINT_H
#define ALERTD_PRINT_H

#include "incident/state.h"
#include "records/alert.h"

/* print_event(b, r, colour): append "TIME  P1  downtime_started  SUMMARY". */
void print_event(struct buf *b, const struct alert_record *r, bool colour);

/* print_head(b): append the head of the table that print_incidents makes. */
void print_head(struct buf *b);

/*
 * print_incidents(b, st, text, colour): append the open incidents of a server,
 * without those that are folded into another: rows of a table, or where not
 * `text`, lines of JSON as mcp-alert(1) describes them.
 */
void print_incidents(struct buf *b, const struct alert_state *st, bool text,
	bool colour);

#endif
