/* SPDX-License-Identifier: MIT */
#include "terms/stale_cache_check.h"

#include "base/text.h"
#include "json/json.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const struct {
	const char *field, *name;
} signs[CACHE_SIGNS] = {
	[CACHE_SIGN_AGE] = {"age:", "age"},
	[CACHE_SIGN_CACHE_STATUS] = {"cache-status:", "cache_status"},
	[CACHE_SIGN_CF_CACHE_STATUS] = {"cf-cache-status:", "cf_cache_status"},
	[CACHE_SIGN_VIA] = {"via:", "via"},
	[CACHE_SIGN_X_CACHE] = {"x-cache:", "x_cache"},
	[CACHE_SIGN_X_SERVED_BY] = {"x-served-by:", "x_served_by"},
};

static const char *const changes[CACHE_CHANGES] = {
	[CACHE_ADDED] = "added",
	[CACHE_REMOVED] = "removed",
	[CACHE_CHANGED] = "changed",
	[CACHE_REDESCRIBED] = "redescribed",
};

/* A cache that shows no sign is looked for once in this many seconds. */
#define PERIOD_S 300
#define MINUTES (PERIOD_S / 60)

/* Sane limits: ten years, a million tools. */
#define AGE_MAX (10 * 366 * 86400.0)
#define MORE_MAX 1000000

const char *cache_sign_field(enum cache_sign s)
{
	return signs[s].field;
}

const char *cache_sign_name(enum cache_sign s)
{
	return signs[s].name;
}

/* FNV-1a: collisions do no harm here. */
static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261U;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619U;
	return h;
}

bool cache_check_due(const char *slug, double interval_s, double started_at)
{
	double shift = 60.0 * (hash_of(slug) % MINUTES);

	return fmod(started_at + shift, PERIOD_S) < interval_s;
}

void cache_check_note(
	struct cache_check *c, enum cache_change change, const char *name)
{
	if (c->n[change] < CACHE_NAMES)
		c->names[change][c->n[change]++] = name;
	else if (c->more < MORE_MAX)
		c->more++;
}

void cache_check_write(struct buf *b, const struct cache_check *c, size_t most)
{
	int more = c->more;

	if (c->result != CACHE_STALE) {
		buf_str(b, "\"result\":\"equal\"");
		return;
	}
	buf_str(b, "\"result\":\"stale\",\"age_s\":");
	json_put_num(b, c->age_s > 0 ? c->age_s : NAN);
	json_put_member(b, "tool_hash", c->tool_hash);
	json_put_member(b, "full_hash", c->full_hash);
	for (int k = 0; k < CACHE_CHANGES; k++) {
		json_put_key(b, changes[k]);
		buf_char(b, '[');
		for (size_t i = 0; i < c->n[k]; i++) {
			if (i >= most) {
				more++;
				continue;
			}
			if (i)
				buf_char(b, ',');
			json_put_clean(b, c->names[k][i], CACHE_NAME_MAX);
		}
		buf_char(b, ']');
	}
	buf_fmt(b, ",\"more\":%d", more);
}

/* A hash of the server's list, which is required. */
static bool take_hash(const cJSON *o, const char *key, char *out)
{
	const char *s = json_str(o, key);

	if (!s || !hash_valid(s))
		return false;
	memcpy(out, s, HASH_HEX + 1);
	return true;
}

static bool take_names(
	const cJSON *o, enum cache_change change, struct cache_check *c)
{
	const cJSON *list = json_get(o, changes[change]), *v;
	char clean[4 * CACHE_NAME_MAX + 1];

	if (list && !cJSON_IsArray(list))
		return false;
	cJSON_ArrayForEach(v, list)
	{
		size_t n;

		if (!cJSON_IsString(v))
			return false;
		n = text_clean(v->valuestring, strlen(v->valuestring), clean,
			sizeof clean, CACHE_NAME_MAX);
		memcpy(v->valuestring, clean, n + 1);
		cache_check_note(c, change, v->valuestring);
	}
	return true;
}

static const char *read_stale(const cJSON *o, struct cache_check *c)
{
	double more = 0;

	if (!take_hash(o, "tool_hash", c->tool_hash) ||
		!take_hash(o, "full_hash", c->full_hash))
		return "not a SHA-256";
	for (int k = 0; k < CACHE_CHANGES; k++)
		if (!take_names(o, (enum cache_change)k, c))
			return "not arrays of names";
	if (!json_num(o, "age_s", &c->age_s))
		c->age_s = 0;
	if (!(c->age_s >= 0 && c->age_s <= AGE_MAX))
		return "not an age";
	json_num(o, "more", &more);
	if (!(more >= 0 && more <= MORE_MAX))
		return "not a number of tools";
	c->more += (int)more;
	return NULL;
}

const char *cache_check_read(const cJSON *o, struct cache_check *c)
{
	const char *result = json_str(o, "result");
	const char *fault;

	memset(c, 0, sizeof *c);
	if (!cJSON_IsObject(o))
		return "not an object";
	if (!result)
		return "it has no result";
	if (strcmp(result, "equal") == 0) {
		c->result = CACHE_EQUAL;
		return NULL;
	}
	/* A result that this version does not know says nothing. */
	if (strcmp(result, "stale") != 0)
		return NULL;
	fault = read_stale(o, c);
	if (fault)
		memset(c, 0, sizeof *c);
	else
		c->result = CACHE_STALE;
	return fault;
}
