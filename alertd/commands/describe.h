/*
 * describe.h: an event that somebody describes, and who would be told of it.
 * Pure, but for the system's database of time zones.
 */
#ifndef COMMANDS_DESCRIBE_H
#define COMMANDS_DESCRIBE_H

#include "conf/conf.h"
#include "mcp/names.h"
#include "routing/what_if.h"

/* Room for the reason why a description is refused; and for what is said. */
#define DESCRIBE_WHY 300
#define DESCRIBE_MAX (256 * 1024)

struct described {
	struct what_if of; /* points into what follows */
	char slug[SLUG_MAX + 1];
	char tools[16];
};

/*
 * describe_parse(text, c, now, out, why): what "kind=downtime,severity=P1,…"
 * says, as mcp-alert(1) has it, of a server of the configuration. False and
 * why.
 */
bool describe_parse(const char *text, const struct conf *c, double now,
	struct described *out, char *why);

/*
 * describe_put(b, c, d): append who is told and when; who would be at other
 * times of the week; and what a maintenance of the server changes.
 */
void describe_put(struct buf *b, const struct conf *c,
	const struct described *d);

#endif
