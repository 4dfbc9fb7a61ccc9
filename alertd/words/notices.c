/* SPDX-License-Identifier: MIT */
/*
 * notices.c: the sentences of events that are no news of one server's incident:
 * those that are sent once, and those about the pipeline, which say why nobody
 * watches.
 */
#include "words/words.h"

#include "base/text.h"
#include "incident/state.h"

#include <math.h>
#include <string.h>

/* The most of the name of a file that is shown. */
#define REFUSED_CHARS 300
/* The most of the name of an issuer. */
#define ISSUER_MAX 64
#define ISSUER_SIZE (4 * ISSUER_MAX + 1)

static void put_drift(struct buf *b, const struct alert_event *e)
{
	const struct tool_change *c = &e->change;
	enum era era;

	buf_str(b, e->slug);
	if (era_parse(c->from, &era)) {
		buf_fmt(b, " changed the era of its protocol from %s to %s",
			c->from, c->to);
	} else if (tool_change_named(c)) {
		buf_str(b, " changed its tools: ");
		words_tool_change(b, c);
	} else {
		buf_str(b, " changed its tools, nobody knows which");
	}
	buf_str(b, ", as seen from ");
	phrase_cities(b, &e->regions);
	buf_char(b, '.');
}

static void put_clients_refused(struct buf *b, const struct alert_event *e)
{
	buf_fmt(b, "%s refuses clients of 2026-07-28 from ", e->slug);
	phrase_cities(b, &e->regions);
	buf_str(b, ": what answers their server/discover there is no MCP "
		   "server; other clients can use it.");
}

/* " ends Fri 27 Nov 03:00 UTC (in 4 d 23 h)", " EXPIRED 80 min ago (...)". */
static void put_when(
	struct buf *b, const struct alert_event *e, const char *ends)
{
	const struct event_facts *f = &e->facts;
	long long left = (long long)(f->expires_at - (int64_t)e->record.at);

	buf_fmt(b, " %s", f->within ? ends : "EXPIRED");
	/* If it has expired and ends later, nobody knows when it did. */
	if (!f->expires_at || (!f->within && left > 0))
		return;
	buf_char(b, ' ');
	if (!f->within && left > -7200)
		buf_fmt(b, "%lld min ago (", -left / 60);
	else if (!f->within) {
		phrase_duration(b, -left);
		buf_str(b, " ago (");
	}
	phrase_date(b, f->expires_at, e->record.at, e->zone);
	phrase_zone(b, e->zone);
	if (f->within) {
		buf_str(b, " (in ");
		phrase_duration(b, left > 0 ? left : 0);
	}
	buf_char(b, ')');
}

static void put_certificate(struct buf *b, const struct alert_event *e)
{
	const struct event_facts *f = &e->facts;
	char name[ISSUER_SIZE];

	if (f->issuer) {
		text_clean(f->issuer, strlen(f->issuer), name, sizeof name,
			ISSUER_MAX);
		buf_fmt(b, "The certificate of %s, the issuer of %s's,",
			name, e->slug);
	} else {
		buf_fmt(b, "The certificate of %s", e->slug);
	}
	put_when(b, e, "ends");
	if (f->some)
		buf_fmt(b, ", as %s sees it", e->regions.v[0]);
	buf_str(b, f->issuer ? "; replace the chain that is sent"
			     : "; renew it");
}

static void put_credential(struct buf *b, const struct alert_event *e)
{
	const struct event_facts *f = &e->facts;

	buf_fmt(b, "The credential for %s", e->slug);
	put_when(b, e, "ends");
	if (f->some)
		buf_fmt(b, ", as %s holds it", e->regions.v[0]);
	buf_str(b, f->within ? "; rotate it before that"
			     : "; rotate it: probes with it fail");
}

static void put_route_test(struct buf *b, const struct alert_event *e)
{
	bool fleet = strcmp(e->slug, SLUG_FLEET) == 0;

	buf_fmt(b, "TEST, nothing is wrong: %s checks whether a P1 of %s "
		   "reaches you. You need not do anything.",
		e->facts.by, fleet ? "the fleet" : e->slug);
}

