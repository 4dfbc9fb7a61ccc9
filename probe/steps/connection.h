/*
 * connection.h: steps 1 and 2, the name and the connection. Both are made by
 * the first request of step 3 and end while it is on its way.
 */
#ifndef STEPS_CONNECTION_H
#define STEPS_CONNECTION_H

#include "steps/step.h"

/*
 * connection_resolved(p, h), connection_ready(p, h): the name has an address,
 * the connection stands; for every connection of the probe, though only the
 * first of them ends a step.
 */
void connection_resolved(struct probe *p, const struct http_response *h);
void connection_ready(struct probe *p, const struct http_response *h);

/* connection_failed(p, r): no connection could be made, r says why. */
struct next connection_failed(struct probe *p, const struct reply *r);

#endif
