/* SPDX-License-Identifier: MIT */
/*
 * expiry.h: the expiry record of mcp-records(5): how long the
 * certificate of a server, or the credential held for it, is still good.
 */
#ifndef RECORDS_EXPIRY_H
#define RECORDS_EXPIRY_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum expiry_what { EXPIRY_CERTIFICATE, EXPIRY_CREDENTIAL };
#define EXPIRY_WHATS 2

enum expiry_status { EXPIRY_OK, EXPIRY_EXPIRING, EXPIRY_EXPIRED, EXPIRY_UNKNOWN };

/* Where the end is written. */
enum expiry_source {
	EXPIRY_NOWHERE,
	EXPIRY_IN_CERTIFICATE,
	EXPIRY_IN_FILE, /* expires_at of the credential file */
	EXPIRY_IN_JWT
};

/* The end of the year 9999, the last instant that RFC 3339 can write. */
#define EXPIRY_NEVER 253402300799LL

struct expiry_record {
	const char *slug;
	const char *region;
	const char *url; /* or NULL */
	double at;	 /* epoch seconds: when it was looked at */
	enum expiry_what what;
	enum expiry_status status;
	int64_t within; /* seconds: the threshold; 0 expired; -1 neither */
	int64_t expires_at; /* epoch seconds; 0 where not known */
	enum expiry_source source;
	/* The common name of an issuer whose certificate ends first, or NULL. */
	const char *issuer;
	const char *message; /* one line for people, or NULL */
};

/* The members of the record, but for v and type. */
extern const struct field expiry_fields[];

/* See WORDS in json/fields.h. */
extern const struct word_table expiry_what_words;
const char *expiry_what_name(enum expiry_what v);
bool expiry_what_parse(const char *s, enum expiry_what *out);

/*
 * expiry_judge(what, left_s, within): the status of what has so many seconds
 * left, and the smallest threshold that is reached: 30, 14 and 7 days and one
 * day for a certificate, 72 hours for a credential; 0 where none are left, -1
 * where it is ok. Pure.
 */
enum expiry_status expiry_judge(enum expiry_what what, double left_s,
	int64_t *within);

/* expiry_put_span(b, s): append "12 days", "30 hours" or "1 minute". */
void expiry_put_span(struct buf *b, int64_t s);

/*
 * expiry_record_write(b, r): append the record as a line, its newline included.
 * Foreign text is cut and cleaned on the way.
 */
void expiry_record_write(struct buf *b, const struct expiry_record *r);

/*
 * expiry_take(doc, r, why): take a record, whose type is known to be expiry,
 * out of its object, to which the strings of *r belong. False, and why, which
 * has RECORD_WHY bytes, says what is wrong with it.
 */
bool expiry_take(const cJSON *doc, struct expiry_record *r, char *why);

#endif
