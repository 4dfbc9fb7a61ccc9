/*
 * incident.h: what anybody may know of the incidents of a server: the public
 * members of what mcp-alert keeps of it in the key alert:<slug>. mcp-alert puts
 * these rows among its own (alertd/incident/state.c); steps, codes, summaries
 * and the names of people stand in rows that are not here.
 */
#ifndef RECORDS_INCIDENT_H
#define RECORDS_INCIDENT_H

#include "base/num.h"
#include "json/fields.h"
#include "terms/names.h"
#include "records/alert.h"

#include <stdint.h>

/* A row for member m of T; flags and more follow, as those of FIELD. */
#define ROW_EPOCH(key, T, m, ...)                                              \
	FIELD(key, T, m, __VA_ARGS__, .max = NUM_EPOCH_MAX)
#define ROW_REGIONS(T, m, ...)                                                 \
	FIELD_STRINGS("regions", T, m.v, m.n, __VA_ARGS__,                     \
		.valid = region_valid)

/* Of an element of "incidents", which are open. */
#define ROW_FOLDED(T, m, ...) FIELD("folded", T, m, __VA_ARGS__)
/* Also of a told_record. */
#define ROW_CHECKS_REFUSED(T, m, ...)                                          \
	FIELD("checks_refused", T, m, __VA_ARGS__)
#define ROW_HELD(T, m, ...) FIELD("held", T, m, __VA_ARGS__)
#define ROW_FIRST(T, m, ...) ROW_EPOCH("first", T, m, __VA_ARGS__)
#define ROW_PASSED_SINCE(T, m, ...)                                            \
	ROW_EPOCH("passed_since", T, m, __VA_ARGS__)
/* Since when nobody knows whether it goes on, and the regions that are silent. */
#define ROW_QUIET(T, m, rows, ...)                                             \
	FIELD("quiet", T, m, __VA_ARGS__, .table = rows)
#define ROW_QUIET_SINCE(T, m, ...) ROW_EPOCH("since", T, m, __VA_ARGS__)
#define ROW_SILENT(T, m, ...)                                                  \
	FIELD_STRINGS("silent", T, m.v, m.n, __VA_ARGS__, .valid = region_valid)
#define ROW_ACK(T, m, rows, ...)                                               \
	FIELD("ack", T, m, __VA_ARGS__, .table = rows)
#define ROW_ACK_BY(T, m, ...) FIELD("by", T, m, __VA_ARGS__)
#define ROW_ACK_AT(T, m, ...)                                                  \
	ROW_EPOCH("at", T, m, __VA_ARGS__, .digits = 3)

/*
 * Of an element of "timeline". One that has no text is an event that was told;
 * its window is that of `at` where "first" does not say another one. Older
 * versions wrote its dedup_key, too.
 */
#define ROW_TOLD_AT(T, m, ...)                                                 \
	ROW_EPOCH("at", T, m, __VA_ARGS__, .places = 3)
#define ROW_TOLD_FIRST(T, m, ...) ROW_EPOCH("first", T, m, __VA_ARGS__)
#define ROW_TOLD_RESOLVED_AT(T, m, ...)                                        \
	ROW_EPOCH("resolved_at", T, m, __VA_ARGS__)

struct incident_names {
	const char **v;
	size_t n;
};

/* An incident that is open. */
struct incident_record {
	enum alert_kind kind;
	bool folded;	      /* it is part of another one */
	bool held;	      /* by a maintenance */
	bool checks_refused;  /* our credential is refused: no more is known */
	int64_t first;	      /* window of the first failure; 0: not known */
	int64_t passed_since; /* 0: it fails */
	struct incident_ack {
		const char *by; /* or NULL */
		double at;
	} ack;
	struct incident_names regions;
	struct incident_names silent; /* those that do not report any more */
	struct incident_quiet {
		int64_t since; /* 0: it is known whether it goes on */
	} quiet;
};

/* What was told of an incident. */
struct told_record {
	double at;
	enum alert_kind kind;
	enum alert_phase phase;
	int64_t first;	     /* the window in which it began */
	int64_t resolved_at; /* 0: it was not over */
	bool checks_refused; /* see incident_record */
	struct incident_names regions; /* that no earlier event of it names */
};

/*
 * incident_take(o, r), told_take(o, r): read an element of either list; false
 * where it cannot be read, or is no event. Its strings belong to o; in both
 * cases x_release frees what else *r holds. A region that is no name is passed
 * over.
 */
bool incident_take(const cJSON *o, struct incident_record *r);
void incident_record_release(struct incident_record *r);
bool told_take(const cJSON *o, struct told_record *r);
void told_release(struct told_record *r);

/*
 * incident_word(kind): the word for it in an address, or NULL for a kind that is
 * for operators alone. incident_id(kind, first, out): the last part of the
 * address of an incident, "2026-04-28-1814-outage": the minute in UTC of the
 * first counted failure, and the word. Both are in its dedup_key from its first
 * event on and never change; out has INCIDENT_ID bytes. It returns out; the kind
 * has a word.
 */
#define INCIDENT_ID 48
const char *incident_word(enum alert_kind kind);
const char *incident_id(enum alert_kind kind, int64_t first, char *out);

#endif
