/* SPDX-License-Identifier: MIT */
/*
 * fleet_keys.c: the keys of a fleet. A table of the forms that names have, with words
 * in capitals for what varies; the first that fits is meant. The names of all keys come
 * in no order: the servers are parted into classes by a hash of the slug, and each class
 * takes one look at all keys. It begins with one class; one whose names take too much is
 * halved, and the other half waits.
 */
#include "snapshot/fleet_keys.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/index.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "store/keys.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- What a key is, by its name. */

static const char *const types[] = {"string", "hash", "list", "set"};

WORDS(key_type, key_type, types)

static const struct form {
	const char *text;
	enum key_type type;
	int rank;
} forms[] = {
	{"probe:SLUG:latest", KEY_HASH, 0},
	{"probe:SLUG:verdict", KEY_STRING, 0},
	{"probe:SLUG:private", KEY_STRING, 0},
	{"probe:SLUG:minutes", KEY_HASH, 0},
	{"probe:SLUG:late", KEY_HASH, 0},
	{"probe:SLUG:baseline", KEY_STRING, 0},
	{"probe:SLUG:tools", KEY_HASH, 0},
	{"probe:SLUG:definitions", KEY_HASH, 0},
	{"probe:SLUG:places", KEY_HASH, 0},
	{"probe:SLUG:latency:HOUR", KEY_HASH, 0},
	{"probe:SLUG:latency:dDAY", KEY_HASH, 0},
	{"probe:SLUG:errors:HOUR", KEY_HASH, 0},
	{"probe:SLUG:errors:dDAY", KEY_HASH, 0},
	{"probe:SLUG:REGION:tool-hash", KEY_STRING, 0},
	{"probe:SLUG:WINDOW:reporters", KEY_SET, 0},
	{"probe:SLUG:DAY:counted", KEY_STRING, 0},
	{"probe:SLUG:HOUR:REGION", KEY_STRING, 0},
	{"probe:SLUG:WINDOW:REGION", KEY_STRING, 1},
	{"probe:SLUG:WINDOW:REGION:head", KEY_STRING, 1},
	{"alert:SLUG", KEY_STRING, 0},
	{"alert:SLUG:incidents", KEY_HASH, 0},
	{"fleet:budget:ROUTE:HOUR", KEY_SET, 0},
	{"fleet:digest:ROUTE", KEY_STRING, 0},
	{"fleet:history:DAY", KEY_LIST, 0},
	{"fleet:report:MONTH", KEY_HASH, 0},
	{"fleet:inbox:REGION:SLOT", KEY_STRING, 0},
	{"fleet:targets:REGION", KEY_LIST, 0},
	{KEY_HEARTBEATS, KEY_HASH, 0},
	{KEY_REGIONS, KEY_STRING, 0},
	{KEY_WATCHED, KEY_STRING, 0},
	{KEY_TESTS, KEY_HASH, 0},
	{KEY_CONSOLE, KEY_HASH, 0},
	{KEY_SUBSCRIBERS, KEY_HASH, 0},
	{KEY_SIGNUPS, KEY_HASH, 0},
	{"fleet:signups:HOUR", KEY_HASH, 0},
	{KEY_NEWS, KEY_HASH, 0},
	{KEY_UNDELIVERED, KEY_SET, 0},
	{KEY_OPEN, KEY_SET, 0},
	{KEY_RUNNERS, KEY_HASH, 0},
	{KEY_ISOLATED, KEY_HASH, 0},
	{KEY_SPOOLS, KEY_HASH, 0},
	{KEY_DOCTOR, KEY_STRING, 0},
	{KEY_MAINTENANCE, KEY_HASH, 0},
	{KEY_SILENCE, KEY_HASH, 0},
	{KEY_SITE, KEY_STRING, 1},
	{KEY_ACCOUNTS, KEY_HASH, 1},
	{KEY_PRIVATE, KEY_HASH, 1},
	{KEY_LISTING, KEY_HASH, 0},
	{KEY_SERVERS, KEY_HASH, 1},
};

/* A number of up to `most` digits, as printf(3) writes it. */
static bool is_number(const char *s, size_t most)
{
	size_t n = strspn(s, "0123456789");

	return n && n <= most && !s[n] && (*s != '0' || n == 1);
}

