#include "point.h"

#include "ack_token.h"

#include <string.h>

void point_to_page(const struct conf *c, struct alert_event *e,
	struct buf *url)
{
	if (!c || !c->site_url)
		return;
	if (strcmp(e->record.slug, SLUG_FLEET) == 0)
		buf_fmt(url, "%s/", c->site_url);
	else
		buf_fmt(url, "%s/status/%s", c->site_url, e->record.slug);
	e->record.dashboard_url = url->p;
}

void point_to_ack(const struct conf *c, const char *secret,
	struct alert_event *e, struct buf *url)
{
	char key[ALERT_KEY_SIZE], token[ACK_TOKEN_SIZE];

	if (!secret || !c || !c->site_url ||
		e->record.phase == ALERT_ONCE ||
		e->record.phase == ALERT_RESOLVED ||
		e->record.phase == ALERT_ACKNOWLEDGED ||
		!ack_token_make(secret, alert_key(&e->record, key),
			(int64_t)e->record.at + ACK_TOKEN_S, token))
		return;
	buf_fmt(url, "%s/ack/%s", c->site_url, token);
	e->record.ack_url = url->p;
}
