/* SPDX-License-Identifier: MIT */
/*
 * emit.h: an event becomes an entry of the timeline, deliveries in the outbox,
 * and a line to be printed.
 */
#ifndef ALERTD_EMIT_H
#define ALERTD_EMIT_H

#include "conf/conf.h"
#include "incident/event.h"

struct correlation_starts;
struct run;
struct rate_limit;

/* Room for the body of an event, in bytes. */
#define EMIT_BODY_MAX (256 * 1024)

struct emit {
	const struct run *setup;
	struct rate_limit *rate_limit;
	double now;
	/* Takes what may be a trouble that servers share, instead of printing
	   it; or NULL. */
	struct correlation_starts *starts;
};

/*
 * emit_event(t, st, e, out): put an event into the timeline and the outbox of
 * st, and append its line to out. An event that is held back is only put
 * into the timeline; one that is sent as part of a group is printed only if a
 * route gets it.
 */
void emit_event(const struct emit *t, struct alert_state *st,
	struct alert_event *e, struct buf *out);

/*
 * emit_print(s, e, now, later, out): append the line of an event, or give it to
 * s->on_event; now, later: the routes that get it at once, and with a digest.
 */
void emit_print(const struct run *s, struct alert_event *e,
	const struct strings *now, const struct strings *later,
	struct buf *out);

/*
 * emit_dashboard(c, slug, url): append the dashboard of a server, else the
 * address of its page, or for the fleet that of the list of all servers;
 * nothing where the configuration, which may be NULL, has neither. emit_runbook(c, slug, kind,
 * checks, url): append what to do about that kind of alert: the runbook of the
 * server, else that of the alerts, else the section of mcp-runbook(7) on the
 * site, which is one of its own where our credential is refused.
 */
void emit_dashboard(const struct conf *c, const char *slug, struct buf *url);
void emit_runbook(const struct conf *c, const char *slug, enum alert_kind kind,
	enum checks checks, struct buf *url);

#endif
