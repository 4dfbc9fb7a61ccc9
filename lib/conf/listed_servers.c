/*
 * listed_servers.c: what a server has beside slug, URL, title and line is
 * kept once for all that have the same. Those texts lie one behind another in
 * blocks.
 */
#include "conf/listed_servers.h"

#include "base/index.h"
#include "base/xalloc.h"
#include "conf/schema.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK ((size_t)64 * 1024)

struct listed_server {
	const char *slug; /* behind its NUL the URL and the title, or "" */
	uint32_t kind, line;
};

struct conf_listed {
	struct listed_server *v;
	size_t n, cap;
	struct conf_server *kinds; /* without slug, url and title */
	size_t n_kinds, cap_kinds;
	struct index by_value; /* of kinds */
	char **blocks;
	size_t n_blocks, cap_blocks;
	size_t left; /* at the end of the last block */
};

struct conf_listed *listed_new(void)
{
	return xcalloc(1, sizeof(struct conf_listed));
}

void listed_release(struct conf_server *s, char **regions)
{
	if (s->regions == regions)
		s->regions = NULL;
	conf_clear(conf_server_keys, s);
}

void listed_free(struct conf_listed *l, char **regions)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n_kinds; i++)
		listed_release(&l->kinds[i], regions);
	for (size_t i = 0; i < l->n_blocks; i++)
		free(l->blocks[i]);
	free(l->blocks);
	index_release(&l->by_value);
	free(l->kinds);
	free(l->v);
	free(l);
}

/* ---- What servers have in common. */

static uint64_t hash_text(uint64_t h, const char *s)
{
	return s ? index_hash(h, s, strlen(s) + 1) : index_hash(h, "", 0);
}

static uint64_t hash_json(uint64_t h, const cJSON *v)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	json_put(&b, v);
	h = index_hash(h, b.p, b.len);
	buf_release(&b);
	return h;
}

static bool same_json(const cJSON *x, const cJSON *y)
{
	struct buf a, b;
	bool same;

	buf_init(&a, SIZE_MAX / 2);
	buf_init(&b, SIZE_MAX / 2);
	json_put(&a, x);
	json_put(&b, y);
	same = strcmp(a.p, b.p) == 0;
	buf_release(&a);
	buf_release(&b);
	return same;
}

static size_t count_of(const struct conf_key *key, const void *base)
{
	size_t n;

	memcpy(&n, (const char *)base + key->count_at, sizeof n);
	return n;
}

static uint64_t hash_keys(
	uint64_t h, const struct conf_key *keys, const void *base)
{
	for (; keys->name; keys++) {
		const void *field = (const char *)base + keys->at;
		void *p = NULL;

		if (keys->size == sizeof p)
			memcpy(&p, field, sizeof p);
		if (keys->type == CONF_MAP)
			h = hash_keys(h, keys->keys, field);
		else if (keys->type == CONF_TEXT)
			h = hash_text(h, p);
		else if (keys->type == CONF_JSON)
			h = p ? hash_json(h, p) : h;
		else if (keys->type == CONF_TEXTS)
			for (size_t i = 0; i < count_of(keys, base); i++)
				h = hash_text(h, ((char **)p)[i]);
		else
			h = index_hash(h, field, keys->size);
	}
	return h;
}

static bool same_texts(char *const *x, char *const *y, size_t n)
{
	for (size_t i = 0; x != y && i < n; i++)
		if (strcmp(x[i], y[i]) != 0)
			return false;
	return true;
}

static bool same_keys(const struct conf_key *keys, const void *a, const void *b)
{
	bool same = true;

	for (; keys->name && same; keys++) {
		const void *x = (const char *)a + keys->at;
		const void *y = (const char *)b + keys->at;
		void *p = NULL, *q = NULL;

		if (keys->size == sizeof p) {
			memcpy(&p, x, sizeof p);
			memcpy(&q, y, sizeof q);
		}
		if (keys->type == CONF_MAP)
			same = same_keys(keys->keys, x, y);
		else if (keys->type == CONF_TEXT)
			same = p && q ? strcmp(p, q) == 0 : p == q;
		else if (keys->type == CONF_JSON)
			same = p && q ? same_json(p, q) : p == q;
		else if (keys->type == CONF_TEXTS)
			same = count_of(keys, a) == count_of(keys, b) &&
			       same_texts(p, q, count_of(keys, a));
		else
			same = memcmp(x, y, keys->size) == 0;
	}
	return same;
}

static bool same_kind(const void *ctx, uint32_t position, const void *key)
{
	const struct conf_listed *l = ctx;
	const struct conf_server *s = key, *kind = &l->kinds[position];

	return s->list == kind->list && same_keys(conf_server_keys, s, kind);
}

/* The kind of a server without its own texts, whose rest it takes. */
static uint32_t kind_of(
	struct conf_listed *l, struct conf_server *s, char **regions)
{
	uint64_t h = 0;
	uint32_t i = l->n ? l->v[l->n - 1].kind : INDEX_NONE;

	/* Most are of the kind of the one before. */
	if (i == INDEX_NONE || !same_kind(l, i, s)) {
		h = index_hash(0, &s->list, sizeof s->list);
		h = hash_keys(h, conf_server_keys, s);
		i = index_find(&l->by_value, h, same_kind, l, s);
	}
	if (i != INDEX_NONE) {
		listed_release(s, regions);
		return i;
	}
	i = (uint32_t)l->n_kinds;
	index_add(&l->by_value, h, i);
	l->kinds = xgrow(
		l->kinds, &l->cap_kinds, l->n_kinds + 1, sizeof *l->kinds);
	l->kinds[l->n_kinds++] = *s;
	return i;
}

/* ---- */

static char *room(struct conf_listed *l, size_t size)
{
	size_t block = size > BLOCK ? size : BLOCK;
	char *p;

	if (size > l->left) {
		l->blocks = xgrow(l->blocks, &l->cap_blocks, l->n_blocks + 1,
			sizeof *l->blocks);
		l->blocks[l->n_blocks++] = xmalloc(block);
		l->left = block;
	}
	p = l->blocks[l->n_blocks - 1] + block - l->left;
	l->left -= size;
	return p;
}

void listed_add(struct conf_listed *l, struct conf_server *s, char **regions)
{
	size_t slug = strlen(s->slug) + 1, url = strlen(s->url) + 1;
	size_t title = s->title ? strlen(s->title) + 1 : 1;
	char *texts = room(l, slug + url + title);
	struct listed_server new = {.slug = texts, .line = (uint32_t)s->line};

	memcpy(texts, s->slug, slug);
	memcpy(texts + slug, s->url, url);
	memcpy(texts + slug + url, s->title ? s->title : "", title);
	free(s->slug);
	free(s->url);
	free(s->title);
	s->slug = s->url = s->title = NULL;
	s->line = 0;
	new.kind = kind_of(l, s, regions);
	l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = new;
}

void listed_drop(struct conf_listed *l, const bool *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!out[i])
			l->v[kept++] = l->v[i];
	l->n = kept;
}

size_t listed_count(const struct conf_listed *l)
{
	return l ? l->n : 0;
}

const char *listed_slug(const struct conf_listed *l, size_t i)
{
	return l->v[i].slug;
}

struct conf_server listed_at(const struct conf_listed *l, size_t i)
{
	struct conf_server s = l->kinds[l->v[i].kind];

	s.slug = (char *)l->v[i].slug;
	s.url = s.slug + strlen(s.slug) + 1;
	s.title = s.url + strlen(s.url) + 1;
	if (!*s.title)
		s.title = NULL;
	s.line = l->v[i].line;
	return s;
}
