/* SPDX-License-Identifier: MIT */
/*
 * cause.c: what is wrong with a server, in the sentence for a person: the
 * words of the kind, and what its facts add; and while our credential is refused,
 * so that we cannot check the server, and clients may be fine.
 */
#include "words/summary.h"

#include "conf/formats.h"
#include "incident/incident.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* A row without words does not compile. */
#define KIND_WORDS(id, name, severities, meaning, bad, good, lasts, over)      \
	{"" bad, "" good, "" lasts, "" over},
const struct kind_words kind_words[] = {ALERT_INCIDENT_KINDS(KIND_WORDS)};
_Static_assert(sizeof kind_words / sizeof *kind_words == ALERT_KINDS,
	"every kind of incident has words");

bool refused_is(const struct summary *s)
{
	return s->incident->checks_refused && !s->facts->unwatched;
}

/* " from London", unless it is so everywhere; of silent regions nobody knows.
   At the end without those where it goes on. */
static bool put_where(struct buf *b, const struct incident *inc, bool over)
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

static void put_since(struct buf *b, const struct summary *s, bool there,
	bool zone)
{
	buf_fmt(b, ": our credential is refused%s since ",
		there ? " there" : "");
	phrase_time_seen(b, s->incident->first, s->at, s->zone);
	if (zone)
		phrase_zone(b, s->zone);
	buf_str(b, "; it worked until then");
}

void refused_headline(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	bool there;

	if (s->phase == ALERT_RESOLVED) {
		buf_str(b, "we can check ");
		phrase_within(b, s->slug);
		put_where(b, inc, true);
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
	there = put_where(b, inc, false);
	if (s->phase == ALERT_FOUND)
		buf_str(b, ": our credential was refused");
	else
		put_since(b, s, there, false);
}

/* " (auth-initialize fails with auth.rejected)" */
static void put_code(struct buf *b, const struct incident *inc)
{
	const char *step = step_name(inc->step);

	buf_fmt(b, " (%s fails%s%s)", step ? step : "a step",
		inc->error ? " with " : "", inc->error ? inc->error : "");
}

static void refused_cause(struct buf *b, const struct summary *s)
{
	bool there;

	buf_str(b, "We cannot check ");
	phrase_within(b, s->slug);
	there = put_where(b, s->incident, false);
	put_since(b, s, there, true);
	put_code(b, s->incident);
	buf_str(b, "; clients with their own access may be fine");
}

void refused_end(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, "We can check ");
	phrase_within(b, s->slug);
	put_where(b, inc, true);
	buf_str(b, inc->still.n ? " again, but not from " : " again");
	phrase_cities(b, &inc->still);
	buf_str(b, inc->still.n ? "," : ": our credential is accepted,");
	phrase_span(b, inc->first, incident_end(inc), s->zone);
	buf_str(b, " Nobody knows how the server was meanwhile");
}

void refused_found(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, "We could not check ");
	phrase_within(b, s->slug);
	put_where(b, inc, false);
	phrase_found(b, inc->first, incident_end(inc), s->at, s->zone);
	buf_str(b, "our credential was refused");
	put_code(b, inc);
}

void cause_phrase(struct buf *b, const char *phrase,
	const struct strings *regions,
	void (*put)(struct buf *b, const struct strings *l))
{
	size_t n = strcspn(phrase, "%");

	buf_add(b, phrase, n);
	if (!phrase[n])
		return;
	put(b, regions);
	buf_str(b, phrase + n + 1);
}

void cause_words(
	struct buf *b, const char *phrase, const struct summary *s)
{
	buf_char(b, ' ');
	cause_phrase(b, phrase, &s->incident->regions, phrase_cities);
}

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

void cause_failure(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *step = failure_step(inc->step, inc->error, s->url);

	buf_fmt(b, "%s fails", step ? step : "a step");
	if (inc->error)
		buf_fmt(b, " with %s", inc->error);
}

const char *cause_down(const struct incident *inc)
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
	return all ? "is down everywhere" : kind_words[ALERT_DOWNTIME].bad;
}

static void put_downtime(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, " %s: ", cause_down(inc));
	cause_failure(b, s);
	buf_str(b, " from ");
	phrase_cities(b, &inc->regions);
	if (inc->expected == 1)
		buf_str(b, ", its only region");
	else
		buf_fmt(b, " (%zu of %d regions)", inc->regions.n,
			inc->expected);
}

