/*
 * reminder.h: an open incident is told of again every p->remind_s seconds,
 * while nobody looks after it. Pure.
 */
#ifndef INCIDENT_REMINDER_H
#define INCIDENT_REMINDER_H

#include "conf/conf.h"
#include "incident/event.h"
#include "incident/state.h"

/*
 * reminder_due(inc, p, now): whether a reminder of inc is due; the next one is
 * due p->remind_s later. None is due while windows pass, for the incident is
 * about to end; one is due at once when an acknowledgement has expired.
 */
bool reminder_due(struct incident *inc, const struct conf_policy *p,
	double now);

/*
 * reminders_add(st, p, now, out): append the due reminders of all incidents
 * that do not say that the server cannot be used; machine.c reminds of those.
 */
void reminders_add(struct alert_state *st, const struct conf_policy *p,
	double now, struct alert_events *out);

#endif
