/* SPDX-License-Identifier: MIT */
/*
 * spool.h: the spool record of mcp-records(5): what the machine that
 * runs mcp-fleet(1) keeps of what the store did not take.
 */
#ifndef RECORDS_SPOOL_H
#define RECORDS_SPOOL_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The most that the line of a spool record takes. */
#define RECORD_SPOOL_MAX 4096
/* The most files that a record names. */
#define SPOOL_FILES 10
/* Each text is cut to this many characters. */
#define SPOOL_TEXT 200

struct spool_record {
	char host[SPOOL_TEXT * 4 + 1];	 /* the machine */
	char folder[SPOOL_TEXT * 4 + 1]; /* where files are set aside */
	double at;			 /* epoch seconds */
	int waiting;   /* files that failed once and are tried once more */
	int set_aside; /* files that failed twice */
	/* The oldest of those that are set aside. */
	char files[SPOOL_FILES][SPOOL_TEXT * 4 + 1];
	int n_files;
	/* Once a round that is under way has stored some reports: when it began,
	   and until when it may last; epoch seconds. Else 0. */
	double round_at, round_until;
};

/* The members of the record, but for v and type. */
extern const struct field spool_fields[];

/*
 * spool_take(doc, r, why): take a record, whose type is known to be spool, out
 * of its object. Text is cut and cleaned. False, and why, which has RECORD_WHY
 * bytes, says what is wrong with it.
 */
bool spool_take(const cJSON *doc, struct spool_record *r, char *why);

/*
 * spool_record_write(b, r): append the record as a line, its newline included.
 * It names as many files as RECORD_SPOOL_MAX has room for.
 */
void spool_record_write(struct buf *b, const struct spool_record *r);

#endif
