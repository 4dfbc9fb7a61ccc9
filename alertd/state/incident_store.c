#include "state/incident_store.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "records/incident.h"
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

/* Queue a command with a key and n more arguments. */
static void queue(struct store *s, const char *command, const char *slug,
	char *const *v, size_t n)
{
	const char **args = xcalloc(n + 2, sizeof *args);
	char key[KEY_MAX];

	args[0] = command;
	args[1] = key_incidents(key, slug);
	for (size_t i = 0; i < n; i++)
		args[i + 2] = v[i];
	store_add_argv(s, n + 2, args);
	free(args);
}

static int oldest_first(const void *a, const void *b)
{
	int64_t x = incident_update_first(*(char *const *)a);
	int64_t y = incident_update_first(*(char *const *)b);

	return (x > y) - (x < y);
}

/* Sort the fields; how many of the first ones have to go. */
static size_t surplus(struct strings *fields)
{
	size_t n = fields->n > UPDATES_MAX ? fields->n - UPDATES_MAX : 0;
	int64_t newest;

	if (!fields->n)
		return 0;
	qsort(fields->v, fields->n, sizeof *fields->v, oldest_first);
	newest = incident_update_first(fields->v[fields->n - 1]);
	while (n < fields->n && incident_update_first(fields->v[n]) <
			newest - RETENTION_INCIDENTS_S)
		n++;
	return n;
}

static void add_fields(const struct store_reply *r, struct strings *out)
{
	for (size_t i = 0; i < store_count(r); i++)
		if (store_text(store_item(r, i)))
			strings_add(out, store_text(store_item(r, i)));
}

bool incident_store_fields(struct store *s, const char *slug,
	struct strings *out)
{
	char key[KEY_MAX];
	const struct store_reply *r =
		store_one(s, "HKEYS", key_incidents(key, slug), NULL);

	add_fields(r, out);
	return r || failed(s);
}

/* The replies to these are in turn. */
enum { WRITTEN, LIVES, FIELDS, REPLIES };

static void queue_all(struct store *s, const struct incident_updates *v,
	size_t n)
{
	char ttl[32], *const life[] = {ttl};

	snprintf(ttl, sizeof ttl, "%d", RETENTION_INCIDENTS_S);
	for (size_t i = 0; i < n; i++) {
		queue(s, "HSET", v[i].slug, v[i].fields->v, v[i].fields->n);
		queue(s, "EXPIRE", v[i].slug, life, 1);
		queue(s, "HKEYS", v[i].slug, NULL, 0);
	}
}

bool incident_store_add(struct store *s, const struct incident_updates *v,
	size_t n)
{
	struct strings *fields = xcalloc(n + 1, sizeof *fields);
	size_t first = store_queued(s);
	bool ok, thin = false;

	queue_all(s, v, n);
	ok = store_run(s) == 0;
	for (size_t i = 0; i < n && ok; i++)
		add_fields(store_reply(s, first + REPLIES * i + FIELDS),
			&fields[i]);
	for (size_t i = 0; i < n && ok; i++) {
		size_t gone = surplus(&fields[i]);

		if (gone)
			queue(s, "HDEL", v[i].slug, fields[i].v, gone);
		thin = thin || gone;
	}
	if (thin)
		ok = store_run(s) == 0;
	for (size_t i = 0; i < n; i++)
		strings_release(&fields[i]);
	free(fields);
	return ok || failed(s);
}
