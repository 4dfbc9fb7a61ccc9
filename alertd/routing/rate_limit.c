/* SPDX-License-Identifier: MIT */
#include "routing/routing.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* spend_rate.lua, as text. */
extern const char lua_spend_rate[];

/* How many events a route got in the last hour in which it got any. */
struct spent {
	const char *route;
	int64_t hour;
	int n;
};

struct rate_limit {
	struct store *store;
	struct spent *v; /* without a store */
	size_t n, cap;
};

struct rate_limit *rate_limit_new(struct store *s)
{
	struct rate_limit *b = xcalloc(1, sizeof *b);

	b->store = s;
	return b;
}

void rate_limit_free(struct rate_limit *b)
{
	if (b)
		free(b->v);
	free(b);
}

/* Without a store nothing is decided twice, so a number is enough. */
static bool take_here(struct rate_limit *b, const char *route, int budget,
	int64_t hour)
{
	struct spent *s = NULL;

	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].route, route) == 0)
			s = &b->v[i];
	if (!s) {
		b->v = xgrow(b->v, &b->cap, b->n + 1, sizeof *b->v);
		s = &b->v[b->n++];
		*s = (struct spent) {.route = route};
	}
	if (s->hour != hour) {
		s->hour = hour;
		s->n = 0;
	}
	return s->n++ < budget;
}

bool rate_limit_take(struct rate_limit *b, const char *route, int budget,
	const char *event, double t)
{
	char key[KEY_MAX], most[16], ttl[16];
	const struct store_reply *reply;
	int64_t hour = (int64_t)floor(t / 3600);

	if (!budget)
		return true;
	if (!b->store)
		return take_here(b, route, budget, hour);
	key_budget(key, route, hour);
	snprintf(most, sizeof most, "%d", budget);
	snprintf(ttl, sizeof ttl, "%d", RETENTION_BUDGET_S);
	reply = store_one(b->store, "EVAL", lua_spend_rate, "1", key, event,
		most, ttl, NULL);
	if (!reply)
		log_error("the budget of route %s: %s", route,
			store_why(b->store));
	return store_int(reply, 1) == 1;
}
