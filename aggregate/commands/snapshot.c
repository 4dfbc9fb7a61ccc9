/* SPDX-License-Identifier: MIT */
/*
 * snapshot.c: the keys of a fleet as lines. A script reads the keys of a server, so
 * that they are as of one instant. The keys of the fleet that grow with it are read
 * piece by piece.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "options.h"
#include "snapshot/fleet_keys.h"
#include "snapshot/snapshot_line.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* The most that one call of the script reads. */
#define CALL_KEYS 2000
#define CALL_BYTES "8388608"
/* How many values of a large key come at a time. */
#define PIECE 500
#define PIECE_TEXT "500"

struct work {
	struct store *store;
	struct snapshot_writer *writer;
	double now; /* when the store answered */
};

/* Whether a key is of its type; otherwise a warning is logged. */
static bool is_of_type(const char *key, const struct key_name *name,
	const char *type)
{
	if (strcmp(type, key_type_name(name->type)) == 0)
		return true;
	log_warn("%s is a %s, not a %s: left out", key, type,
		key_type_name(name->type));
	return false;
}

static bool put_value(struct work *w, const char *key,
	const struct store_reply *f, const struct store_reply *v)
{
	const char *text = store_text(v);

	if (snapshot_writer_value(w->writer, store_text(f), store_size(f),
		    text ? text : "", store_size(v)))
		return true;
	log_error("%s: a value is too large for a snapshot", key);
	return false;
}

/* Write the values of a reply that is a string, or an array of them. */
static bool put_values(struct work *w, const char *key,
	const struct key_name *name, const struct store_reply *r)
{
	size_t each = name->type == KEY_HASH ? 2 : 1;

	if (name->type == KEY_STRING)
		return !store_text(r) || put_value(w, key, NULL, r);
	for (size_t i = 0; i + each <= store_count(r); i += each)
		if (!put_value(w, key, each == 2 ? store_item(r, i) : NULL,
			    store_item(r, i + each - 1)))
			return false;
	return true;
}

/* Write a key by the reply of the script; false: that failed. */
static bool put_key(struct work *w, const char *key,
	const struct store_reply *r)
{
	struct key_name name;
	const char *type = store_text(store_item(r, 0));

	if (!type || !key_name_read(key, strlen(key), &name) ||
		!is_of_type(key, &name, type))
		return true;
	snapshot_writer_key(w->writer, key, &name,
		store_int(store_item(r, 1), -1), w->now);
	return put_values(w, key, &name, store_item(r, 2)) &&
		snapshot_writer_key_end(w->writer);
}

/* Whether b is the head of the probe a: they are read together. */
static bool is_head_of(const char *b, const char *a)
{
	size_t n = strlen(a);

	return strncmp(a, b, n) == 0 && strcmp(b + n, ":head") == 0;
}

/* Ask for keys from the i-th on. */
static void queue_call(struct work *w, const struct keys *keys, size_t i)
{
	size_t n = keys->n - i;
	const char **args;
	char count[16];

	if (n > CALL_KEYS)
		n = CALL_KEYS;
	if (i + n < keys->n && is_head_of(keys->v[i + n], keys->v[i + n - 1]))
		n++;
	args = xcalloc(n + 4, sizeof *args);
	snprintf(count, sizeof count, "%zu", n);
	args[0] = "EVAL";
	args[1] = script_read_keys;
	args[2] = count;
	memcpy(args + 3, keys->v + i, n * sizeof *args);
	args[n + 3] = CALL_BYTES;
	store_add_argv(w->store, n + 4, args);
	free(args);
}

static int put_server(struct work *w, const struct keys *keys)
{
	bool some = false;
	size_t n;

	for (size_t i = 0; i < keys->n; i += n) {
		const struct store_reply *r;

		queue_call(w, keys, i);
		if (store_run(w->store)) {
			store_failed(w->store);
			return EXIT_ENV;
		}
		w->now = clock_wall();
		r = store_reply(w->store, 0);
		n = store_count(r);
		for (size_t k = 0; k < n; k++) {
			some = some || store_count(store_item(r, k));
			if (!put_key(w, keys->v[i + k], store_item(r, k)))
				return EXIT_ENV;
		}
		if (!n) {
			log_error("store: a reading script did not answer");
			return EXIT_ENV;
		}
	}
	if (some && slug_valid(keys->slug))
		snapshot_writer_server(w->writer);
	return EXIT_GOOD;
}

