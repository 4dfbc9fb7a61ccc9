/*
 * store_outage.h: tells that the store does not answer, and that it answers
 * again. The state of that incident is kept in a local file.
 */
#ifndef ALERTD_STORE_OUTAGE_H
#define ALERTD_STORE_OUTAGE_H

#include "notifier.h"

struct ack_request;

/*
 * store_outage_tell(setup, url, why): this run could not use the store at that
 * address, and why; NULL: it could. setup->states is not used. False: something
 * failed or is left for a later run, and the operator has been told.
 */
bool store_outage_tell(const struct notifier_setup *setup, const char *url,
	const char *why);

/*
 * store_outage_ack(setup, url, what, q): do what q says to the incident of a store
 * that does not answer, where `what`, a slug or a dedup_key, means that one. An
 * exit status; the operator has been told what is wrong.
 */
int store_outage_ack(const struct notifier_setup *setup, const char *url,
	const char *what, struct ack_request *q);

#endif
