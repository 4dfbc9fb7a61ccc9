/* SPDX-License-Identifier: MIT */
/*
 * state.h: all that mcp-alert knows of one server, as plain structs, and their
 * form as the JSON of the key alert:<slug>. Pure: state/state_store.h puts it
 * away.
 */
#ifndef INCIDENT_STATE_H
#define INCIDENT_STATE_H

#include "base/buf.h"
#include "base/strings.h"
#include "conf/conf.h"
#include "json/json.h"
#include "records/alert.h"
#include "records/expiry.h"
#include "records/verdict.h"
#include "terms/names.h"
#include "terms/rates.h"

#include <stdint.h>

struct alert_event;

#define STATE_VERSION 1
/* How many entries of the timeline are kept, and other limits of a state. */
#define TIMELINE_MAX 50
#define STATE_MAX (16 * 1024 * 1024)
#define STATE_WHY 200
/* An instant further ahead of our clock than this was set by a wrong clock. */
#define STATE_AHEAD_S 300
/* If a window begins, or was counted, so far ahead of our clock, a clock was
   wrong, and the window would hide the present minute. */
#define STATE_WINDOW_AHEAD_S 10

/* Windows of one kind in a row. */
struct streak {
	int n;
	int64_t since;	 /* the first of them */
	int64_t counted; /* the last of them */
};

struct region_tally {
	char *name;
	struct streak failing;	/* the verdict names it as failing */
	struct streak throttled; /* its newest probe was answered with 429 */
	struct streak silent;	/* no data; windows of the verdicts' clock */
	int64_t reported; /* when its last probe started that counted as
			     failing or throttled; 0: not known */
};

/* The last failure of a region, which a rate of failures is sent with. */
struct region_failure {
	char *region;
	char *error; /* or NULL */
	int64_t at;  /* its window */
};

/* Who looks after an incident, and until when nobody else is disturbed. */
struct ack {
	char *by;     /* NULL: nobody */
	char *reason; /* or NULL */
	double at, until;
};

/* How many steps of its policy were taken for an incident. */
struct escalation {
	char *ladder; /* the name of the policy; NULL: none */
	char *match;  /* its conf_notify.match_id; NULL: its name stays */
	int step;     /* so many of its steps are done */
	double since; /* from when the times of its steps count */
	double stopped; /* since when the steps stand still, see incident.h; 0:
			   they do not */
};

/* An excerpt of what a tool said, and says: see struct verdict_words. */
struct tool_words {
	char *tool, *path, *before, *after;
};

/* A change of the tools of a server. */
struct tool_change {
	char *from, *to; /* hashes, or eras; NULL where there is no change */
	int64_t since;	 /* window in which `to` was first seen; of what nobody
			    approved: in which that was sent */
	struct strings added, removed, changed, redescribed;
	/* The old and the new name, in turn, of tools that are in `removed` and
	   `added`. Not stored: an event says it at once. */
	struct strings renamed;
	struct tool_words *words; /* some of it; ALERT_WORDS at most */
	size_t n_words;
};

/* How an incident fails again and again, see recovery.h. */
struct flaps {
	int64_t since; /* the first start of those that are flapping; 0: it is
			  not */
	int times;     /* how often it failed, with the starts before it */
	int64_t failed_s;  /* for how long, but for the last time */
	int64_t longest_s; /* the longest of these */
	int64_t spell;	   /* the window in which it failed for the last time */
};

