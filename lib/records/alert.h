/* SPDX-License-Identifier: MIT */
/*
 * alert.h: the alert event of mcp-records(5): what mcp-alert prints and
 * what the routes receive.
 */
#ifndef RECORDS_ALERT_H
#define RECORDS_ALERT_H

#include "base/buf.h"
#include "terms/names.h"

#include <stdint.h>

/* P1 wakes somebody; P2 is read today; P3 is read some time. */
enum severity { SEVERITY_P1 = 1, SEVERITY_P2, SEVERITY_P3 };

/*
 * The kinds of incidents, a row each: constant, name, the severities that it
 * can have (bits), and what it says of a server ("since 14:02" follows). Then
 * what follows the name of the server, while it lasts and at its end: in a
 * headline, and in the sentence below it, to which words/cause.c and
 * summary.c may add. There "%" is a place for the regions; "" leaves all to
 * them. The first ALERT_DOWN_KINDS say that a server cannot be used: the
 * earlier in this list, the more a kind covers.
 */
#define ALERT_P1 (1U << SEVERITY_P1)
#define ALERT_P2 (1U << SEVERITY_P2)
#define ALERT_P3 (1U << SEVERITY_P3)
#define ALERT_INCIDENT_KINDS(X)                                                \
	X(DOWNTIME, "downtime", ALERT_P1 | ALERT_P2, "it fails",               \
		"is down", "is up again", "", "recovered")                     \
	X(REGIONAL, "regional", ALERT_P2, "it fails",                          \
		"fails from %", "works from % again", "", "recovered in %")    \
	X(RATE_LIMITED, "rate_limited", ALERT_P2, "it answers with 429",       \
		"turns our probes away with 429", "lets our probes in again",  \
		"answers % with 429: its rate limit is too tight, or should "  \
		"let our probes pass", "answers without 429 again")            \
	X(LATENCY, "latency", ALERT_P2 | ALERT_P3, "it is slower than it was", \
		"is slow", "is as fast as usual again",                        \
		"is slow", "is as fast as usual again")                        \
	X(ERROR_RATE, "error_rate", ALERT_P2, "too many probes fail",          \
		"fails too often", "fails no more than usual",                 \
		"fails too often", "no longer fails too often")                \
	X(SLO_BURN, "slo_burn", ALERT_P2 | ALERT_P3,                           \
		"it spends its monthly error budget too fast",                 \
		"uses up its error budget too fast",                           \
		"keeps to its error budget again", "uses up its error budget", \
		"no longer uses up its error budget too fast")                 \
	X(DIVERGENCE, "cdn_cache_divergence", ALERT_P2,                        \
		"regions see different tools", "shows different tools",        \
		"shows the same tools everywhere again", "", "")               \
	X(CHURN, "tool_churn", ALERT_P2,                                       \
		"its tools change all the time, so neither drift nor "         \
		"divergence is reported",                                      \
		"changes its tools all the time", "keeps its tools again",     \
		"changes its tools all the time",                              \
		"no longer changes its tools all the time")                    \
	X(UNAPPROVED, "unapproved_change", ALERT_P2 | ALERT_P3,                \
		"its tools differ from the approved tools",                    \
		"has tools that nobody approved",                              \
		"has the tools that are approved",                             \
		"has tools that nobody approved",                              \
		"has the tools again that are approved")                       \
	X(SILENT, "probe_silent", ALERT_P3,                                    \
		"regions have no data in any window",                          \
		"is not watched from %", "is watched from everywhere again",   \
		"has had no report from %", "")                                \
	X(STALLED, "pipeline_stalled", ALERT_P1 | ALERT_P2,                    \
		"no server is watched, or hardly any region reports",          \
		"is blind", "works again",                                     \
		"is blind: no server is watched", "works again")               \
	X(OVERRUN, "maintenance_overrun", ALERT_P1,                            \
		"it was still down after a maintenance",                       \
		"is still down after its maintenance", "is up again",          \
		"is still down", "recovered")                                  \
	X(MANUAL, "manual", ALERT_P1 | ALERT_P2 | ALERT_P3,                    \
		"somebody opened it by hand", "", "", "", "")
