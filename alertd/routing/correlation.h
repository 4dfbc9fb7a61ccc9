/* SPDX-License-Identifier: MIT */
/*
 * correlation.h: many servers fail together: incidents that begin in one
 * window, of one kind, at one step, seen from the same regions. Policies for
 * all servers tell of those of one severity as one common incident of the
 * fleet; policies that choose servers tell of each of theirs. Pure.
 *
 * The common incident has a state of its own, beside those of the servers. The
 * name of that state depends on kind, severity, step and regions alone, so that
 * a server that follows joins it.
 */
#ifndef ROUTING_CORRELATION_H
#define ROUTING_CORRELATION_H

#include "conf/conf.h"
#include "incident/event.h"

/* Room for the name of such a state, "*." and 8 hex digits. */
#define CORRELATION_SLUG 12

/* An incident that has begun and of which nobody has been notified yet. */
struct correlation_start {
	struct alert_event event;
	struct strings now,
		later; /* the routes that get it; see struct run */
	size_t group; /* number of its group, from 1; 0: none */
};

struct correlation_starts {
	struct correlation_start *v;
	size_t n, cap;
};

/* correlation_may(e): whether event e may begin a common incident. */
bool correlation_may(const struct alert_event *e);

/*
 * correlation_note(l, e, now, later): remember such an event and the routes
 * that get it; *e, *now and *later are moved into l and left empty.
 * correlation_move(to, from): move all that `from` holds to the end of `to`.
 */
void correlation_note(struct correlation_starts *l, struct alert_event *e,
	struct strings *now, struct strings *later);
void correlation_move(
	struct correlation_starts *to, struct correlation_starts *from);
void correlation_release(struct correlation_starts *l);

/*
 * correlation_group(l, least): sort l so that incidents of one group are
 * neighbours, and number the groups. Where at least `least` servers share a
 * cause, those of each severity are a group, but for one that is the only one.
 * Returns the number of groups.
 */
size_t correlation_group(struct correlation_starts *l, size_t least);

/*
 * correlation_slug(e, out): the name of the state of the common incident to
 * which e belongs; out has CORRELATION_SLUG bytes.
 */
void correlation_slug(const struct alert_event *e, char *out);

/*
 * correlation_begin(st, v, n, out): make the n incidents of one group one
 * common incident, whose state is st: it begins, or they join it.
 */
void correlation_begin(struct alert_state *st,
	const struct correlation_start *v, size_t n, struct alert_events *out);

/*
 * correlation_joins(st, e): whether the common incident of st is open, and e
 * begins soon enough after it to belong to it.
 */
bool correlation_joins(
	const struct alert_state *st, const struct alert_event *e);

/*
 * correlation_alone(c, slug, kind, severity, at): whether such an incident of
 * that server is sent by itself at that time, even if it is shared, because its
 * policy chooses servers.
 */
bool correlation_alone(const struct conf *c, const char *slug,
	enum alert_kind kind, enum severity severity, double at);

/*
 * correlation_join(c, st, kind, group, at): from the instant `at`, which is
 * now, the incident of that server is sent as part of the common incident
 * `group`, unless it is sent by itself.
 */
void correlation_join(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, const char *group, double at);

/* Reports of the regions on the servers that still have a common incident. */
struct correlation_reports {
	bool open;	     /* one of them has it */
	double at;	     /* the window of the newest verdict on them */
	bool failing;	     /* on one of them a region reports that it fails */
	struct streak quiet; /* of those on which none reports: the last */
	int64_t seen;	     /* the last window in which one reported */
	struct strings regions, silent;	/* where they failed; of these, silent */
	struct strings heard;		/* that report on one of them */
};

/*
 * correlation_report(r, st, kind): add the incident of one such server.
 * correlation_reports_release(r): free what r holds.
 */
void correlation_report(struct correlation_reports *r,
	const struct alert_state *st, enum alert_kind kind);
void correlation_reports_release(struct correlation_reports *r);

/*
 * correlation_kind(st, kind): of which kind the common incident of st is, if it
 * is open and servers recover from it. False: it is not.
 */
bool correlation_kind(const struct alert_state *st, enum alert_kind *kind);

/*
 * correlation_hear(st, r): the common incident of st is quiet while no region
 * reports on any of its servers, see struct incident; one that passes is about
 * to end, and does not keep the others awake.
 */
void correlation_hear(
	struct alert_state *st, const struct correlation_reports *r);

/*
 * correlation_follow(c, st, e, out): e ended the incident of a server, or made
 * it worse; the common incident of st ends with the last of its servers, and is
 * as severe as the worst of those that are not sent by themselves.
 */
void correlation_follow(const struct conf *c, struct alert_state *st,
	const struct alert_event *e, struct alert_events *out);

#endif
