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
 * route_test_store_read(s, out): what is known. s may be NULL: then nothing is.
 * False: the store failed, of which the operator has been told.
 */
bool route_test_store_read(struct store *s, struct route_test_history *out);

/*
 * route_test_store_begin(s, t, now): that there are routes is known from now on, if
 * it was not, or from an instant that is yet to come. False: the same.
 */
bool route_test_store_begin(struct store *s, struct route_test_history *t, double now);

/* route_test_store_passed(s, now): a test arrived everywhere. False: the same. */
bool route_test_store_passed(struct store *s, double now);

#endif