/* And the kinds that are sent once: the same without their words. */
#define ALERT_SINGLE_KINDS(X)                                                  \
	X(DRIFT, "schema_drift_detected", ALERT_P2 | ALERT_P3,                 \
		"its tools changed")                                           \
	X(CERTIFICATE_EXPIRING, "certificate_expiring",                        \
		ALERT_P1 | ALERT_P2 | ALERT_P3, "its certificate expires")     \
	X(TOKEN_EXPIRING, "token_expiring", ALERT_P1 | ALERT_P2,               \
		"the credential of its probes expires")                        \
	X(CLIENTS_REFUSED, "clients_refused", ALERT_P3,                        \
		"clients of 2026-07-28 are refused")                           \
	X(TEST, "test", ALERT_P1 | ALERT_P3, "whether the routes work")

#define ALERT_CONSTANT(id, ...) ALERT_##id,
enum alert_kind {
	ALERT_INCIDENT_KINDS(ALERT_CONSTANT) ALERT_SINGLE_KINDS(ALERT_CONSTANT)
};
#undef ALERT_CONSTANT
#define ALERT_DOWN_KINDS ((int)ALERT_LATENCY)
#define ALERT_KINDS ((int)ALERT_DRIFT)

/* The events of an incident. */
enum alert_phase {
	ALERT_STARTED,
	ALERT_ESCALATED,
	ALERT_REMINDER,
	ALERT_ACKNOWLEDGED,
	ALERT_UPDATED, /* somebody said how far the work on it is */
	ALERT_RESOLVED,
	ALERT_FOUND, /* it was over before anybody could be told of it */
	ALERT_ONCE /* it is no incident */
};

/* How far the work on an incident is, as people say it. */
enum progress {
	PROGRESS_INVESTIGATING,
	PROGRESS_IDENTIFIED,
	PROGRESS_MONITORING,
	PROGRESS_RESOLVED
};

/* The names by value, and then NULL. No severity has value 0: NULL, too. */
extern const char *const severity_names[];
extern const char *const alert_kind_names[];
/* See WORDS in json/fields.h. */
extern const struct word_table severity_words, alert_kind_words, progress_words;
const char *progress_name(enum progress v);
bool progress_parse(const char *s, enum progress *out);
const char *severity_name(enum severity v);
bool severity_parse(const char *s, enum severity *out);
const char *alert_kind_name(enum alert_kind v);
bool alert_kind_parse(const char *s, enum alert_kind *out);
/* The other columns of the kind. */
unsigned alert_kind_severities(enum alert_kind v);
const char *alert_kind_meaning(enum alert_kind v);

/* alert_has_tier(v): whether it is of the verdict, and has its tier. */
bool alert_has_tier(enum alert_kind v);

/* Room for the name of an event, "downtime_started", and for a dedup_key. */
#define ALERT_EVENT_SIZE 48
#define ALERT_KEY_SIZE 160

/* Of the names of tools, an event has at most ALERT_NAMES of each list. */
struct alert_names {
	const char *const *v;
	size_t n;
};
#define ALERT_NAMES 20
#define ALERT_NAME_MAX 64
/* The most servers that an event names, of a trouble that they share. */
#define ALERT_SERVERS 100

/* Where tools differ, an event has at most so many excerpts. */
#define ALERT_WORDS 3
struct alert_words {
	const char *tool;
	const char *path; /* JSON Pointer in its definition */
	const char *before, *after; /* "" where there is nothing */
};

/* The regions that see the same tools. */
struct alert_side {
	const char *tool_hash;
	struct alert_names regions;
};

/* A label of a server, as in fleet.yaml(5). */
struct alert_label {
	char *name, *value;
};
#define ALERT_LABELS 16
#define ALERT_LABEL_NAME 63
#define ALERT_LABEL_VALUE 200