/* The state of mcp-alert has other names for several servers, too. */
static bool take_slug(const char *part, struct key_name *out)
{
	bool several = strncmp(out->form, "alert:", 6) == 0 &&
		(strcmp(part, SLUG_FLEET) == 0 || slug_shared(part));

	if (!several && !slug_valid(part))
		return false;
	memcpy(out->slug, part, strlen(part) + 1);
	return true;
}

static bool take_region(const char *part, struct key_name *out)
{
	if (!region_valid(part))
		return false;
	memcpy(out->region, part, strlen(part) + 1);
	return true;
}

/* Whether a part of a name may stand where its form has a word. */
static bool take_part(const char *word, const char *part, struct key_name *out)
{
	if (strcmp(word, "SLUG") == 0)
		return take_slug(part, out);
	if (strcmp(word, "REGION") == 0)
		return take_region(part, out);
	if (strcmp(word, "ROUTE") == 0)
		return slug_valid(part);
	/* So it is no minute, which is in seconds. */
	if (strcmp(word, "HOUR") == 0)
		return is_number(part, 8);
	if (strcmp(word, "WINDOW") == 0 || strcmp(word, "DAY") == 0)
		return is_number(part, 12);
	if (strcmp(word, "SLOT") == 0)
		return *part && !part[1] && strchr("0123456789abcdef", *part);
	if (strcmp(word, "MONTH") == 0)
		return month_valid(part);
	if (strcmp(word, "dDAY") == 0)
		return *part == 'd' && is_number(part + 1, 12);
	return strcmp(word, part) == 0;
}

/* Cut the text up to the next colon, and move on; false: there is no more. */
static bool next_part(const char **text, char out[KEY_MAX])
{
	size_t n;

	if (!*text)
		return false;
	n = strcspn(*text, ":");
	memcpy(out, *text, n);
	out[n] = '\0';
	*text = (*text)[n] ? *text + n + 1 : NULL;
	return true;
}

static bool fits_form(const struct form *form, const char *key,
	struct key_name *out)
{
	char word[KEY_MAX], part[KEY_MAX];
	const char *words = form->text;

	*out = (struct key_name) {.form = form->text,
		.type = form->type,
		.rank = form->rank};
	while (next_part(&words, word))
		if (!next_part(&key, part) || !take_part(word, part, out))
			return false;
	return !key;
}

bool key_name_read(const char *key, size_t n, struct key_name *out)
{
	if (n >= KEY_MAX || strlen(key) != n)
		return false;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (fits_form(&forms[i], key, out))
			return true;
	return false;
}

/* ---- Server by server. */

/* The names of a class take at most that many bytes: a quarter of a million. */
#define CLASS_BYTES ((size_t)16 * 1024 * 1024)
/* With so many classes, one server alone has too many keys. */
#define CLASSES_MAX ((uint64_t)1 << 40)

/* A probe that starts so far ahead of our clock is a probe of now. */
#define AHEAD_S 2

/* The servers whose hash, modulo the one number, is the other. */
struct class {
	uint64_t modulus, rest;
};

/* A name: where it is in the text of all, which moves while it grows. */
struct entry {
	size_t at;
	const char *key; /* there, once they are put in order */
	uint64_t hash;	 /* of the slug */
	unsigned char slug_size; /* 0: a key of the fleet */
	signed char rank;
};

struct walk {
	struct store *store;
	double began; /* of the clock */
	struct class *later; /* classes that wait */
	size_t n_later, cap_later;
	struct class class; /* the one that is looked for now */
	bool with_fleet;    /* and the keys of the fleet, too */
	struct buf text;    /* names, a NUL behind each */
	struct entry *entries;
	size_t n, cap;
};

int fleet_keys_scan(struct store *s,
	bool (*use)(void *arg, const char *key, const struct key_name *name),
	void *arg)
{
	struct store_scan at = {.done = false};
	bool more = true;

	while (more && !at.done) {
		const struct store_reply *keys = store_scan(s, &at, NULL);

		if (!keys)
			return store_failed(s);
		for (size_t i = 0; i < store_count(keys) && more; i++) {
			const struct store_reply *key = store_item(keys, i);
			struct key_name name;

			if (key_name_read(store_text(key), store_size(key),
				    &name))
				more = use(arg, store_text(key), &name);
		}
	}
	return 0;
}