static bool put_string(struct work *w, const char *key,
	const struct key_name *name)
{
	const struct store_reply *r = store_one(w->store, "GET", key, NULL);

	return r ? put_values(w, key, name, r) : store_failed(w->store) == 0;
}

static bool put_list(struct work *w, const char *key,
	const struct key_name *name)
{
	const struct store_reply *r;
	long long first = 0;
	char from[32], to[32];

	do {
		snprintf(from, sizeof from, "%lld", first);
		snprintf(to, sizeof to, "%lld", first + PIECE - 1);
		r = store_one(w->store, "LRANGE", key, from, to, NULL);
		if (!r)
			return store_failed(w->store) == 0;
		if (!put_values(w, key, name, r))
			return false;
		first += PIECE;
	} while (store_count(r) == PIECE);
	return true;
}

/* A hash or a set: a value that changes meanwhile may stand there twice. */
static bool put_scanned(struct work *w, const char *key,
	const struct key_name *name)
{
	const char *scan = name->type == KEY_HASH ? "HSCAN" : "SSCAN";
	char cursor[32] = "0";

	do {
		const struct store_reply *r = store_one(w->store, scan, key,
			cursor, "COUNT", PIECE_TEXT, NULL);
		const char *next = store_text(store_item(r, 0));

		if (!next)
			return store_failed(w->store) == 0;
		snprintf(cursor, sizeof cursor, "%s", next);
		if (!put_values(w, key, name, store_item(r, 1)))
			return false;
	} while (strcmp(cursor, "0") != 0);
	return true;
}

static bool put_fleet_key(struct work *w, const char *key)
{
	bool (*const put[])(struct work *, const char *,
		const struct key_name *) = {[KEY_STRING] = put_string,
		[KEY_LIST] = put_list,
		[KEY_HASH] = put_scanned,
		[KEY_SET] = put_scanned};
	struct key_name name;
	const char *type;

	store_add(w->store, "TYPE", key, NULL);
	store_add(w->store, "PTTL", key, NULL);
	if (store_run(w->store))
		return store_failed(w->store) == 0;
	w->now = clock_wall();
	type = store_text(store_reply(w->store, 0));
	if (!type || strcmp(type, "none") == 0 ||
		!key_name_read(key, strlen(key), &name) ||
		!is_of_type(key, &name, type))
		return true;
	snapshot_writer_key(w->writer, key, &name,
		store_int(store_reply(w->store, 1), -1), w->now);
	return put[name.type](w, key, &name) &&
		snapshot_writer_key_end(w->writer);
}

static int put_keys(void *arg, const struct keys *keys)
{
	struct work *w = arg;

	if (*keys->slug)
		return put_server(w, keys);
	for (size_t i = 0; i < keys->n; i++)
		if (!put_fleet_key(w, keys->v[i]))
			return EXIT_ENV;
	return EXIT_GOOD;
}

/* The version of the keys; 0: the store failed, or is not to be read. */
static int read_format(struct work *w)
{
	const struct store_reply *r =
		store_one(w->store, "GET", KEY_FORMAT, NULL);
	char why[STORE_WHY];

	if (!r) {
		store_failed(w->store);
		return 0;
	}
	if (!format_fits(r, why)) {
		log_error("%s", why);
		return 0;
	}
	return store_text(r) ? format_number(r) : 1;
}

int snapshot(const struct command *cmd)
{
	struct work w = {.writer = NULL};
	struct setup s;
	int format, rc = setup_open(&s, cmd);

	w.store = s.store;
	if (!rc) {
		format = read_format(&w);
		rc = format ? EXIT_GOOD : EXIT_ENV;
	}
	if (!rc) {
		w.writer = snapshot_writer_new(format, clock_wall());
		rc = server_keys_walk(w.store, put_keys, &w);
	}
	/* A restore may have begun meanwhile. */
	if (!rc && !read_format(&w))
		rc = EXIT_ENV;
	if (!rc && snapshot_writer_end(w.writer))
		rc = EXIT_ENV;
	else if (rc)
		snapshot_writer_free(w.writer);
	setup_close(&s);
	return rc;
}
