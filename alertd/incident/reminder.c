#include "incident/reminder.h"

#include "incident/acknowledgement.h"

#include <math.h>

bool reminder_due(struct incident *inc, const struct conf_policy *p,
	double now)
{
	double age = now - (double)inc->opened_at;
	double since = now - (double)inc->reminded_at;

	if (!inc->open || inc->superseded || inc->late || inc->passes ||
		ack_holds(inc, now))
		return false;
	/*
	 * Whoever looked after it may have forgotten it. One that is told of as
	 * yet to come was by a clock ahead, or stands in a forged snapshot.
	 */
	if (since < p->remind_s && since > -p->remind_s)
		return inc->ack.by;
	inc->reminded_at = inc->opened_at +
		(int64_t)(floor(age / p->remind_s) * p->remind_s);
	return true;
}

void reminders_add(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out)
{
	for (int k = ALERT_DOWN_KINDS; k < ALERT_KINDS; k++)
		if (k != ALERT_STALLED &&
			reminder_due(&st->incidents[k], p, now))
			events_add(out, st, (enum alert_kind)k, ALERT_REMINDER,
				now);
}
