/* SPDX-License-Identifier: MIT */
/*
 * incidents.h: what the public may know of the incidents of a server, out of
 * what mcp-alert keeps of it in alert:<slug> and, for longer, in
 * alert:<slug>:incidents. Pure. Steps, codes, summaries, reasons and the names of
 * people stay behind.
 */
#ifndef DATA_INCIDENTS_H
#define DATA_INCIDENTS_H

#include "records/incident.h"
#include "terms/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The trouble that visitors notice; with the first ones the server cannot be
 * used.
 */
enum trouble {
	TROUBLE_DOWN,
	TROUBLE_REGIONAL,
	TROUBLE_OVERRUN,
	TROUBLE_REFUSED, /* our credential is: nobody knows */
	TROUBLE_LIMITED,
	TROUBLE_ERRORS,
	TROUBLE_SLOW,
	TROUBLE_TOOLS,
	TROUBLE_MANUAL /* the operator says so; no check sees it */
};
#define TROUBLES 9
#define TROUBLE_UNUSABLE (TROUBLE_OVERRUN + 1)

#define INCIDENT_REGIONS 100

/* The names of regions. */
struct incident_regions {
	char (*v)[REGION_MAX + 1];
	size_t n, cap;
};

/* An event of an incident, and when it was. */
struct incident_news {
	double at; /* epoch seconds */
	enum update_what what;
	struct incident_regions regions; /* that it is news of */
	char *text; /* what the operators wrote, or NULL */
	enum progress progress; /* of UPDATE_PROGRESS */
};
/*
 * Only a state of mcp-alert with an open incident contains this: in JSON no
 * string has a quote that is not escaped. A look for it spares the tree of all
 * other states.
 */
#define INCIDENTS_OPEN "\"incidents\":[{"

struct incident {
	enum trouble trouble;
	enum alert_kind kind;
	int64_t started_at; /* epoch seconds */
	int64_t ended_at;   /* 0: it goes on */
	int64_t updated_at; /* when there was last something new */
	enum progress progress; /* how far the work on it is */
	char *title, *text; /* of TROUBLE_MANUAL, as it was opened; or NULL */
	bool notified;	    /* somebody was notified */
	bool acknowledged;  /* somebody looks after it */
	bool passing;	    /* it works again, but not for long yet */
	bool server_at_fault; /* the server failed, not only our credential */
	bool unseen; /* it may go on where nobody looks any more: ended_at is
			when that began */
	double limit_ms; /* of an open one: it is slow by slow_above alone, which
			    is this; 0: by what is usual */
	char (*regions)[REGION_MAX + 1];
	size_t n_regions;
	struct incident_news *news; /* by time */
	size_t n_news, cap_news;
};

/* The newest first. */
struct incidents {
	struct incident *v;
	size_t n, cap;
	/* Those that became part of others: nothing says when they ended. */
	struct incident *merged;
	size_t n_merged;
	/*
	 * Whether the operators know of tools that nobody approved. What that
	 * is stays with them.
	 */
	struct unapproved_tools {
		bool open, notified, acknowledged;
	} unapproved;
};

/* The two sources of incidents in the store; either may be NULL. */
struct incident_sources {
	const char *state; /* key_alert */
	/* key_incidents: n strings, field and value in turn, or NULL each. */
	const char *const *updates;
	size_t n_updates;
	int64_t since; /* what began and ended earlier is passed over */
};

/*
 * incidents_read(json, l): the incidents of a state, which may be NULL; parts
 * that cannot be read are passed over. incidents_read_all(from, l): those of
 * all sources. incidents_release frees them.
 */
void incidents_read(const char *json, struct incidents *l);
void incidents_read_all(const struct incident_sources *from,
	struct incidents *l);
void incidents_release(struct incidents *l);

/* incidents_find(l, id): the one of that incident_id, also among the merged ones,
   or NULL. */
const struct incident *incidents_find(const struct incidents *l,
	const char *id);

/* incident_merged(l, in): whether it is one of the merged ones of l. */
bool incident_merged(const struct incidents *l, const struct incident *in);

/* incident_said(in, what): what operators wrote last: UPDATE_POSTMORTEM, or
   UPDATE_NOTE: a text after the start; or NULL. */
const struct incident_news *incident_said(const struct incident *in,
	enum update_what what);

/* incident_latest_said(in): what operators said, where nothing is newer; or NULL. */
const struct incident_news *incident_latest_said(const struct incident *in);

/* incidents_open(l): the worst of those that go on, or NULL. */
const struct incident *incidents_open(const struct incidents *l);

#endif
