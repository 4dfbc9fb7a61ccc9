/* SPDX-License-Identifier: MIT */
/*
 * summary.c: the words of an incident, from the facts of its event; and of
 * these the sentence: what is wrong, what happened to it, and how it ended; and
 * the headline, which a woken person reads first.
 */
#include "words/summary.h"

#include "base/text.h"
#include "conf/formats.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* Failing again this often is no accident. */
#define FLAPPING 2

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

static void headline_put(struct buf *b, const struct summary *s)
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

/* "down 14 times, 14 minutes in all" */
static void put_flap_times(struct buf *b, enum alert_kind kind,
	const struct incident *inc, bool since, const char *zone)
{
	long long minutes = (long long)flapping_failed_s(inc) / 60;

	if (kind == ALERT_DOWNTIME || kind == ALERT_OVERRUN)
		buf_str(b, "down ");
	buf_fmt(b, "%d times", inc->flapping.times);
	if (since && inc->flapping.since) {
		buf_str(b, " since ");
		phrase_instant(b, inc->flapping.since,
			(double)inc->passed_since, zone);
	}
	/* Each time it failed for a minute at least. */
	buf_fmt(b, ", %lld minutes in all", minutes);
}

static void put_flapping(struct buf *b, enum alert_kind kind,
	const struct incident *inc, double at, const char *zone)
{
	if (inc->flapping.since) {
		buf_str(b, "; it has been flapping since ");
		phrase_instant(b, inc->flapping.since, at, zone);
	} else if (inc->flaps >= FLAPPING) {
		buf_str(b, "; it is flapping");
	} else {
		return;
	}
	buf_str(b, ": ");
	put_flap_times(b, kind, inc, false, zone);
}

static void put_flapping_past(struct buf *b, enum alert_kind kind,
	const struct incident *inc, const char *zone)
{
	if (inc->flapping.times < 2)
		return;
	buf_str(b, kind == ALERT_DOWNTIME || kind == ALERT_OVERRUN
			? " It was "
			: " It failed ");
	put_flap_times(b, kind, inc, true, zone);
	buf_char(b, '.');
}

static void put_span(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	phrase_span(b, inc->first, incident_end(inc), s->zone);
}

static void put_agreement(struct buf *b, const struct summary *s)
{
	buf_fmt(b, s->incident->stale
			? "Clients get the list of tools that %s has again"
			: "All regions see the same tools of %s again",
		s->slug);
	put_span(b, s);
	buf_str(b, " Last to follow: ");
	phrase_cities(b, &s->incident->regions);
	buf_char(b, '.');
}

static void put_report(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (strcmp(s->slug, SLUG_FLEET) == 0) {
		phrase_cities(b, &inc->reached);
		buf_str(b, inc->reached.n == 1 ? " reports" : " report");
		buf_str(b, " again");
	} else if (inc->reached.n) {
		phrase_cities(b, &inc->reached);
		buf_str(b, inc->reached.n == 1 ? " reports" : " report");
		buf_str(b, " on ");
		phrase_within(b, s->slug);
		buf_str(b, " again");
	} else {
		buf_str(b, "No region that is silent is asked for ");
		phrase_within(b, s->slug);
		buf_str(b, " any more");
	}
	put_span(b, s);
}

/* The end of an incident whose kind has words for it. */
static void put_over(struct buf *b, const struct summary *s)
{
	buf_str(b, s->slug);
	cause_words(b, kind_words[s->kind].over, s);
	put_span(b, s);
}

static void put_fast(struct buf *b, const struct summary *s)
{
	char limit[CONF_SHOWN];

	if (!s->incident->above) {
		put_over(b, s);
		return;
	}
	buf_fmt(b, "%s is fast enough again: its p50 is not above the "
		   "slow_above of %s",
		s->slug, conf_duration(s->incident->usual / 1000, limit));
	put_span(b, s);
}

