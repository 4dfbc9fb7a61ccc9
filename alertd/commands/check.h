/*
 * check.h: mcp-alert check: whether a configuration would tell anybody, and
 * of an event that is described, whom.
 */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

#include "conf/conf.h"
#include "options.h"

/*
 * check(file, c, o, folder): c is what that file says; NULL where there is
 * none. `folder` is that of the secrets, or NULL. An exit status; the operator
 * has been told why it is not 0.
 */
int check(const char *file, const struct conf *c, const struct options *o,
	const char *folder);

#endif
