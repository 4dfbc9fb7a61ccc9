#include "summary.h"

#include "clock.h"

#include <math.h>

/* So many regions are named; of the others, how many. */
#define REGIONS_SHOWN 6

/* "a", "a and b", "a, b and c", "a, b, c, d, e, f and 3 more". */
static void put_regions(struct buf *b, const struct strings *l)
{
	size_t shown = l->n < REGIONS_SHOWN ? l->n : REGIONS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const char *between = i + 1 == l->n ? " and " : ", ";

		buf_fmt(b, "%s%s", i ? between : "", l->v[i]);
	}
	if (shown < l->n)
		buf_fmt(b, " and %zu more", l->n - shown);
}

static void put_duration(struct buf *b, long long s)
{
	long long min = s / 60;

	if (s < 60)
		buf_fmt(b, "%lld s", s);
	else if (min < 60)
		buf_fmt(b, "%lld min", min);
	else if (min < 48 * 60 && min % 60)
		buf_fmt(b, "%lld h %lld min", min / 60, min % 60);
	else if (min < 48 * 60)
		buf_fmt(b, "%lld h", min / 60);
	else
		buf_fmt(b, "%lld d %lld h", min / 1440, min % 1440 / 60);
}

/* "14:32", with the day before it where that is wanted. */
static void put_time(struct buf *b, int64_t t, bool day)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	if (day)
		buf_fmt(b, "%.10s ", text);
	buf_fmt(b, "%.5s", text + 11);
}

static void put_failure(struct buf *b, const struct incident *inc)
{
	const char *step = step_name(inc->step);

	buf_fmt(b, "%s fails", step ? step : "a step");
	if (inc->error)
		buf_fmt(b, " with %s", inc->error);
}

static void put_downtime(struct buf *b, const struct incident *inc)
{
	if (inc->step == STEP_DNS || inc->step == STEP_TLS)
		buf_str(b, " cannot be reached: ");
	else if (inc->layer == LAYER_TRANSPORT)
		buf_str(b, " does not answer in time: ");
	else if (inc->layer == LAYER_TOOLS)
		buf_str(b, " answers, but ");
	else
		buf_str(b, " is down: ");
	put_failure(b, inc);
	buf_str(b, " from ");
	put_regions(b, &inc->regions);
	if (inc->expected == 1)
		buf_str(b, ", its only region");
	else
		buf_fmt(b, " (%zu of %d regions)", inc->regions.n,
			inc->expected);
}

static void put_regional(struct buf *b, const struct incident *inc)
{
	bool reached = inc->reached.n > 0;

	if (reached) {
		buf_str(b, " is available from ");
		put_regions(b, &inc->reached);
		buf_str(b, ", but not from ");
	} else {
		buf_str(b, " fails from ");
	}
	put_regions(b, &inc->regions);
	buf_str(b, " (");
	put_failure(b, inc);
	buf_str(b, reached ? "): possibly a routing or CDN issue"
			   : "), and no other region says that it works");
}

/* What is wrong, without an end. */
static void put_trouble(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;

	buf_str(b, s->slug);
	switch (s->kind) {
	case ALERT_DOWNTIME:
		put_downtime(b, inc);
		break;
	case ALERT_REGIONAL:
		put_regional(b, inc);
		break;
	case ALERT_DIVERGENCE:
	case ALERT_SILENT:
	case ALERT_STALLED:
		break;
	case ALERT_DRIFT:
	case ALERT_CERTIFICATE_EXPIRING:
	case ALERT_TOKEN_EXPIRING:
		break; /* no incidents */
	case ALERT_RATE_LIMITED:
		buf_str(b, " answers ");
		put_regions(b, &inc->regions);
		buf_str(b, " with 429: its rate limit is too tight, or should "
			   "let our probes pass");
		break;
	}
}

static void put_recovery(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	const char *layer = failure_layer_name(inc->layer);
	bool days = inc->first / 86400 != inc->passed_since / 86400;

	buf_str(b, s->slug);
	if (s->kind == ALERT_RATE_LIMITED) {
		buf_str(b, " answers without 429 again");
	} else {
		buf_str(b, " recovered");
		if (s->kind == ALERT_REGIONAL) {
			buf_str(b, " in ");
			put_regions(b, &inc->regions);
		}
	}
	buf_str(b, " after ");
	put_duration(b, inc->passed_since - inc->first);
	buf_str(b, " (");
	put_time(b, inc->first, days);
	buf_str(b, "\u2013");
	put_time(b, inc->passed_since, days);
	buf_fmt(b, " UTC). Root layer: %s, %d failing probe%s. ",
		layer ? layer : "unknown", inc->probe_count,
		inc->probe_count == 1 ? "" : "s");
	buf_str(b, "All layers pass again.");
}

/* "; alice looks after it until 20:31 UTC: REASON" */
static void put_ack(struct buf *b, const struct ack *a)
{
	bool days = floor(a->at / 86400) != floor(a->until / 86400);

	buf_fmt(b, "; %s looks after it until ", a->by);
	put_time(b, (int64_t)a->until, days);
	buf_str(b, " UTC");
	if (a->reason)
		buf_fmt(b, ": %s", a->reason);
}

void summary_put(struct buf *b, const struct summary *s)
{
	const struct incident *inc = s->incident;
	long long age = (long long)s->at - inc->first;

	if (s->phase == ALERT_RESOLVED) {
		put_recovery(b, s);
		return;
	}
	put_trouble(b, s);
	if (s->phase == ALERT_ESCALATED && s->worse) {
		buf_fmt(b, "; worse than before, %s",
			severity_name(inc->severity));
	} else if (s->phase == ALERT_ACKNOWLEDGED) {
		put_ack(b, &inc->ack);
	} else if (s->unheard) {
		buf_str(b, "; not acknowledged after ");
		put_duration(b, (long long)s->at - inc->opened_at);
	} else if (s->phase != ALERT_STARTED) {
		buf_str(b, "; not over after ");
		put_duration(b, age > 0 ? age : 0);
		if (s->phase == ALERT_ESCALATED)
			buf_fmt(b, ", so now %s", severity_name(inc->severity));
	}
	if (inc->ack.by && s->phase != ALERT_ACKNOWLEDGED)
		buf_fmt(b, "; the acknowledgement by %s has ended",
			inc->ack.by);
	buf_char(b, '.');
}
