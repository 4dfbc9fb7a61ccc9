/*
 * hours_coverage.h: policies with hours for a P1 must notify somebody at once, at
 * every minute of the week.
 */
#ifndef CONF_HOURS_COVERAGE_H
#define CONF_HOURS_COVERAGE_H

#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_check_hours_coverage(c, r): report to r each policy with hours for P1 that
 * leaves a gap: at some minute of the week no policy sends one of its events at
 * once. Servers of lists are not known yet: it must hold for any. Hours are
 * times of day, all on the clocks of alerts.zone, so a change of the clocks
 * opens no gap.
 */
void conf_check_hours_coverage(const struct conf *c, struct conf_errors *r);

#endif
