/*
 * cache_check.h: whether what stands before a server gives clients an older
 * list of tools than the server has: what a probe found out, as its record and
 * a verdict carry it. Pure.
 */
#ifndef MCP_CACHE_CHECK_H
#define MCP_CACHE_CHECK_H

#include "base/buf.h"
#include "mcp/names.h"

#include <cjson/cJSON.h>

/* The header fields that caches add to answers, or proxies that may be some. */
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
 * cache_sign_field(s): the field, in lower case with its colon.
 * cache_sign_name(s): the member that has its value in the detail of a step.
 */
const char *cache_sign_field(enum cache_sign s);
const char *cache_sign_name(enum cache_sign s);

/*
 * cache_check_due(slug, interval_s, started_at): whether a probe that started
 * then is to look for a cache that shows no sign: the first one in five
 * minutes, which begin at another minute for each slug; at an interval of five
 * minutes or more each one; none where the interval is 0: not known.
 */
bool cache_check_due(const char *slug, double interval_s, double started_at);

enum cache_result { CACHE_UNKNOWN, CACHE_EQUAL, CACHE_STALE };

/* What tells the server's list from that of its clients. */
enum cache_change {
	CACHE_ADDED, /* the server has it, clients do not see it yet */
	CACHE_REMOVED,
	CACHE_CHANGED,
	CACHE_REDESCRIBED
};
#define CACHE_CHANGES (CACHE_REDESCRIBED + 1)

/* So many names of tools of each kind are told, cut to so many characters. */
#define CACHE_NAMES 3
#define CACHE_NAME_MAX 48

/* All zero: nothing is known. */
struct cache_check {
	enum cache_result result;
	/* Of a stale one only: */
	double age_s; /* of what clients get, as its cache says; 0 unknown */
	char tool_hash[HASH_HEX + 1]; /* of the server's list */
	char full_hash[HASH_HEX + 1];
	const char *names[CACHE_CHANGES][CACHE_NAMES];
	size_t n[CACHE_CHANGES];
	int more; /* tools that differ, too, and are not named */
};

/*
 * cache_check_note(c, change, name): name a tool that differs, or count it
 * where enough are named. name lives as long as c.
 */
void cache_check_note(struct cache_check *c, enum cache_change change,
	const char *name);

/*
 * cache_check_write(b, c, most): append the members of the object, without
 * braces; c->result is not CACHE_UNKNOWN. At most `most` names of each kind are
 * told, cut and cleaned.
 *
 * cache_check_read(o, c): read such an object: NULL; or what is wrong with it,
 * static. Names are cut and cleaned where they stand in o, which owns them.
 */
void cache_check_write(struct buf *b, const struct cache_check *c, size_t most);
const char *cache_check_read(const cJSON *o, struct cache_check *c);

#endif
