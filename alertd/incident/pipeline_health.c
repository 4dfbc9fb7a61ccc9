/* SPDX-License-Identifier: MIT */
#include "incident/pipeline_health.h"

#include "base/clock.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "incident/confirmation.h"
#include "incident/incident.h"
#include "incident/recovery.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A region without data for three intervals is in no_data: too late for us. */
static bool on_time(const struct verdict *v, const struct verdict_region *r,
	double interval_s)
{
	if (verdict_lists(v->no_data, v->n_no_data, r->region))
		return false;
	return interval_s <= 60 ||
		(double)(v->window - clock_window(r->started_at)) <=
			interval_s + 60;
}

static void begin(struct fleet_round *r, int64_t window)
{
	r->before = r->window;
	r->window = window;
	r->newest = 0;
	strings_clear(&r->regions);
	strings_clear(&r->reporting);
	free(r->judged);
	r->judged = NULL;
	r->n_judged = 0;
}

static void note_judged(struct fleet_round *r, size_t place)
{
	if (place == CONF_NOWHERE) {
		r->n_judged += !conf_count(r->conf);
		return;
	}
	if (!r->judged)
		r->judged = xcalloc(conf_count(r->conf), sizeof *r->judged);
	r->n_judged += !r->judged[place];
	r->judged[place] = true;
}

void fleet_round_add(struct fleet_round *r, const struct verdict *v)
{
	size_t place = conf_place(r->conf, v->slug);
	/* Not known for a server that no configuration lists. */
	double interval_s = place == CONF_NOWHERE
				    ? 0
				    : conf_server_at(r->conf, place).interval_s;

	if (v->judged_at > 0 || v->window < r->window)
		return;
	if (v->window > r->window)
		begin(r, v->window);
	note_judged(r, place);
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct verdict_region *region = &v->regions[i];
		int64_t at = clock_window(region->started_at);

		strings_note(&r->regions, region->region);
		if (on_time(v, region, interval_s))
			strings_note(&r->reporting, region->region);
		if (at > r->newest && at <= v->window)
			r->newest = at;
	}
	for (size_t i = 0; i < v->n_no_data; i++)
		strings_note(&r->regions, v->no_data[i]);
}

bool fleet_round_complete(const struct fleet_round *r)
{
	size_t needed = conf_count(r->conf) ? conf_count(r->conf) : 1;

	return r->n_judged >= needed && r->regions.n;
}

void fleet_round_silent(const struct fleet_round *r, struct strings *out)
{
	for (size_t i = 0; i < r->regions.n; i++)
		if (!strings_has(&r->reporting, r->regions.v[i]))
			strings_add(out, r->regions.v[i]);
	strings_sort(out);
}

bool fleet_round_dark(const struct fleet_round *r)
{
	struct strings silent = {0};
	bool dark;

	fleet_round_silent(r, &silent);
	dark = r->regions.n && 4 * silent.n >= 3 * r->regions.n;
	strings_release(&silent);
	return dark;
}

void fleet_round_release(struct fleet_round *r)
{
	strings_release(&r->regions);
	strings_release(&r->reporting);
	free(r->judged);
	*r = (struct fleet_round) {.conf = r->conf};
}

/* How long after records are due ingest counts as stalled. */
#define INGEST_SLACK_S (STAGE_STALE_S - 60)
/* By how much earlier it counts that no region reports. */
#define SILENCE_EARLIER_S 120
double pipeline_ingest_s(const struct conf *c)
{
	double shortest = conf_count(c) ? INFINITY : 0;

	for (size_t i = 0; i < conf_count(c); i++)
		shortest = fmin(shortest, conf_server_at(c, i).interval_s);
	return fmax(STAGE_STALE_S, shortest + INGEST_SLACK_S);
}

/* Append an event of the incident, with these facts. */
static struct alert_event *pipeline_event(struct alert_state *st,
	enum alert_phase phase, double at, const struct event_facts *facts,
	struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	struct alert_event *e = events_new(out, st);

	event_facts_set(e, facts);
	strings_copy(&e->notified, &inc->notified);
	strings_copy(&e->regions, &inc->regions);
	e->record.at = at;
	e->record.kind = ALERT_STALLED;
	e->record.phase = phase;
	e->record.severity = inc->severity;
	e->record.tier = inc->tier;
	e->record.started_at = inc->first;
	event_point(e);
	return e;
}

/* No server is watched: as urgent as the worst that could go unseen. */
static void begin_stall(struct incident *inc, double since, double now)
{
	*inc = (struct incident) {
		.open = true,
		.severity = SEVERITY_P1,
		.tier = TIER_NO_DATA,
		.first = clock_window(fmin(since, now)),
		.opened_at = (int64_t)now,
		.reminded_at = (int64_t)now,
	};
}

