/* SPDX-License-Identifier: MIT */
/*
 * doctor.h: the doctor record of mcp-records(5): what `mcp-fleet doctor` found last.
 */
#ifndef RECORDS_DOCTOR_H
#define RECORDS_DOCTOR_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The most that the line of a record takes, and the most findings of one. */
#define RECORD_DOCTOR_MAX 16384
#define DOCTOR_FINDINGS 20
/* Each text is cut to this many characters. */
#define DOCTOR_TEXT 300

struct doctor_finding {
	unsigned fails; /* 1; 0: it is a warning */
	const char *subject, *finding;
	const char *mend; /* the command that mends it, or NULL */
};

struct doctor_record {
	const char *host; /* where it ran */
	double at;	  /* epoch seconds */
	int ok, warn, fail; /* how many there were */
	/* The first of those that are not ok. */
	struct doctor_finding findings[DOCTOR_FINDINGS];
	size_t n;
};

/* The members of the record, but for v and type. */
extern const struct field doctor_fields[];

/*
 * doctor_take(doc, r, why): take a record, whose type is known to be doctor, out of
 * its object, which owns the strings. Text is cut and cleaned. False, and why, which
 * has RECORD_WHY bytes, says what is wrong with it.
 */
bool doctor_take(const cJSON *doc, struct doctor_record *r, char *why);

/*
 * doctor_record_write(b, r): append the record as a line, its newline included. Texts
 * are cut further where the line would pass RECORD_DOCTOR_MAX.
 */
void doctor_record_write(struct buf *b, const struct doctor_record *r);

#endif
