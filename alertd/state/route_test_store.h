/*
 * route_test_store.h: what the store knows of tests of the routes; see
 * incident/route_test.h.
 */
#ifndef STATE_ROUTE_TEST_STORE_H
#define STATE_ROUTE_TEST_STORE_H

#include <stdbool.h>

struct conf;
struct route_test_history;
struct store;
struct strings;

/*
 * route_test_store_read(s, c, out): what is known of the routes of c, whose
 * names *out points to; nothing is where s is NULL. route_test_store_release
 * it. False, and nothing to release: the store failed, and the operator has
 * been told.
 */
bool route_test_store_read(struct store *s, const struct conf *c,
	struct route_test_history *out);
void route_test_store_release(struct route_test_history *t);

/*
 * route_test_store_begin(s, t, now): where t->since is unknown or later than
 * now, set it to now, in the store, too: since then there are routes to test. s
 * may be NULL. False: the store failed, and the operator has been told.
 */
bool route_test_store_begin(struct store *s, struct route_test_history *t,
	double now);

/*
 * route_test_store_passed(s, routes, all, now): a test reached these routes,
 * and `all` to which it went. False: the store failed, and the operator has
 * been told.
 */
bool route_test_store_passed(struct store *s, const struct strings *routes,
	bool all, double now);

#endif
