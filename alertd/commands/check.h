/*
 * check.h: mcp-alert check: whether a configuration can work and leaves nobody
 * out; and, for an event that is described, who would be told.
 */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

#include "conf/conf.h"
#include "options.h"

/*
 * check(file, c, o, folder): check configuration c, read from `file` (both
 * NULL: there is none), with the secrets in `folder`, or NULL. Returns an exit
 * status; if it is not 0, the operator has been told why.
 */
int check(const char *file, const struct conf *c, const struct options *o,
	const char *folder);

#endif
