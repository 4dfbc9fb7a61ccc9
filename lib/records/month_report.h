/* SPDX-License-Identifier: MIT */
/*
 * month_report.h: the report record of mcp-records(5), on the public servers of
 * a fleet in a month, and the rows with one server each: what mcp-aggregate
 * writes to the store, and mcp-serve shows. Nothing in them is for operators
 * alone.
 */
#ifndef RECORDS_MONTH_REPORT_H
#define RECORDS_MONTH_REPORT_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many rows are kept together, and make a page. */
#define REPORT_ROWS 100
/* The most cities, and kinds of protocol, that a report tells apart. */
#define REPORT_CITIES 64
#define REPORT_PROTOCOLS 32

/* How many servers are of a kind. */
struct report_count {
	const char *name;     /* a bucket, or a wall */
	const char *protocol; /* of an era; NULL where it is not known */
	const char *era;      /* NULL where it is not known */
	long count;
	double share; /* percent of the servers */
};

struct report_head {
	const char *month; /* "2026-11" */
	int64_t as_of;	   /* epoch seconds */
	bool final;	   /* nothing of it changes any more */
	long days;	   /* of the month that had begun by as_of */
	/* The first day whose durations count. */
	int64_t latency_from; /* epoch seconds */
	long servers, ranked;
	/* A server is ranked that is known on so many days, each of them one
	   with so many minutes or more. */
	long least_days, least_minutes;
	char **cities; /* of the regions; owned by the struct */
	size_t n_cities;
	struct report_count *buckets, *protocols, *walls; /* likewise */
	size_t n_buckets, n_protocols, n_walls;
	cJSON *doc; /* owns the other strings of what was read; else NULL */
};

struct report_row {
	const char *slug;
	long rank;     /* from 1; 0: it is not ranked */
	double uptime; /* percent; NAN: nothing is known */
	long known_minutes, known_days;
	double p95_ms;	     /* NAN where it is not known */
	long tool_changes;   /* in the month; -1 where it is not known */
	int64_t tools_since; /* epoch seconds; 0 where it is not known */
	bool tools_churn;    /* they change all the time */
	const char *bucket;
};

/* The members of both, but for v and type. */
extern const struct field month_report_fields[], month_report_row_fields[];

/*
 * month_report_put(b, r): append the record without a newline.
 * month_report_row_put(b, r): append a row.
 */
void month_report_put(struct buf *b, const struct report_head *r);
void month_report_row_put(struct buf *b, const struct report_row *r);

/*
 * month_report_read(text, r, why): read a record; 0, and month_report_release
 * frees what *r holds; or -1, nothing to release, and why, which has FIELD_WHY
 * bytes.
 */
int month_report_read(const char *text, struct report_head *r, char *why);
void month_report_release(struct report_head *r);

/*
 * month_report_rows_read(text, rows, n, doc, why): read an array of at most
 * REPORT_ROWS rows into as many structs, whose strings *doc owns. 0; or -1 and
 * why.
 */
int month_report_rows_read(const char *text, struct report_row *rows, size_t *n,
	cJSON **doc, char *why);

#endif
