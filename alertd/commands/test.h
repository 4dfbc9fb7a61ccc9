/*
 * test.h: mcp-alert test: sends a P1 that is only a test to the routes, and
 * says which of them got it.
 */
#ifndef COMMANDS_TEST_H
#define COMMANDS_TEST_H

#include "notifier.h"
#include "options.h"

/*
 * testing(setup, o): test the routes of a server. Returns an exit status; if it
 * is not 0, the operator has been told why.
 */
int testing(const struct notifier_setup *setup, const struct options *o);

#endif
