/* SPDX-License-Identifier: MIT */
/*
 * tool_names.c: names that differ in one letter are equal once the right letter
 * is left out of each. So each name stands in a table under itself, and under
 * what is left of it without each of its letters.
 */
#include "poisoning/text.h"

#include "base/index.h"
#include "base/xalloc.h"

#include <stdlib.h>

/* Shorter ones differ in a letter by chance, longer ones are no likely target. */
#define LETTERS_MIN 8
#define LETTERS_MAX 64
/* Names that stand under one key. With more, a stranger made them up. */
#define KEY_NAMES 4

struct key {
	uint64_t hash;
	uint32_t names[KEY_NAMES];
	size_t n;
};

struct tool_names {
	struct tool_name *names;
	size_t n, cap;
	struct index by_name;	/* of names: the first server's */
	struct index by_server; /* of names: each server's */
	struct key *keys;
	size_t n_keys, cap_keys;
	struct index by_key; /* of keys */
};

/* A name that is looked for. */
struct wanted {
	const char *name;
	size_t n;
	uint32_t server;
};

struct tool_names *tool_names_new(void)
{
	return xcalloc(1, sizeof(struct tool_names));
}

void tool_names_free(struct tool_names *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->names[i].name);
		free(t->names[i].plain);
	}
	free(t->names);
	free(t->keys);
	index_release(&t->by_name);
	index_release(&t->by_server);
	index_release(&t->by_key);
	free(t);
}

static bool has_name(const void *ctx, uint32_t position, const void *key)
{
	const struct tool_name *name = ctx;
	const struct wanted *w = key;

	name += position;
	return strncmp(name->name, w->name, w->n) == 0 && !name->name[w->n];
}

static bool is_servers(const void *ctx, uint32_t position, const void *key)
{
	const struct tool_name *name = ctx;
	const struct wanted *w = key;

	return name[position].server == w->server &&
		has_name(ctx, position, key);
}

static bool has_key(const void *ctx, uint32_t position, const void *key)
{
	const struct key *keys = ctx;

	return keys[position].hash == *(const uint64_t *)key;
}

static uint32_t of_server(const struct tool_names *t, const struct wanted *w)
{
	return index_find(&t->by_server, index_hash(w->server, w->name, w->n),
		is_servers, t->names, w);
}

static uint32_t of_any(const struct tool_names *t, const struct wanted *w)
{
	return index_find(&t->by_name, index_hash(0, w->name, w->n), has_name,
		t->names, w);
}

static void add_key(struct tool_names *t, uint64_t hash, uint32_t name)
{
	uint32_t at = index_find(&t->by_key, hash, has_key, t->keys, &hash);
	struct key *k;

	if (at == INDEX_NONE) {
		t->keys = xgrow(t->keys, &t->cap_keys, t->n_keys + 1,
			sizeof *t->keys);
		at = (uint32_t)t->n_keys++;
		t->keys[at] = (struct key) {.hash = hash};
		index_add(&t->by_key, hash, at);
	}
	k = &t->keys[at];
	if (k->n < KEY_NAMES && (!k->n || k->names[k->n - 1] != name))
		k->names[k->n++] = name;
}

/* The key of a name that looks alike, and the i-th of those without a letter;
   i = n: with all letters. */
static uint64_t looks_key(const char *name)
{
	struct buf b;
	uint64_t hash;

	buf_init(&b, SIZE_MAX / 2);
	fold_name(&b, name, true);
	hash = index_hash(1, b.p, b.len);
	buf_release(&b);
	return hash;
}

static uint64_t letter_key(const char *plain, size_t n, size_t i)
{
	char rest[LETTERS_MAX];
	size_t len = i < n ? n - 1 : n;

	memcpy(rest, plain, i);
	if (i < n)
		memcpy(rest + i, plain + i + 1, n - i - 1);
	return index_hash(2, rest, len);
}

static bool comparable(size_t n)
{
	return n >= LETTERS_MIN - 1 && n <= LETTERS_MAX;
}