/* How often it failed: "Failing minutes: 23", or, where probes are rarer, "4
   failing probes from 3 regions". */
static void put_count(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	size_t n = inc->regions.n;

	if (!(s->event->record.interval_s > 0)) {
		buf_fmt(b, ". Failing minutes: %d.", inc->probe_count);
		return;
	}
	buf_fmt(b, ", %d failing probe%s", inc->probe_count,
		inc->probe_count == 1 ? "" : "s");
	if (n)
		buf_fmt(b, " from %zu region%s", n, n == 1 ? "" : "s");
	buf_char(b, '.');
}

/* At the end: which regions do not report, and how many servers share it whose
   recovery nobody saw, if any. */
static void put_end_unseen(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (inc->unseen)
		buf_fmt(b, " %d of them %s not seen to recover.", inc->unseen,
			inc->unseen == 1 ? "was" : "were");
	if (!inc->silent.n)
		return;
	buf_char(b, ' ');
	words_silent(b, inc, &inc->silent, s->at, s->zone);
	buf_char(b, '.');
}

static void put_recovery(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *layer = failure_layer_name(inc->layer);

	if (refused_is(s)) {
		refused_end(b, s);
		put_count(b, s);
		put_end_unseen(b, s);
		return;
	}
	buf_str(b, s->slug);
	if (s->kind != ALERT_RATE_LIMITED && inc->still.n) {
		cause_remainder(b, &inc->still);
		buf_char(b, ',');
	} else {
		cause_words(b, kind_words[s->kind].over, s);
	}
	put_span(b, s);
	buf_fmt(b, " Root layer: %s", layer ? layer : "unknown");
	put_count(b, s);
	put_flapping_past(b, s->kind, inc, s->zone);
	put_end_unseen(b, s);
	if (!inc->unseen && !inc->silent.n && !inc->still.n)
		buf_str(b, " All layers pass again.");
}

/* The incident that somebody has closed, as the subject of a sentence. */
static void put_closed(struct buf *b, const struct alert_event *e)
{
	if (slug_shared(e->slug))
		buf_fmt(b, "The incident that %zu servers share", e->sharers);
	else if (strcmp(e->slug, SLUG_FLEET) != 0)
		buf_str(b, e->slug);
	else
		buf_str(b, e->record.kind == ALERT_STALLED
				? "Monitoring"
				: "The incident of the fleet");
}

/* Why it ends though it was not seen to recover, up to " after 12 min". */
static void put_unwatched(struct buf *b, const struct summary *s)
{
	const struct event_facts *f = s->facts;
	const struct alert_event *e = s->event;

	switch (f->unwatched) {
	case UNWATCHED_SERVER:
		buf_fmt(b, "%s was taken out of the configuration: its "
			   "incident ends",
			e->slug);
		break;
	case UNWATCHED_REGIONS:
		buf_fmt(b, "%s is no longer probed from ", e->slug);
		phrase_cities(b, &f->names);
		buf_fmt(b, ", %s: its incident ends",
			s->kind == ALERT_DIVERGENCE ? "which saw other tools"
						    : "where it failed");
		break;
	case UNWATCHED_SILENT:
		words_silent(b, s->incident, &f->names, s->at, s->zone);
		buf_fmt(b, ": the incident of %s ends, for nobody watches it "
			   "there,",
			e->slug);
		break;
	case UNWATCHED_SHARED:
		buf_fmt(b, "The incident that %zu servers share ends: none of "
			   "them was seen to recover,",
			e->sharers);
		break;
	default:
		put_closed(b, e);
		buf_fmt(b, " was closed by %s (%s), and was not seen to "
			   "recover,",
			f->by, f->reason);
		break;
	}
}

/* ": TEXT", without the full stop that follows. */
static void put_saying(struct buf *b, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n && text[n - 1] == '.')
		n--;
	if (n)
		buf_fmt(b, ": %.*s", (int)n, text);
}

/* The end of one that somebody opened by hand, "search: stale results;
   resolved by ann: The index is new. It lasted 12 min". */
