#include "incident/reminder.h"

#include "incident/acknowledgement.h"

#include <math.h>

bool reminder_due(struct incident *inc, const struct conf_policy *p,
	double now)
{
	double age = now - (double)inc->opened_at;

	if (!inc->open || inc->superseded || inc->late || inc->passes ||
		ack_holds(inc, now))
		return false;
	/* Whoever looked after it may have forgotten it. */
	if (now - (double)inc->reminded_at < p->remind_s)
		return inc->ack.by;
	inc->reminded_at = inc->opened_at +
		(int64_t)(floor(age / p->remind_s) * p->remind_s);
	return true;
}

void reminders_add(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	static const enum alert_kind kinds[] = {
		ALERT_LATENCY, ALERT_ERROR_RATE, ALERT_SLO_BURN,
		ALERT_DIVERGENCE, ALERT_CHURN, ALERT_SILENT, ALERT_OVERRUN};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (reminder_due(&st->incidents[kinds[i]], p, now))
			events_add(out, st, kinds[i], ALERT_REMINDER, now,
				false);
}
