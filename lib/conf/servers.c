/*
 * servers.c: each key of a server that it does not give itself comes from the
 * first element of `defaults` that matches its slug and gives that key. `auth`
 * and `health_tool` come whole: a mode without its credential is of no use.
 */
#include "conf/servers.h"

#include "base/index.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/schema.h"
#include "json/json.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Room for the keys of a server, those of its maps counted one by one. */
#define LEAVES_MAX 64

/* A key of a server, whose bit in struct conf_default.given is 1 << i. */
struct leaf {
	const struct conf_key *key;
	size_t base; /* of the struct that has it, within struct conf_server */
	uint64_t with; /* the bits of the keys that come and stay with it */
};

static size_t leaves(struct leaf *out)
{
	size_t n = 0;

	for (const struct conf_key *k = conf_default_keys; k->name; k++) {
		size_t first = n;
		uint64_t all = 0;

		if (k->type != CONF_MAP) {
			out[n] = (struct leaf) {k, 0, UINT64_C(1) << n};
			n++;
			continue;
		}
		for (const struct conf_key *m = k->keys; m->name; m++) {
			all |= UINT64_C(1) << n;
			out[n] = (struct leaf) {m, k->at, UINT64_C(1) << n};
			n++;
		}
		for (size_t i = first; i < n && !k->apart; i++)
			out[i].with = all;
	}
	return n;
}

static uint64_t given(const struct leaf *l, size_t n,
	const struct conf_server *s, const struct conf_errors *r)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++)
		if (conf_line(r, (const char *)s + l[i].base + l[i].key->at))
			bits |= l[i].with;
	return bits;
}

static void derive_mode(struct conf_auth *a, const struct conf_errors *r)
{
	if (a->credential && !conf_line(r, &a->mode))
		a->mode = CONF_AUTH_ANY;
}

void conf_note_defaults(struct conf *c, const struct conf_errors *r)
{
	struct leaf l[LEAVES_MAX];
	size_t n = leaves(l);

	for (size_t i = 0; i < c->n_defaults; i++) {
		struct conf_default *d = &c->defaults[i];

		d->given = given(l, n, &d->server, r);
		derive_mode(&d->server.auth, r);
	}
}

static bool matches(const struct conf_default *d, const char *slug)
{
	for (size_t i = 0; i < d->n_match; i++)
		if (d->match[i] && fnmatch(d->match[i], slug, 0) == 0)
			return true;
	return false;
}

static void copy(const struct conf_key *key, const void *from, void *to)
{
	const void *field = (const char *)from + key->at;
	void *out = (char *)to + key->at, *p;
	char **texts;
	size_t n;

	memcpy(&p, field, key->size < sizeof p ? key->size : sizeof p);
	switch (key->type) {
	case CONF_TEXT:
		p = p ? xstrdup(p) : NULL;
		memcpy(out, &p, sizeof p);
		break;
	case CONF_JSON:
		p = p ? cJSON_Duplicate(p, true) : NULL;
		memcpy(out, &p, sizeof p);
		break;
	case CONF_TEXTS:
		memcpy(&n, (const char *)from + key->count_at, sizeof n);
		texts = xcalloc(n + 1, sizeof *texts);
		for (size_t i = 0; i < n; i++)
			texts[i] = ((char **)p)[i] ? xstrdup(((char **)p)[i])
						   : NULL;
		memcpy(out, &texts, sizeof texts);
		memcpy((char *)to + key->count_at, &n, sizeof n);
		break;
	default:
		memcpy(out, field, key->size);
	}
}

