/* SPDX-License-Identifier: MIT */
/*
 * show.c: a configuration as JSON, by the table of schema.h, and the
 * target records that follow from it.
 */
#include "conf/conf.h"
#include "conf/schema.h"
#include "json/json.h"
#include "records/alert.h"
#include "records/probe.h"

#include <inttypes.h>
#include <math.h>

static void put_struct(struct buf *b, const struct conf_key *keys,
	const void *base);

static const void *field_of(const struct conf_key *key, const void *base)
{
	return (const char *)base + key->at;
}

static const char *text_of(const struct conf_key *key, const void *base)
{
	const char *s;

	memcpy(&s, field_of(key, base), sizeof s);
	return s;
}

/* Zero stands for "not given" where the file cannot give zero: null. */
static void put_int(struct buf *b, const struct conf_key *key,
	const void *base)
{
	int64_t v;
	int small;

	if (key->size == sizeof v) {
		memcpy(&v, field_of(key, base), sizeof v);
	} else {
		memcpy(&small, field_of(key, base), sizeof small);
		v = small;
	}
	if ((double)v < key->min)
		buf_str(b, "null");
	else
		buf_fmt(b, "%" PRId64, v);
}

static void put_position(struct buf *b, const void *field)
{
	struct conf_position p;

	memcpy(&p, field, sizeof p);
	if (!p.known) {
		buf_str(b, "null");
		return;
	}
	json_fmt(b, "[%g,%g]", p.latitude, p.longitude);
}

static void put_list(struct buf *b, const struct conf_key *key,
	const void *base)
{
	const char *array;
	size_t n;

	memcpy(&array, field_of(key, base), sizeof array);
	memcpy(&n, (const char *)base + key->count_at, sizeof n);
	if (!array && key->type == CONF_TEXTS) {
		buf_str(b, "null");
		return;
	}
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		const char *element = array + i * key->each;
		const char *s;

		if (i)
			buf_char(b, ',');
		if (key->type == CONF_MAPS) {
			put_struct(b, key->keys, element);
		} else {
			memcpy(&s, element, sizeof s);
			json_put_str(b, s);
		}
	}
	buf_char(b, ']');
}

static void put_labels(struct buf *b, const struct conf_key *key,
	const void *base)
{
	const struct alert_label *l;
	size_t n;

	memcpy(&l, field_of(key, base), sizeof l);
	memcpy(&n, (const char *)base + key->count_at, sizeof n);
	buf_char(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, l[i].name);
		buf_char(b, ':');
		json_put_str(b, l[i].value);
	}
	buf_char(b, '}');
}

static void put_number(struct buf *b, const void *field)
{
	double v;

	memcpy(&v, field, sizeof v);
	json_put_num(b, v);
}

/* "300s": with its unit, so that it can be read again. */
static void put_seconds(struct buf *b, const void *field)
{
	double v;

	memcpy(&v, field, sizeof v);
	v = round(1000 * v) / 1000;
	buf_fmt(b, v < floor(v) || v > floor(v) ? "\"%.3fs\"" : "\"%.0fs\"", v);
}

static void put_json(struct buf *b, const void *field)
{
	const cJSON *v;

	memcpy(&v, field, sizeof v);
	if (v)
		json_put(b, v);
	else
		buf_str(b, "{}");
}

static void put_value(struct buf *b, const struct conf_key *key,
	const void *base)
{
	const void *field = field_of(key, base);
	unsigned choice;
	bool yes;

	switch (key->type) {
	case CONF_TEXT:
		json_put_str(b, text_of(key, base));
		break;
	case CONF_CHOICE:
		memcpy(&choice, field, sizeof choice);
		json_put_str(b, key->choices[choice]);
		break;
	case CONF_INT:
		put_int(b, key, base);
		break;
	case CONF_NUMBER:
		put_number(b, field);
		break;
	case CONF_SECONDS:
		put_seconds(b, field);
		break;
	case CONF_BOOL:
		memcpy(&yes, field, sizeof yes);
		buf_str(b, yes ? "true" : "false");
		break;
	case CONF_POSITION:
		put_position(b, field);
		break;
	case CONF_JSON:
		put_json(b, field);
		break;
	case CONF_TEXTS:
	case CONF_MAPS:
		put_list(b, key, base);
		break;
	case CONF_LABELS:
		put_labels(b, key, base);
		break;
	case CONF_MAP:
		put_struct(b, key->keys, field);
		break;
	case CONF_GONE:
		break;
	}
}

/* A map that was not given lacks its required keys. */
static bool absent(const struct conf_key *keys, const void *base)
{
	for (; keys->name; keys++)
		if (keys->required && keys->type == CONF_TEXT &&
			!text_of(keys, base))
			return true;
	return false;
}

