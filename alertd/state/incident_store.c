#include "state/incident_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "records/incident_update.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

static bool failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return false;
}

/* Run a command with a key and n more arguments. */
static bool run(struct store *s, const char *command, const char *key,
	char *const *v, size_t n)
{
	const char **args = xcalloc(n + 2, sizeof *args);

	args[0] = command;
	args[1] = key;
	for (size_t i = 0; i < n; i++)
		args[i + 2] = v[i];
	store_add_argv(s, n + 2, args);
	free(args);
	return store_run(s) == 0 || failed(s);
}

static int oldest_first(const void *a, const void *b)
{
	int64_t x = incident_update_first(*(char *const *)a);
	int64_t y = incident_update_first(*(char *const *)b);

	return (x > y) - (x < y);
}

/* Of sorted fields: how many have to go. */
static size_t surplus(const struct strings *fields)
{
	int64_t newest = incident_update_first(fields->v[fields->n - 1]);
	size_t n = fields->n > UPDATES_MAX ? fields->n - UPDATES_MAX : 0;

	while (n < fields->n && incident_update_first(fields->v[n]) <
			newest - RETENTION_INCIDENTS_S)
		n++;
	return n;
}

bool incident_store_fields(struct store *s, const char *slug,
	struct strings *out)
{
	char key[KEY_MAX];
	const struct store_reply *r =
		store_one(s, "HKEYS", key_incidents(key, slug), NULL);

	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			strings_add(out, store_text(store_item(r, i)));
	return r || failed(s);
}

static bool thin_out(struct store *s, const char *slug, const char *key)
{
	struct strings fields = {0};
	bool ok = incident_store_fields(s, slug, &fields);
	size_t n = 0;

	if (fields.n) {
		qsort(fields.v, fields.n, sizeof *fields.v, oldest_first);
		n = surplus(&fields);
	}
	if (ok && n)
		ok = run(s, "HDEL", key, fields.v, n);
	strings_release(&fields);
	return ok;
}

bool incident_store_add(struct store *s, const char *slug,
	const struct strings *updates)
{
	char key[KEY_MAX], ttl[32];

	snprintf(ttl, sizeof ttl, "%d", RETENTION_INCIDENTS_S);
	key_incidents(key, slug);
	return run(s, "HSET", key, updates->v, updates->n) &&
		(store_one(s, "EXPIRE", key, ttl, NULL) || failed(s)) &&
		thin_out(s, slug, key);
}
