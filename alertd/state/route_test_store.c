/* SPDX-License-Identifier: MIT */
#include "state/stores.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "incident/route_test.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINCE "since"
#define PASSED "passed"

static bool failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return false;
}

/* NAN for nothing, and for what cannot be read. */
static double time_from(const char *text)
{
	double t = NAN;

	return text && num_decimal(text, &t) ? t : NAN;
}

/* The field of one route: "passed:NAME". */
static void field_of(struct buf *b, const char *route)
{
	buf_init(b, strlen(PASSED) + strlen(route) + 2);
	buf_fmt(b, PASSED ":%s", route);
}

/* An older version kept only when a test had reached all its routes. */
static bool of_all(const struct store_reply *r)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if (strncmp(f.name, PASSED ":", strlen(PASSED) + 1) == 0)
			return false;
	return true;
}

bool route_test_store_read(struct store *s, const struct conf *c,
	struct route_test_history *out)
{
	const struct store_reply *r;

	*out = (struct route_test_history) {.since = NAN};
	if (!s)
		return true;
	r = store_one(s, "HGETALL", KEY_TESTS, NULL);
	if (!r)
		return failed(s);
	out->since = time_from(store_value(r, SINCE));
	out->v = xcalloc(c->n_routes, sizeof *out->v);
	out->n = c->n_routes;
	for (size_t i = 0; i < out->n; i++) {
		struct buf field;

		field_of(&field, c->routes[i].name);
		out->v[i] = (struct route_tested) {
			c->routes[i].name,
			time_from(store_value(r, of_all(r) ? PASSED : field.p)),
		};
		buf_release(&field);
	}
	return true;
}

void route_test_store_release(struct route_test_history *t)
{
	free(t->v);
}

bool route_test_store_begin(struct store *s, struct route_test_history *t,
	double now)
{
	char text[32];

	if (!s || t->since <= now)
		return true;
	t->since = now;
	snprintf(text, sizeof text, "%.0f", floor(now));
	return store_one(s, "HSET", KEY_TESTS, SINCE, text, NULL) || failed(s);
}

bool route_test_store_passed(struct store *s, const struct strings *routes,
	bool all, double now)
{
	char text[32];

	snprintf(text, sizeof text, "%.0f", floor(now));
	if (all)
		store_add(s, "HSET", KEY_TESTS, PASSED, text, NULL);
	for (size_t i = 0; i < routes->n; i++) {
		struct buf field;

		field_of(&field, routes->v[i]);
		store_add(s, "HSET", KEY_TESTS, field.p, text, NULL);
		buf_release(&field);
	}
	return (!all && !routes->n) || store_run(s) == 0 || failed(s);
}
