#include "incident/recovery.h"

bool recovery_pass(struct incident *inc, int64_t window, int needed)
{
	if (inc->failed >= window || inc->passed >= window)
		return false;
	if (inc->passes++ == 0)
		inc->passed_since = window;
	inc->passed = window;
	return inc->passes >= needed;
}

void recovery_reset(struct incident *inc)
{
	inc->passes = 0;
	inc->passed = inc->passed_since = 0;
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
	incident_release(inc);
}