/* The slug within a key that has one. */
static const char *slug_in(const char *key)
{
	return key + sizeof "probe:" - 1; /* "alert:" is as long */
}

static bool in_class(const struct walk *w, const struct entry *e)
{
	return e->slug_size ? e->hash % w->class.modulus == w->class.rest
			    : w->with_fleet;
}

/* Halve the class: what belongs to the other half is forgotten. */
static void halve(struct walk *w)
{
	struct class other = {2 * w->class.modulus,
		w->class.rest + w->class.modulus};
	struct buf kept;
	size_t n = 0;

	w->later = xgrow(w->later, &w->cap_later, w->n_later + 1,
		sizeof *w->later);
	w->later[w->n_later++] = other;
	w->class.modulus *= 2;
	buf_init(&kept, 2 * CLASS_BYTES);
	for (size_t i = 0; i < w->n; i++) {
		struct entry e = w->entries[i];
		const char *key = w->text.p + e.at;

		if (!in_class(w, &e))
			continue;
		e.at = kept.len;
		buf_add(&kept, key, strlen(key) + 1);
		w->entries[n++] = e;
	}
	w->n = n;
	buf_release(&w->text);
	w->text = kept;
}

static void add_key(
	struct walk *w, const char *key, const struct key_name *name)
{
	size_t n = strlen(name->slug);
	struct entry e = {.at = w->text.len,
		.hash = index_hash(0, name->slug, n),
		.slug_size = (unsigned char)n,
		.rank = (signed char)name->rank};

	if (!in_class(w, &e))
		return;
	w->entries = xgrow(w->entries, &w->cap, w->n + 1, sizeof *w->entries);
	w->entries[w->n++] = e;
	buf_add(&w->text, key, strlen(key) + 1);
}

static bool collect_key(void *arg, const char *key, const struct key_name *name)
{
	struct walk *w = arg;

	add_key(w, key, name);
	while (w->text.len > CLASS_BYTES && w->class.modulus < CLASSES_MAX)
		halve(w);
	return w->text.len <= CLASS_BYTES;
}

