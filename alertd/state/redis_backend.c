/*
 * redis_backend.c: states as the keys alert:<slug>, and the index of those that
 * have undelivered events.
 */
#include "base/log.h"
#include "base/xalloc.h"
#include "incident/state.h"
#include "state/backend.h"
#include "state/history_store.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* Longer texts are read one by one, so that they do not fill the memory. */
#define TOGETHER_MAX 65536

/* The files of these names, as text. */
extern const char lua_replace_state[];
extern const char lua_settle_undelivered[];

static bool redis_failed(const struct store *s)
{
	log_error("%s", store_why(s));
	return false;
}

static bool redis_read_one(struct store *s, struct state_row *row)
{
	char key[KEY_MAX];
	const struct store_reply *r =
		store_one(s, "GET", key_alert(key, row->slug), NULL);

	if (!r)
		return redis_failed(s);
	row->seen = xstrdup(store_text(r) ? store_text(r) : "");
	return true;
}

static bool redis_read(void *arg, struct state_row *const *rows, size_t n)
{
	struct store *s = arg;
	char key[KEY_MAX], last[32];

	if (n == 1)
		return redis_read_one(s, rows[0]);
	snprintf(last, sizeof last, "%d", TOGETHER_MAX - 1);
	for (size_t i = 0; i < n; i++)
		store_add(s, "GETRANGE", key_alert(key, rows[i]->slug), "0",
			last, NULL);
	if (store_run(s))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *text = store_text(store_reply(s, i));

		if (text && strlen(text) < TOGETHER_MAX - 1)
			rows[i]->seen = xstrdup(text);
	}
	return true;
}

/* Queues the entries of the index. Whether there are any. */
static bool queue_index(
	struct store *s, struct state_row *const *rows, size_t n)
{
	const char **args = xcalloc(n + 2, sizeof *args);
	size_t k = 2;

	args[0] = "SADD";
	args[1] = KEY_UNDELIVERED;
	for (size_t i = 0; i < n; i++)
		if (rows[i]->undelivered)
			args[k++] = rows[i]->slug;
	if (k > 2)
		store_add_argv(s, k, args);
	free(args);
	return k > 2;
}

/* By the text of the script, or where sha is not NULL, by its name, which the
   store knows once it has run the text. */
static void queue_replace(
	struct store *s, const char *sha, const struct state_row *row)
{
	char key[KEY_MAX], ttl[32];

	snprintf(ttl, sizeof ttl, "%d", row->ttl_s);
	store_add(s, sha ? "EVALSHA" : "EVAL", sha ? sha : lua_replace_state,
		"1", key_alert(key, row->slug), row->revision, row->text, ttl,
		NULL);
}

/*
 * A batch may have gone out twice, see store.h; then what is stored now is our
 * own text, and nothing was lost.
 */
static bool check_lost(struct store *s, struct state_row *row)
{
	struct state_row now = {.slug = row->slug};

	if (!redis_read_one(s, &now))
		return false;
	row->lost = strcmp(now.seen, row->text) != 0;
	free(now.seen);
	return true;
}

/* The history of what was stored. It is worth no alarm: the operator is told,
   and the states count. */
static void write_history(struct store *s, struct state_row *const *rows,
	size_t n)
{
	struct strings lines = {0};

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; !rows[i]->lost && k < rows[i]->history.n;
			k++)
			strings_add(&lines, rows[i]->history.v[k]);
	if (lines.n)
		history_store_add(s, &lines);
	strings_release(&lines);
}

static bool redis_write(void *arg, struct state_row *const *rows, size_t n)
{
	static char sha[STORE_SHA]; /* of the script, in any store */
	struct store *s = arg;
	size_t first;
	bool ok = true;

	if (n > 1 && !*sha && store_load(s, lua_replace_state, sha))
		return false;
	first = queue_index(s, rows, n);
	for (size_t i = 0; i < n; i++)
		queue_replace(s, i ? sha : NULL, rows[i]);
	queue_index(s, rows, n);
	if (store_run(s))
		return redis_failed(s);
	for (size_t i = 0; i < n; i++)
		rows[i]->lost = store_int(store_reply(s, first + i), 0) != 1;
	for (size_t i = 0; i < n && ok; i++)
		ok = !rows[i]->lost || check_lost(s, rows[i]);
	if (ok)
		write_history(s, rows, n);
	return ok;
}

/* Adds the slugs of a reply, without `skip` bytes before each. */
static void add_slugs(const struct store_reply *r, size_t skip,
	struct strings *out)
{
	for (size_t i = 0; i < store_count(r); i++) {
		const char *s = store_text(store_item(r, i));

		if (s && strlen(s) > skip &&
			(slug_valid(s + skip) || slug_shared(s + skip) ||
				strcmp(s + skip, SLUG_FLEET) == 0))
			strings_add(out, s + skip);
	}
}

static bool redis_list(void *arg, bool undelivered, struct strings *out)
{
	char pattern[KEY_MAX], cursor[32] = "0";
	struct store *s = arg;
	const struct store_reply *r;

	if (undelivered) {
		r = store_one(s, "SMEMBERS", KEY_UNDELIVERED, NULL);
		add_slugs(r, 0, out);
		return r || redis_failed(s);
	}
	key_alert(pattern, "*");
	do {
		r = store_one(s, "SCAN", cursor, "MATCH", pattern, "COUNT",
			"10000", NULL);
		if (!store_text(store_item(r, 0)))
			return redis_failed(s);
		snprintf(cursor, sizeof cursor, "%s",
			store_text(store_item(r, 0)));
		add_slugs(store_item(r, 1), strlen(pattern) - 1, out);
	} while (strcmp(cursor, "0") != 0);
	/* A scan may find a key twice. */
	strings_unique(out);
	return true;
}

static bool redis_settle(void *arg, const struct strings *slugs)
{
	struct store *s = arg;
	const char **args = xcalloc(2 * slugs->n + 4, sizeof *args);
	char(*keys)[KEY_MAX] = xcalloc(slugs->n, sizeof *keys), count[32];
	size_t n = 0;

	snprintf(count, sizeof count, "%zu", slugs->n + 1);
	args[n++] = "EVAL";
	args[n++] = lua_settle_undelivered;
	args[n++] = count;
	args[n++] = KEY_UNDELIVERED;
	for (size_t i = 0; i < slugs->n; i++)
		args[n++] = key_alert(keys[i], slugs->v[i]);
	for (size_t i = 0; i < slugs->n; i++)
		args[n++] = slugs->v[i];
	store_add_argv(s, n, args);
	free(args);
	free(keys);
	return store_run(s) == 0 || redis_failed(s);
}

static bool redis_alive(void *arg)
{
	return store_one(arg, "PING", NULL);
}

const struct state_backend redis_backend = {
	.read = redis_read,
	.write = redis_write,
	.list = redis_list,
	.settle = redis_settle,
	.alive = redis_alive,
};
