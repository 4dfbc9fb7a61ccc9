/*
 * alert.h: the alert event of mcp-records(5): what mcp-alert prints and
 * what the routes receive.
 */
#ifndef RECORDS_ALERT_H
#define RECORDS_ALERT_H

#include "base/buf.h"
#include "mcp/layers.h"
#include "mcp/names.h"

#include <stdint.h>

/* P1 wakes somebody; P2 is read today; P3 is read some time. */
enum severity { SEVERITY_P1 = 1, SEVERITY_P2, SEVERITY_P3 };

/*
 * What an incident is. The first ALERT_DOWN_KINDS say that a server cannot be
 * used: the earlier in this list, the more it covers. What stands behind the
 * first ALERT_KINDS is no incident, but told once.
 */
enum alert_kind {
	ALERT_DOWNTIME,
	ALERT_REGIONAL,
	ALERT_RATE_LIMITED,
	ALERT_LATENCY,
	ALERT_ERROR_RATE,
	ALERT_SLO_BURN,
	ALERT_DIVERGENCE,
	ALERT_CHURN,   /* tools that change all the time */
	ALERT_SILENT,  /* a region does not report */
	ALERT_STALLED, /* nobody judges: of the slug "*" */
	ALERT_OVERRUN, /* a downtime that outlasts a maintenance */
	ALERT_DRIFT,
	ALERT_ANOMALY, /* failures that make no incident */
	ALERT_CERTIFICATE_EXPIRING,
	ALERT_TOKEN_EXPIRING,
	ALERT_TEST /* nothing is wrong: whether the routes work */
};
#define ALERT_DOWN_KINDS 3
#define ALERT_KINDS 11

/* What happened to the incident. */
enum alert_phase {
	ALERT_STARTED,
	ALERT_ESCALATED,
	ALERT_REMINDER,
	ALERT_ACKNOWLEDGED,
	ALERT_RESOLVED,
	ALERT_FOUND, /* it was over before anybody could be told of it */
	ALERT_ONCE /* it is no incident */
};

/* The names by value, and then NULL. No severity has value 0: NULL, too. */
extern const char *const severity_names[];
extern const char *const alert_kind_names[];
/* See WORDS in json/fields.h. */
extern const struct word_table severity_words, alert_kind_words;
const char *severity_name(enum severity v);
bool severity_parse(const char *s, enum severity *out);
const char *alert_kind_name(enum alert_kind v);
bool alert_kind_parse(const char *s, enum alert_kind *out);

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

/* The regions that see the same tools. */
struct alert_side {
	const char *tool_hash;
	struct alert_names regions;
};

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
	const char *const *regions; /* the failing ones; that are behind; that
				       are silent */
	size_t n_regions;
	int probe_count;     /* windows in which it failed, or was so */
	int64_t started_at;  /* window of the first counted failure; or in
				which what is told once became true */
	int64_t resolved_at; /* 0 where it is not over */
	int nth; /* of events told once, of one window and kind, from 0 */
	int flaps;	     /* how often it failed again while it passed */
	bool flapping;	     /* one of many in a short time */
	const char *follows; /* the key of the downtime that it goes on from, or
				NULL */
	double value, usual; /* what was measured, of the kinds that measure:
				ms, percent, times, changes; else 0 */
	const char *last_error;	   /* a dotted code, or NULL */
	const char *summary;	   /* one sentence for a person */
	const char *dashboard_url; /* or NULL, like the next one */
	const char *runbook_url;
	/* Of a trouble that servers share: these; else none. */
	struct alert_names servers;
	/* Of a drift and a divergence: hashes, or eras; else NULL. */
	const char *from, *to;
	struct alert_names added, removed, changed, redescribed;
	/* Of a divergence: the newest is the last; else NULL. */
	const struct alert_side *sides;
	size_t n_sides;
	const char *ack_url; /* where it can be acknowledged, or NULL */
};

/* The members of the record, but for v and type. */
extern const struct field alert_fields[];

/*
 * alert_event(r, out), alert_key(r, out): the name of the event and its
 * dedup_key, which is that of the incident where there is one; out has
 * ALERT_EVENT_SIZE and ALERT_KEY_SIZE bytes. They return out.
 * alert_key_parse(key, kind, start): what a dedup_key of an alert event says;
 * start is its window, epoch seconds. False where it is no such key.
 */
const char *alert_event(const struct alert_record *r, char *out);
const char *alert_key(const struct alert_record *r, char *out);
bool alert_key_parse(const char *key, enum alert_kind *kind, int64_t *start);

/*
 * alert_record_json(b, r): append the record as a JSON object without a
 * newline, the body of a webhook. Foreign text is cut and cleaned on the way,
 * names of tools to ALERT_NAME_MAX characters: with the most regions that a
 * server may have it is shorter than 64 KiB.
 */
void alert_record_json(struct buf *b, const struct alert_record *r);

#endif
