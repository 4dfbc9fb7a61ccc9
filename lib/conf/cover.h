/*
 * cover.h: policies with hours for a P1 must tell somebody at once at every
 * minute of the week.
 */
#ifndef CONF_COVER_H
#define CONF_COVER_H

#include "conf/conf.h"
#include "conf/errors.h"

/*
 * conf_check_cover(c, r): report to r each policy with hours for P1 beside
 * which, at some minute of the week, no policy would send one of its events at
 * once. Servers of lists are not known yet: it must hold for any. Hours are
 * times of day, all on the clocks of alerts.zone, so a change of the clocks
 * opens no gap.
 */
void conf_check_cover(const struct conf *c, struct conf_errors *r);

#endif
