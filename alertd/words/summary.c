/* SPDX-License-Identifier: MIT */
/*
 * summary.c: the headline of an incident, which a woken person reads first, and
 * the sentence below it, from the facts of its event.
 */
#include "words/words.h"

#include "base/text.h"
#include "conf/formats.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* Failing again this often is no accident. */
#define FLAPPING 2

/* The subject of the words. */
struct summary {
	const char *slug; /* the name of the server, or of those that share it */
	const char *url; /* or NULL */
	bool common;	 /* many servers share it */
	const char *zone; /* of the times in it; NULL: UTC */
	enum alert_kind kind;
	enum alert_phase phase;
	double at;
	const struct incident *incident;
	const struct event_facts *facts;
	const struct alert_event *event;
};

void words_silent(struct buf *b, const struct incident *inc,
	const struct strings *l, double now, const char *zone)
{
	bool one = l->n == 1;

	phrase_cities(b, l);
	buf_str(b, one ? " has" : " have");
	buf_str(b, " not reported since ");
	phrase_instant(b, inc->seen ? inc->seen : inc->failed, now, zone);
	if (inc->checks_refused)
		buf_str(b, "; our credential was refused there when last seen");
	else
		buf_fmt(b, "; %s failed when last seen", one ? "it" : "they");
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

static bool is_refused(const struct summary *s)
{
	return s->incident->checks_refused && !s->facts->unwatched;
}

/* " from London", unless it is so everywhere; of silent regions nobody knows.
   At the end without those where it goes on. */
static bool put_refused_where(struct buf *b, const struct incident *inc, bool over)
{
	struct strings heard = {0};
	bool some;

	strings_copy(&heard, &inc->regions);
	for (size_t i = 0; i < inc->silent.n; i++)
		strings_drop(&heard, inc->silent.v[i]);
	for (size_t i = 0; over && i < inc->still.n; i++)
		strings_drop(&heard, inc->still.v[i]);
	some = heard.n && (int)heard.n < inc->expected;
	if (some) {
		buf_str(b, " from ");
		phrase_cities(b, &heard);
	}
	strings_release(&heard);
	return some;
}

static void put_refused_since(struct buf *b, const struct summary *s, bool there,
	bool zone)
{
	buf_fmt(b, ": our credential is refused%s since ",
		there ? " there" : "");
	phrase_time_seen(b, s->incident->first, s->at, s->zone);
	if (zone)
		phrase_zone(b, s->zone);
	buf_str(b, "; it worked until then");
}

static void put_refused_headline(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	bool there;

	if (s->phase == ALERT_RESOLVED) {
		buf_str(b, "we can check ");
		phrase_within(b, s->slug);
		put_refused_where(b, inc, true);
		buf_str(b, inc->still.n ? " again, but not from " : " again");
		phrase_cities(b, &inc->still);
		if (inc->silent.n) {
			buf_str(b, ", but have no report from ");
			phrase_few_cities(b, &inc->silent);
		}
		return;
	}
	if (incident_all_silent(s->incident, s->kind)) {
		buf_str(b, "our credential for ");
		phrase_within(b, s->slug);
		buf_str(b, " was refused when last seen from ");
		phrase_few_cities(b, &inc->silent);
		return;
	}
	buf_str(b, s->phase == ALERT_FOUND ? "we could not check "
					   : "we cannot check ");
	phrase_within(b, s->slug);
	there = put_refused_where(b, inc, false);
	if (s->phase == ALERT_FOUND)
		buf_str(b, ": our credential was refused");
	else
		put_refused_since(b, s, there, false);
}

/* " (auth-initialize fails with auth.rejected)" */
static void put_refused_code(struct buf *b, const struct incident *inc)
{
	const char *step = step_name(inc->step);

	buf_fmt(b, " (%s fails%s%s)", step ? step : "a step",
		inc->error ? " with " : "", inc->error ? inc->error : "");
}

static void put_refused(struct buf *b, const struct summary *s)
{
	bool there;

	buf_str(b, "We cannot check ");
	phrase_within(b, s->slug);
	there = put_refused_where(b, s->incident, false);
	put_refused_since(b, s, there, true);
	put_refused_code(b, s->incident);
	buf_str(b, "; clients with their own access may be fine");
}

static void put_refused_end(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, "We can check ");
	phrase_within(b, s->slug);
	put_refused_where(b, inc, true);
	buf_str(b, inc->still.n ? " again, but not from " : " again");
	phrase_cities(b, &inc->still);
	buf_str(b, inc->still.n ? "," : ": our credential is accepted,");
	phrase_span(b, inc->first, incident_end(inc), s->zone);
	buf_str(b, " Nobody knows how the server was meanwhile");
}