static void put_manual_end(struct buf *b, const struct summary *s)
{
	const struct event_facts *f = s->facts;

	buf_fmt(b, "%s: %s; %s", s->slug, s->incident->title,
		f->unwatched == UNWATCHED_SERVER
			? "it ends, for the configuration no longer has the "
			  "server"
			: "resolved");
	if (f->by)
		buf_fmt(b, " by %s", f->by);
	put_saying(b, f->reason);
	buf_str(b, ",");
	phrase_span(b, s->incident->first, incident_end(s->incident), s->zone);
}

static void put_churn_end(struct buf *b, const struct summary *s)
{
	put_over(b, s);
	buf_str(b, " Its changes are reported again.");
}

/* The ends that have more to say. */
static void (*const ends[ALERT_KINDS])(
	struct buf *b, const struct summary *s) = {
	[ALERT_DOWNTIME] = put_recovery,
	[ALERT_REGIONAL] = put_recovery,
	[ALERT_RATE_LIMITED] = put_recovery,
	[ALERT_LATENCY] = put_fast,
	[ALERT_DIVERGENCE] = put_agreement,
	[ALERT_CHURN] = put_churn_end,
	[ALERT_SILENT] = put_report,
	[ALERT_OVERRUN] = put_recovery,
	[ALERT_MANUAL] = put_manual_end,
};

/* How it ended. */
static void put_end(struct buf *b, const struct summary *s)
{
	if (s->facts->unwatched && s->kind != ALERT_MANUAL) {
		put_unwatched(b, s);
		put_span(b, s);
	} else {
		(ends[s->kind] ? ends[s->kind] : put_over)(b, s);
	}
}

static void put_found_end(struct buf *b, const struct summary *s)
{
	put_count(b, s);
	buf_str(b, " It is over; while it lasted its minutes could not be "
		   "judged, and nobody was notified.");
}

/* An incident that was over when it was found: "was down 09:49 to 09:53 UTC".
   */
static void put_found(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (refused_is(s)) {
		refused_found(b, s);
		put_found_end(b, s);
		return;
	}
	buf_str(b, s->slug);
	if (s->kind == ALERT_DOWNTIME) {
		buf_str(b, " was down");
	} else {
		buf_str(b, s->kind == ALERT_RATE_LIMITED ? " answered 429 to "
							 : " failed from ");
		phrase_cities(b, &inc->regions);
	}
	phrase_found(b, inc->first, incident_end(inc), s->at, s->zone);
	cause_failure(b, s);
	if (s->kind == ALERT_DOWNTIME) {
		buf_str(b, " from ");
		phrase_cities(b, &inc->regions);
	}
	put_found_end(b, s);
}

/* "; alice has acknowledged it for 1 h: REASON" */
static void put_ack(struct buf *b, const struct ack *a)
{
	buf_fmt(b, "; %s has acknowledged it for ", a->by);
	phrase_duration(b, llround(a->until - a->at));
	if (a->reason)
		buf_fmt(b, ": %s", a->reason);
}

/* "; identified by ann: the index is stale" */
static void put_said(struct buf *b, const struct summary *s, const char *what)
{
	buf_fmt(b, "; %s", what);
	if (s->facts->by)
		buf_fmt(b, " by %s", s->facts->by);
	put_saying(b, s->facts->text);
}

/* Before "by ann". */
static const char *progress_done(enum progress p)
{
	return p == PROGRESS_IDENTIFIED ? "cause identified"
		: p == PROGRESS_MONITORING ? "now monitored"
					   : "now investigated";
}