/* End the incident as of the minute of `at`. */
static void end_stall(struct alert_state *st, enum stall what, double at,
	double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	int64_t over = clock_window(at);
	struct alert_event *e;

	if (over < inc->first)
		over = inc->first;
	e = pipeline_event(st, ALERT_RESOLVED, now,
		&(struct event_facts) {.stall = what}, out);
	e->record.resolved_at = over;
	incident_release(inc);
}

static double limit(const struct pipeline *pl, enum stage s)
{
	return s == STAGE_INGEST ? pl->ingest_s : STAGE_STALE_S;
}

static bool stands(const struct pipeline *pl, enum stage s, double now)
{
	return stage_stale(pl->at[s], now, limit(pl, s));
}

/*
 * Whether this program did not run either, and the stage was not late when it
 * ran last: perhaps the whole machine stood still, and not the stage.
 */
static bool excused(const struct pipeline *pl, enum stage s, double now)
{
	double before = pl->at[STAGE_ALERT];

	if (isnan(before))
		return true;
	return stage_stale(before, now, STAGE_STALE_S) &&
		!stands(pl, s, before);
}

static void emit_stage(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, enum stage s, double now,
	struct alert_events *out)
{
	pipeline_event(st, phase, now,
		&(struct event_facts) {
			.stall = STALL_STAGE,
			.stage = s,
			.since = pl->at[s],
			.beats = {pl->at[STAGE_INGEST], pl->at[STAGE_VERDICT]},
		},
		out);
}

/* Whether all regions are cut off. */
static bool blind(const struct pipeline *pl)
{
	return pl->n_regions && pl->n_isolated >= pl->n_regions;
}

/* Since when all regions are cut off. */
static double blind_since(const struct pipeline *pl)
{
	double since = 0;

	for (size_t i = 0; i < pl->n_isolated; i++)
		since = fmax(since, pl->isolated[i].at);
	return since;
}

static void emit_blind(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, double now, struct alert_events *out)
{
	pipeline_event(st, phase, now,
		&(struct event_facts) {
			.stall = STALL_CUT_OFF,
			.since = blind_since(pl),
		},
		out);
}

/* The error of an incident that is open because all regions are cut off. */
static const char cause_blind[] = "isolated";

/* The error of an incident that is open because the configuration is
   refused. */
static const char cause_refused[] = INCIDENT_REFUSED;

static void emit_refused(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, double now, struct alert_events *out)
{
	pipeline_event(st, phase, now,
		&(struct event_facts) {
			.stall = STALL_REFUSED,
			.since = (double)st->incidents[ALERT_STALLED].opened_at,
			.reason = pl->refused,
		},
		out);
}

/* Begin, or remind of, what stands first of all that is wrong now. */
static void tell_stall(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, bool late, enum stage s, double now,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	bool begins = phase == ALERT_STARTED;

	if (late) {
		if (begins)
			begin_stall(inc, pl->at[s], now);
		emit_stage(st, phase, pl, s, now, out);
	} else if (blind(pl)) {
		if (begins) {
			begin_stall(inc, blind_since(pl), now);
			string_set(&inc->error, cause_blind);
		}
		emit_blind(st, phase, pl, now, out);
	} else {
		if (begins) {
			begin_stall(inc, now, now);
			string_set(&inc->error, cause_refused);
		}
		emit_refused(st, phase, pl, now, out);
	}
}

static void end_stalled(struct alert_state *st, const struct pipeline *pl,
	double now, struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	double newest = fmax(pl->at[STAGE_INGEST], pl->at[STAGE_VERDICT]);

	/* If regions are silent, judge_silence ends it. */
	if (inc->error && strcmp(inc->error, cause_refused) == 0)
		end_stall(st, STALL_END_REFUSED, now, now, out);
	else if (inc->error)
		end_stall(st, STALL_END_REGION, now, now, out);
	else if (inc->open && !isnan(newest))
		end_stall(st, STALL_END_STAGE, fmin(newest, now), now,
			out);
}

/* The regions that are cut off for long enough, or are named by the open incident already. */
static struct strings long_isolated(const struct pipeline *pl,
	const struct incident *inc, const struct conf_policy *p, double now,
	double *since)
{
	struct strings out = {0};

	*since = now;
	for (size_t i = 0; i < pl->n_isolated; i++) {
		const struct pipeline_runner *r = &pl->isolated[i];

		if (now - r->at < 60.0 * p->silent &&
			!strings_has(&inc->regions, r->name))
			continue;
		strings_add(&out, r->name);
		*since = fmin(*since, r->at);
	}
	strings_sort(&out);
	return out;
}

