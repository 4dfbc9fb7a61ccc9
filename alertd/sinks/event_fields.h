/*
 * event_fields.h: an event or a digest of mcp-records(5), read from the body in
 * the outbox, for sinks that send something else than that body. The store's
 * text is as foreign as any other: it is cleaned, cut and checked here, once.
 * Pure.
 */
#ifndef SINKS_EVENT_FIELDS_H
#define SINKS_EVENT_FIELDS_H

#include "base/strings.h"
#include "json/json.h"
#include "records/alert.h"

/* A longer list is cut. */
#define SINK_REGIONS 100
#define SINK_SERVERS 1000

struct sink_event {
	/* A digest: only `key`, `at`, `route` to `n` are there then. */
	bool digest;
	double at;  /* epoch seconds */
	char *key;  /* dedup_key */
	char *name; /* "downtime_started" */
	char *kind; /* "downtime"; a newer version may write unknown ones */
	enum alert_phase phase; /* ALERT_ONCE: nothing follows it */
	char *slug;		/* "*" for the fleet */
	char *url;		/* or NULL, like whatever may be null */
	enum severity severity;
	char *tier, *step, *layer, *error, *summary;
	char *said; /* by the server, of its failure; or NULL */
	bool checks_refused; /* our credential is: no more is known */
	char *headline; /* NULL: an event that is sent once, or an old one */
	struct strings regions, silent; /* that failed; that do not report */
	struct strings servers; /* of a common incident; else none */
	int server_count;	/* number of all servers, named or not */
	int probe_count;	/* failing windows; 0: not known */
	bool slow;		/* a window is a probe, and no minute */
	int64_t started_at;	/* 0: not known */
	int64_t resolved_at;	/* 0: not over */
	int64_t acknowledged_until; /* 0: this event does not say */
	long long duration_s;	/* if it is over */
	/* Only plain http:// and https:// URLs; else NULL. */
	char *dashboard_url, *runbook_url, *ack_url, *ack_short_url;
	/* A digest's. */
	char *route, *period;
	bool budget;		   /* because the route's budget was spent */
	int count;		   /* events in all */
	struct sink_event *events; /* the named ones; none is a digest */
	size_t n;
};

/*
 * sink_event_read(body, e, why): read a body into *e; sink_event_release it.
 * False, with nothing to release, and why, in JSON_WHY bytes: it is no event.
 */
bool sink_event_read(const char *body, struct sink_event *e, char *why);
void sink_event_release(struct sink_event *e);

/*
 * sink_event_tests(e): whether it tests a route. If a vendor opens an incident
 * for it, that is ended at once.
 */
bool sink_event_tests(const struct sink_event *e);

#endif