static void put_summary(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (s->phase == ALERT_RESOLVED || s->phase == ALERT_FOUND) {
		(s->phase == ALERT_FOUND ? put_found : put_end)(b, s);
		return;
	}
	cause_put(b, s);
	if (s->facts->unacknowledged) {
		buf_str(b, "; nobody has answered for ");
		words_age(b, s->at, inc->opened_at);
	} else if (s->phase == ALERT_ESCALATED &&
		(s->facts->more || s->kind == ALERT_SILENT)) {
		buf_str(b, "; more than before");
	} else if (s->phase == ALERT_ESCALATED && s->facts->lasts) {
		buf_str(b, "; now without a break since ");
		phrase_instant(b, inc->flapping.spell, s->at, s->zone);
	} else if (s->phase == ALERT_ESCALATED && s->facts->worse) {
		buf_str(b, "; worse than before");
		if (s->facts->was && s->facts->was != inc->severity)
			buf_fmt(b, ", now %s (was %s)",
				severity_name(inc->severity),
				severity_name(s->facts->was));
		if (s->facts->turned)
			buf_str(b, "; before, only our credential was refused");
	} else if (s->phase == ALERT_ACKNOWLEDGED) {
		put_ack(b, &inc->ack);
	} else if (s->phase == ALERT_UPDATED) {
		put_said(b, s, progress_done(inc->progress));
	} else if (s->phase == ALERT_STARTED && s->facts->text) {
		put_said(b, s, "opened");
	} else if (s->phase != ALERT_STARTED &&
		!incident_all_silent(inc, s->kind)) {
		buf_str(b, "; not over after ");
		words_age(b, s->at, inc->first);
		if (s->phase == ALERT_ESCALATED)
			buf_fmt(b, ", so now %s (was P2)",
				severity_name(inc->severity));
	}
	if (inc->ack.by && s->phase != ALERT_ACKNOWLEDGED)
		buf_fmt(b, "; the acknowledgement by %s has ended",
			inc->ack.by);
	put_flapping(b, s->kind, inc, s->at, s->zone);
	if (inc->silent.n && !incident_all_silent(inc, s->kind)) {
		buf_str(b, "; ");
		words_silent(b, inc, &inc->silent, s->at, s->zone);
	}
	buf_char(b, '.');
}

/* The name of the server; of a common incident, of the servers that have it, or
   had it: in a headline only how many they are. */
static void put_name(struct buf *b, const struct alert_event *e, bool headline)
{
	const struct strings *l = &e->servers;

	if (!e->sharers) {
		buf_str(b, e->slug);
		return;
	}
	if (l->n > 1)
		buf_fmt(b, "%cach of %zu servers", headline ? 'e' : 'E', l->n);
	if (l->n > 1 && headline)
		return;
	buf_str(b, l->n > 1 ? " (" : "");
	phrase_regions(b, l);
	buf_str(b, l->n > 1 ? ")" : "");
}

static char *words_of(const struct alert_event *e, bool headline)
{
	const struct alert_record *r = &e->record;
	struct summary s = {
		.url = e->url,
		.common = e->sharers > 1,
		.zone = e->zone,
		.kind = r->kind,
		.phase = r->phase,
		.at = r->at,
		.incident = &e->incident,
		.facts = &e->facts,
		.event = e,
	};
	struct buf b, name;

	buf_init(&name, TEXT_SIZE);
	put_name(&name, e, headline);
	s.slug = name.p;
	buf_init(&b, TEXT_SIZE);
	(headline ? headline_put : put_summary)(&b, &s);
	buf_release(&name);
	return buf_take(&b);
}

/* Whether the words are those of an incident, and not of a notice. */
static bool tells_incident(const struct alert_event *e)
{
	return e->record.phase != ALERT_ONCE && !e->facts.stall;
}

void event_words(struct alert_event *e)
{
	if (e->summary)
		return;
	if (tells_incident(e)) {
		e->headline = words_of(e, true);
		e->summary = words_of(e, false);
	} else {
		e->summary = words_notice(e);
	}
	e->record.headline = e->headline;
	e->record.summary = e->summary;
}

void events_words(struct alert_events *l)
{
	for (size_t i = 0; i < l->n; i++)
		event_words(&l->v[i]);
}