static void put_refused_found(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	bool days = !phrase_same_day((double)inc->first, s->at, s->zone);

	buf_str(b, "We could not check ");
	phrase_within(b, s->slug);
	put_refused_where(b, inc, false);
	buf_char(b, ' ');
	phrase_time(b, inc->first, days, s->zone);
	buf_str(b, " to ");
	phrase_time(b, incident_end(inc), days, s->zone);
	phrase_zone(b, s->zone);
	buf_str(b, ", found at ");
	phrase_time(b, (int64_t)s->at, false, s->zone);
	buf_str(b, ": our credential was refused");
	put_refused_code(b, inc);
}

static void put_failure(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *step = failure_step(inc->step, inc->error, s->url);

	buf_fmt(b, "%s fails", step ? step : "a step");
	if (inc->error)
		buf_fmt(b, " with %s", inc->error);
}

/* The headline for a server that is down; a hard outage may be in all
   regions. */
static const char *down_words(const struct incident *inc)
{
	bool all = inc->tier == TIER_HARD_OUTAGE && inc->expected > 0 &&
		(int)inc->regions.n >= inc->expected;

	if (inc->step == STEP_DNS || inc->step == STEP_TLS)
		return all ? "is unreachable everywhere" : "cannot be reached";
	if (inc->layer == LAYER_TRANSPORT)
		return all ? "times out everywhere" : "does not answer in time";
	if (inc->layer == LAYER_TOOLS)
		return all ? "answers, but its tools fail everywhere"
			   : "answers, but its tools fail";
	return all ? "is down everywhere" : "is down";
}

static void put_downtime(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, " %s: ", down_words(inc));
	put_failure(b, s);
	buf_str(b, " from ");
	phrase_cities(b, &inc->regions);
	if (inc->expected == 1)
		buf_str(b, ", its only region");
	else
		buf_fmt(b, " (%zu of %d regions)", inc->regions.n,
			inc->expected);
}

/* The rest of a downtime: "works again, but not from London" */
static void put_remainder(struct buf *b, const struct strings *regions)
{
	buf_str(b, " works again, but not from ");
	phrase_cities(b, regions);
}

/* The likely cause of a failure in one region: on the way to a server,
   or, of many servers, on the way out of the region. */
static const char *suspicion(const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (failure_layer_of(inc->step, inc->error) != LAYER_TRANSPORT)
		return ")";
	return s->common ? "): possibly the network of the region itself"
			 : "): possibly a routing or CDN issue";
}

static void put_regional(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	bool reached = inc->reached.n > 0;

	if (reached) {
		buf_str(b, " is available from ");
		phrase_cities(b, &inc->reached);
		buf_str(b, ", but not from ");
	} else {
		buf_str(b, " fails from ");
	}
	phrase_cities(b, &inc->regions);
	buf_str(b, " (");
	put_failure(b, s);
	buf_str(b, reached ? suspicion(s)
			   : "), and no other region says that it works");
}

