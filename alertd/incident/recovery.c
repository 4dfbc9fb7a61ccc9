#include "incident/recovery.h"

#include "incident/confirmation.h"
#include "incident/dedup_key.h"
#include "incident/flapping.h"

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
		       inc->passes >= LONG * p->resolve) &&
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

	if (st->maintenance.active && !inc->unnotified)
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
