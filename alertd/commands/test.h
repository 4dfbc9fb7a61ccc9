/*
 * test.h: mcp-alert test: a P1 that is none goes to the routes, and who got
 * it is said.
 */
#ifndef COMMANDS_TEST_H
#define COMMANDS_TEST_H

#include "notifier.h"
#include "options.h"

/*
 * testing(setup, o): test the routes of a server. An exit status; the operator
 * has been told why it is not 0.
 */
int testing(const struct notifier_setup *setup, const struct options *o);

#endif
