/* SPDX-License-Identifier: MIT */
/*
 * console_store.c: forms and links that were used, so that none works twice.
 */
#include "state/stores.h"

#include "base/num.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <stdio.h>

/* Queue that what has ended is forgotten; r has all fields and values. */
static void forget(struct store *s, const struct strings *ended)
{
	for (size_t i = 0; i < ended->n; i++)
		store_add(s, "HDEL", KEY_CONSOLE, ended->v[i], NULL);
}

static void find_ended(const struct store_reply *r, double now,
	struct strings *out)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		if ((double)store_int(f.value, 0) < now)
			strings_add(out, f.name);
}

enum once console_store_once(struct store *s, const char *number,
	long long until, double now)
{
	char end[32], ttl[32];
	struct strings ended = {0};
	enum once result = ONCE_FAILED;

	snprintf(end, sizeof end, "%lld", until);
	snprintf(ttl, sizeof ttl, "%d", RETENTION_CONSOLE_S);
	/* How many fields that made: 0 where it was there. */
	store_add(s, "HSET", KEY_CONSOLE, number, end, NULL);
	store_add(s, "EXPIRE", KEY_CONSOLE, ttl, NULL);
	store_add(s, "HGETALL", KEY_CONSOLE, NULL);
	if (!store_run(s)) {
		result = store_int(store_reply(s, 0), 0) == 1 ? ONCE_NEW
							      : ONCE_USED;
		find_ended(store_reply(s, 2), now, &ended);
		forget(s, &ended);
	}
	if (result == ONCE_FAILED || (ended.n && store_run(s)))
		store_failed(s);
	strings_release(&ended);
	return result;
}

void console_store_again(struct store *s, const char *number)
{
	store_add(s, "HDEL", KEY_CONSOLE, number, NULL);
	if (store_run(s))
		store_failed(s);
}

enum once console_store_seen(struct store *s, const char *number)
{
	const struct store_reply *r =
		store_one(s, "HGET", KEY_CONSOLE, number, NULL);

	if (!r)
		store_failed(s);
	return !r ? ONCE_FAILED : store_text(r) ? ONCE_USED : ONCE_NEW;
}
