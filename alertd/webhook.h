/*
 * webhook.h: an event as an HTTP POST, signed where the route has a secret.
 */
#ifndef WEBHOOK_H
#define WEBHOOK_H

#include "deliver.h"

/* Opaque. */
struct webhook;

/* webhook_new(credentials): see deliver_new; it starts libcurl. */
struct webhook *webhook_new(const char *credentials);
void webhook_free(struct webhook *w); /* NULL is fine */

/*
 * webhook_send(w, r, body): POST the body to the URL of the route. Delivered is
 * what is answered with 2xx. Only https, loopback apart; redirects are not
 * followed: a page must not go where nobody configured it to go.
 */
struct delivered webhook_send(struct webhook *w, const struct conf_route *r,
	const char *body);

#endif
