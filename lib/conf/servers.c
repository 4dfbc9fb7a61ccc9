/* SPDX-License-Identifier: MIT */
/*
 * servers.c: each key of a server that it does not give itself comes from the
 * first element of `defaults` that matches its slug and gives that key. `auth`
 * and `health_tool` come whole: a mode without its credential is of no use.
 * Labels are added one by one.
 */
#include "conf/servers.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/schema.h"
#include "records/alert.h"

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

/* Add the labels that are not there yet; one too many is noticed by the check. */
static void merge_labels(const struct conf_key *key, const void *from,
	const struct conf_key *other, void *to)
{
	struct alert_label *more, *l;
	size_t n_more, n, cap;

	memcpy(&more, (const char *)from + key->at, sizeof more);
	memcpy(&n_more, (const char *)from + key->count_at, sizeof n_more);
	memcpy(&l, (char *)to + other->at, sizeof l);
	memcpy(&n, (char *)to + other->count_at, sizeof n);
	for (size_t i = 0; i < n_more && n <= ALERT_LABELS; i++) {
		size_t k = 0;

		while (k < n && strcmp(l[k].name, more[i].name) != 0)
			k++;
		if (k < n)
			continue;
		cap = n;
		l = xgrow(l, &cap, n + 1, sizeof *l);
		l[n++] = (struct alert_label) {
			xstrdup(more[i].name), xstrdup(more[i].value)};
	}
	memcpy((char *)to + other->at, &l, sizeof l);
	memcpy((char *)to + other->count_at, &n, sizeof n);
}

/* Copy a value that a key describes to the field of another. */
static void copy(const struct conf_key *key, const void *from,
	const struct conf_key *other, void *to)
{
	const void *field = (const char *)from + key->at;
	void *out = (char *)to + other->at, *p;
	char **texts;
	size_t n;

	memcpy(&p, field, key->size < sizeof p ? key->size : sizeof p);
	switch (key->type) {
	case CONF_TEXT:
		p = p ? xstrdup(p) : NULL;
		memcpy(out, &p, sizeof p);
		break;
	case CONF_LABELS:
		merge_labels(key, from, other, to);
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
		memcpy((char *)to + other->count_at, &n, sizeof n);
		break;
	default:
		memcpy(out, field, key->size);
	}
}

/* The bits of what is added to, not taken instead. */
static uint64_t labels_of(const struct leaf *l, size_t n)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++)
		if (l[i].key->type == CONF_LABELS)
			bits |= l[i].with;
	return bits;
}

/* Take from `defaults` the keys whose bits are not in `own`. */
static void inherit(const struct conf *c, struct conf_server *s,
	const struct leaf *l, size_t n, uint64_t own, struct conf_errors *r)
{
	struct conf_spot spot = conf_spot(r, &s->slug);
	uint64_t added = labels_of(l, n);

	for (size_t d = 0; d < c->n_defaults; d++) {
		const struct conf_default *from = &c->defaults[d];
		uint64_t take = from->given & ~(own & ~added);

		if (!take || !matches(from, s->slug))
			continue;
		for (size_t i = 0; i < n; i++) {
			char path[100];

			if (!(take & UINT64_C(1) << i))
				continue;
			copy(l[i].key, (const char *)&from->server + l[i].base,
				l[i].key, (char *)s + l[i].base);
			snprintf(path, sizeof path, "%s of defaults[%zu]",
				l[i].key->name, d);
			conf_placed(r, (char *)s + l[i].base + l[i].key->at,
				path, spot, true);
		}
		own |= take;
	}
}

/* The account of a server; NULL where none is known. */
static const struct conf_account *account_of(
	const struct conf *c, const struct conf_server *s)
{
	const char *name = s->account;

	for (size_t i = 0; i < c->n_defaults && !name && s->slug; i++)
		if (matches(&c->defaults[i], s->slug))
			name = c->defaults[i].server.account;
	return name ? conf_account(c, name) : NULL;
}

static bool has_value(const struct conf_key *key, const void *base)
{
	const void *field = (const char *)base + key->at;
	double number;
	void *p;

	if (key->type == CONF_SECONDS) {
		memcpy(&number, field, sizeof number);
		return number > 0;
	}
	memcpy(&p, field, sizeof p);
	return p;
}

/*
 * A server's own keys come before those of its account, and these before
 * `defaults`. Returns the bits of the keys that the server has then.
 */
static uint64_t take_account(const struct conf *c, struct conf_server *s,
	const struct leaf *l, size_t n, uint64_t own)
{
	const struct conf_account *a = c->n_accounts ? account_of(c, s) : NULL;
	uint64_t taken = own & ~labels_of(l, n);

	for (const struct conf_key *k = conf_account_keys; a && k->name; k++)
		for (size_t i = 0; i < n; i++) {
			if (l[i].base || taken & l[i].with ||
				strcmp(l[i].key->name, k->name) != 0 ||
				!has_value(k, a))
				continue;
			copy(k, a, l[i].key, s);
			own |= l[i].with;
		}
	return own;
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
	struct leaf l[LEAVES_MAX];
	size_t n = leaves(l);
	uint64_t own = take_account(c, s, l, n, given(l, n, s, r));

	if (s->slug && c->n_defaults)
		inherit(c, s, l, n, own, r);
	derive_mode(&s->auth, r);
	derive_thresholds(s);
	if (s->regions)
		return;
	s->regions = c->all_regions;
	s->n_regions = c->n_regions;
}

void conf_release_server(const struct conf *c, struct conf_server *s)
{
	if (s->regions == c->all_regions)
		s->regions = NULL;
	conf_clear(conf_server_keys, s);
}

void conf_add_server(struct conf *c, const struct conf_server *s)
{
	c->servers = xgrow(c->servers, &c->cap_servers, c->n_servers + 1,
		sizeof *c->servers);
	c->servers[c->n_servers++] = *s;
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
	return c ? c->n_servers : 0;
}

struct conf_server conf_server_at(const struct conf *c, size_t i)
{
	return c->servers[i];
}

const char *conf_server_slug(const struct conf *c, size_t i)
{
	return c->servers[i].slug;
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
