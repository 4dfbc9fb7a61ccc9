/*
 * report.h: the record of some nights: which incidents people were told of, how
 * long it took to notice, to acknowledge and to recover, and who was paged how
 * often. Pure but for the time zone database.
 */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

#include "base/buf.h"
#include "state/history_store.h"

struct conf;

/* An outage that lasted no longer was noise, seconds. */
#define REPORT_NOISE_S 300

/* Instants are epoch seconds; 0: it was not, or is not known. */
struct report_incident {
	const char *key, *slug, *kind;
	const char *severity; /* the worst */
	double started_at; /* its first failure */
	double told_at;
	double delivered_at; /* when the first route had it */
	double acknowledged_at, resolved_at;
	unsigned long pages;
	double paged_at; /* when the event of the last page was decided */
	/* The slug of the shared incident, if it was sent as part of that; or
	   NULL. */
	const char *group;
	bool joined; /* it was not sent by itself */
	bool common; /* it is one that servers share */
	double over_at; /* when all of the outage was over; 0: it is not */
};

/* A delivery that failed, be it for a while. */
struct report_failure {
	const char *route, *key, *event;
	double decided_at;
};

/* How often a route, or somebody in a night, was told. */
struct report_count {
	char name[80]; /* the route; or the date of the evening */
	unsigned long pages;
	unsigned long asleep; /* of these: from 22:00 to 07:00 */
	unsigned long events; /* all that was delivered */
	unsigned long failed; /* at first, or for good; each event once */
};

struct report_counts {
	struct report_count *v;
	size_t n, cap;
};

struct report {
	double from, to;
	const char *zone;
	struct report_incident *v;
	size_t n, cap;
	struct report_counts routes, nights;
	struct report_failure *failures;
	size_t n_failures, cap_failures;
};

/*
 * report_make(h, c, from, to, zone, out): of the incidents that people were told
 * of from `from` on and before `to`, with what h says of them, also later; and
 * of the deliveries of that time. *out points into h and zone; report_release
 * it. A page is a P1 that begins, gets worse or lasts, delivered at once to a
 * route of c that wakes somebody; it is one however many routes have it. By the
 * time at which they began.
 */
void report_make(const struct history *h, const struct conf *c, double from,
	double to, const char *zone, struct report *out);
void report_release(struct report *r);

/* report_noise(i): whether an incident paged, and all of it was over soon. */
bool report_noise(const struct report_incident *i);

/*
 * report_text(b, r), report_csv(b, r), report_json(b, r): append it for a
 * person; its incidents as RFC 4180 with a head; and all of it as one line, as
 * mcp-alert(1) describes these.
 */
void report_text(struct buf *b, const struct report *r);
void report_csv(struct buf *b, const struct report *r);
void report_json(struct buf *b, const struct report *r);

#endif
