/*
 * connection.h: steps 1 and 2, DNS and TLS. The first request of step 3 makes
 * both, and they end while it is on its way.
 */
#ifndef STEPS_CONNECTION_H
#define STEPS_CONNECTION_H

#include "steps/step.h"

/*
 * connection_resolved(p, h), connection_ready(p, h): call them when the name
 * has an address and when the connection stands, for every connection of the
 * probe; only the first one ends the step.
 */
void connection_resolved(struct probe *p, const struct http_response *h);
void connection_ready(struct probe *p, const struct http_response *h);

/* connection_failed(p, r): what comes next where the first connection failed; r
   says why. */
struct next connection_failed(struct probe *p, const struct reply *r);

#endif
