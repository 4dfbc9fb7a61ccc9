/*
 * known_server.h: whether a slug on a command line is that of a server, so that
 * a slip of the hand is refused with what was probably meant.
 */
#ifndef COMMANDS_KNOWN_SERVER_H
#define COMMANDS_KNOWN_SERVER_H

#include "notifier.h"

/*
 * known_server(s, what): whether the configuration or the store knows the slug
 * that `what`, a slug or a dedup_key, begins with. EXIT_GOOD; or an exit
 * status, and the operator has been told, with the nearest name if there is
 * one.
 */
int known_server(const struct notifier_setup *s, const char *what);

#endif