struct incident {
	bool open;
	bool superseded; /* by an open one of an earlier kind: says nothing */
	bool suppressed; /* by a maintenance, until it is judged: see
			    maintenance_hold.h */
	char *silence; /* the id of the one that holds it back, until it is
			  sent; see silence_hold.c; or NULL */
	int64_t silenced_at; /* since when */
	bool unnotified; /* nobody was notified that it began */
	bool late;    /* for it began in a minute that was judged late */
	bool checks_refused; /* in each failing window our credential was */
	enum severity severity;
	enum tier tier;	      /* the worst one */
	enum step step;	      /* at the worst layer */
	enum failure_layer layer; /* the worst one */
	int64_t first;	      /* window of the first counted failure */
	int64_t opened_at;    /* window that confirmed it */
	int64_t reminded_at;  /* when it was last due to be sent again */
	int64_t failed;	      /* the last failing window */
	int64_t passed;	      /* the last passing one, 0 after a failing one */
	int64_t passed_since; /* the first of them */
	int passes;	      /* how many of them, in a row */
	/* Windows since `failed` in which no region reported that would say
	   whether it still fails: neither passing nor failing. */
	struct streak quiet;
	int row; /* the last of these that are alike: so many in which nothing
		    failed, or, below 0, in which something still did */
	int probe_count;      /* failing windows */
	int expected;	      /* regions, at the last failing window */
	int flaps;	      /* how often it failed again while it passed */
	struct flaps flapping;
	double value, usual;  /* of what is measured, see degradation.c */
	int above; /* of slow answers: so many windows in a row were above
		      slow_above, which is `usual` then; 0: the baseline says
		      so */
	enum rate_window rate_window; /* over which */
	char *error;	      /* at the last failing window, or NULL */
	char *said;	      /* by the server, then; or NULL */
	char *group; /* sent together with others: see routing/correlation.c;
			or NULL */
	struct strings regions; /* that failed there */
	struct strings reached; /* from where it could be reached */
	struct strings still;	/* that fail while it passes */
	struct strings passing; /* of `regions`, that passed in their last
				   report: if they fall silent, nobody waits
				   for them */
	struct strings silent;	/* of `regions`, that fell silent failing */
	int64_t seen; /* this window, the last in which one of them did */
	int unseen; /* of a shared incident: how many of its servers were not
		       seen to recover */
	enum progress progress; /* how far the work on it is */
	double progress_at; /* since when, as somebody said; 0: from the start */
	char *title, *opener; /* of one that somebody opened by hand; or NULL */
	bool is_private;      /* such a one is not for the public */
	struct strings notified; /* the routes that were notified of it */
	struct strings waiting; /* of `notified`, those that have taken none of
				   its events yet */
	struct strings refused; /* the routes that refuse its events now */
	char *follows; /* the key of the downtime that it goes on from, or NULL */
	struct ack ack;
	double answered_at; /* the newest answer that counted, see
			       incident.h; 0: none */
	struct escalation escalation;
	struct tool_change change; /* of a divergence: from old to new; of what
				      nobody approved: from what was */
	bool classed; /* of what nobody approved: the worst class so far */
	enum change_class class;
	/*
	 * Of one where clients get an older list than the server has, as a
	 * check found: how old, or 0; and how many tools differ beside those of
	 * change.
	 */
	bool stale;
	double stale_age_s;
	int stale_more;
};

/* An event on its way to one route. */
struct delivery {
	char *route;
	int attempts;	 /* that failed */
	double tried;	 /* when the last of them did; 0: none, or not known */
	int done;	 /* requests of it that got through, or are owed */
	unsigned long owed;	 /* see struct delivered */
	double next_try; /* not before; while it is held: until when it is */
	char *holder;	 /* the process that is sending it, or NULL */
	/* If it waits for a digest, see routing/digest.c: how
	 * often. */
	enum conf_digest digest;
	bool over;	  /* because the route's budget was spent */
	int64_t boundary; /* when they are due; next_try is later after a
			     failure */
	/* Its results so far, see routing/fallback.c. */
	char *why;	  /* the last attempt failed, or NULL */
	bool refused;	  /* the route will not take it as things are */
	double fallback_at; /* when its fallback was notified instead, or 0 */
	double said; /* when an error last named it to the operator, or 0 */
};

/* delivery_release(d): free what it holds. */
void delivery_release(struct delivery *d);

/* An event that is not yet with all its routes. */
struct pending {
	unsigned long number; /* its name within this state */
	char *key;	      /* dedup_key */
	char *event;
	char *body; /* what is delivered */
	double created;
	struct delivery *deliveries;
	size_t n_deliveries;
};

