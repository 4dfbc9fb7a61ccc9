/* SPDX-License-Identifier: MIT */
/*
 * history.h: the history record of mcp-records(5): an event that people were
 * told, or what became of its delivery to one route.
 */
#ifndef RECORDS_HISTORY_H
#define RECORDS_HISTORY_H

#include "records/alert.h"

#include <cjson/cJSON.h>

/* The outcome of a delivery: `what` of its record. */
#define HISTORY_DELIVERED "delivered"
#define HISTORY_IN_DIGEST "delivered_in_digest"
#define HISTORY_REFUSED "refused"
#define HISTORY_GIVEN_UP "given_up"
/* It is tried until somebody has mended something: once for each reason. */
#define HISTORY_TO_MEND "to_mend"
/* It failed, and is tried again: once for each delivery. */
#define HISTORY_FAILED "failed"
/* Of no event: what somebody did in the console, and a note for operators. */
#define HISTORY_BY_HAND "by_hand"
#define HISTORY_NOTE "note"
/* No delivery of its own: it is sent as part of a shared incident. */
#define HISTORY_SHARED "told_together"

struct history_record {
	double at; /* epoch seconds */
	const char *slug;
	const char *what; /* the event, or one of the above */
	const char *text;
	const char *key;  /* the dedup_key, or NULL */
	const char *kind; /* of an event, else NULL, as what follows */
	const char *severity;
	int64_t started_at, resolved_at; /* 0 where there is none */
	const char *group; /* dedup_key's first part of the incident that it is
			      told with; or NULL */
	const char *route; /* of a delivery, as what follows; else NULL */
	const char *event;
	double decided_at; /* 0 where there is none */
	double failed_at; /* of one that was delivered: the last try before it;
			     0: the first try did it */
	cJSON *doc; /* owns the strings of one that was read; else NULL */
};

/* The members of the record, but for v and type. */
extern const struct field history_fields[];

/* history_write(b, h): append the record without a newline. */
void history_write(struct buf *b, const struct history_record *h);

/*
 * history_take(doc, h, why): take a record out of its object, which is *h's from
 * then on; history_release it. False, nothing to release, and why, which has
 * RECORD_WHY bytes, says what is wrong with it.
 */
bool history_take(cJSON *doc, struct history_record *h, char *why);
void history_release(struct history_record *h);

#endif
