/*
 * maintenance.h: the commands of mcp-alert(1) for maintenances.
 */
#ifndef COMMANDS_MAINTENANCE_H
#define COMMANDS_MAINTENANCE_H

#include "conf/conf.h"
#include "options.h"

#include <stdbool.h>

struct store;

/* maintenance_wanted(o): whether the options ask for one of these commands. */
bool maintenance_wanted(const struct options *o);

/*
 * maintain(o, conf, store, text): run the command; conf may be NULL. `text`:
 * print for people, not JSON. Returns an exit status.
 */
int maintain(const struct options *o, const struct conf *conf,
	struct store *store, bool text);

#endif
