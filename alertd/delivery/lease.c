#include "delivery/lease.h"

#include "base/log.h"
#include "delivery/owner.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

/* The files of these names, as text. */
extern const char lua_take_lease[];
extern const char lua_drop_lease[];

static enum lease_result failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return LEASE_STORE_FAILED;
}

enum lease_result lease_take(struct store *s, const char *route,
	const char *us)
{
	char key[KEY_MAX], them[OWNER_SIZE] = "", ttl[16];
	const struct store_reply *r;

	key_digest(key, route);
	r = store_one(s, "GET", key, NULL);
	if (!r)
		return failed(s);
	if (store_text(r) && owner_gone(us, store_text(r)))
		snprintf(them, sizeof them, "%s", store_text(r));
	snprintf(ttl, sizeof ttl, "%d", RETENTION_DIGEST_S);
	r = store_one(s, "EVAL", lua_take_lease, "1", key, us, them, ttl, NULL);
	if (!r)
		return failed(s);
	return store_int(r, 0) == 1 ? LEASE_OURS : LEASE_THEIRS;
}

void lease_drop(struct store *s, const char *route, const char *us)
{
	char key[KEY_MAX];

	key_digest(key, route);
	if (!store_one(s, "EVAL", lua_drop_lease, "1", key, us, NULL))
		log_error("%s", store_why(s));
}