void tool_names_add(struct tool_names *t, uint32_t server, const char *name)
{
	struct wanted w = {name, strlen(name), server};
	uint32_t at = (uint32_t)t->n;
	struct buf b;
	size_t n;

	if (of_server(t, &w) != INDEX_NONE)
		return;
	buf_init(&b, SIZE_MAX / 2);
	fold_name(&b, name, false);
	n = b.len;
	t->names = xgrow(t->names, &t->cap, t->n + 1, sizeof *t->names);
	t->names[t->n++] = (struct tool_name) {
		xstrdup(name), buf_take(&b), server};
	index_add(&t->by_server, index_hash(server, name, w.n), at);
	if (of_any(t, &w) != INDEX_NONE)
		return;
	index_add(&t->by_name, index_hash(0, name, w.n), at);
	add_key(t, looks_key(name), at);
	for (size_t i = 0; comparable(n) && i <= n; i++)
		add_key(t, letter_key(t->names[at].plain, n, i), at);
}

const struct tool_name *tool_names_foreign(const struct tool_names *t,
	uint32_t server, const char *name, size_t n)
{
	struct wanted w = {name, n, server};
	uint32_t at = of_any(t, &w);

	if (at == INDEX_NONE || of_server(t, &w) != INDEX_NONE)
		return NULL;
	return &t->names[at];
}

static bool letter(char c)
{
	return c && c != '_' && !(c >= '0' && c <= '9');
}

static bool word_ends(char c)
{
	return !c || c == '_';
}

/* Whether the letter that only the longer one has at i makes a plural of a word,
   or a past tense. */
static bool ending(const char *longer, size_t i)
{
	return (longer[i] == 's' && word_ends(longer[i + 1])) ||
		(longer[i] == 'd' && i && longer[i - 1] == 'e' &&
			word_ends(longer[i + 1]));
}

/*
 * Whether two different names are one letter apart, and not by a digit, a
 * separator or an ending, for so are the names of the tools of honest servers.
 */
static bool letter_apart(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), i = 0;

	if (n < m)
		return letter_apart(b, a);
	if (n < LETTERS_MIN || n > LETTERS_MAX || n - m > 1)
		return false;
	while (i < m && a[i] == b[i])
		i++;
	if (!letter(a[i]))
		return false;
	if (n > m)
		return strcmp(a + i + 1, b + i) == 0 && !ending(a, i);
	if (!letter(b[i]))
		return false;
	if (strcmp(a + i + 1, b + i + 1) == 0)
		return true;
	return letter(a[i + 1]) && a[i] == b[i + 1] && a[i + 1] == b[i] &&
		strcmp(a + i + 2, b + i + 2) == 0;
}

/* Whether two names differ in their separators alone. */
static bool styled(const char *a, const char *b)
{
	for (; *a || *b; a++, b++) {
		bool same = *a == *b;

		if (!same && !(strchr("_-./ :", *a) && strchr("_-./ :", *b)))
			return false;
		if (!*a || !*b)
			return false;
	}
	return true;
}

static const struct tool_name *alike(const struct tool_names *t, uint64_t hash,
	const struct wanted *w, const char *plain)
{
	uint32_t at = index_find(&t->by_key, hash, has_key, t->keys, &hash);

	for (size_t i = 0; at != INDEX_NONE && i < t->keys[at].n; i++) {
		const struct tool_name *name = &t->names[t->keys[at].names[i]];
		struct wanted other = {
			name->name, strlen(name->name), w->server};

		if (name->server < w->server &&
			!styled(name->name, w->name) &&
			(!plain || letter_apart(plain, name->plain)) &&
			of_server(t, &other) == INDEX_NONE)
			return name;
	}
	return NULL;
}

const struct tool_name *tool_names_alike(const struct tool_names *t,
	uint32_t server, const char *name, enum likeness *how)
{
	struct wanted w = {name, strlen(name), server};
	const struct tool_name *found = alike(t, looks_key(name), &w, NULL);
	struct buf b;

	*how = LIKENESS_LOOKS;
	if (found)
		return found;
	*how = LIKENESS_LETTER;
	buf_init(&b, SIZE_MAX / 2);
	fold_name(&b, name, false);
	for (size_t i = 0; comparable(b.len) && i <= b.len && !found; i++)
		found = alike(t, letter_key(b.p, b.len, i), &w, b.p);
	buf_release(&b);
	return found;
}
