#include "pipeline.h"

#include "clock.h"
#include "phrase.h"
#include "text.h"

#include <math.h>

/* Beyond the time at which the next records are due. */
#define INGEST_SLACK_S (STAGE_STALE_S - 60)

double pipeline_ingest_s(const struct conf *c)
{
	double shortest = c && c->n_servers ? INFINITY : 0;

	for (size_t i = 0; c && i < c->n_servers; i++)
		shortest = fmin(shortest, c->servers[i].interval_s);
	return fmax(STAGE_STALE_S, shortest + INGEST_SLACK_S);
}

/* What happens to the incident; the summary is one to be freed. */
static void tell(struct alert_state *st, enum alert_phase phase, double at,
	struct buf *summary, struct alert_events *out)
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

/* Nobody is watched: that is as urgent as anything that they would see. */
static void begin(struct incident *inc, double since, double now)
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

static bool remind(struct incident *inc, const struct conf_policy *p,
	double now)
{
	double age = now - (double)inc->opened_at;

	if (now - (double)inc->reminded_at < p->remind_s)
		return false;
	inc->reminded_at = inc->opened_at +
		(int64_t)(floor(age / p->remind_s) * p->remind_s);
	return true;
}

/* "14:02", with its day where that is not today. */
static void put_time(struct buf *b, double at, double now)
{
	phrase_time(b, (int64_t)at, floor(at / 86400) != floor(now / 86400));
}

/* " since 14:02 UTC (12 min)" */
static void put_since(struct buf *b, double at, double now)
{
	buf_str(b, " since ");
	put_time(b, at, now);
	buf_str(b, " UTC (");
	if (at > now)
		buf_str(b, "ahead of this clock");
	else
		phrase_duration(b, (long long)(now - at));
	buf_char(b, ')');
}

/* " after 12 min (14:02–14:14 UTC)." */
static void put_until(struct buf *b, int64_t from, int64_t to)
{
	bool days = from / 86400 != to / 86400;

	buf_str(b, " after ");
	phrase_duration(b, to - from);
	buf_str(b, " (");
	phrase_time(b, from, days);
	buf_str(b, "\u2013");
	phrase_time(b, to, days);
	buf_str(b, " UTC).");
}

/* It is over since the minute of `at`. */
static void end(struct alert_state *st, const char *what, double at, double now,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	int64_t over = clock_window(at);
	struct buf b;

	if (over < inc->first)
		over = inc->first;
	buf_init(&b, TEXT_SIZE);
	buf_str(&b, what);
	put_until(&b, inc->first, over);
	tell(st, ALERT_RESOLVED, now, &b, out);
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
 * Whether we were absent ourselves, and the stage was not late when we ran
 * last. Then it may be the machine that stood still, and not the stage.
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
			put_time(b, at, now);
	}
	buf_char(b, '.');
}

static void tell_stage(struct alert_state *st, enum alert_phase phase,
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
	tell(st, phase, now, &b, out);
}

void pipeline_decide(struct alert_state *st, const struct pipeline *pl,
	const struct conf_policy *p, double now, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_STALLED];
	double newest = fmax(pl->at[STAGE_INGEST], pl->at[STAGE_VERDICT]);
	enum stage s = STAGE_INGEST;

	/* What comes first is the cause of what comes after it. */
	if (!stands(pl, s, now))
		s = STAGE_VERDICT;
	if (!stands(pl, s, now)) {
		if (inc->open && !isnan(newest))
			end(st, "The pipeline runs again", fmin(newest, now),
				now, out);
	} else if (inc->open) {
		if (remind(inc, p, now))
			tell_stage(st, ALERT_REMINDER, pl, s, now, out);
	} else if (!excused(pl, s, now)) {
		begin(inc, pl->at[s], now);
		tell_stage(st, ALERT_STARTED, pl, s, now, out);
	}
}

static void tell_away(struct alert_state *st, enum alert_phase phase,
	const char *why, double now, struct alert_events *out)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, "The store has been unusable");
	put_since(&b, (double)st->away.since, now);
	buf_fmt(&b, ": servers are not judged, and nothing else can be told; "
		    "%s.", why);
	tell(st, phase, now, &b, out);
}

/* Takes this run into the row of those without the store. */
static void count_away(struct tally *t, double now)
{
	int64_t at = (int64_t)now;
	bool pause = fabs(now - (double)t->counted) > STAGE_STALE_S;

	if (!t->counted || at < t->since)
		*t = (struct tally) {.n = 1, .since = at};
	else if (pause)
		t->n = t->n ? 0 : 1; /* the second one is the habit here */
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
		if (remind(inc, p, now))
			tell_away(st, ALERT_REMINDER, why, now, out);
	} else if (now - (double)st->away.since >= STAGE_STALE_S) {
		begin(inc, (double)st->away.since, now);
		tell_away(st, ALERT_STARTED, why, now, out);
	}
}

void pipeline_back(struct alert_state *st, double now,
	struct alert_events *out)
{
	st->away = (struct tally) {0};
	if (st->incidents[ALERT_STALLED].open)
		end(st, "The store is usable again", now, now, out);
}
