/*
 * maintenance.h: the commands of mcp-alert(1) for maintenances.
 */
#ifndef COMMANDS_MAINTENANCE_H
#define COMMANDS_MAINTENANCE_H

#include "conf/conf.h"
#include "options.h"

#include <stdbool.h>

struct store;

/* maintenance_wanted(o): whether the command is one of them. */
bool maintenance_wanted(const struct options *o);

/*
 * maintain(o, conf, store, text): do what the command asks for; conf may be
 * NULL. `text`: for people. An exit status.
 */
int maintain(const struct options *o, const struct conf *conf,
	struct store *store, bool text);

/*
 * maintenance_cap(conf): the longest that a maintenance may be, seconds.
 */
double maintenance_cap(const struct conf *conf);

#endif
