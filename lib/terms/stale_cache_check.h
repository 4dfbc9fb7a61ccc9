/* SPDX-License-Identifier: MIT */
/*
 * stale_cache_check.h: whether a cache in front of a server gives clients an
 * older list of tools than the server has: what a probe found out, as its
 * record and a verdict carry it. Pure.
 */
#ifndef TERMS_STALE_CACHE_CHECK_H
#define TERMS_STALE_CACHE_CHECK_H

#include "base/buf.h"
#include "terms/names.h"

#include <cjson/cJSON.h>

/* The header fields of an answer that show that it may come from a cache. */
enum cache_sign {
	CACHE_SIGN_AGE,
	CACHE_SIGN_CACHE_STATUS,
	CACHE_SIGN_CF_CACHE_STATUS,
	CACHE_SIGN_VIA,
	CACHE_SIGN_X_CACHE,
	CACHE_SIGN_X_SERVED_BY
};
#define CACHE_SIGNS (CACHE_SIGN_X_SERVED_BY + 1)

/*
 * cache_sign_field(s): the name of the field, in lower case with its colon.
 * cache_sign_name(s): the member of a step's detail that holds its value.
 */
const char *cache_sign_field(enum cache_sign s);
const char *cache_sign_name(enum cache_sign s);

/*
 * cache_check_due(slug, interval_s, started_at): whether a probe is to look for
 * a cache that shows no sign: the first probe in each five minutes, which begin
 * at a different minute for each slug; at an interval of five minutes or more,
 * each probe; none where the interval is 0, not known.
 */
bool cache_check_due(const char *slug, double interval_s, double started_at);

enum cache_result { CACHE_UNKNOWN, CACHE_EQUAL, CACHE_STALE };

/* How the server's list differs from the one that clients get. */
enum cache_change {
	CACHE_ADDED, /* the server has it, clients do not see it yet */
	CACHE_REMOVED,
	CACHE_CHANGED,
	CACHE_REDESCRIBED
};
#define CACHE_CHANGES (CACHE_REDESCRIBED + 1)

/* The most names of tools of each kind, and of characters of a name. */
#define CACHE_NAMES 3
#define CACHE_NAME_MAX 48

/* All zero: nothing is known. */
struct cache_check {
	enum cache_result result;
	/* Of a stale one only: */
	double age_s; /* of the clients' list, as the cache says; 0: unknown */
	char tool_hash[HASH_HEX + 1]; /* of the server's list */
	char full_hash[HASH_HEX + 1];
	const char *names[CACHE_CHANGES][CACHE_NAMES];
	size_t n[CACHE_CHANGES];
	int more; /* how many more tools differ */
};

/*
 * cache_check_note(c, change, name): name a tool that differs, or count it
 * where enough are named. name lives as long as c.
 */
void cache_check_note(struct cache_check *c, enum cache_change change,
	const char *name);

/*
 * cache_check_write(b, c, most): append the members of its JSON object, without
 * braces; c->result is not CACHE_UNKNOWN. At most `most` names of each kind are
 * written, cut and cleaned.
 *
 * cache_check_read(o, c): read such an object. NULL; or why it is refused, a
 * static string. The names stay in o, cut and cleaned there.
 */
void cache_check_write(struct buf *b, const struct cache_check *c, size_t most);
const char *cache_check_read(const cJSON *o, struct cache_check *c);

#endif
