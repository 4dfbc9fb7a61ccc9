#include "state/route_test_store.h"

#include "base/log.h"
#include "base/num.h"
#include "incident/route_test.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>

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

	return text && num_epoch(text, &t) ? t : NAN;
}

static bool put_instant(struct store *s, const char *field, double t)
{
	char text[32];

	snprintf(text, sizeof text, "%.0f", floor(t));
	return store_one(s, "HSET", KEY_TESTS, field, text, NULL) || failed(s);
}

bool route_test_store_read(struct store *s, struct route_test_history *out)
{
	const struct store_reply *r;

	*out = (struct route_test_history) {NAN, NAN};
	if (!s)
		return true;
	r = store_one(s, "HMGET", KEY_TESTS, SINCE, PASSED, NULL);
	if (!r)
		return failed(s);
	out->since = time_from(store_text(store_item(r, 0)));
	out->passed = time_from(store_text(store_item(r, 1)));
	return true;
}

bool route_test_store_begin(struct store *s, struct route_test_history *t, double now)
{
	if (!s || t->since <= now)
		return true;
	t->since = now;
	return put_instant(s, SINCE, now);
}

bool route_test_store_passed(struct store *s, double now)
{
	return put_instant(s, PASSED, now);
}