/* Some regions are cut off: one event for all the servers that they probe. */
static void evaluate_isolated(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_SILENT];
	double since;
	struct strings regions = long_isolated(pl, inc, p, now, &since);
	bool more = strings_gained(&inc->regions, &regions);

	if (inc->open && !regions.n) {
		inc->passed_since = clock_window(now);
		strings_copy(&inc->reached, &inc->regions);
		recovery_end(st, ALERT_SILENT, now, out);
	} else if (!inc->open && regions.n && !blind(pl) &&
		!incident_barred(st, ALERT_SILENT, since) &&
		!pipeline_covered(st)) {
		incident_open(inc, SEVERITY_P3, clock_window(since),
			clock_window(now), p->silent);
		strings_copy(&inc->regions, &regions);
		events_add(out, st, ALERT_SILENT, ALERT_STARTED, now);
	} else if (inc->open && more) {
		strings_copy(&inc->regions, &regions);
		events_add(out, st, ALERT_SILENT, ALERT_ESCALATED, now);
	} else if (reminder_due(inc, p, now)) {
		events_add(out, st, ALERT_SILENT, ALERT_REMINDER, now);
	}
	ack_expire(st, ALERT_SILENT, now);
	strings_release(&regions);
}

/* The error of an incident that is open because regions are silent. */
static const char cause_silent[] = "silent";

static bool notified_silent(const struct incident *inc)
{
	return inc->open && inc->error &&
		strcmp(inc->error, cause_silent) == 0;
}

const struct strings *pipeline_covered(const struct alert_state *st)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];

	if (notified_silent(inc))
		return &inc->regions;
	return st->fleet.most_silent.n ? &st->fleet.silent : NULL;
}

/*
 * The minute after the last report, as far as that is known: of a server that
 * is probed rarely the verdict still has it, else records were ingested last
 * then. After a pause of ours only what we see ourselves counts.
 */
static int64_t silent_since(const struct pipeline *pl, bool all)
{
	const struct fleet_round *r = pl->round;
	double before = r->before ? (double)r->before : pl->at[STAGE_ALERT];
	double ingest = pl->at[STAGE_INGEST];
	int64_t last = r->newest;

	if (!last && all && !isnan(ingest))
		last = clock_window(ingest);
	if (!last || last >= r->window ||
		!((double)r->window - before <= STAGE_STALE_S))
		return r->window;
	return last + 60;
}

/*
 * Count a round in which regions are silent, or are not. After a pause only
 * what we see ourselves counts, unless that was sent; after two in a row rounds
 * are that rare.
 */
static void count_round(struct streak *t, bool silent, int64_t since,
	int64_t window, bool notified)
{
	bool pause = t->n && window - t->counted > STAGE_STALE_S;
	bool again = t->n > 1 && t->since == t->counted;

	/* It was counted by another run, or a verdict is old. */
	if (t->counted >= window && t->counted <= window + STATE_AHEAD_S)
		return;
	if (!silent || t->counted > window)
		*t = (struct streak) {0};
	if (!silent)
		return;
	streak_add(t, window);
	if (t->n == 1 || (pause && !again && !notified))
		t->since = since;
}

/* A round that is not complete tells which regions report, not which do not. */
static void count_reporting(struct alert_state *st, const struct pipeline *pl)
{
	const struct strings *reporting = &pl->round->reporting;
	struct strings left = {0};
	size_t n;

	for (size_t i = 0; i < st->fleet.silent.n; i++)
		if (!strings_has(reporting, st->fleet.silent.v[i]))
			strings_add(&left, st->fleet.silent.v[i]);
	n = left.n + reporting->n;
	if (n < pl->n_regions)
		n = pl->n_regions;
	st->fleet.all_silent = (struct streak) {0};
	if (4 * left.n < 3 * n)
		st->fleet.most_silent = (struct streak) {0};
	strings_copy(&st->fleet.silent, &left);
	strings_release(&left);
}

static void count_silence(struct alert_state *st, const struct pipeline *pl)
{
	const struct fleet_round *r = pl->round;
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	bool notified = notified_silent(inc), all, most;
	struct strings silent = {0};

	if (!fleet_round_complete(r)) {
		count_reporting(st, pl);
		return;
	}
	fleet_round_silent(r, &silent);
	all = silent.n == r->regions.n;
	most = fleet_round_dark(r);
	count_round(&st->fleet.all_silent, all, silent_since(pl, all), r->window,
		notified && inc->severity == SEVERITY_P1);
	count_round(&st->fleet.most_silent, most, silent_since(pl, all), r->window,
		notified);
	if (most)
		strings_copy(&st->fleet.silent, &silent);
	strings_release(&silent);
}

