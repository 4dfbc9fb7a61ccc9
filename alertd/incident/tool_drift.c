#include "incident/tool_drift.h"

#include "base/text.h"
#include "incident/text.h"

#include <string.h>

/* Names of eras stand where the eras differ: see mcp-records(5). */
static bool is_era(const char *s)
{
	enum era era;

	return era_parse(s, &era);
}

static bool usable(const struct verdict_drift *d)
{
	if (!d->from || !d->to || strcmp(d->from, d->to) == 0)
		return false;
	return (hash_valid(d->from) && hash_valid(d->to)) ||
		(is_era(d->from) && is_era(d->to));
}

static bool same(const struct verdict_drift *a, const struct verdict_drift *b)
{
	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

static struct drift_told *told_of(struct alert_state *st,
	const struct verdict_drift *d)
{
	for (size_t i = 0; i < st->n_drifts; i++)
		if (strcmp(st->drifts[i].from, d->from) == 0 &&
			strcmp(st->drifts[i].to, d->to) == 0)
			return &st->drifts[i];
	return NULL;
}

static bool recent(const struct drift_told *t, int64_t window)
{
	return window - t->at < DRIFT_AGAIN_S;
}

/* Notes that it is told; false where it was, or too much was. */
static bool news(struct alert_state *st, const struct verdict_drift *d,
	int64_t window)
{
	struct drift_told *told = told_of(st, d), new = {.at = window};

	if (told && (recent(told, window) ||
			    st->incidents[ALERT_DIVERGENCE].open))
		return false;
	if (!told && st->n_drifts == DRIFTS_MAX) {
		if (recent(&st->drifts[0], window))
			return false;
		told = &st->drifts[0];
	}
	if (told)
		memmove(told, told + 1,
			(size_t)(&st->drifts[--st->n_drifts] - told) *
				sizeof *told);
	snprintf(new.from, sizeof new.from, "%s", d->from);
	snprintf(new.to, sizeof new.to, "%s", d->to);
	st->drifts[st->n_drifts++] = new;
	return true;
}

/*
 * A tool that is gone breaks its callers. So may a change of which nobody knows
 * what it was.
 */
static enum severity severity(const struct tool_change *c)
{
	if (is_era(c->from))
		return SEVERITY_P3;
	return c->removed.n || !change_named(c) ? SEVERITY_P2 : SEVERITY_P3;
}

static char *summarise(const char *slug, const struct tool_change *c,
	const struct strings *regions)
{
	struct buf b;

	buf_init(&b, TEXT_SIZE);
	buf_str(&b, slug);
	if (is_era(c->from)) {
		buf_fmt(&b, " changed the era of its protocol from %s to %s",
			c->from, c->to);
	} else if (change_named(c)) {
		buf_str(&b, " changed its tools: ");
		change_put(&b, c);
	} else {
		buf_str(&b, " changed its tools, nobody knows which");
	}
	buf_str(&b, ", as seen from ");
	phrase_regions(&b, regions);
	buf_char(&b, '.');
	return buf_take(&b);
}

/* All regions of a verdict that tell of the same change make one event. */
static void drift_event(struct alert_state *st, const struct verdict *v,
	size_t first, int64_t window, int nth, struct alert_events *out)
{
	const struct verdict_drift *d = &v->drift[first];
	struct alert_event *e = events_new(out, st);

	change_set(&e->change, d);
	for (size_t i = first; i < v->n_drift; i++)
		if (usable(&v->drift[i]) && same(d, &v->drift[i]) &&
			region_valid(v->drift[i].region))
			strings_note(&e->regions, v->drift[i].region);
	e->summary = summarise(st->slug, &e->change, &e->regions);
	e->record.at = (double)window;
	e->record.kind = ALERT_DRIFT;
	e->record.phase = ALERT_ONCE;
	e->record.severity = severity(&e->change);
	e->record.started_at = window;
	e->record.nth = nth;
	e->record.summary = e->summary;
	event_point(e);
}

void tool_drift_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	int nth = 0;

	/* One event says of all of them that they are too many. */
	if (st->incidents[ALERT_CHURN].open)
		return;
	for (size_t i = 0; i < v->n_drift; i++)
		if (usable(&v->drift[i]) &&
			region_valid(v->drift[i].region) &&
			news(st, &v->drift[i], window))
			drift_event(st, v, i, window, nth++, out);
}