/* "have seen fetch instead since 14:02", of those that do not see it yet. */
static void put_newer(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const struct tool_change *c = &inc->change;

	buf_str(b, inc->reached.n == 1 ? " has seen " : " have seen ");
	if (c->added.n && (c->removed.n || c->changed.n)) {
		words_tool_names(b, &c->added);
		buf_str(b, " instead");
	} else if (c->added.n) {
		buf_str(b, "it");
	} else if (c->removed.n) {
		buf_str(b, "it gone");
	} else if (c->changed.n || c->redescribed.n) {
		buf_str(b, "the new one");
	} else {
		buf_str(b, "others");
	}
	buf_str(b, " since ");
	phrase_instant(b, c->since, (double)inc->opened_at, s->zone);
}

/*
 * "clients in London get a list that is older than the server's, 57 min old,
 * without fetch_data and with get_data"
 */
static void put_stale(struct buf *b, const struct incident *inc)
{
	const struct {
		const char *what;
		const struct strings *names;
	} parts[] = {
		{"without ", &inc->change.added},
		{"still with ", &inc->change.removed},
		{"with an old form of ", &inc->change.changed},
		{"with an old description of ", &inc->change.redescribed},
	};
	const char *comma = ": ";

	buf_str(b, " has a stale cache in front of it: clients in ");
	phrase_cities(b, &inc->regions);
	buf_str(b, " get a list that is older than the server's");
	if (inc->stale_age_s > 0) {
		buf_str(b, ", by ");
		phrase_duration(b, (long long)inc->stale_age_s);
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].names->n)
			continue;
		buf_fmt(b, "%s%s", comma, parts[i].what);
		words_tool_names(b, parts[i].names);
		comma = ", ";
	}
	if (inc->stale_more)
		buf_fmt(b, ", and %d more that differ", inc->stale_more);
}

static void put_older(struct buf *b, const struct tool_change *c)
{
	if (c->removed.n) {
		words_tool_names(b, &c->removed);
	} else if (c->changed.n) {
		buf_str(b, "the old form of ");
		words_tool_names(b, &c->changed);
	} else if (c->redescribed.n) {
		buf_str(b, "the old description of ");
		words_tool_names(b, &c->redescribed);
	} else {
		buf_str(b, "the old ones");
	}
}

static void put_divergence(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const struct tool_change *c = &inc->change;
	bool one = inc->regions.n == 1;

	if (inc->stale) {
		put_stale(b, inc);
		return;
	}
	buf_str(b, " shows different tools: ");
	phrase_cities(b, &inc->regions);
	if (c->removed.n || c->changed.n || !c->added.n) {
		buf_str(b, one ? " still sees " : " still see ");
		put_older(b, c);
	} else {
		buf_str(b, one ? " does not see " : " do not see ");
		words_tool_names(b, &c->added);
		buf_str(b, " yet");
	}
	buf_str(b, "; ");
	if (inc->reached.n)
		phrase_cities(b, &inc->reached);
	else
		buf_str(b, "others");
	put_newer(b, s);
	buf_str(b, " - a stale cache or an origin that was not updated");
	words_excerpt(b, c);
}

static void put_churn(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, " changes its tools all the time, since ");
	phrase_instant(b, inc->first, s->at, s->zone);
	buf_fmt(b, ": its list of tools changed %.0f times in the last hour; "
		   "until that ends, single changes and differences between "
		   "regions are not reported",
		inc->value);
}

static void put_unapproved(struct buf *b, const struct incident *inc)
{
	static const char *const what[] = {
		[CHANGE_BREAKING] = ", and callers may break",
		[CHANGE_COMPATIBLE] = ", and callers go on as before",
		[CHANGE_WORDS] = ", in their descriptions",
		[CHANGE_ORDER] = "",
	};

	buf_str(b, " has tools that nobody approved");
	buf_str(b, inc->classed ? what[inc->class] : "");
	if (tool_change_named(&inc->change)) {
		buf_str(b, ": ");
		words_tool_change(b, &inc->change);
	}
	buf_str(b, ", as seen from ");
	phrase_cities(b, &inc->regions);
	if (inc->expected > (int)inc->regions.n)
		buf_fmt(b, " (%zu of %d regions)", inc->regions.n,
			inc->expected);
	words_excerpt(b, &inc->change);
}