static void inherit(
	const struct conf *c, struct conf_server *s, struct conf_errors *r)
{
	struct conf_spot spot = conf_spot(r, &s->slug);
	struct leaf l[LEAVES_MAX];
	size_t n = leaves(l);
	uint64_t own = given(l, n, s, r);

	for (size_t d = 0; d < c->n_defaults; d++) {
		const struct conf_default *from = &c->defaults[d];
		uint64_t take = from->given & ~own;

		if (!take || !matches(from, s->slug))
			continue;
		for (size_t i = 0; i < n; i++) {
			char path[100];

			if (!(take & UINT64_C(1) << i))
				continue;
			copy(l[i].key, (const char *)&from->server + l[i].base,
				(char *)s + l[i].base);
			snprintf(path, sizeof path, "%s of defaults[%zu]",
				l[i].key->name, d);
			conf_placed(r, (char *)s + l[i].base + l[i].key->at,
				path, spot, true);
		}
		own |= take;
	}
}

/* A server's own comes before its account's, and that before `defaults`. */
static void derive_ca(const struct conf *c, struct conf_server *s)
{
	const struct conf_account *a =
		s->account ? conf_account(c, s->account) : NULL;

	if (!a || !a->ca)
		return;
	free(s->ca);
	s->ca = xstrdup(a->ca);
}

/* THE RULE of mcp-aggregate(1) for a cadence slower than one minute. */
static void derive_thresholds(struct conf_server *s)
{
	struct conf_thresholds *t = &s->thresholds;
	bool slow = s->interval_s > 60;

	if (!(t->lookback_s > 0))
		t->lookback_s = slow ? 3 * s->interval_s : 180;
	if (!(t->tolerance_s > 0))
		t->tolerance_s = slow ? s->interval_s : 60;
}

void conf_complete_server(
	const struct conf *c, struct conf_server *s, struct conf_errors *r)
{
	bool own_ca = s->ca != NULL;

	if (s->slug && c->n_defaults)
		inherit(c, s, r);
	if (!own_ca)
		derive_ca(c, s);
	derive_mode(&s->auth, r);
	derive_thresholds(s);
	if (s->regions)
		return;
	s->regions = c->all_regions;
	s->n_regions = c->n_regions;
}

/*
 * What a server has beside slug, URL, title and line is
 * kept once for all that have the same. Those texts lie one behind another in
 * blocks.
 */

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

const struct conf_region *conf_region(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_regions; i++)
		if (c->regions[i].name && strcmp(c->regions[i].name, name) == 0)
			return &c->regions[i];
	return NULL;
}

const struct conf_account *conf_account(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_accounts; i++)
		if (c->accounts[i].name &&
			strcmp(c->accounts[i].name, name) == 0)
			return &c->accounts[i];
	return NULL;
}

size_t conf_count(const struct conf *c)
{
	return c ? c->n_servers + listed_count(c->listed) : 0;
}

struct conf_server conf_server_at(const struct conf *c, size_t i)
{
	return i < c->n_servers ? c->servers[i]
				: listed_at(c->listed, i - c->n_servers);
}

const char *conf_server_slug(const struct conf *c, size_t i)
{
	return i < c->n_servers ? c->servers[i].slug
				: listed_slug(c->listed, i - c->n_servers);
}

const char *conf_server_near(const struct conf *c, const char *slug)
{
	struct spelling s;

	spelling_of(&s, slug);
	for (size_t i = 0; i < conf_count(c); i++)
		if (spelling_fits(&s, conf_server_slug(c, i)))
			return conf_server_slug(c, i);
	return NULL;
}

size_t conf_place(const struct conf *c, const char *slug)
{
	size_t n = conf_count(c), i;

	if (c && c->by_slug) {
		i = strings_place(c->by_slug, n, sizeof *c->by_slug, slug);
		return i < n && strcmp(c->by_slug[i].slug, slug) == 0
			       ? c->by_slug[i].place
			       : CONF_NOWHERE;
	}
	for (i = 0; i < n; i++)
		if (strcmp(conf_server_slug(c, i), slug) == 0)
			return i;
	return CONF_NOWHERE;
}

bool conf_server(
	const struct conf *c, const char *slug, struct conf_server *out)
{
	size_t i = conf_place(c, slug);

	if (i == CONF_NOWHERE)
		return false;
	*out = conf_server_at(c, i);
	return true;
}
