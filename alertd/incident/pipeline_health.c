#include "incident/pipeline_health.h"

#include "base/clock.h"
#include "base/strings.h"
#include "base/text.h"
#include "incident/acknowledgement.h"
#include "incident/incident.h"
#include "incident/recovery.h"
#include "incident/reminder.h"
#include "incident/summary.h"

#include <math.h>
#include <string.h>

/* How long after records are due ingest counts as stalled. */
#define INGEST_SLACK_S (STAGE_STALE_S - 60)

double pipeline_ingest_s(const struct conf *c)
{
	double shortest = c && c->n_servers ? INFINITY : 0;

	for (size_t i = 0; c && i < c->n_servers; i++)
		shortest = fmin(shortest, c->servers[i].interval_s);
	return fmax(STAGE_STALE_S, shortest + INGEST_SLACK_S);
}

/* Append an event of the incident; it takes the text of `summary`. */
static void pipeline_event(struct alert_state *st, enum alert_phase phase,
	double at, struct buf *summary, struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	struct alert_event *e = events_new(out, st);

	e->summary = buf_take(summary);
	strings_copy(&e->told, &inc->told);
	e->record.at = at;
	e->record.kind = ALERT_STALLED;
	e->record.phase = phase;
	e->record.severity = inc->severity;
	e->record.tier = inc->tier;
	e->record.started_at = inc->first;
	e->record.summary = e->summary;
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

/* " since 14:02 UTC (12 min)" */
static void put_since(struct buf *b, double at, double now)
{
	buf_str(b, " since ");
	phrase_time_seen(b, (int64_t)at, now);
	buf_str(b, " UTC (");
	if (at > now)
		buf_str(b, "ahead of this clock");
	else
		phrase_duration(b, (long long)(now - at));
	buf_char(b, ')');
}

/* End the incident as of the minute of `at`. */
static void end_stall(struct alert_state *st, const char *what, double at,
	double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	int64_t over = clock_window(at);
	struct buf b;

	if (over < inc->first)
		over = inc->first;
	buf_init(&b, TEXT_SIZE);
	buf_str(&b, what);
	phrase_span(&b, inc->first, over);
	pipeline_event(st, ALERT_RESOLVED, now, &b, out);
	out->v[out->n - 1].record.resolved_at = over;
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

static void put_beats(struct buf *b, const struct pipeline *pl, double now)
{
	buf_str(b, "; last heartbeats: ");
	for (int s = STAGE_INGEST; s <= STAGE_VERDICT; s++) {
		double at = pl->at[s];

		buf_fmt(b, "%s%s ", s ? ", " : "", stage_name((enum stage)s));
		if (isnan(at))
			buf_str(b, "never");
		else
			phrase_time_seen(b, (int64_t)at, now);
	}
	buf_char(b, '.');
}

static void emit_stage(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, enum stage s, double now,
	struct alert_events *out)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, s == STAGE_INGEST ? "No record has been ingested"
				      : "No verdict has been published");
	put_since(&b, pl->at[s], now);
	buf_str(&b, s == STAGE_INGEST
			? ": servers are judged without new probes"
			: ": servers are not judged");
	put_beats(&b, pl, now);
	pipeline_event(st, phase, now, &b, out);
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
		since = fmax(since, pl->isolated[i].since);
	return since;
}

static void emit_blind(struct alert_state *st, enum alert_phase phase,
	const struct pipeline *pl, double now, struct alert_events *out)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, "The network of every region has been cut off");
	put_since(&b, blind_since(pl), now);
	buf_str(&b, ", or all servers are down at once: no region reaches any "
		    "server, and from here the two look alike; servers are "
		    "not judged. A canary in each region would tell which it "
		    "is.");
	pipeline_event(st, phase, now, &b, out);
}

/* The error of an incident that is open because all regions are cut off. */
static const char cause_blind[] = "isolated";

static void end_stalled(struct alert_state *st, const struct pipeline *pl,
	double now, struct alert_events *out)
{
	const struct incident *inc = &st->incidents[ALERT_STALLED];
	double newest = fmax(pl->at[STAGE_INGEST], pl->at[STAGE_VERDICT]);

	if (inc->error && strcmp(inc->error, cause_blind) == 0)
		end_stall(st, "A region reports again", now, now, out);
	else if (inc->open && !isnan(newest))
		end_stall(st, "The pipeline runs again", fmin(newest, now), now,
			out);
}

/* The regions that are cut off for long enough, or were told of before. */
static struct strings long_isolated(const struct pipeline *pl,
	const struct incident *inc, const struct conf_policy *p, double now,
	double *since)
{
	struct strings out = {0};

	*since = now;
	for (size_t i = 0; i < pl->n_isolated; i++) {
		const struct pipeline_region *r = &pl->isolated[i];

		if (now - r->since < 60.0 * p->silent &&
			!strings_has(&inc->regions, r->name))
			continue;
		strings_add(&out, r->name);
		*since = fmin(*since, r->since);
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
	} else if (!inc->open && regions.n && !blind(pl)) {
		incident_open(inc, SEVERITY_P3, clock_window(since),
			clock_window(now), p->silent);
		strings_copy(&inc->regions, &regions);
		events_add(out, st, ALERT_SILENT, ALERT_STARTED, now, false);
	} else if (inc->open && more) {
		strings_copy(&inc->regions, &regions);
		events_add(out, st, ALERT_SILENT, ALERT_ESCALATED, now, true);
	} else if (reminder_due(inc, p, now)) {
		events_add(out, st, ALERT_SILENT, ALERT_REMINDER, now, false);
	}
	ack_expire(st, ALERT_SILENT, now);
	strings_release(&regions);
}

void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	enum stage s = STAGE_INGEST;
	bool late;

	/* A stalled ingest is the cause of a stalled verdict. */
	if (!stands(pl, s, now))
		s = STAGE_VERDICT;
	late = stands(pl, s, now);
	if (!late && !blind(pl)) {
		end_stalled(st, pl, now, out);
	} else if (inc->open) {
		if (reminder_due(inc, p, now)) {
			if (late)
				emit_stage(st, ALERT_REMINDER, pl, s, now, out);
			else
				emit_blind(st, ALERT_REMINDER, pl, now, out);
		}
	} else if (late && !excused(pl, s, now)) {
		begin_stall(inc, pl->at[s], now);
		emit_stage(st, ALERT_STARTED, pl, s, now, out);
	} else if (!late) {
		begin_stall(inc, blind_since(pl), now);
		string_set(&inc->error, cause_blind);
		emit_blind(st, ALERT_STARTED, pl, now, out);
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
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, "The store has been unusable");
	put_since(&b, (double)st->away.since, now);
	buf_fmt(&b, ": servers are not judged, and nothing else can be told; "
		    "%s.", why);
	pipeline_event(st, phase, now, &b, out);
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

	count_away(&st->away, now);
	if (!st->away.n)
		return;
	if (inc->open) {
		if (reminder_due(inc, p, now))
			emit_away(st, ALERT_REMINDER, why, now, out);
	} else if (now - (double)st->away.since >= STAGE_STALE_S) {
		begin_stall(inc, (double)st->away.since, now);
		emit_away(st, ALERT_STARTED, why, now, out);
	}
	ack_expire(st, ALERT_STALLED, now);
}

void pipeline_back(struct alert_state *st, double now,
	struct alert_events *out)
{
	st->away = (struct streak) {0};
	if (st->incidents[ALERT_STALLED].open)
		end_stall(st, "The store is usable again", now, now, out);
}
