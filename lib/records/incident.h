/* SPDX-License-Identifier: MIT */
/*
 * incident.h: what anybody may know of the incidents of a server. The public
 * members of the key alert:<slug>, where mcp-alert keeps its state: it puts
 * these rows among its own (alertd/incident/state.c); steps, codes, summaries
 * and the names of people stand in rows that are not here. And the updates of
 * an incident, step by step: fields of the hash key_incidents, which outlives
 * the state of the server; mcp-alert writes them and mcp-serve shows them.
 */
#ifndef RECORDS_INCIDENT_H
#define RECORDS_INCIDENT_H

#include "base/num.h"
#include "json/fields.h"
#include "records/alert.h"
#include "terms/names.h"

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
/* Of one that somebody opened by hand; a private one is not for the public. */
#define ROW_TITLE(T, m, ...) FIELD("title", T, m, __VA_ARGS__)
#define ROW_PRIVATE(T, m, ...) FIELD("private", T, m, __VA_ARGS__)
#define ROW_PROGRESS(T, m, ...)                                                \
	FIELD("state", T, m, __VA_ARGS__, .words = &progress_words)
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
	const char *title;    /* of one opened by hand, else NULL */
	bool is_private;      /* and not for the public */
	enum progress progress;
	struct incident_ack {
		const char *by; /* or NULL */
		double at;
	} ack;
	struct incident_names regions;
	struct incident_names silent; /* those that do not report any more */
	struct incident_quiet {
		int64_t since; /* 0: it is known whether it goes on */
	} quiet;
	/* Of slow answers: what is usual in ms; or, where `above` is not 0, what
	   slow_above allows. */
	double usual;
	int above;
};

/* An event of an incident that was sent. */
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
 * incident_title(kind, checks_refused): its name for the public, if the kind has
 * a word. checks_refused: the server refuses our credential.
 */
#define INCIDENT_ID 48
const char *incident_word(enum alert_kind kind);
const char *incident_id(enum alert_kind kind, int64_t first, char *out);
const char *incident_title(enum alert_kind kind, bool checks_refused);

/* The first ones are those of enum alert_phase. */
enum update_what {
	UPDATE_STARTED,
	UPDATE_ESCALATED,
	UPDATE_REMINDER,
	UPDATE_ACKNOWLEDGED,
	UPDATE_PROGRESS, /* how far the work is; maybe text, as of a note */
	UPDATE_RESOLVED,
	UPDATE_FOUND,
	UPDATE_NOTE,	   /* text: what the operators say to the public */
	UPDATE_POSTMORTEM, /* text: an address, http or https */
	UPDATES,
	UPDATE_PASSING = UPDATES /* of an open one, out of its state: not kept */
};

/* The most bytes of a text, of one line; the most notes of an incident. */
#define UPDATE_TEXT_MAX 500
#define UPDATE_TITLE_MAX 100
#define UPDATE_NOTES_MAX 20

/* The most updates of a server that are kept; the oldest incidents go. */
#define UPDATES_MAX 1000

struct incident_update {
	double at; /* epoch seconds */
	enum alert_kind kind;
	int64_t first; /* the window in which the incident began */
	enum update_what what;
	struct incident_names regions; /* that no earlier update of it names */
	int64_t resolved_at; /* 0: it was not over */
	bool checks_refused; /* see incident_record */
	const char *text; /* of a note or a postmortem, and of what people open,
			     move on or close; else NULL */
	const char *title;	/* of the start of one opened by hand, or NULL */
	enum progress progress; /* of UPDATE_PROGRESS */
};

/* update_name(what): its word, which is the end of the name of a field. */
const char *update_name(enum update_what what);

/*
 * incident_update_field(u, out): the name of its field, which says when, what and
 * of which incident: the same whenever the same is written; out has UPDATE_FIELD
 * bytes. It returns out.
 * incident_update_first(field): the window in which the incident of a field
 * began. incident_update_of(field, kind, first): whether the field is one of that
 * incident. incident_update_said(field): whether it is what operators said, and
 * not what mcp-alert saw.
 */
#define UPDATE_FIELD 128
const char *incident_update_field(const struct incident_update *u, char *out);
int64_t incident_update_first(const char *field);
bool incident_update_of(const char *field, enum alert_kind kind, int64_t first);
bool incident_update_said(const char *field);

/*
 * incident_update_write(b, u): append its value, a JSON object of the rest.
 * incident_update_take(field, o, u): read both; false where they cannot be read.
 * Its strings belong to o; in both cases incident_update_release frees what else
 * *u holds.
 */
void incident_update_write(struct buf *b, const struct incident_update *u);
bool incident_update_take(const char *field, const cJSON *o,
	struct incident_update *u);
void incident_update_release(struct incident_update *u);

/* update_url_valid(s): whether s is an address that a page may link to. */
bool update_url_valid(const char *s);

#endif
