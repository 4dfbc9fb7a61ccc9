/*
 * point.h: the addresses that an event points to. Pure.
 */
#ifndef POINT_H
#define POINT_H

#include "conf.h"
#include "event.h"

/*
 * point_to_page(c, e, url): "https://status.example.com/status/example-mcp"; for
 * the fleet the list of all servers. point_to_ack(c, secret, e, url):
 * "https://status.example.com/ack/TOKEN", of what can be acknowledged, where
 * there is a secret. Nothing where the configuration, which may be NULL, names
 * no site. The record points into *url then, which has to stay.
 */
void point_to_page(const struct conf *c, struct alert_event *e,
	struct buf *url);
void point_to_ack(const struct conf *c, const char *secret,
	struct alert_event *e, struct buf *url);

#endif
