/*
 * cold_start.h: servers that sleep while nobody uses them, so that the first
 * request after a pause may fail. Pure.
 */
#ifndef INCIDENT_COLD_START_H
#define INCIDENT_COLD_START_H

#include "conf/conf.h"
#include "incident/confirmation.h"
#include "incident/state.h"

/*
 * cold_start_platform(url): whether the host of url belongs to a platform that
 * is known for cold starts (article 3), compared label by label; url may be
 * NULL.
 */
bool cold_start_platform(const char *url);

/*
 * cold_start_excuses(st, s, p): whether the failure of window s does not count,
 * for the server may just be starting: it is the first after a pause of more
 * than p->idle_s (article 3). The next one counts, however long the pause
 * before it was.
 */
bool cold_start_excuses(struct alert_state *st, const struct observation *s,
	const struct conf_policy *p);

#endif
