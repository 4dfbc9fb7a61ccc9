/*
 * digest.h: events of many servers that one route gets together: what is due of
 * them, and the record that carries them. Pure.
 */
#ifndef ROUTING_DIGEST_H
#define ROUTING_DIGEST_H

#include "conf/conf.h"
#include "incident/state.h"

/* More events, or bytes, are only counted. */
#define DIGEST_EVENTS 100
#define DIGEST_BYTES (256 * 1024)

/* An event of a digest, and where it stands. */
struct digest_item {
	char *slug;
	unsigned long number; /* of the pending event */
	double created;
	char *body;
};

/* What a route gets at one time. */
struct digest {
	char *route;
	int64_t boundary; /* when it was due, which names it */
	enum conf_digest period; /* the longest that one of them waited for */
	bool over; /* some are in it because the route's budget was spent */
	double next_try; /* the earliest of them */
	int attempts;	 /* that failed, the most of them */
	int done;	 /* requests that got through, the same */
	struct digest_item *v;
	size_t n, cap;
};

struct digests {
	struct digest *v;
	size_t n, cap;
};

/*
 * digests_note(l, st, now, route): add what waits in the outbox of a server for
 * that route, or for any where it is NULL, and whose boundary has come.
 * digests_sort(l): the oldest first.
 */
void digests_note(struct digests *l, const struct alert_state *st, double now,
	const char *route);
void digests_sort(struct digests *l);
void digests_release(struct digests *l);

/*
 * digest_json(b, d, now): append the record of mcp-records(5) without a
 * newline: the oldest events first. It sorts them.
 */
void digest_json(struct buf *b, struct digest *d, double now);

#endif