static int compare_slugs(const char *a, size_t n, const char *b, size_t m)
{
	int order = memcmp(slug_in(a), slug_in(b), n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

/* By slug, then by rank, and name. */
static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = 0;

	if (x->slug_size)
		order = compare_slugs(
			x->key, x->slug_size, y->key, y->slug_size);
	if (!order)
		order = x->rank - y->rank;
	return order ? order : strcmp(x->key, y->key);
}

/* In their order, each once. */
static void put_in_order(struct walk *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		w->entries[i].key = w->text.p + w->entries[i].at;
	if (w->n)
		qsort(w->entries, w->n, sizeof *w->entries, by_place);
	for (size_t i = 0; i < w->n; i++)
		if (!n || strcmp(w->entries[n - 1].key, w->entries[i].key) != 0)
			w->entries[n++] = w->entries[i];
	w->n = n;
}

static const char *key_at(const struct walk *w, size_t i)
{
	return w->text.p + w->entries[i].at;
}

/* The end of the group that begins with key i of n: those of one slug. */
static size_t group_end(const struct walk *w, size_t i, size_t n)
{
	size_t first = i, size = w->entries[i].slug_size;

	while (++i < n && w->entries[i].slug_size == size)
		if (size && compare_slugs(key_at(w, first), size, key_at(w, i),
				    size) != 0)
			break;
	return i;
}

static void add_name(struct walk *w, const char *key)
{
	struct key_name name;

	if (key_name_read(key, strlen(key), &name))
		add_key(w, key, &name);
}

/* The keys that a region may have made of a server in these minutes. */
static void add_region(struct walk *w, const char *slug, const char *region,
	int64_t from, int64_t to)
{
	char key[KEY_MAX];

	add_name(w, key_tool_hash(key, slug, region));
	for (int64_t at = from; at <= to; at += 60) {
		add_name(w, key_probe(key, slug, at, region));
		add_name(w, key_head(key, slug, at, region));
	}
	for (int64_t hour = from / 3600; hour <= to / 3600; hour++)
		add_name(w, key_hour_row(key, slug, hour, region));
}

/* Those of a server that are of no region. */
static void add_server(
	struct walk *w, const char *slug, int64_t from, int64_t to)
{
	const char *(*const single[])(char *, const char *) = {key_latest,
		key_verdict, key_private, key_minutes, key_late, key_baseline,
		key_tools, key_alert, key_incidents};
	char key[KEY_MAX];

	for (size_t i = 0; i < sizeof single / sizeof *single; i++)
		add_name(w, single[i](key, slug));
	for (int64_t at = from; at <= to; at += 60)
		add_name(w, key_reporters(key, slug, at));
	for (int64_t hour = from / 3600; hour <= to / 3600; hour++) {
		add_name(w, key_latency(key, slug, hour));
		add_name(w, key_errors(key, slug, hour));
	}
	for (int64_t day = from / 86400; day <= to / 86400; day++) {
		add_name(w, key_latency_day(key, slug, day));
		add_name(w, key_errors_day(key, slug, day));
		add_name(w, key_counted(key, slug, day));
	}
}

/*
 * Ask for keys that may have been written after all keys were listed, and before
 * those of the server are read: others may refer to them.
 */
static void add_recent(struct walk *w, size_t first, size_t end)
{
	int64_t from = clock_window(w->began) - 60;
	int64_t to = clock_window(clock_wall() + AHEAD_S);
	struct strings regions = {.n = 0};
	struct key_name name = {.form = NULL};
	char slug[SLUG_MAX + 1] = "";

	for (size_t i = first; i < end; i++) {
		const char *key = key_at(w, i);

		if (!key_name_read(key, strlen(key), &name))
			continue;
		memcpy(slug, name.slug, sizeof slug);
		if (*name.region)
			strings_note(&regions, name.region);
	}
	if (slug_valid(slug)) {
		add_server(w, slug, from, to);
		for (size_t i = 0; i < regions.n; i++)
			add_region(w, slug, regions.v[i], from, to);
	}
	strings_release(&regions);
}

static int use_group(const struct walk *w, size_t first, size_t end,
	int (*use)(void *arg, const struct keys *keys), void *arg)
{
	const struct entry *e = &w->entries[first];
	char slug[SLUG_MAX + 1] = "";
	struct keys keys = {.slug = slug, .n = end - first};
	int rc;

	memcpy(slug, slug_in(e->key), e->slug_size);
	keys.v = xcalloc(keys.n, sizeof *keys.v);
	for (size_t i = 0; i < keys.n; i++)
		keys.v[i] = key_at(w, first + i);
	rc = use(arg, &keys);
	free(keys.v);
	return rc;
}

static int walk_class(struct walk *w,
	int (*use)(void *arg, const struct keys *keys), void *arg)
{
	size_t n, end;
	int rc = EXIT_GOOD;

	w->n = 0;
	buf_clear(&w->text);
	w->began = clock_wall();
	if (fleet_keys_scan(w->store, collect_key, w))
		return EXIT_ENV;
	if (w->text.len > CLASS_BYTES) {
		log_error("the store has too many keys of one server");
		return EXIT_ENV;
	}
	put_in_order(w);
	n = w->n;
	for (size_t i = 0; i < n; i = end) {
		end = group_end(w, i, n);
		add_recent(w, i, end);
	}
	put_in_order(w);
	for (size_t i = 0; i < w->n && !rc; i = end) {
		end = group_end(w, i, w->n);
		rc = use_group(w, i, end, use, arg);
	}
	return rc;
}

int server_keys_walk(struct store *s,
	int (*use)(void *arg, const struct keys *keys), void *arg)
{
	struct walk w = {.store = s, .class = {1, 0}};
	int rc;

	buf_init(&w.text, 8 * CLASS_BYTES);
	rc = walk_class(&w, use, arg);
	while (w.n_later && !rc) {
		w.class = w.later[--w.n_later];
		rc = walk_class(&w, use, arg);
	}
	/* No server is in this class. */
	w.class = (struct class) {1, 1};
	w.with_fleet = true;
	if (!rc)
		rc = walk_class(&w, use, arg);
	buf_release(&w.text);
	free(w.entries);
	free(w.later);
	return rc;
}