struct alert_record {
	double at; /* epoch seconds */
	enum alert_kind kind;
	enum alert_phase phase;
	const char *slug;
	const char *keyed; /* in the key instead of the slug, or NULL */
	const char *url; /* or NULL */
	enum severity severity;
	enum tier tier;
	enum step step; /* STEP_NONE where none is known */
	enum failure_layer layer;
	enum checks checks; /* why, where that says nothing of the server */
	const char *const *regions; /* the failing ones; that are behind; that
				       are silent */
	size_t n_regions;
	struct alert_names silent; /* regions that do not report; of a trouble
				      whose regions fail */
	int probe_count;     /* windows in which it failed, or was so */
	double interval_s;   /* from one to the next, if not a minute; else 0 */
	int64_t started_at;  /* window of the first counted failure; or in
				which what is told once became true */
	int64_t resolved_at; /* 0 where it is not over */
	int64_t acknowledged_until; /* of ALERT_ACKNOWLEDGED; else 0 */
	int nth; /* of events told once, of one window and kind, from 0 */
	int flaps;	     /* how often it failed again while it passed */
	bool flapping;	     /* one of many in a short time */
	const char *follows; /* the key of the downtime that it goes on from, or
				NULL */
	double value, usual; /* what was measured, of the kinds that measure:
				ms, percent, times, changes; else 0 */
	bool slow_above; /* value is the median, and usual its limit */
	const char *progress;	   /* its word, where somebody says it; or NULL */
	const char *last_error;	   /* a dotted code, or NULL */
	const char *said;	   /* by the server, of that; or NULL */
	const char *headline;	   /* what a person reads first, or NULL */
	const char *summary;	   /* one sentence for a person */
	const char *dashboard_url; /* or NULL, like the next one */
	const char *runbook_url;
	const char *owner; /* of the server, or NULL */
	const struct alert_label *labels; /* of the server */
	size_t n_labels;
	/* Of a trouble that servers share: these; else none. */
	struct alert_names servers;
	/* Of what nobody approved: its class, by name; else NULL. */
	const char *change_class;
	/* Of these, a drift and a divergence: hashes, or eras; else NULL. */
	const char *from, *to;
	struct alert_names added, removed, changed, redescribed;
	const struct alert_words *words; /* of these; else NULL */
	size_t n_words;
	/* Of a divergence: the newest is the last; else NULL. */
	const struct alert_side *sides;
	size_t n_sides;
	const char *ack_url; /* where it can be acknowledged, or NULL */
	const char *ack_short_url; /* the same, short; or NULL */
};

/* The members of the record, but for v and type. */
extern const struct field alert_fields[];

/*
 * alert_event(r, out), alert_key(r, out): the name of the event and its
 * dedup_key, which is that of the incident where there is one; out has
 * ALERT_EVENT_SIZE and ALERT_KEY_SIZE bytes. They return out.
 * alert_event_parse(name, kind): the kind of an event of that name; false where
 * there is none. alert_event_phase(name): its phase; ALERT_ONCE where the name
 * has none.
 * alert_key_parse(key, kind, start): what a dedup_key of an alert event says;
 * start is its window, epoch seconds. False where it is no such key.
 */
const char *alert_event(const struct alert_record *r, char *out);
const char *alert_key(const struct alert_record *r, char *out);
bool alert_event_parse(const char *name, enum alert_kind *kind);
enum alert_phase alert_event_phase(const char *name);
bool alert_key_parse(const char *key, enum alert_kind *kind, int64_t *start);

/*
 * alert_record_json(b, r): append the record as a JSON object without a
 * newline, the body of a webhook. Foreign text is cut and cleaned on the way,
 * names of tools to ALERT_NAME_MAX characters: with the most regions that a
 * server may have it is shorter than 64 KiB.
 */
void alert_record_json(struct buf *b, const struct alert_record *r);

#endif
