/* SPDX-License-Identifier: MIT */
/*
 * words.h: the words of events, and names, durations and times within sentences
 * for operators: messages, reports, the acknowledge page. Pure.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/buf.h"
#include "base/strings.h"
#include "incident/event.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * phrase_regions(b, l): append "a", "a and b", "a, b and c"; of more than six
 * names the first six, and how many more there are. phrase_cities(b, l): the
 * same with the cities of the regions l, where they are known.
 * phrase_few_cities: two of them, for a headline.
 */
void phrase_regions(struct buf *b, const struct strings *l);
void phrase_cities(struct buf *b, const struct strings *l);
void phrase_few_cities(struct buf *b, const struct strings *l);

/*
 * phrase_within(b, name): append the name of a server within a sentence: "Each
 * of 6 servers (a, b …)" becomes "each of …", "*" becomes "the fleet".
 */
void phrase_within(struct buf *b, const char *name);

/*
 * phrase_duration(b, s): append "40 s", "27 min", "1 h 30 min", "3 d 4 h", "6
 * d". words_age(b, at, since): how long ago `since` was at the instant `at`; a
 * clock that was set back gives 0.
 */
void phrase_duration(struct buf *b, long long s);
void words_age(struct buf *b, double at, int64_t since);

/*
 * phrase_time(b, t, day, zone): append "14:32", with its date before it if day
 * is true; t is in epoch seconds, and shown as a clock in that zone does; a
 * zone of NULL is UTC, here and below. phrase_zone has to follow, sooner or
 * later.
 */
void phrase_time(struct buf *b, int64_t t, bool day, const char *zone);

/*
 * phrase_time_seen(b, t, now, zone): the same, with the date unless it is
 * today's. phrase_instant: and the zone behind it: "14:32 UTC", "14:32 Berlin
 * time".
 */
void phrase_time_seen(struct buf *b, int64_t t, double now, const char *zone);
void phrase_instant(struct buf *b, int64_t t, double now, const char *zone);

/* phrase_same_day(a, b, zone): whether two instants are of one day there. */
bool phrase_same_day(double a, double b, const char *zone);

/*
 * phrase_found(b, first, end, at, zone): append " 14:02 to 14:30 UTC, found at
 * 14:31: ".
 */
void phrase_found(struct buf *b, int64_t first, int64_t end, double at,
	const char *zone);

/*
 * phrase_date(b, t, now, zone): append "Sun 22 Nov 02:05", as a clock in that
 * zone shows t; with the year where t is more than half a year from now.
 * phrase_zone(b, zone): append " UTC", or for Europe/Berlin " Berlin time".
 */
void phrase_date(struct buf *b, int64_t t, double now, const char *zone);
void phrase_zone(struct buf *b, const char *zone);

/* phrase_span(b, from, to, zone): append " after 23 min (14:32–14:55 UTC).",
   with the dates where these differ. */
void phrase_span(struct buf *b, int64_t from, int64_t to, const char *zone);

/*
 * event_words(e): make the headline and the summary of e from its facts, unless
 * it has them. events_words(l): those of all.
 */
void event_words(struct alert_event *e);
void events_words(struct alert_events *l);

/* words_notice(e): the summary of an event that is no news of an incident. */
char *words_notice(const struct alert_event *e);

/*
 * words_silent(b, inc, l, now, zone): append "London has not reported since
 * 17:08 UTC; it failed when last seen", of the regions l of an incident.
 */
void words_silent(struct buf *b, const struct incident *inc,
	const struct strings *l, double now, const char *zone);

/*
 * words_tool_names(b, l): append "a", "a and b", "a, b and 3 more"; long names
 * are cut, so that a sentence stays readable. words_excerpt(b, c): append the
 * first of the words, where there are any:
 *
 * ; get_data, /description: "Gets…" has become "Reads…"
 */
void words_tool_names(struct buf *b, const struct strings *l);
void words_excerpt(struct buf *b, const struct tool_change *c);

/* words_tool_change(b, c): append "find became seek; get removed; put added; a
   and b changed". */
void words_tool_change(struct buf *b, const struct tool_change *c);

#endif
