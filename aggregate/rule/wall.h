/*
 * wall.h: what kind of wall keeps a probe out of a server that is auth-walled:
 * by the records of its steps. Pure.
 */
#ifndef RULE_WALL_H
#define RULE_WALL_H

#include "records/probe.h"

enum wall {
	WALL_OAUTH,	  /* OAuth, and a client can find out where */
	WALL_BEARER,	  /* a bearer token; nothing says where to get one */
	WALL_SCHEME,	  /* another scheme, or none named */
	WALL_CERTIFICATE, /* a client certificate */
	WALL_TOOLS,	  /* it shakes hands, and asks once tools are wanted */
	WALL_UNKNOWN
};
#define WALLS (WALL_UNKNOWN + 1)

/* wall_name(w): the name in records. */
const char *wall_name(enum wall w);

/*
 * wall_seen(r): the kind as far as the record of a step shows it: of the kinds
 * that the records of a probe show, the first of the enum holds. WALL_UNKNOWN
 * where it shows none.
 */
enum wall wall_seen(const struct record *r);

#endif