static void put_silence(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, " has had no report from ");
	phrase_cities(b, &inc->regions);
	if ((int)inc->regions.n == inc->expected)
		buf_str(b, inc->expected == 1 ? ", its only region,"
					      : ", all its regions,");
	buf_str(b, " since ");
	phrase_instant(b, inc->first, s->at, s->zone);
	buf_str(b, ": a runner or its network fails, which says nothing about "
		   "the server");
}

/* Regions that are cut off, which is no server's trouble. */
static void put_isolation(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b,
		inc->regions.n == 1 ? "The network of " : "The networks of ");
	phrase_cities(b, &inc->regions);
	buf_str(b, inc->regions.n == 1 ? " has" : " have");
	buf_str(b, " been cut off since ");
	phrase_instant(b, inc->first, s->at, s->zone);
	buf_str(b, ": no server answers there, and other regions do not see "
		   "that; what is probed from there counts as no data, and "
		   "says nothing about any server");
}

static void put_overrun(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const struct alert_event *e = s->event;

	buf_str(b, " is still down");
	/* Another one may have begun since. */
	if (inc->opened_at >= e->maintenance_end) {
		buf_char(b, ' ');
		phrase_duration(b, inc->opened_at - e->maintenance_end);
		buf_str(b, " after its maintenance");
		if (e->maintenance_reason)
			buf_fmt(b, " (%s)", e->maintenance_reason);
		buf_str(b, " ended");
	}
	buf_str(b, ": ");
	put_failure(b, s);
	buf_str(b, " from ");
	phrase_cities(b, &inc->regions);
}

/* "p50 2.4 s for 3 minutes; slow_above is 2s" */
static void put_above(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	double every = s->event->record.interval_s;
	long long minutes = llround(inc->above * fmax(60, every) / 60);
	char limit[CONF_SHOWN];

	if (inc->value < 1000)
		buf_fmt(b, " is slow: p50 %.0f ms for ", inc->value);
	else
		buf_fmt(b, " is slow: p50 %.1f s for ", inc->value / 1000);
	if (minutes < 120)
		buf_fmt(b, "%lld minute%s", minutes, minutes == 1 ? "" : "s");
	else
		phrase_duration(b, 60 * minutes);
	buf_fmt(b, "; slow_above is %s",
		conf_duration(inc->usual / 1000, limit));
}

/* "p95 is 940 ms, 3.2 times that of 30 days (290 ms)" */
static void put_latency(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (inc->above)
		put_above(b, s);
	else
		buf_fmt(b, " is slow: the 95th percentile is %.0f ms, %.1f "
			   "times the %.0f ms of 30 days",
			inc->value, inc->value / inc->usual, inc->usual);
	if (!inc->regions.n)
		return;
	buf_str(b, "; slow from ");
	phrase_cities(b, &inc->regions);
}

/* "5 min" */
static void put_window(struct buf *b, enum rate_window w)
{
	const char *name = rate_name(w);
	size_t digits = strspn(name, "0123456789");

	buf_fmt(b, "%.*s %s", (int)digits, name,
		strcmp(name + digits, "m") == 0 ? "min" : name + digits);
}

/* "; mostly at the layer http, last with http.503, from eu and us" */
static void put_failing(struct buf *b, const struct incident *inc)
{
	const char *layer = failure_layer_name(inc->layer);

	if (layer)
		buf_fmt(b, "; mostly at the layer %s", layer);
	if (inc->error)
		buf_fmt(b, "%s last with %s", layer ? "," : ";", inc->error);
	if (!inc->regions.n)
		return;
	buf_str(b, layer || inc->error ? ", from " : "; from ");
	phrase_cities(b, &inc->regions);
}

static void put_errors(struct buf *b, const struct incident *inc)
{
	buf_fmt(b, " fails too often: %.1f %% of the probes of the last ",
		inc->value);
	put_window(b, inc->rate_window);
	buf_str(b, " failed, though never long enough to be down");
	put_failing(b, inc);
}

