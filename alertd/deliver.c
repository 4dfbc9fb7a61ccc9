#include "deliver.h"

#include "execute.h"
#include "webhook.h"
#include "xalloc.h"

#include <stdlib.h>

struct deliver {
	const char *credentials;
	struct webhook *webhook; /* made when there is use for it */
};

struct deliver *deliver_new(const char *credentials)
{
	struct deliver *d = xcalloc(1, sizeof *d);

	d->credentials = credentials;
	return d;
}

void deliver_free(struct deliver *d)
{
	if (!d)
		return;
	webhook_free(d->webhook);
	free(d);
}

struct delivered deliver_send(struct deliver *d, const struct conf_route *r,
	const char *body)
{
	if (r->type == CONF_ROUTE_COMMAND)
		return execute_send(r->command, body);
	if (!d->webhook)
		d->webhook = webhook_new(d->credentials);
	return webhook_send(d->webhook, r, body);
}
