/* SPDX-License-Identifier: MIT */
#include "fuzz_store.h"

#include "base/xalloc.h"
#include "fuzz.h"
#include "store/store.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 64
#define ARGS 64
#define QUEUE 64

/* A value, or a field of a hash: then its name is "key field". */
struct slot {
	char *key, *field, *value;
};

struct store_reply {
	char *text; /* or NULL */
	long long number;
	struct store_reply *items;
	size_t n;
};

struct store {
	char *queue[QUEUE][ARGS];
	size_t args[QUEUE], n;
	struct store_reply replies[QUEUE];
	size_t n_replies;
};

static struct slot slots[SLOTS];
static size_t n_slots;
static unsigned writes, batches, most;
static bool is_there;

static void drop(size_t i)
{
	free(slots[i].key);
	free(slots[i].field);
	free(slots[i].value);
	slots[i] = slots[--n_slots];
}

void fuzz_store_reset(bool there, unsigned good)
{
	while (n_slots)
		drop(0);
	writes = batches = 0;
	most = good;
	is_there = there;
}

unsigned fuzz_store_writes(void)
{
	return writes;
}

static struct slot *find(const char *key, const char *field)
{
	for (size_t i = 0; i < n_slots; i++)
		if (strcmp(slots[i].key, key) == 0 &&
			(!field || strcmp(slots[i].field, field) == 0))
			return &slots[i];
	return NULL;
}

bool fuzz_store_has(const char *key)
{
	return find(key, NULL);
}

static void put(const char *key, const char *field, const char *value)
{
	struct slot *s = find(key, field);

	if (s)
		drop((size_t)(s - slots));
	need(n_slots < SLOTS);
	slots[n_slots++] = (struct slot) {
		xstrdup(key), xstrdup(field), xstrdup(value)};
}

void fuzz_store_set(const char *key, const char *value)
{
	put(key, "", value);
}

static void release(struct store_reply *r)
{
	for (size_t i = 0; i < r->n; i++)
		release(&r->items[i]);
	free(r->items);
	free(r->text);
	*r = (struct store_reply) {0};
}

static void drop_replies(struct store *s)
{
	while (s->n_replies)
		release(&s->replies[--s->n_replies]);
}

static void drop_queue(struct store *s)
{
	for (; s->n; s->n--)
		for (size_t i = 0; i < s->args[s->n - 1]; i++)
			free(s->queue[s->n - 1][i]);
}

struct store *store_open(const char *url, const char *ca, char *why)
{
	(void)url;
	(void)ca;
	if (is_there)
		return xcalloc(1, sizeof(struct store));
	snprintf(why, STORE_WHY, "store: gone");
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	drop_replies(s);
	drop_queue(s);
	free(s);
}

void store_add_argv(struct store *s, size_t n, const char *const *args)
{
	drop_replies(s);
	need(s->n < QUEUE && n && n < ARGS);
	for (size_t i = 0; i < n; i++)
		s->queue[s->n][i] = xstrdup(args[i]);
	s->args[s->n++] = n;
}

size_t store_ask_argv(struct store *s, size_t n, const char *const *args)
{
	store_add_argv(s, n, args);
	return s->n - 1;
}

int store_failed(const struct store *s)
{
	(void)s;
	return -1;
}

void store_barrier(struct store *s)
{
	(void)s;
}

void store_confirm(struct store *s, int replicas, double timeout_s)
{
	(void)s;
	(void)replicas;
	(void)timeout_s;
}

int store_gone(struct store *s)
{
	(void)s;
	return 0;
}

size_t store_add_wait(struct store *s)
{
	(void)s;
	return STORE_NO_REPLY;
}

void store_check_wait(struct store *s)
{
	(void)s;
}

/* A list of all keys, which nobody needs here, is empty. */
const struct store_reply *store_scan(
	struct store *s, struct store_scan *at, const char *pattern)
{
	static const struct store_reply none;

	(void)s;
	(void)pattern;
	at->done = true;
	return &none;
}

static void add_list(struct store *s, const char *arg, va_list ap)
{
	const char *args[ARGS];
	size_t n = 0;

	for (; arg && n < ARGS - 1; arg = va_arg(ap, const char *))
		args[n++] = arg;
	store_add_argv(s, n, args);
}

void store_add(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
}

size_t store_queued(const struct store *s)
{
	return s->n;
}

static void all_fields(const char *key, bool values, struct store_reply *r)
{
	r->items = xcalloc(2 * SLOTS, sizeof *r->items);
	for (size_t i = 0; i < n_slots; i++) {
		if (strcmp(slots[i].key, key) != 0)
			continue;
		r->items[r->n++].text = xstrdup(slots[i].field);
		if (values)
			r->items[r->n++].text = xstrdup(slots[i].value);
	}
}

