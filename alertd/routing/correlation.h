/*
 * correlation.h: one trouble that many servers share: incidents that begin in
 * one window, of one kind, at one step, seen from the same regions. Whoever is
 * told of all servers alike is told of these together, as one incident of the
 * fleet; who asks for some servers only is told of each as ever. Pure.
 *
 * That incident has a state of its own, beside those of the servers. Which it
 * is depends on the trouble alone, so that a server which follows joins it.
 */
#ifndef ROUTING_CORRELATION_H
#define ROUTING_CORRELATION_H

#include "conf/conf.h"
#include "incident/event.h"

/* Room for the name of such a state, "*." and 8 hex digits. */
#define CORRELATION_SLUG 12

/* An incident that has begun, and what nobody has been told of yet. */
struct correlation_start {
	struct alert_event event;
	struct strings now,
		later; /* the routes that get it; see notifier_setup */
	size_t group; /* which one it belongs to, from 1; 0: none */
};

struct correlation_starts {
	struct correlation_start *v;
	size_t n, cap;
};

/* correlation_may(e): whether an event may be of a trouble that is shared. */
bool correlation_may(const struct alert_event *e);

/*
 * correlation_note(l, e, now, later): remember such an event and who gets it;
 * all three are emptied. correlation_move(to, from): append what `from` holds,
 * which is emptied.
 */
void correlation_note(struct correlation_starts *l, struct alert_event *e,
	struct strings *now, struct strings *later);
void correlation_move(
	struct correlation_starts *to, struct correlation_starts *from);
void correlation_release(struct correlation_starts *l);

/*
 * correlation_group(l, least): order them, and number the groups of at least so
 * many servers, which stand together; how many groups there are.
 */
size_t correlation_group(struct correlation_starts *l, size_t least);

/* correlation_slug(e, out): the name of the state of that trouble. */
void correlation_slug(const struct alert_event *e, char *out);

/*
 * correlation_begin(st, v, n, out): n incidents of one group are one, in the
 * state of that name: it begins, or they join it.
 */
void correlation_begin(struct alert_state *st,
	const struct correlation_start *v, size_t n, struct alert_events *out);

/*
 * correlation_joins(st, e): whether that is open, and an incident that begins
 * with e is of the same minutes.
 */
bool correlation_joins(
	const struct alert_state *st, const struct alert_event *e);

/*
 * correlation_join(c, st, kind, group): the incident of a server is told
 * together with others from now on, but to those who ask for some servers only.
 */
void correlation_join(const struct conf *c, struct alert_state *st,
	enum alert_kind kind, const char *group);

/* correlation_leave(st, e, out): the incident of a server ended with that
 * event. */
void correlation_leave(struct alert_state *st, const struct alert_event *e,
	struct alert_events *out);

#endif