void cause_remainder(struct buf *b, const struct strings *regions)
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

	if (inc->follows && s->phase == ALERT_STARTED) {
		cause_remainder(b, &inc->regions);
		buf_str(b, " (");
		cause_failure(b, s);
		buf_char(b, ')');
		return;
	}
	if (reached) {
		buf_str(b, " is available from ");
		phrase_cities(b, &inc->reached);
		buf_str(b, ", but not from ");
	} else {
		buf_str(b, " fails from ");
	}
	phrase_cities(b, &inc->regions);
	buf_str(b, " (");
	cause_failure(b, s);
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

	buf_str(b, ", since ");
	phrase_instant(b, inc->first, s->at, s->zone);
	buf_fmt(b, ": its list of tools changed %.0f times in the last hour; "
		   "until that ends, single changes and differences between "
		   "regions are not reported",
		inc->value);
}

static void put_unapproved(struct buf *b, const struct summary *s)
{
	static const char *const what[] = {
		[CHANGE_BREAKING] = ", and callers may break",
		[CHANGE_COMPATIBLE] = ", and callers go on as before",
		[CHANGE_WORDS] = ", in their descriptions",
		[CHANGE_ORDER] = "",
	};
	const struct incident *inc = s->incident;

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

	if ((int)inc->regions.n == inc->expected)
		buf_str(b, inc->expected == 1 ? ", its only region,"
					      : ", all its regions,");
	buf_str(b, " since ");
	phrase_instant(b, inc->first, s->at, s->zone);
	buf_str(b, ": a runner or its network fails, which says nothing about "
		   "the server");
}

/* Regions that are cut off; no server is at fault. */
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
	cause_failure(b, s);
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
		buf_fmt(b, ": p50 %.0f ms for ", inc->value);
	else
		buf_fmt(b, ": p50 %.1f s for ", inc->value / 1000);
	if (minutes < 120)
		buf_fmt(b, "%lld minute%s", minutes, minutes == 1 ? "" : "s");
	else
		phrase_duration(b, 60 * minutes);
	buf_fmt(b, "; slow_above is %s",
		conf_duration(inc->usual / 1000, limit));
}

/* "p95 is 940 ms, 3.2 times the p95 of 30 days (290 ms)" */
static void put_latency(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	if (inc->above)
		put_above(b, s);
	else
		buf_fmt(b, ": the 95th percentile is %.0f ms, %.1f "
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

static void put_errors(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, ": %.1f %% of the probes of the last ", inc->value);
	put_window(b, inc->rate_window);
	buf_str(b, " failed, though never long enough to be down");
	put_failing(b, inc);
}

static void put_burn(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, " %.1f times as fast as it may: "
		   "%.2f %% of the probes of the last ",
		inc->value, inc->value * (100 - inc->usual));
	put_window(b, inc->rate_window);
	buf_fmt(b, " failed, its objective is %g %%", inc->usual);
	put_failing(b, inc);
}

static void put_title(struct buf *b, const struct summary *s)
{
	buf_fmt(b, ": %s", s->incident->title);
}

/* The rest of the sentence, behind the words of a kind. */
static void (*const more[ALERT_KINDS])(
	struct buf *b, const struct summary *s) = {
	[ALERT_DOWNTIME] = put_downtime,
	[ALERT_REGIONAL] = put_regional,
	[ALERT_LATENCY] = put_latency,
	[ALERT_ERROR_RATE] = put_errors,
	[ALERT_SLO_BURN] = put_burn,
	[ALERT_DIVERGENCE] = put_divergence,
	[ALERT_CHURN] = put_churn,
	[ALERT_UNAPPROVED] = put_unapproved,
	[ALERT_SILENT] = put_silence,
	[ALERT_OVERRUN] = put_overrun,
	[ALERT_MANUAL] = put_title,
};

/* The failure that was last seen. */
static void put_last_seen(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_fmt(b, "%s: ", s->slug);
	words_silent(b, inc, &inc->silent, s->at, s->zone);
	buf_str(b, " (");
	cause_failure(b, s);
	buf_char(b, ')');
}

void cause_put(struct buf *b, const struct summary *s)
{
	if (s->kind == ALERT_SILENT && strcmp(s->slug, SLUG_FLEET) == 0) {
		put_isolation(b, s);
		return;
	}
	if (incident_all_silent(s->incident, s->kind)) {
		put_last_seen(b, s);
		return;
	}
	if (refused_is(s)) {
		refused_cause(b, s);
		return;
	}
	buf_str(b, s->kind == ALERT_STALLED ? "Monitoring" : s->slug);
	if (*kind_words[s->kind].lasts)
		cause_words(b, kind_words[s->kind].lasts, s);
	if (more[s->kind])
		more[s->kind](b, s);
}
