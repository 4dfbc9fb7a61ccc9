/* SPDX-License-Identifier: MIT */
/*
 * headline.c: the headline of an incident, which a woken person reads first:
 * how urgent it is, what happened to it, and how the server is.
 */
#include "words/summary.h"

#include "incident/incident.h"

#include <string.h>

/* "P1", and what happened to the incident. */
static void put_state(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *severity = severity_name(inc->severity);
	bool aged = !s->facts->worse && !s->facts->more && !s->facts->unacknowledged;
	enum severity was = aged ? SEVERITY_P2 : s->facts->was;

	if (s->phase == ALERT_RESOLVED) {
		buf_fmt(b, "%s %s after ", severity,
			s->facts->unwatched && s->kind != ALERT_MANUAL
				? "closed"
				: "over");
		words_age(b, (double)inc->passed_since, inc->first);
	} else if (s->phase == ALERT_ACKNOWLEDGED) {
		buf_fmt(b, "%s, acknowledged by %s", severity, inc->ack.by);
	} else if (s->phase == ALERT_UPDATED) {
		buf_fmt(b, "%s, %s", severity, progress_name(inc->progress));
	} else if (s->phase == ALERT_REMINDER) {
		buf_fmt(b, "%s, open for ", severity);
		words_age(b, s->at, inc->first);
	} else if (s->phase != ALERT_ESCALATED) {
		buf_fmt(b, "%s%s", severity,
			s->phase == ALERT_FOUND ? ", over" : "");
	} else if (s->facts->unacknowledged) {
		buf_fmt(b, "%s, nobody has answered for ", severity);
		words_age(b, s->at, inc->opened_at);
	} else if (s->facts->more || s->kind == ALERT_SILENT) {
		buf_fmt(b, "%s, more %s", severity,
			s->facts->more ? "servers" : "regions");
	} else if (s->facts->lasts) {
		buf_fmt(b, "%s, now without a break", severity);
	} else if (was && was != inc->severity) {
		buf_fmt(b, "now %s (was %s)", severity, severity_name(was));
	} else {
		buf_fmt(b, "%s, worse", severity);
	}
}

/* The end of a headline for an incident that is over. */
static void put_good(struct buf *b, const struct summary *s)
{
	if (s->facts->unwatched) {
		buf_str(b, "was not seen to recover");
	} else if (s->incident->still.n) {
		buf_str(b, "works again, but not from ");
		phrase_few_cities(b, &s->incident->still);
	} else if (s->kind == ALERT_LATENCY && s->incident->above) {
		buf_str(b, "is fast enough again");
	} else {
		cause_phrase(b, kind_words[s->kind].good, &s->incident->regions,
			phrase_few_cities);
	}
	if (s->incident->silent.n && !s->facts->unwatched) {
		buf_str(b, ", but is not watched from ");
		phrase_few_cities(b, &s->incident->silent);
	}
	if (s->incident->unseen && !s->facts->unwatched)
		buf_fmt(b, ", except %d that %s not seen to recover",
			s->incident->unseen,
			s->incident->unseen == 1 ? "was" : "were");
}

/* The words of an incident that lasts, or is found when it is over. */
static const char *lasting(const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (s->phase == ALERT_FOUND)
		return s->kind == ALERT_DOWNTIME ? "was down"
			: s->kind == ALERT_RATE_LIMITED
			? "turned our probes away with 429"
			: "failed from %";
	if (s->kind == ALERT_DOWNTIME)
		return cause_down(inc);
	if (s->kind == ALERT_REGIONAL && inc->follows &&
		s->phase == ALERT_STARTED)
		return "works again, but not from %";
	if (s->kind == ALERT_REGIONAL && inc->reached.n)
		return "works, but not from %";
	if (s->kind == ALERT_DIVERGENCE && inc->stale)
		return "has a stale cache in front of it";
	return kind_words[s->kind].bad;
}

/* The end of a headline for an incident that lasts. */
static void put_bad(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (incident_all_silent(inc, s->kind))
		cause_phrase(b, "failed when last seen from %", &inc->silent,
			phrase_few_cities);
	else
		cause_phrase(b, lasting(s), &inc->regions, phrase_few_cities);
}

void headline_put(struct buf *b, const struct summary *s)
{
	bool fleet = strcmp(s->slug, SLUG_FLEET) == 0;

	put_state(b, s);
	if (refused_is(s)) {
		buf_str(b, ": ");
		refused_headline(b, s);
		return;
	}
	if (s->kind == ALERT_MANUAL) {
		buf_fmt(b, ": %s: %s", s->slug, s->incident->title);
		return;
	}
	buf_fmt(b, ": %s ",
		s->kind == ALERT_STALLED ? "monitoring"
			: fleet		 ? "the fleet"
					 : s->slug);
	if (s->phase == ALERT_RESOLVED)
		put_good(b, s);
	else
		put_bad(b, s);
}
