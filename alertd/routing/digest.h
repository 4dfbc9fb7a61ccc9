/*
 * digest.h: a route gets several events together, in one record: which events
 * are due, and that record. Pure.
 */
#ifndef ROUTING_DIGEST_H
#define ROUTING_DIGEST_H

#include "conf/conf.h"
#include "incident/state.h"

/* A digest holds this many events, and bytes; more are only counted. */
#define DIGEST_EVENTS 100
#define DIGEST_BYTES (256 * 1024)

/* An event of a digest, and its place in the outbox of a server. */
struct digest_item {
	char *slug;
	unsigned long number; /* of the pending event */
	double created;
	char *body;
	bool taken; /* it is to be sent with the digest; see digest_keep_taken
		     */
};

/* A digest for one route. */
struct digest {
	char *route;
	int64_t boundary; /* when it was due; a part of its dedup_key */
	enum conf_digest period; /* the longest period of its events */
	bool over; /* the route's budget was spent for some of its events */
	double next_try; /* the earliest of its events */
	int attempts;	 /* that failed; the most of its events */
	unsigned long owed;	 /* see struct delivered */
	int done;	 /* requests that got through; the most of its events */
	struct digest_item *v;
	size_t n, cap;
};

struct digests {
	struct digest *v;
	size_t n, cap;
};

/*
 * digests_note(l, st, now, route): add the events in the outbox of a server
 * that wait for a digest of that route (NULL: of any) which is due now.
 * digests_sort(l): the oldest first.
 */
void digests_note(struct digests *l, const struct alert_state *st, double now,
	const char *route);
void digests_sort(struct digests *l);
void digests_release(struct digests *l);

/* digest_keep_taken(d): drop the events that are not taken. */
void digest_keep_taken(struct digest *d);

/*
 * digest_json(b, d, now): append the record of mcp-records(5) without a
 * newline, the oldest events first; it sorts d.
 */
void digest_json(struct buf *b, struct digest *d, double now);

#endif
