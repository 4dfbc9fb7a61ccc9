/*
 * silence.h: the commands "silence add" and "silence end", and a silence as a
 * row of "maintenance list", which lists both.
 */
#ifndef COMMANDS_SILENCE_H
#define COMMANDS_SILENCE_H

#include "conf/conf.h"
#include "options.h"
#include "records/silence.h"

struct maintenance_store;

/*
 * silence_add(o, conf, c, now, out), silence_stop(o, c, now, out): what the
 * command line says; *out is the silence, for as long as o and c live. An exit status; the
 * operator has been told why it is none of 0.
 */
int silence_add(const struct options *o, const struct conf *conf,
	struct maintenance_store *c, double now, struct silence *out);
int silence_stop(const struct options *o, struct maintenance_store *c,
	double now, struct silence *out);

/*
 * silence_shown(s, now): whether lists still show it. silence_put(b, s, now,
 * zone): append its row with the times of that zone, or where zone is NULL, its
 * record as a line.
 */
bool silence_shown(const struct silence *s, double now);
void silence_put(struct buf *b, const struct silence *s, double now,
	const char *zone);

#endif