static long long count_days(double s)
{
	return (long long)(s / 86400);
}

/* The routes that no test has reached, and the newest of their tests. */
static void put_untested(struct buf *b, const struct alert_event *e)
{
	const struct event_facts *f = &e->facts;
	double now = e->record.at;

	buf_str(b, "No test has reached ");
	if (f->some)
		phrase_regions(b, &f->names);
	else
		buf_str(b, "the routes");
	if (isnan(f->tested_at)) {
		buf_fmt(b, " in the %lld days since %s configured",
			count_days(now - f->since),
			f->some ? "routes were" : "they were");
	} else {
		buf_fmt(b, " for %lld days, since ",
			count_days(now - f->tested_at));
		phrase_time(b, (int64_t)f->tested_at, true, e->zone);
		phrase_zone(b, e->zone);
	}
	buf_str(b, ": nobody knows whether a page would arrive. Run "
		   "'mcp-alert test'.");
}

/* " since 14:02 UTC (12 min)" */
static void put_since(struct buf *b, double at, double now, const char *zone)
{
	buf_str(b, " since ");
	phrase_instant(b, (int64_t)at, now, zone);
	buf_str(b, " (");
	if (at > now)
		buf_str(b, "ahead of this clock");
	else
		phrase_duration(b, (long long)(now - at));
	buf_char(b, ')');
}

/* "Monitoring is blind since 14:02 UTC (12 min): "; the cause follows. */
static void put_blind(
	struct buf *b, double since, double now, const char *zone)
{
	buf_str(b, "Monitoring is blind");
	put_since(b, since, now, zone);
	buf_str(b, ": ");
}

static void put_beats(struct buf *b, const struct alert_event *e)
{
	buf_str(b, "; last heartbeats: ");
	for (int s = STAGE_INGEST; s <= STAGE_VERDICT; s++) {
		double at = e->facts.beats[s];

		buf_fmt(b, "%s%s ", s ? ", " : "", stage_name((enum stage)s));
		if (isnan(at))
			buf_str(b, "never");
		else
			phrase_time_seen(b, (int64_t)at, e->record.at, e->zone);
	}
	buf_char(b, '.');
}

static void put_stage(struct buf *b, const struct alert_event *e)
{
	put_blind(b, e->facts.since, e->record.at, e->zone);
	buf_str(b, e->facts.stage == STAGE_INGEST
			? "no record has been ingested; servers are judged "
			  "without new probes"
			: "no verdict has been published; servers are not "
			  "judged");
	put_beats(b, e);
}

static void put_cut_off(struct buf *b, const struct alert_event *e)
{
	put_blind(b, e->facts.since, e->record.at, e->zone);
	buf_str(b, "no region reaches any server; the network of every region "
		   "is cut off, or all servers are down at once: from here "
		   "the two look alike, and servers are not judged. A canary "
		   "in each region would show which it is.");
}

static void put_conf_refused(struct buf *b, const struct alert_event *e)
{
	const char *refused = e->facts.reason;
	char place[4 * REFUSED_CHARS + 1];

	text_clean(refused, strlen(refused), place, sizeof place,
		REFUSED_CHARS);
	buf_str(b, "Monitoring goes on with an old configuration");
	put_since(b, e->facts.since, e->record.at, e->zone);
	buf_fmt(b, ": the configuration is refused: %s. Servers are watched "
		   "as the last one has them that could be used; no later "
		   "change is in force.",
		place);
}

static void put_store_away(struct buf *b, const struct alert_event *e)
{
	put_blind(b, e->facts.since, e->record.at, e->zone);
	buf_fmt(b, "the store does not answer; servers are not judged, and "
		   "nothing else can be sent; %s.", e->facts.reason);
}