static void put_burn(struct buf *b, const struct incident *inc)
{
	buf_fmt(b, " uses up its error budget %.1f times as fast as it may: "
		   "%.2f %% of the probes of the last ",
		inc->value, inc->value * (100 - inc->usual));
	put_window(b, inc->rate_window);
	buf_fmt(b, " failed, its objective is %g %%", inc->usual);
	put_failing(b, inc);
}

/* The failure that was last seen. */
static void put_last_seen(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, "%s: ", s->slug);
	words_silent(b, inc, &inc->silent, s->at, s->zone);
	buf_str(b, " (");
	put_failure(b, s);
	buf_char(b, ')');
}

/* The failure, without the end of the sentence. */
static void put_trouble(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (s->kind == ALERT_STALLED) {
		buf_str(b, "Monitoring is blind: no server is watched");
		return;
	}
	if (s->kind == ALERT_SILENT && strcmp(s->slug, SLUG_FLEET) == 0) {
		put_isolation(b, s);
		return;
	}
	if (incident_all_silent(s->incident, s->kind)) {
		put_last_seen(b, s);
		return;
	}
	if (is_refused(s)) {
		put_refused(b, s);
		return;
	}
	buf_str(b, s->slug);
	switch (s->kind) {
	case ALERT_DOWNTIME:
		put_downtime(b, s);
		break;
	case ALERT_REGIONAL:
		if (inc->follows && s->phase == ALERT_STARTED) {
			put_remainder(b, &inc->regions);
			buf_str(b, " (");
			put_failure(b, s);
			buf_char(b, ')');
		} else {
			put_regional(b, s);
		}
		break;
	case ALERT_LATENCY:
		put_latency(b, s);
		break;
	case ALERT_ERROR_RATE:
		put_errors(b, inc);
		break;
	case ALERT_SLO_BURN:
		put_burn(b, inc);
		break;
	case ALERT_DIVERGENCE:
		put_divergence(b, s);
		break;
	case ALERT_CHURN:
		put_churn(b, s);
		break;
	case ALERT_UNAPPROVED:
		put_unapproved(b, inc);
		break;
	case ALERT_SILENT:
		put_silence(b, s);
		break;
	case ALERT_OVERRUN:
		put_overrun(b, s);
		break;
	default: /* ALERT_RATE_LIMITED: what is sent once has its own words */
		buf_str(b, " answers ");
		phrase_cities(b, &inc->regions);
		buf_str(b, " with 429: its rate limit is too tight, or should "
			   "let our probes pass");
		break;
	}
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

/* The end of what was measured. */
static void put_relief(struct buf *b, const struct summary *s)
{
	char limit[CONF_SHOWN];

	buf_str(b, s->slug);
	if (s->kind == ALERT_LATENCY && s->incident->above)
		buf_fmt(b, " is fast enough again: its p50 is not above the "
			   "slow_above of %s",
			conf_duration(s->incident->usual / 1000, limit));
	else if (s->kind == ALERT_LATENCY)
		buf_str(b, " is as fast as usual again");
	else if (s->kind == ALERT_ERROR_RATE)
		buf_str(b, " no longer fails too often");
	else
		buf_str(b, " no longer uses up its error budget too fast");
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

	if (is_refused(s)) {
		put_refused_end(b, s);
		put_count(b, s);
		put_end_unseen(b, s);
		return;
	}
	buf_str(b, s->slug);
	if (s->kind == ALERT_RATE_LIMITED) {
		buf_str(b, " answers without 429 again");
	} else if (inc->still.n) {
		put_remainder(b, &inc->still);
		buf_char(b, ',');
	} else {
		buf_str(b, " recovered");
		if (s->kind == ALERT_REGIONAL) {
			buf_str(b, " in ");
			phrase_cities(b, &inc->regions);
		}
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

/* How it ended. */
static void put_end(struct buf *b, const struct summary *s)
{
	if (s->facts->unwatched) {
		put_unwatched(b, s);
		put_span(b, s);
		return;
	}
	switch (s->kind) {
	case ALERT_DIVERGENCE:
		put_agreement(b, s);
		break;
	case ALERT_CHURN:
		buf_fmt(b, "%s no longer changes its tools all the time",
			s->slug);
		put_span(b, s);
		buf_str(b, " Its changes are reported again.");
		break;
	case ALERT_UNAPPROVED:
		buf_fmt(b, "%s has the tools again that are approved", s->slug);
		put_span(b, s);
		break;
	case ALERT_SILENT:
		put_report(b, s);
		break;
	case ALERT_LATENCY:
	case ALERT_ERROR_RATE:
	case ALERT_SLO_BURN:
		put_relief(b, s);
		break;
	default:
		put_recovery(b, s);
		break;
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
	bool days = !phrase_same_day((double)inc->first, s->at, s->zone);

	if (is_refused(s)) {
		put_refused_found(b, s);
		put_found_end(b, s);
		return;
	}
	buf_str(b, s->slug);
	if (s->kind == ALERT_DOWNTIME) {
		buf_str(b, " was down ");
	} else {
		buf_str(b, s->kind == ALERT_REGIONAL ? " failed from "
						     : " answered 429 to ");
		phrase_cities(b, &inc->regions);
		buf_char(b, ' ');
	}
	phrase_time(b, inc->first, days, s->zone);
	buf_str(b, " to ");
	phrase_time(b, incident_end(inc), days, s->zone);
	phrase_zone(b, s->zone);
	buf_str(b, ", found at ");
	phrase_time(b, (int64_t)s->at, false, s->zone);
	buf_str(b, ": ");
	put_failure(b, s);
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

/* How long ago `since` was at the instant `at`; a clock set back gives 0. */
static void put_age(struct buf *b, double at, int64_t since)
{
	long long age = (long long)at - since;

	phrase_duration(b, age > 0 ? age : 0);
}

static void put_summary(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (s->phase == ALERT_RESOLVED || s->phase == ALERT_FOUND) {
		(s->phase == ALERT_FOUND ? put_found : put_end)(b, s);
		return;
	}
	put_trouble(b, s);
	if (s->facts->unacknowledged) {
		buf_str(b, "; nobody has answered for ");
		put_age(b, s->at, inc->opened_at);
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
	} else if (s->phase != ALERT_STARTED && !incident_all_silent(s->incident, s->kind)) {
		buf_str(b, "; not over after ");
		put_age(b, s->at, inc->first);
		if (s->phase == ALERT_ESCALATED)
			buf_fmt(b, ", so now %s (was P2)",
				severity_name(inc->severity));
	}
	if (inc->ack.by && s->phase != ALERT_ACKNOWLEDGED)
		buf_fmt(b, "; the acknowledgement by %s has ended",
			inc->ack.by);
	put_flapping(b, s->kind, inc, s->at, s->zone);
	if (inc->silent.n && !incident_all_silent(s->incident, s->kind)) {
		buf_str(b, "; ");
		words_silent(b, inc, &inc->silent, s->at, s->zone);
	}
	buf_char(b, '.');
}

/* "P1", and what happened to the incident. */
static void put_state(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *severity = severity_name(inc->severity);
	bool aged = !s->facts->worse && !s->facts->more && !s->facts->unacknowledged;
	enum severity was = aged ? SEVERITY_P2 : s->facts->was;

	if (s->phase == ALERT_RESOLVED) {
		buf_fmt(b, "%s %s after ", severity,
			s->facts->unwatched ? "closed" : "over");
		put_age(b, (double)inc->passed_since, inc->first);
	} else if (s->phase == ALERT_ACKNOWLEDGED) {
		buf_fmt(b, "%s, acknowledged by %s", severity, inc->ack.by);
	} else if (s->phase == ALERT_REMINDER) {
		buf_fmt(b, "%s, open for ", severity);
		put_age(b, s->at, inc->first);
	} else if (s->phase != ALERT_ESCALATED) {
		buf_fmt(b, "%s%s", severity,
			s->phase == ALERT_FOUND ? ", over" : "");
	} else if (s->facts->unacknowledged) {
		buf_fmt(b, "%s, nobody has answered for ", severity);
		put_age(b, s->at, inc->opened_at);
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
	static const char *const words[ALERT_KINDS] = {
		[ALERT_DOWNTIME] = "is up again",
		[ALERT_RATE_LIMITED] = "lets our probes in again",
		[ALERT_LATENCY] = "is as fast as usual again",
		[ALERT_ERROR_RATE] = "fails no more than usual",
		[ALERT_SLO_BURN] = "keeps to its error budget again",
		[ALERT_DIVERGENCE] = "shows the same tools everywhere again",
		[ALERT_CHURN] = "keeps its tools again",
		[ALERT_UNAPPROVED] = "has the tools that are approved",
		[ALERT_SILENT] = "is watched from everywhere again",
		[ALERT_STALLED] = "works again",
		[ALERT_OVERRUN] = "is up again",
	};

	if (s->facts->unwatched) {
		buf_str(b, "was not seen to recover");
	} else if (s->incident->still.n) {
		buf_str(b, "works again, but not from ");
		phrase_few_cities(b, &s->incident->still);
	} else if (s->kind == ALERT_REGIONAL) {
		buf_str(b, "works from ");
		phrase_few_cities(b, &s->incident->regions);
		buf_str(b, " again");
	} else if (s->kind == ALERT_LATENCY && s->incident->above) {
		buf_str(b, "is fast enough again");
	} else {
		buf_str(b, words[s->kind]);
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

/* The end of a headline for an incident that lasts. */
static void put_bad(struct buf *b, const struct summary *s)
{
	static const char *const words[ALERT_KINDS] = {
		[ALERT_RATE_LIMITED] = "turns our probes away with 429",
		[ALERT_LATENCY] = "is slow",
		[ALERT_ERROR_RATE] = "fails too often",
		[ALERT_SLO_BURN] = "uses up its error budget too fast",
		[ALERT_DIVERGENCE] = "shows different tools",
		[ALERT_CHURN] = "changes its tools all the time",
		[ALERT_UNAPPROVED] = "has tools that nobody approved",
		[ALERT_STALLED] = "is blind",
		[ALERT_OVERRUN] = "is still down after its maintenance",
	};
	const struct incident *inc = s->incident;

	if (incident_all_silent(s->incident, s->kind)) {
		buf_str(b, "failed when last seen from ");
		phrase_few_cities(b, &inc->silent);
	} else if (s->kind == ALERT_DOWNTIME) {
		buf_str(b, s->phase == ALERT_FOUND ? "was down"
						   : down_words(inc));
	} else if (s->kind == ALERT_REGIONAL) {
		buf_str(b, s->phase == ALERT_FOUND ? "failed from "
				: inc->follows && s->phase == ALERT_STARTED
				? "works again, but not from "
				: inc->reached.n ? "works, but not from "
						 : "fails from ");
		phrase_few_cities(b, &inc->regions);
	} else if (s->phase == ALERT_FOUND) {
		buf_str(b, "turned our probes away with 429");
	} else if (s->kind == ALERT_SILENT) {
		buf_str(b, "is not watched from ");
		phrase_few_cities(b, &inc->regions);
	} else if (s->kind == ALERT_DIVERGENCE && inc->stale) {
		buf_str(b, "has a stale cache in front of it");
	} else {
		buf_str(b, words[s->kind]);
	}
}

static void put_headline(struct buf *b, const struct summary *s)
{
	bool fleet = strcmp(s->slug, SLUG_FLEET) == 0;

	put_state(b, s);
	if (is_refused(s)) {
		buf_str(b, ": ");
		put_refused_headline(b, s);
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
	(headline ? put_headline : put_summary)(&b, &s);
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
