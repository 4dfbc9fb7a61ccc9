/* SPDX-License-Identifier: MIT */
/*
 * print.h: events for people and for the journal of systemd, open incidents for
 * people and as lines.
 */
#ifndef WORDS_PRINT_H
#define WORDS_PRINT_H

#include "incident/state.h"
#include "records/alert.h"

/* print_event(b, r, zone, colour): append "TIME  P1  EVENT  SUMMARY", with the
   time of that zone; NULL: UTC. */
void print_event(struct buf *b, const struct alert_record *r, const char *zone,
	bool colour);

/*
 * print_entry(b, r): append an entry of the journal: fields of
 * systemd.journal-fields(7) and ours, each a line, and an empty line. The first
 * one is MCP_RECORD, the record of mcp-records(5).
 */
void print_entry(struct buf *b, const struct alert_record *r);

/*
 * print_head(b, zone): append the head of the table that print_incidents makes.
 */
void print_head(struct buf *b, const char *zone);

/*
 * print_incidents(b, st, zone, colour): append the open incidents of a server,
 * without those that are folded into another: rows of a table with the times of
 * that zone; or where it is NULL, lines of JSON as mcp-alert(1) describes them.
 */
void print_incidents(struct buf *b, const struct alert_state *st,
	const char *zone, bool colour);

#endif
