/* SPDX-License-Identifier: MIT */
/*
 * redis_backend.c: states as the keys alert:<slug>, and the indexes of those
 * that have undelivered events, or open incidents.
 */
#include "base/log.h"
#include "base/xalloc.h"
#include "incident/state.h"
#include "state/backend.h"
#include "state/stores.h"
#include "store/keys.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* Longer texts are read one by one, so that they do not fill the memory. */
#define TOGETHER_MAX 65536

/* The files of these names, as text. */
extern const char lua_replace_state[];
extern const char lua_outbox_waits[];

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

/*
 * Queue the changes of KEY_OPEN. Of two processes at once the slower one may be
 * wrong: whoever reads it looks at the state itself.
 */
static void queue_open(struct store *s, struct state_row *const *rows, size_t n,
	bool open)
{
	const char **args = xcalloc(n + 2, sizeof *args);
	size_t k = 2;

	args[0] = open ? "SADD" : "SREM";
	args[1] = KEY_OPEN;
	for (size_t i = 0; i < n; i++)
		if (rows[i]->open == open)
			args[k++] = rows[i]->slug;
	if (k > 2)
		store_add_argv(s, k, args);
	free(args);
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

/* The history of what was stored, and what the public may know. It is worth no
   alarm: an error is logged, and the states count. */
static void write_history(struct store *s, struct state_row *const *rows,
	size_t n)
{
	struct incident_updates *updates = xcalloc(n + 1, sizeof *updates);
	struct strings lines = {0}, news = {0};
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->lost)
			continue;
		for (size_t j = 0; j < rows[i]->history.n; j++)
			strings_add(&lines, rows[i]->history.v[j]);
		for (size_t j = 0; j < rows[i]->news.n; j++)
			strings_add(&news, rows[i]->news.v[j]);
		if (rows[i]->updates.n)
			updates[k++] = (struct incident_updates) {
				rows[i]->slug, &rows[i]->updates};
	}
	if (k)
		incident_store_add(s, updates, k);
	free(updates);
	if (lines.n)
		history_store_add(s, &lines);
	if (news.n)
		news_store_add(s, &news);
	strings_release(&lines);
	strings_release(&news);
}

static bool redis_write(void *arg, struct state_row *const *rows, size_t n)
{
	char sha[STORE_SHA] = "";
	struct store *s = arg;
	size_t first;
	bool ok = true;

	if (n > 1 && store_load(s, lua_replace_state, sha))
		return false;
	first = queue_index(s, rows, n);
	store_barrier(s);
	for (size_t i = 0; i < n; i++)
		queue_replace(s, i ? sha : NULL, rows[i]);
	store_barrier(s);
	queue_index(s, rows, n);
	queue_open(s, rows, n, true);
	queue_open(s, rows, n, false);
	store_add_wait(s);
	if (store_run(s))
		return redis_failed(s);
	store_check_wait(s);
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

bool state_store_open(struct store *s, struct strings *out)
{
	const struct store_reply *r = store_one(s, "SMEMBERS", KEY_OPEN, NULL);

	add_slugs(r, 0, out);
	strings_unique(out);
	return r || redis_failed(s);
}

static bool redis_list(void *arg, bool undelivered, struct strings *out)
{
	struct store_scan scan = {.node = 0};
	const struct store_reply *r;
	struct store *s = arg;
	char pattern[KEY_MAX];

	if (undelivered) {
		r = store_one(s, "SMEMBERS", KEY_UNDELIVERED, NULL);
		add_slugs(r, 0, out);
		return r || redis_failed(s);
	}
	key_alert(pattern, "*");
	while (!scan.done) {
		r = store_scan(s, &scan, pattern);
		if (!r)
			return redis_failed(s);
		add_slugs(r, strlen(pattern) - 1, out);
	}
	/* A scan may find a key twice. */
	strings_unique(out);
	return true;
}

/* Queue the question which of these have something in the outbox. */
static bool queue_outboxes(struct store *s, const struct strings *slugs)
{
	char sha[STORE_SHA], key[KEY_MAX];

	if (store_load(s, lua_outbox_waits, sha))
		return false;
	for (size_t i = 0; i < slugs->n; i++)
		store_add(s, "EVALSHA", sha, "1", key_alert(key, slugs->v[i]),
			NULL);
	return true;
}

/* Those of whom the answers, from number `first`, say that they have or not. */
static void pick(const struct store *s, size_t first,
	const struct strings *slugs, bool waits, struct strings *out)
{
	for (size_t i = 0; i < slugs->n; i++)
		if ((store_int(store_reply(s, first + i), 1) != 0) == waits)
			strings_add(out, slugs->v[i]);
}

/* Queue SADD or SREM. */
static void change_index(
	struct store *s, const char *command, const struct strings *slugs)
{
	const char **args = xcalloc(slugs->n + 2, sizeof *args);

	args[0] = command;
	args[1] = KEY_UNDELIVERED;
	for (size_t i = 0; i < slugs->n; i++)
		args[i + 2] = slugs->v[i];
	store_add_argv(s, slugs->n + 2, args);
	free(args);
}

/*
 * Another process that gives a state something to deliver puts it into the
 * index after that, too. So it is there in the end: either that comes after we
 * took it out, or we see here what it wrote, and put it back.
 */
static bool take_out(struct store *s, const struct strings *empty)
{
	struct strings late = {0};
	bool ok;

	change_index(s, "SREM", empty);
	store_barrier(s);
	ok = queue_outboxes(s, empty) && store_run(s) == 0;
	if (ok)
		pick(s, 1, empty, true, &late);
	if (late.n) {
		change_index(s, "SADD", &late);
		ok = store_run(s) == 0;
	}
	strings_release(&late);
	return ok || redis_failed(s);
}

static bool redis_settle(void *arg, const struct strings *slugs)
{
	struct strings empty = {0};
	struct store *s = arg;
	bool ok;

	if (!queue_outboxes(s, slugs) || store_run(s))
		return redis_failed(s);
	pick(s, 0, slugs, false, &empty);
	ok = !empty.n || take_out(s, &empty);
	strings_release(&empty);
	return ok;
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