static void put_struct(struct buf *b, const struct conf_key *keys,
	const void *base)
{
	if (absent(keys, base)) {
		buf_str(b, "null");
		return;
	}
	buf_char(b, '{');
	for (const struct conf_key *k = keys; k->name; k++) {
		if (k->gone || k->spent)
			continue;
		buf_fmt(b, "%s\"%s\":", k == keys ? "" : ",", k->name);
		put_value(b, k, base);
	}
	buf_char(b, '}');
}

void conf_json(const struct conf *c, struct buf *b)
{
	for (const struct conf_key *k = conf_keys; k->name; k++) {
		if (k->gone || k->spent)
			continue;
		buf_fmt(b, "%c\"%s\":", k == conf_keys ? '{' : ',', k->name);
		put_value(b, k, c);
	}
	buf_char(b, '}');
}

static size_t count_lists(const struct conf *c)
{
	size_t n = 0;

	while (c->lists && c->lists[n])
		n++;
	return n;
}

/* Lines of lists come from strangers, so only the first are named. */
static void put_left_out(const struct conf *c, struct buf *b)
{
	json_fmt(b, ",'left_out':{'count':%zu,'first':[", c->n_left_out);
	for (size_t i = 0; i < c->n_left_out && i < CONF_LEFT_OUT_NAMED; i++) {
		const struct conf_left_out *l = &c->left_out[i];

		json_fmt(b, ",{'at':%s,'slug':%s,'why':%s}", l->at, l->slug,
			l->why);
	}
	buf_str(b, "]}");
}

void conf_server_line(const struct conf_server *s, struct buf *b)
{
	put_struct(b, conf_server_keys, s);
	buf_char(b, '\n');
}

void conf_short_json(const struct conf *c, struct buf *b)
{
	double shortest = INFINITY, longest = 0;

	for (size_t i = 0; i < conf_count(c); i++) {
		const struct conf_server s = conf_server_at(c, i);

		shortest = fmin(shortest, s.interval_s);
		longest = fmax(longest, s.timeout_s);
	}
	for (const struct conf_key *k = conf_keys; k->name; k++) {
		if (k->keys == conf_server_keys || k->gone || k->spent)
			continue;
		buf_fmt(b, "%c\"%s\":", k == conf_keys ? '{' : ',', k->name);
		put_value(b, k, c);
	}
	buf_fmt(b, ",\"servers\":{\"count\":%zu", conf_count(c));
	if (conf_count(c)) {
		buf_str(b, ",\"shortest_interval\":");
		put_seconds(b, &shortest);
		buf_str(b, ",\"longest_timeout\":");
		put_seconds(b, &longest);
	}
	buf_char(b, '}');
	json_put_list(b, "lists", c->lists, count_lists(c));
	put_left_out(c, b);
	buf_char(b, '}');
}

static void put_auth(struct buf *b, const struct conf_auth *a)
{
	json_fmt(b, ",'auth':{'mode':%s", conf_auth_modes[a->mode]);
	if (a->credential)
		json_put_member(b, "credential", a->credential);
	if (a->bare_401)
		buf_str(b, ",\"bare_401\":true");
	buf_char(b, '}');
}

static void put_health(struct buf *b, const struct conf_health *h)
{
	if (!h->name)
		return;
	json_fmt(b, ",'health_tool':{'name':%s,'arguments':", h->name);
	put_json(b, &h->arguments);
	buf_char(b, '}');
}

/* A member, or nothing where there is no text. */
static void put_member(struct buf *b, const char *key, const char *s)
{
	if (s)
		json_put_member(b, key, s);
}

void conf_target(const struct conf_server *s, const char *region,
	const char *known_hash, const char *pinned_hash, const char *hint,
	struct buf *line)
{
	buf_fmt(line, "{\"v\":%d,\"type\":\"target\"", RECORD_VERSION);
	put_member(line, "slug", s->slug);
	put_member(line, "url", s->url);
	put_member(line, "region", region);
	json_fmt(line, ",'interval':%g,'timeout':%g", s->interval_s,
		s->timeout_s);
	put_auth(line, &s->auth);
	put_health(line, &s->health);
	if (s->cache_check == CONF_NO_CACHE_CHECK)
		buf_str(line, ",\"cache_check\":false");
	if (s->http_version == CONF_HTTP_2)
		buf_str(line, ",\"http_version\":2");
	if (s->deny_private)
		buf_str(line, ",\"deny_private\":true");
	put_member(line, "ca", s->ca);
	put_member(line, "protocol_hint", hint);
	put_member(line, "known_hash", known_hash);
	put_member(line, "pinned_hash", pinned_hash);
	buf_str(line, "}\n");
}
