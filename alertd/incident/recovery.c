#include "incident/recovery.h"

#include "base/clock.h"
#include "base/text.h"
#include "incident/confirmation.h"
#include "incident/dedup_key.h"
#include "incident/flapping.h"
#include "incident/severity.h"

#include <stdlib.h>

/* A mixture of both sorts of passing windows ends an incident, too. */
#define LONG 3

bool recovery_pass(struct incident *inc, int64_t window, int needed)
{
	if (inc->failed >= window || inc->passed >= window)
		return false;
	if (inc->passes++ == 0)
		inc->passed_since = window;
	inc->passed = window;
	if (inc->still.n)
		inc->row = inc->row < 0 ? inc->row - 1 : -1;
	else
		inc->row = inc->row > 0 ? inc->row + 1 : 1;
	return inc->passes >= needed;
}

bool recovery_over(const struct incident *inc, const struct conf_policy *p)
{
	return (abs(inc->row) >= p->resolve ||
		       (inc->passes >= LONG * p->resolve && inc->row > 0)) &&
		flapping_over(inc, p);
}

void recovery_reset(struct incident *inc)
{
	inc->passes = inc->row = 0;
	inc->passed = inc->passed_since = 0;
	strings_clear(&inc->still);
}

/*
 * Note which downtime is over: under the key by which people were told of it.
 * What still fails is counted from its end.
 */
static void note_downtime(struct alert_state *st)
{
	const struct incident *inc = &st->incidents[ALERT_DOWNTIME];
	bool overrun = st->incidents[ALERT_OVERRUN].open;
	char key[ALERT_KEY_SIZE];

	dedup_key(st, overrun ? ALERT_OVERRUN : ALERT_DOWNTIME, key);
	string_set(&st->ended_key, overrun || !inc->unnotified ? key : NULL);
	st->ended_since = inc->passed_since;
	streak_trim(st, inc->passed_since, inc->passes);
}

void recovery_end(struct alert_state *st, enum alert_kind kind, double at,
	struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];

	if ((st->maintenance.active || inc->silence) && !inc->unnotified)
		return;
	/* What is over wakes nobody. */
	if (inc->late && inc->severity < SEVERITY_P2)
		inc->severity = SEVERITY_P2;
	if (!inc->late)
		events_add(out, st, kind, ALERT_RESOLVED, at, false);
	else if (!inc->superseded)
		events_add(out, st, kind, ALERT_FOUND, at, false);
	flapping_end(st, kind);
	if (kind == ALERT_DOWNTIME)
		note_downtime(st);
	incident_release(inc);
}

/* `why` is the sentence that people read, up to " after 12 min". */
static void end_gone(struct alert_state *st, enum alert_kind kind, double at,
	const char *why, struct alert_events *out)
{
	struct incident *inc = &st->incidents[kind];
	int64_t over = clock_window(at);

	inc->passed_since = over > inc->first ? over : inc->first;
	events_put(out, st, &(struct summary) {
		.kind = kind,
		.phase = ALERT_RESOLVED,
		.at = at,
		.unwatched = why,
	});
	out->v[out->n - 1].suppressed = inc->unnotified || inc->late;
	incident_release(inc);
}

void recovery_server_gone(struct alert_state *st, double now,
	struct alert_events *out)
{
	struct buf why;

	buf_init(&why, TEXT_SIZE);
	buf_fmt(&why, "%s was taken out of the configuration: its incident ends",
		st->slug);
	for (unsigned k = 0; k < ALERT_KINDS; k++)
		if (st->incidents[k].open)
			end_gone(st, (enum alert_kind)k, now, why.p, out);
	buf_release(&why);
	streak_forget(st);
}

/* Whether v no longer expects a region of the list; one of none is no reason.
 */
static bool all_gone(const struct verdict *v, const struct strings *regions)
{
	for (size_t i = 0; i < regions->n; i++)
		if (severity_region(v, regions->v[i]) ||
			verdict_lists(v->no_data, v->n_no_data, regions->v[i]))
			return false;
	return regions->n > 0;
}

void recovery_regions_gone(struct alert_state *st, const struct verdict *v,
	struct alert_events *out)
{
	const struct observation s = observation_of(v);

	/* A verdict that lists no region says nothing of any. */
	if (!(v->n_regions || v->n_no_data) || s.failing || s.throttled ||
		s.window < st->window || st->maintenance.active)
		return;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++) {
		const struct incident *inc = &st->incidents[k];
		struct buf why;

		if (!inc->open || !all_gone(v, &inc->regions))
			continue;
		buf_init(&why, TEXT_SIZE);
		buf_fmt(&why, "%s is no longer probed from ", st->slug);
		phrase_cities(&why, &inc->regions);
		buf_str(&why, ", where it failed: its incident ends");
		end_gone(st, (enum alert_kind)k, (double)v->window, why.p, out);
		buf_release(&why);
	}
}
