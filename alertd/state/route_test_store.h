/*
 * route_test_store.h: what the store knows of tests of the routes; see
 * incident/route_test.h.
 */
#ifndef STATE_ROUTE_TEST_STORE_H
#define STATE_ROUTE_TEST_STORE_H

#include <stdbool.h>

struct store;
struct route_test_history;

/*
 * route_test_store_read(s, out): what is known; nothing is where s is NULL.
 * False: the store failed, and the operator has been told.
 */
bool route_test_store_read(struct store *s, struct route_test_history *out);

/*
 * route_test_store_begin(s, t, now): where t->since is unknown or later than
 * now, set it to now, in the store, too: since then there are routes to test. s
 * may be NULL. False: the store failed, and the operator has been told.
 */
bool route_test_store_begin(struct store *s, struct route_test_history *t, double now);

/*
 * route_test_store_passed(s, now): a test reached all its routes. False: the
 * store failed, and the operator has been told.
 */
bool route_test_store_passed(struct store *s, double now);

#endif
