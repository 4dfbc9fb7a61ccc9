/*
 * store_outage.h: tells that the store does not answer, and that it answers
 * again. The state of that incident is kept in a local file.
 */
#ifndef ALERTD_STORE_OUTAGE_H
#define ALERTD_STORE_OUTAGE_H

#include "notifier.h"

/*
 * store_outage_tell(setup, url, why): this run could not use the store at that
 * address, and why; NULL: it could. setup->states is not used. False: something
 * failed or is left for a later run, and the operator has been told.
 */
bool store_outage_tell(const struct notifier_setup *setup, const char *url,
	const char *why);

#endif
