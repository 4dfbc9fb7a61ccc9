/*
 * summary.h: the headline of an incident, which a woken person reads first, and
 * the sentence below it; and the phrases of which both are made. Pure.
 */
#ifndef INCIDENT_SUMMARY_H
#define INCIDENT_SUMMARY_H

#include "incident/state.h"

/* What is told, beside its phase. */
struct summary {
	/* Set by events_put, with the incident: */
	const char *slug;
	const char *url; /* or NULL */
	bool common;	 /* many servers share it */
	const char *zone; /* of the times in it; NULL: UTC */
	enum alert_kind kind;
	enum alert_phase phase;
	const struct incident *incident;
	const struct maintenance_hold
		*maintenance; /* of an overrun: the one before it */
	double at;
	bool slow; /* a window is a probe, and no minute */
	bool more; /* an escalation because more servers or regions are in it */
	bool worse; /* an escalation because of its layer, not of its age */
	bool turned; /* worse, for it was only our credential until now */
	bool lasts; /* because what is flapping fails without a break */
	bool unacknowledged; /* because nobody acknowledged it */
	enum severity was; /* before an escalation; 0: the same, or not known */
	/* It ends because nobody watches any more: the sentence, up to " after
	 * 12 min"; or NULL. */
	const char *unwatched;
};

/* summary_put(b, s): append one sentence; about a recovery, three. */
void summary_put(struct buf *b, const struct summary *s);

/*
 * summary_headline(b, s): append how bad it is, what happened to the incident,
 * and, behind ": ", what users notice: "P1, nobody has answered for 15 min: shop
 * is down". s->slug is the server, or "each of 7 servers".
 */
void summary_headline(struct buf *b, const struct summary *s);

/*
 * phrase_regions(b, l): append "a", "a and b", "a, b and c"; of more than six
 * names the first six, and how many more there are. phrase_cities(b, l): the
 * same with the cities of the regions l, where they are known.
 */
void phrase_regions(struct buf *b, const struct strings *l);
void phrase_cities(struct buf *b, const struct strings *l);

/*
 * summary_put_silent(b, inc, l, now, zone): append "London has not reported since
 * 17:08 UTC; it failed when last seen", of the regions l of an incident.
 */
void summary_put_silent(struct buf *b, const struct incident *inc,
	const struct strings *l, double now, const char *zone);

/* phrase_duration(b, s): append "40 s", "27 min", "1 h 30 min", "3 d 4 h", "6 d". */
void phrase_duration(struct buf *b, long long s);

/*
 * phrase_time(b, t, day, zone): append "14:32", with its date before it if day
 * is true; t is in epoch seconds, and shown as a clock in that zone does; a zone
 * of NULL is UTC, here and below. phrase_zone has to follow, sooner or later.
 */
void phrase_time(struct buf *b, int64_t t, bool day, const char *zone);

/*
 * phrase_time_seen(b, t, now, zone): the same, with the date unless it is
 * today's. phrase_instant: and the zone behind it: "14:32 UTC", "14:32 Berlin time".
 */
void phrase_time_seen(struct buf *b, int64_t t, double now, const char *zone);
void phrase_instant(struct buf *b, int64_t t, double now, const char *zone);

/* phrase_same_day(a, b, zone): whether two instants are of one day there. */
bool phrase_same_day(double a, double b, const char *zone);

/*
 * phrase_date(b, t, now, zone): append "Sun 22 Nov 02:05", as a clock in that
 * zone shows t; with the year where t is more than half a year from now.
 * phrase_zone(b, zone): append " UTC", or for Europe/Berlin " Berlin time".
 */
void phrase_date(struct buf *b, int64_t t, double now, const char *zone);
void phrase_zone(struct buf *b, const char *zone);

/* phrase_span(b, from, to, zone): append " after 23 min (14:32–14:55 UTC).", with
   the dates where these differ. */
void phrase_span(struct buf *b, int64_t from, int64_t to, const char *zone);

#endif