static void put_cause(struct buf *b, const struct silence_cause *c,
	double now, const char *zone)
{
	switch (c->what) {
	case CAUSE_UNKNOWN:
		buf_str(b, "no word from its runner");
		break;
	case CAUSE_CUT_OFF:
		buf_str(b, "its own network is cut off");
		break;
	case CAUSE_SINCE:
		buf_str(b, "no word from its runner since ");
		phrase_time_seen(b, (int64_t)c->at, now, zone);
		break;
	case CAUSE_NO_PROBES:
		buf_str(b, "its runner brings no probes");
		break;
	case CAUSE_RUNNER:
		buf_str(b, c->why);
		break;
	}
}

/* " London and Paris: exit status 255; Tokyo: no word from its runner." */
static void put_causes(struct buf *b, const struct alert_event *e)
{
	const struct strings *regions = &e->regions;
	struct strings causes = {0}, each = {0};

	if (!e->facts.causes)
		return;
	for (size_t i = 0; i < regions->n; i++) {
		struct buf cause;

		buf_init(&cause, TEXT_SIZE);
		put_cause(&cause, &e->facts.causes[i], e->record.at, e->zone);
		strings_add(&each, cause.p);
		strings_note(&causes, cause.p);
		buf_release(&cause);
	}
	for (size_t i = 0; i < causes.n; i++) {
		struct strings of = {0};

		for (size_t k = 0; k < regions->n; k++)
			if (strcmp(each.v[k], causes.v[i]) == 0)
				strings_add(&of, regions->v[k]);
		buf_str(b, i ? "; " : " ");
		phrase_cities(b, &of);
		buf_fmt(b, ": %s", causes.v[i]);
		strings_release(&of);
	}
	buf_char(b, '.');
	strings_release(&causes);
	strings_release(&each);
}

static void put_all_silent(struct buf *b, const struct alert_event *e)
{
	put_blind(b, e->facts.since, e->record.at, e->zone);
	buf_str(b, "no region has reported on any server; no server "
		   "is judged, and nobody would hear of an outage.");
	put_causes(b, e);
}

static void put_most_silent(struct buf *b, const struct alert_event *e)
{
	phrase_cities(b, &e->regions);
	buf_str(b, " have reported on no server");
	put_since(b, e->facts.since, e->record.at, e->zone);
	buf_str(b, ": hardly anybody is left to see an outage.");
	put_causes(b, e);
}

static void put_stall_end(struct buf *b, const struct alert_event *e)
{
	static const char *const what[] = {
		[STALL_END_REFUSED] = "The configuration is used again",
		[STALL_END_REGION] = "A region reports again",
		[STALL_END_STAGE] = "The pipeline runs again",
		[STALL_END_STORE] = "The store is usable again",
	};

	buf_str(b, what[e->facts.stall]);
	phrase_span(b, e->record.started_at, e->record.resolved_at, e->zone);
}

typedef void put_notice(struct buf *b, const struct alert_event *e);

static put_notice *const stalls[] = {
	[STALL_STAGE] = put_stage,
	[STALL_CUT_OFF] = put_cut_off,
	[STALL_REFUSED] = put_conf_refused,
	[STALL_ALL_SILENT] = put_all_silent,
	[STALL_MOST_SILENT] = put_most_silent,
	[STALL_STORE] = put_store_away,
	[STALL_END_REFUSED] = put_stall_end,
	[STALL_END_REGION] = put_stall_end,
	[STALL_END_STAGE] = put_stall_end,
	[STALL_END_STORE] = put_stall_end,
};

static put_notice *notice_of(const struct alert_event *e)
{
	switch (e->record.kind) {
	case ALERT_CLIENTS_REFUSED:
		return put_clients_refused;
	case ALERT_CERTIFICATE_EXPIRING:
		return put_certificate;
	case ALERT_TOKEN_EXPIRING:
		return put_credential;
	case ALERT_TEST:
		return e->facts.by ? put_route_test : put_untested;
	case ALERT_STALLED:
		return stalls[e->facts.stall];
	default:
		return put_drift;
	}
}

char *words_notice(const struct alert_event *e)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	notice_of(e)(&b, e);
	if (e->record.kind == ALERT_CERTIFICATE_EXPIRING ||
		e->record.kind == ALERT_TOKEN_EXPIRING)
		buf_char(&b, '.');
	return buf_take(&b);
}
