/*
 * check_open.h: what a changed configuration means for incidents that are open:
 * their ends go to the routes that were told that they began, by name.
 */
#ifndef COMMANDS_CHECK_OPEN_H
#define COMMANDS_CHECK_OPEN_H

#include <stdbool.h>

struct conf;
struct state_store;

/*
 * check_open(c, states): warn of each open incident that a route was told of
 * which configuration c does not have, and say who is told of its end instead.
 * False: the store failed, and the operator has been told.
 */
bool check_open(const struct conf *c, struct state_store *states);

#endif
