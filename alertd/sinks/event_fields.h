/*
 * event_fields.h: an event or a digest of mcp-records(5), read from the body
 * that waits in the outbox, for those routes that want something else than that
 * body. Pure. What stands in the store is as foreign as any other text: it is
 * cleaned, cut, and checked here, once.
 */
#ifndef SINKS_EVENT_FIELDS_H
#define SINKS_EVENT_FIELDS_H

#include "base/strings.h"
#include "json/json.h"
#include "records/alert.h"

/* What is longer is cut. */
#define SINK_REGIONS 100
#define SINK_SERVERS 1000

struct sink_event {
	/* A digest: only `key`, `at`, `route` to `n` are there then. */
	bool digest;
	double at;  /* epoch seconds */
	char *key;  /* dedup_key */
	char *name; /* "downtime_started" */
	char *kind; /* "downtime"; perhaps one that this program does not know */
	enum alert_phase phase; /* ALERT_ONCE: nothing follows it */
	char *slug;		/* "*" for the fleet */
	char *url;		/* or NULL, like whatever may be null */
	enum severity severity;
	char *tier, *step, *layer, *error, *summary;
	struct strings regions;
	struct strings servers; /* of what several share; else none */
	int server_count;	/* how many they are, named or not */
	int probe_count;	/* 0 where it says nothing */
	int64_t started_at;	/* 0: not known */
	int64_t resolved_at;	/* 0: not over */
	long long duration_s;	/* if it is over */
	/* Only what begins with http:// or https:// and has nothing odd. */
	char *dashboard_url, *runbook_url, *ack_url;
	/* Of a digest. */
	char *route, *period;
	bool budget;		   /* because the route's budget was spent */
	int count;		   /* events in all */
	struct sink_event *events; /* those that are told; none is a digest */
	size_t n;
};

/*
 * sink_event_read(body, e, why): read a body; sink_event_release it. False,
 * nothing to release, and why, which has JSON_WHY bytes, where it is none.
 */
bool sink_event_read(const char *body, struct sink_event *e, char *why);
void sink_event_release(struct sink_event *e);

#endif