/* Whether a probe has arrived since the last silent round, without verdicts. */
static bool ingested_since(const struct streak *t, const struct pipeline *pl)
{
	return !pl->round && pl->at[STAGE_INGEST] > (double)t->counted + 60;
}

/* Whether a row of silent rounds is long enough. */
static bool lasts(const struct streak *t, const struct pipeline *pl, double now)
{
	double until = pl->round ? (double)pl->round->window + 60 : now;

	if (pl->round && !fleet_round_complete(pl->round))
		return false;
	return t->n && !ingested_since(t, pl) &&
		until - (double)t->since >= pl->ingest_s - SILENCE_EARLIER_S;
}

/* Why a region is silent, by what the store knows. */
static struct silence_cause cause_of(
	const struct pipeline *pl, const char *region, double since)
{
	const struct pipeline_runner *r = NULL;
	struct silence_cause cause = {.what = CAUSE_UNKNOWN};

	for (size_t i = 0; i < pl->n_isolated; i++)
		if (strcmp(pl->isolated[i].name, region) == 0)
			return (struct silence_cause) {.what = CAUSE_CUT_OFF};
	for (size_t i = 0; i < pl->n_runners; i++)
		if (strcmp(pl->runners[i].name, region) == 0)
			r = &pl->runners[i];
	if (!r)
		return cause;
	if (r->at < since)
		return (struct silence_cause) {CAUSE_SINCE, r->at, ""};
	if (r->status == RUNNER_OK)
		return (struct silence_cause) {.what = CAUSE_NO_PROBES};
	cause.what = CAUSE_RUNNER;
	snprintf(cause.why, sizeof cause.why, "%s",
		*r->why ? r->why : runner_status_name(r->status));
	return cause;
}

/* The causes of these regions; NULL where the store knows none. */
static struct silence_cause *find_causes(const struct pipeline *pl,
	const struct strings *regions, double since)
{
	struct silence_cause *causes;

	if (!pl->n_runners && !pl->n_isolated)
		return NULL;
	causes = xcalloc(regions->n, sizeof *causes);
	for (size_t i = 0; i < regions->n; i++)
		causes[i] = cause_of(pl, regions->v[i], since);
	return causes;
}

static void emit_silence(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, double now, struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	bool all = inc->severity == SEVERITY_P1;
	double since = (double)(all ? st->fleet.all_silent.since
				    : st->fleet.most_silent.since);

	pipeline_event(st, phase, now,
		&(struct event_facts) {
			.stall = all ? STALL_ALL_SILENT : STALL_MOST_SILENT,
			.since = since,
			.causes = find_causes(pl, &inc->regions, since),
		},
		out);
}

/* Regions are silent for long enough: tell that it began, or got worse. */
static void tell_silence(struct alert_state *st, const struct pipeline *pl,
	bool all, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	const struct streak *t = all ? &st->fleet.all_silent : &st->fleet.most_silent;
	enum severity severity = all ? SEVERITY_P1 : SEVERITY_P2;

	if (!inc->open) {
		if (incident_barred(st, ALERT_STALLED, (double)t->since))
			return;
		begin_stall(inc, (double)t->since, now);
		inc->severity = severity;
		string_set(&inc->error, cause_silent);
		strings_copy(&inc->regions, &st->fleet.silent);
		emit_silence(st, ALERT_STARTED, pl, now, out);
	} else if (!notified_silent(inc) && all) {
		/* It was sent as a stage that is stalled. */
		string_set(&inc->error, cause_silent);
		strings_copy(&inc->regions, &st->fleet.silent);
	} else if (notified_silent(inc) && severity < inc->severity) {
		inc->severity = severity;
		emit_silence(st, ALERT_ESCALATED, pl, now, out);
		ack_break(st, ALERT_STALLED, now);
	}
}

/* Count again what is left of a continuing silence. */
static void restart(struct streak *t)
{
	if (t->n)
		*t = (struct streak) {1, t->counted, t->counted};
}

/*
 * If no verdicts come, a probe that has arrived ends the silence of all. If a
 * stage is stalled as well, the incident goes on for that reason.
 */
