/*
 * check_event.h: who would be told of an event that the operator describes.
 * Pure, but for the system's database of time zones.
 */
#ifndef COMMANDS_CHECK_EVENT_H
#define COMMANDS_CHECK_EVENT_H

#include "conf/conf.h"
#include "terms/names.h"
#include "routing/what_if.h"

/* Room for the reason of a refusal; and for the answer. */
#define CHECK_EVENT_WHY 300
#define CHECK_EVENT_MAX (256 * 1024)

struct check_event {
	struct what_if of; /* points into what follows */
	char slug[SLUG_MAX + 1];
	char tools[16];
};

/*
 * check_event_parse(text, c, now, out, why): what "kind=downtime,severity=P1,…"
 * says, as mcp-alert(1) has it, of a server of the configuration. False and
 * why.
 */
bool check_event_parse(const char *text, const struct conf *c, double now,
	struct check_event *out, char *why);

/*
 * check_event_put(b, c, d): append who would be told and when; who at other
 * times of the week; and what a maintenance of the server would change.
 */
void check_event_put(struct buf *b, const struct conf *c,
	const struct check_event *d);

#endif
