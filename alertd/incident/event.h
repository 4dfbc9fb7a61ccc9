/*
 * event.h: the events that the machine reports, in order: records that own what
 * they point to.
 */
#ifndef INCIDENT_EVENT_H
#define INCIDENT_EVENT_H

#include "base/strings.h"
#include "incident/state.h"
#include "incident/summary.h"
#include "records/alert.h"

struct alert_event {
	struct alert_record record; /* points into what follows */
	char *slug, *url, *error, *said, *headline, *summary, *follows;
	struct strings regions;
	struct strings servers; /* of a common incident */
	struct strings
		told; /* the routes that were told of the incident before */
	char *group; /* of the incident, see routing/correlation.h; or NULL */
	struct strings reached; /* regions that reach the server */
	struct strings still;	/* that fail while it passes */
	struct strings silent;	/* that do not report */
	int expected;		/* regions that probe the server */
	bool unnotified; /* nobody was told that the incident began */
	bool unwatched; /* it ends, and was not seen to recover */
	/* By a maintenance or, where silenced is true, a silence: only noted,
	   and sent to nobody. */
	bool suppressed, silenced;
	struct strings steps;  /* routes that a step of the policy tells now, see
				  routing/escalation.h */
	struct strings chosen; /* of a test: exactly these routes, at once */
	struct tool_change change;
	struct alert_words *words; /* point into change */
	struct alert_side *sides; /* point into what follows */
	struct strings *side_regions;
	char (*side_hashes)[HASH_HEX + 1];
	size_t n_sides;
};

struct alert_events {
	struct alert_event *v;
	size_t n, cap;
};

/*
 * events_new(l, st): append an event of that server; the caller fills in the
 * rest. The event owns what its record points to.
 */
struct alert_event *events_new(struct alert_events *l,
	const struct alert_state *st);

/* event_point(e): make e->record point to the lists and the change of e. */
void event_point(struct alert_event *e);

/*
 * events_add(l, st, kind, phase, at): append an event of the incident of that
 * kind, as st has it now.
 */
void events_add(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at);

/* events_put(l, st, s): the same, with all that a summary can say. */
void events_put(struct alert_events *l, const struct alert_state *st,
	const struct summary *s);

/*
 * event_name(st, phase, headline, b): make b the name of the server; of a common
 * incident, of the servers that have it, or had it: in a headline only how many
 * they are.
 */
void event_name(const struct alert_state *st, enum alert_phase phase,
	bool headline, struct buf *b);

/* events_release(l): free all events. event_release(e): free what e holds. */
void events_release(struct alert_events *l);
void event_release(struct alert_event *e);

#endif