static void all_values(const char *key, struct store_reply *r)
{
	r->items = xcalloc(SLOTS, sizeof *r->items);
	for (size_t i = 0; i < n_slots; i++)
		if (strcmp(slots[i].key, key) == 0)
			r->items[r->n++].text = xstrdup(slots[i].value);
}

/* The slugs of all states: a set has no other use here. */
static void all_states(struct store_reply *r)
{
	r->items = xcalloc(SLOTS, sizeof *r->items);
	for (size_t i = 0; i < n_slots; i++)
		if (strncmp(slots[i].key, "alert:", 6) == 0 &&
			!strchr(slots[i].key + 6, ':'))
			r->items[r->n++].text = xstrdup(slots[i].key + 6);
}

/* One command; any that is not here is a surprise. */
static void answer(char *const *a, size_t n, struct store_reply *r)
{
	const struct slot *s = n > 1 ? find(a[1], "") : NULL;

	r->number = 1;
	if (strcmp(a[0], "GET") == 0 && n == 2) {
		r->text = s ? xstrdup(s->value) : NULL;
	} else if (strcmp(a[0], "HGETALL") == 0 && n == 2) {
		all_fields(a[1], true, r);
	} else if (strcmp(a[0], "HKEYS") == 0 && n == 2) {
		all_fields(a[1], false, r);
	} else if (strcmp(a[0], "GETRANGE") == 0 && n == 4) {
		r->text = xstrdup(s ? s->value : "");
	} else if (strcmp(a[0], "HGET") == 0 && n == 3) {
		s = find(a[1], a[2]);
		r->text = s ? xstrdup(s->value) : NULL;
	} else if (strcmp(a[0], "HVALS") == 0 && n == 2) {
		all_values(a[1], r);
	} else if (strcmp(a[0], "HMGET") == 0 && n > 2) {
		r->n = n - 2;
		r->items = xcalloc(r->n, sizeof *r->items);
	} else if (strcmp(a[0], "SMEMBERS") == 0 && n == 2) {
		all_states(r);
	} else if (strcmp(a[0], "HDEL") == 0 && n == 3) {
		s = find(a[1], a[2]);
		if (s)
			drop((size_t)(s - slots));
	} else if (strcmp(a[0], "HSET") == 0 && n >= 4 && n % 2 == 0) {
		r->number = !find(a[1], a[2]);
		for (size_t i = 2; i < n; i += 2)
			put(a[1], a[i], a[i + 1]);
		writes++;
	} else if (strcmp(a[0], "EVAL") == 0 && n >= 6 &&
		strcmp(a[3], "fleet:maintenance") == 0) {
		/* To add one, which nobody does meanwhile. */
		put(a[3], a[4], a[5]);
		writes++;
	} else if (strncmp(a[0], "EVAL", 4) == 0 && n == 7) {
		/* The compare-and-set of a state, at which nobody is faster. */
		put(a[3], "", a[5]);
		writes++;
	} else {
		need(strcmp(a[0], "EXPIRE") == 0 || strcmp(a[0], "SADD") == 0 ||
			strcmp(a[0], "RPUSH") == 0 ||
			strcmp(a[0], "LRANGE") == 0 ||
			strcmp(a[0], "LTRIM") == 0 ||
			strcmp(a[0], "HLEN") == 0 ||
			strcmp(a[0], "INFO") == 0 ||
			strcmp(a[0], "PING") == 0);
	}
}

int store_run(struct store *s)
{
	drop_replies(s);
	if (most && ++batches >= most) {
		drop_queue(s);
		return -1;
	}
	for (size_t i = 0; i < s->n; i++)
		answer(s->queue[i], s->args[i], &s->replies[s->n_replies++]);
	drop_queue(s);
	return 0;
}

const char *store_why(const struct store *s)
{
	(void)s;
	return "store: gone";
}

const struct store_reply *store_reply(const struct store *s, size_t i)
{
	return i < s->n_replies ? &s->replies[i] : NULL;
}

const char *store_text(const struct store_reply *r)
{
	return r ? r->text : NULL;
}

long long store_int(const struct store_reply *r, long long otherwise)
{
	if (r && r->text)
		return strtoll(r->text, NULL, 10);
	return r && !r->items ? r->number : otherwise;
}

size_t store_count(const struct store_reply *r)
{
	return r ? r->n : 0;
}

const struct store_reply *store_item(const struct store_reply *r, size_t i)
{
	return i < store_count(r) ? &r->items[i] : NULL;
}

const struct store_reply *store_one(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
	return store_run(s) ? NULL : store_reply(s, 0);
}

int store_load(struct store *s, const char *script, char sha[STORE_SHA])
{
	(void)s;
	(void)script;
	snprintf(sha, STORE_SHA, "sha");
	return 0;
}