/*
 * The names that vendors give to our messages (Slack's "ts", Discord's message
 * id), kept so that later events of an incident go to the same message,
 * whichever process sends them. A server has at most this many; the oldest
 * goes.
 */
#define EXTERNAL_IDS_MAX 64
/* The longest key, route or handle. */
#define HANDLE_TEXT_MAX 200

struct handle {
	char *key; /* dedup_key */
	char *route;
	char *text;
};

struct external_ids {
	struct handle *v; /* oldest first */
	size_t n, cap;
};

/* A notice of the end of a certificate or a credential that was sent. */
struct expiry_notice {
	enum expiry_what what;
	int64_t expires_at; /* epoch seconds, 0 where it was not known */
	int64_t within;	    /* the smallest threshold that was sent, seconds */
};

/* At most this many ends are remembered; regions may see different ones. */
#define EXPIRIES_MAX 16

/* The tools that a region saw last. */
struct sighting {
	char *region;
	char hash[HASH_HEX + 1];
	double since;	/* when its first probe that saw them started */
	double at;	/* when its last one did */
	int64_t window; /* in which that one was news */
};

/* A set of tools that a region saw last. */
struct tool_set {
	char hash[HASH_HEX + 1];
	double since;  /* when the first probe that saw it started */
	enum era era;  /* ERA_NONE where that is not known */
	unsigned seen; /* by how many regions; a count of the moment */
};

/* At most this many sets are distinguished; a server with more has a new one
   each time. */
#define TOOL_SETS_MAX 16

struct tools_seen {
	struct sighting *v;
	size_t n, cap;
	struct tool_set sets[TOOL_SETS_MAX]; /* the newest is the last */
	size_t n_sets;
	struct streak differ; /* windows in which regions saw different ones */
};

/* A change of tools that was sent: hashes, or eras. */
struct drift_notice {
	char from[HASH_HEX + 1], to[HASH_HEX + 1];
	int64_t at;
};
#define DRIFTS_MAX 16

/* The maintenance that it is time for, or that was the last; see
 * maintenance_hold.h. */
struct maintenance_hold {
	char *id; /* NULL: none is known */
	char *reason; /* or NULL */
	int64_t start, end;
	bool active;
};

/* When a downtime or a regional incident began, and how it failed. */
struct flap_start {
	enum alert_kind kind;
	int64_t at;	  /* its first failing window */
	int times;	  /* how often it failed */
	int64_t failed_s; /* for how long, once it is over; else 0 */
};
#define FLAP_STARTS_MAX 20

/* The last incident of a kind that somebody has closed. */
struct closing {
	enum alert_kind kind;
	double at;	/* when it was closed */
	int64_t first;	/* when it had begun: part of its key */
};

struct timeline_entry {
	double at;
	char *what; /* an event, or what became of one */
	char *text; /* for operators; NULL: the history has it */
	/* If it is an event, for those who show it. */
	int64_t first;		/* the window that its key names; else 0 */
	struct strings regions; /* that no earlier event of its key names */
	int64_t resolved_at;	/* 0 where it is not over */
	bool checks_refused; /* see struct incident */
};

/* The part of a state that only the fleet has; see pipeline_health.h. */
struct fleet_state {
	struct streak away; /* runs in a row without the store */
	/* Rounds in a row in which all regions were silent on all servers, or
	   three quarters of them; and these regions. */
	struct streak all_silent, most_silent;
	struct strings silent;
	bool refusal_closed; /* the configuration is refused, and the incident
				of that was closed */
	int64_t untested; /* when a notice last said that nobody tests; or 0 */
};

/* The part that only a shared incident has, see routing/correlation.c: the
   servers that had it, and those that still have. */
struct shared_state {
	struct strings servers, left;
};

