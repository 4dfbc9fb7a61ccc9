/* SPDX-License-Identifier: MIT */
/*
 * event.h: the events that the machine reports, in order: records that own what
 * they point to, and the facts from which words/ makes their headline and
 * summary.
 */
#ifndef INCIDENT_EVENT_H
#define INCIDENT_EVENT_H

#include "base/strings.h"
#include "incident/state.h"
#include "records/alert.h"
#include "store/beat.h"

/* Room for the message of a runner. */
#define PIPELINE_WHY 160

/* Why an incident ends though it was not seen to recover. */
enum unwatched {
	UNWATCHED_NOT, /* it was seen */
	UNWATCHED_SERVER, /* the server was taken out of the configuration */
	UNWATCHED_REGIONS, /* `names` are no longer probed */
	UNWATCHED_SILENT,  /* `names` have not reported for too long */
	UNWATCHED_SHARED,  /* none of the servers that share it was seen to */
	UNWATCHED_CLOSED   /* `by` has closed it, for `reason` */
};

/* Why no server is watched: what began a pipeline_stalled, and what ended
   it. */
enum stall {
	STALL_NONE, /* the incident says */
	STALL_STAGE,	/* a stage is late: `stage`, `beats` */
	STALL_CUT_OFF,	/* all regions are */
	STALL_REFUSED,	/* the configuration is: `reason` is its place */
	STALL_ALL_SILENT, /* all regions are: `causes` */
	STALL_MOST_SILENT,
	STALL_STORE, /* it does not answer: `reason` */
	STALL_END_REFUSED,
	STALL_END_REGION,
	STALL_END_STAGE,
	STALL_END_STORE
};

/* Why a region is silent, by what the store knows. */
struct silence_cause {
	enum {
		CAUSE_UNKNOWN, /* no word from its runner */
		CAUSE_CUT_OFF, /* its own network is */
		CAUSE_SINCE,   /* no word from its runner since `at` */
		CAUSE_NO_PROBES, /* its runner brings none */
		CAUSE_RUNNER   /* `why`, by its runner */
	} what;
	double at;
	char why[PIPELINE_WHY];
};

/* Facts for the words of an event, beside its record and its incident. */
struct event_facts {
	bool more; /* an escalation because more servers or regions are in it */
	bool worse; /* an escalation because of its layer, not of its age */
	bool turned; /* worse, for it was only our credential until now */
	bool lasts; /* because what is flapping fails without a break */
	bool unacknowledged; /* because nobody acknowledged it */
	enum severity was; /* before an escalation; 0: the same, or not known */
	enum unwatched unwatched;
	const char *by, *reason; /* who, and why; or NULL */
	const char *text; /* what they say to the public, or NULL */
	struct strings names; /* of regions, or of routes */
	bool some; /* there are others, too */
	/* For an expiry: see struct expiry_round. */
	int64_t within, expires_at;
	const char *issuer; /* or NULL */
	double since;	  /* epoch seconds */
	double tested_at; /* when the routes were last tested, or NAN */
	enum stall stall;
	enum stage stage;
	double beats[STAGE_VERDICT + 1]; /* of the stages; NAN: never */
	struct silence_cause *causes; /* of the event's regions; or NULL */
};

struct alert_event {
	struct alert_record record; /* points into what follows */
	char *slug, *url;
	char *headline, *summary; /* made by event_words */
	struct strings regions;
	struct strings servers; /* of a common incident */
	struct strings notified; /* the routes that had news of it before */
	char *group; /* of the incident, see routing/correlation.c; or NULL */
	struct strings still;	/* that fail while it passes */
	struct strings silent;	/* that do not report */
	bool unnotified; /* nobody was notified that the incident began */
	/* By a maintenance or, where silenced is true, a silence: only noted,
	   and sent to nobody. */
	bool suppressed, silenced;
	struct strings steps;  /* routes that a step of the policy tells now, see
				  routing/escalation.c */
	struct strings chosen; /* of a test: exactly these routes, at once */
	struct tool_change change;
	struct incident incident; /* as it was then; not of one sent once */
	struct event_facts facts; /* points into what follows */
	char *by, *reason, *text, *issuer;
	/* As the state has them: */
	int64_t maintenance_end;
	char *maintenance_reason; /* or NULL */
	size_t sharers;	  /* how many servers share, or shared it; or 0 */
	const char *zone; /* of those who read of it */
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

/* event_facts_set(e, f): give e these facts: copies, but for f->causes, which
   is e's from then on. */
void event_facts_set(struct alert_event *e, const struct event_facts *f);

/* event_point(e): make e->record point to the lists and the change of e. */
void event_point(struct alert_event *e);

/*
 * events_add(l, st, kind, phase, at): append an event of the incident of that
 * kind, as st has it now.
 */
void events_add(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at);

/*
 * events_put(l, st, kind, phase, at, f): the same, with these facts, of which
 * the event gets copies.
 */
void events_put(struct alert_events *l, const struct alert_state *st,
	enum alert_kind kind, enum alert_phase phase, double at,
	const struct event_facts *f);

/* events_release(l): free all events. event_release(e): free what e holds. */
void events_release(struct alert_events *l);
void event_release(struct alert_event *e);

#endif