static void hear_ingest(struct alert_state *st, const struct pipeline *pl,
	bool late, double now)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];

	if (now - (double)st->fleet.all_silent.counted <= STAGE_STALE_S ||
		!ingested_since(&st->fleet.all_silent, pl))
		return;
	st->fleet.all_silent = (struct streak) {0};
	if (late && notified_silent(inc) && inc->severity == SEVERITY_P1) {
		string_set(&inc->error, NULL);
		strings_clear(&inc->regions);
	}
}

/* Whether the incident is about silent regions, or just was. */
static bool judge_silence(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	/* As of the verdicts, as all that they begin and end. */
	double at = pl->round ? (double)pl->round->window : now;
	bool all, notified = notified_silent(inc);

	if (pl->round)
		count_silence(st, pl);
	if (notified && !(inc->severity == SEVERITY_P1 ? st->fleet.all_silent.n
						   : st->fleet.most_silent.n)) {
		end_stall(st, STALL_END_REGION, at, at, out);
		restart(&st->fleet.most_silent);
		return true;
	}
	if (notified)
		strings_copy(&inc->regions, &st->fleet.silent);
	all = lasts(&st->fleet.all_silent, pl, now);
	if (all || lasts(&st->fleet.most_silent, pl, now))
		tell_silence(st, pl, all, at, out);
	if (notified && reminder_due(inc, p, at))
		emit_silence(st, ALERT_REMINDER, pl, at, out);
	return notified_silent(inc);
}

/* Whether somebody has closed the incident of this fault. */
static bool closed(const struct alert_state *st, const struct pipeline *pl,
	bool late, enum stage s)
{
	if (!late && !blind(pl))
		return st->fleet.refusal_closed;
	return incident_barred(st, ALERT_STALLED,
		late ? pl->at[s] : blind_since(pl));
}

void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	enum stage s = STAGE_INGEST;
	bool late;

	incident_heal_closings(st, now);
	st->fleet.refusal_closed = st->fleet.refusal_closed && pl->refused;
	/* A stalled ingest is the cause of a stalled verdict. */
	if (!stands(pl, s, now))
		s = STAGE_VERDICT;
	late = stands(pl, s, now);
	hear_ingest(st, pl, late, now);
	if (judge_silence(st, pl, p, now, out)) {
		/* Other stages have nothing to work on. */
	} else if (!late && !blind(pl) && !pl->refused) {
		end_stalled(st, pl, now, out);
	} else if (inc->open) {
		if (reminder_due(inc, p, now))
			tell_stall(st, ALERT_REMINDER, pl, late, s, now, out);
	} else if ((!late || !excused(pl, s, now)) &&
		!closed(st, pl, late, s)) {
		tell_stall(st, ALERT_STARTED, pl, late, s, now, out);
	}
	ack_expire(st, ALERT_STALLED, now);
	/*
	 * If no verdict is published, nobody knows which regions are cut off.
	 */
	if (!late)
		evaluate_isolated(st, pl, p, now, out);
}

static void emit_away(struct alert_state *st, enum alert_phase phase,
	const char *why, double now, struct alert_events *out)
{
	pipeline_event(st, phase, now,
		&(struct event_facts) {
			.stall = STALL_STORE,
			.since = (double)st->fleet.away.since,
			.reason = why,
		},
		out);
}

/* Count this run as one without the store. */
static void count_away(struct streak *t, double now)
{
	int64_t at = (int64_t)now;
	bool pause = fabs(now - (double)t->counted) > STAGE_STALE_S;

	if (!t->counted || at < t->since)
		*t = (struct streak) {.n = 1, .since = at};
	else if (pause)
		t->n = t->n ? 0 : 1; /* two pauses: runs are that rare here */
	else
		t->n++;
	t->counted = at;
}

void pipeline_away(struct alert_state *st, const char *why,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];

	incident_heal_closings(st, now);
	count_away(&st->fleet.away, now);
	if (!st->fleet.away.n)
		return;
	if (inc->open) {
		if (reminder_due(inc, p, now))
			emit_away(st, ALERT_REMINDER, why, now, out);
	} else if (now - (double)st->fleet.away.since >= STAGE_STALE_S &&
		!incident_barred(st, ALERT_STALLED, (double)st->fleet.away.since)) {
		begin_stall(inc, (double)st->fleet.away.since, now);
		emit_away(st, ALERT_STARTED, why, now, out);
	}
	ack_expire(st, ALERT_STALLED, now);
}

void pipeline_back(struct alert_state *st, double now,
	struct alert_events *out)
{
	st->fleet.away = (struct streak) {0};
	if (st->incidents[ALERT_STALLED].open)
		end_stall(st, STALL_END_STORE, now, now, out);
}