/* The state of a server, of the fleet or of a shared incident. */
struct alert_state {
	char *slug;
	char *url;	     /* or NULL */
	long long revision;  /* 0: nothing that can be read is stored */
	char *writer;	     /* tells one write from all others, or NULL */
	int64_t window;	     /* the newest that was counted */
	int64_t judged;	     /* the newest by the clock of the verdicts */
	int64_t taken; /* when it was counted, by our clock; 0: not known */
	unsigned long number; /* of the last pending event */
	struct region_tally *regions; /* those in a row of something */
	size_t n_regions, cap_regions;
	struct region_failure *failures; /* of the last three days */
	size_t n_failures, cap_failures;
	struct incident incidents[ALERT_KINDS];
	struct fleet_state fleet;
	struct shared_state shared;
	struct flap_start starts[FLAP_STARTS_MAX]; /* oldest first */
	size_t n_starts;
	struct closing closings[ALERT_KINDS]; /* one of a kind */
	size_t n_closings;
	/* The key of the last downtime, NULL where nobody was notified of it;
	   and since when it is over. */
	char *ended_key;
	int64_t ended_since;
	int64_t down_at;   /* the last window that failed while a downtime, a
			      regional one, or one of its limits was open */
	struct streak slow; /* windows of slow answers, by the baseline */
	struct streak above; /* windows above slow_above */
	struct streak burning; /* windows that use up the budget too fast */
	int64_t clients_refused; /* the last window in which it was so, or 0 */
	int64_t cold; /* a window in which it may have been starting, or 0 */
	bool cold_start; /* the configuration says that it starts cold; not
			    stored, whoever reads the state sets it */
	double interval_s; /* of its probes; 0: a minute; set likewise */
	double slow_above_s; /* 0: that of the policy; set likewise */
	const char *zone;  /* of those who read of it; NULL: UTC; likewise */
	/* Regions whose silence is sent for all servers at once, or NULL;
	 * not stored, whoever reads the state sets it. */
	const struct strings *covered;
	struct expiry_notice expiries[EXPIRIES_MAX]; /* oldest first */
	size_t n_expiries;
	struct tools_seen tools;
	struct drift_notice drifts[DRIFTS_MAX]; /* oldest first */
	size_t n_drifts;
	struct maintenance_hold maintenance;
	struct external_ids handles;
	struct pending *outbox; /* oldest first */
	size_t n_outbox, cap_outbox;
	struct timeline_entry timeline[TIMELINE_MAX]; /* oldest first */
	size_t n_timeline;
	/* History records, as lines, of what was decided since the state was
	   read: they go into the history once the state is stored. */
	struct strings history;
	/* Updates for the public, likewise: fields of key_incidents and their
	   values in turn. */
	struct strings updates;
	/* News for subscribers, likewise; see news_store_add. */
	struct strings news;
};

/* The members of an entry in JSON, by which it is freed, too. */
extern const struct field timeline_fields[];

/* state_init(st, slug): that of a server of which nothing is known. */
void state_init(struct alert_state *st, const char *slug);
void state_release(struct alert_state *st);

/* state_region(st, name): what is counted of a region, from now on. */
struct region_tally *state_region(struct alert_state *st, const char *name);

/*
 * state_open(st): whether an incident is open. state_down(st): one that says
 * that the server cannot be used.
 */
bool state_open(const struct alert_state *st);
bool state_down(const struct alert_state *st);

/*
 * state_uncover(st): an incident that covered another one is over: of those
 * left that say that the server cannot be used, the first is sent by itself.
 */
void state_uncover(struct alert_state *st);

/* tools_forget(t): forget who sees what, and since when. */
void tools_forget(struct tools_seen *t);

/*
 * incident_end(inc): when it ended, if it has: never before it began, whatever
 * a clock that was set back says.
 */
int64_t incident_end(const struct incident *inc);

/*
 * incident_checks(inc, kind): what keeps our checks from the server, as far as
 * the incident is about that.
 */
enum checks incident_checks(const struct incident *inc, enum alert_kind kind);

/*
 * dedup_key(st, kind, out): the name by which receivers tell incidents apart,
 * so that a page is raised once and resolved once: "SLUG:KIND:START", as
 * alert_key makes it for the events of the incident. Returns out, which has
 * ALERT_KEY_SIZE bytes.
 */
const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out);

/*
 * incident_with(st, key): the open incident with that dedup_key, or NULL.
 * incident_notify(inc, route): note that its events go to this route from now on,
 * which has taken none of them. incident_taken(st, key, route): the route has taken
 * one of the incident with that key, if that is open.
 */
struct incident *incident_with(struct alert_state *st, const char *key);
void incident_notify(struct incident *inc, const char *route);
void incident_taken(
	struct alert_state *st, const char *key, const char *route);

/*
 * incident_copy(to, from): make *to a copy of its own. incident_release(inc):
 * free what it holds; it is closed.
 */
void incident_copy(struct incident *to, const struct incident *from);
void incident_release(struct incident *inc);

/* ack_release(a), escalation_release(c): free what they hold; there is none. */
void ack_release(struct ack *a);
void escalation_release(struct escalation *c);

/* pending_release(p): free what it holds. */
void pending_release(struct pending *p);

/*
 * state_write(b, st): append the state as one JSON object without a newline.
 * It begins with {"v":1,"revision":N, which the script of state/state_store.c
 * relies on.
 */
void state_write(struct buf *b, const struct alert_state *st);

/*
 * state_write_head(b, st): only what it begins with: what is different in two
 * writes of the same content.
 */
void state_write_head(struct buf *b, const struct alert_state *st);

/*
 * state_read(p, n, slug, st, why): read what state_write wrote for that slug.
 * False, an initialised *st, and why, which has STATE_WHY bytes, where it is
 * anything else.
 */
bool state_read(const char *p, size_t n, const char *slug,
	struct alert_state *st, char *why);

/*
 * timeline.c: what was decided about a server is noted: in its timeline, for the
 * history, and for the public where it may know. Pure.
 */

/* state_note(st, at, what, text): add to the timeline; the oldest goes. */
void state_note(struct alert_state *st, double at, const char *what,
	const char *text);

/* state_note_event(st, r): the same for an event that is sent, whose text
   state_keep_event puts into the history. */
void state_note_event(struct alert_state *st, const struct alert_record *r);

/*
 * state_keep_event(st, e): add to the history that an event is sent, and, by
 * state_keep_update, to the updates of its incident where the public may know of
 * it; the last entry of the timeline is that of the event.
 * state_keep_delivery(st, p, d, at, what, why): what became of the delivery d of
 * event p, one of records/history.h; and why, or NULL where it succeeded.
 */
void state_keep_event(struct alert_state *st, const struct alert_event *e);
void state_keep_update(struct alert_state *st, const struct alert_event *e);
void state_keep_delivery(struct alert_state *st, const struct pending *p,
	const struct delivery *d, double at, const char *what, const char *why);

/*
 * state_keep_shared(st, kind, group, at): add to the history that the incident
 * of that kind is sent as part of the shared incident `group`.
 */
void state_keep_shared(struct alert_state *st, enum alert_kind kind,
	const char *group, double at);

/*
 * tool_change.c: a change of tools, as an incident or an event keeps it. Pure.
 * The names of tools come from strangers: they are cleaned, cut, and at most
 * ALERT_NAMES of each list are kept.
 */

/*
 * tool_change_set(c, d): make c say what d says. tool_change_reverse(c, d): the
 * change from d->to back to d->from.
 */
void tool_change_set(struct tool_change *c, const struct verdict_drift *d);
void tool_change_reverse(struct tool_change *c, const struct verdict_drift *d);

/*
 * tool_change_words(c, w, n, reverse): make c tell these words, the first
 * ALERT_WORDS of them; of the way back where reverse is true.
 */
void tool_change_words(struct tool_change *c, const struct verdict_words *w,
	size_t n, bool reverse);

/*
 * tool_change_copy(to, from): make *to a copy of its own.
 * tool_change_release(c): free what it holds.
 */
void tool_change_copy(struct tool_change *to, const struct tool_change *from);
void tool_change_release(struct tool_change *c);

/* tool_change_named(c): whether c names a tool. */
bool tool_change_named(const struct tool_change *c);

#endif
