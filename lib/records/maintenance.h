/*
 * maintenance.h: the maintenance record of mcp-records(5): when somebody
 * works on servers, so that nobody is told of what that breaks.
 */
#ifndef RECORDS_MAINTENANCE_H
#define RECORDS_MAINTENANCE_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#define MAINTENANCE_ID_MAX 40
/* How many patterns, and how many accounts, one may name. */
#define MAINTENANCE_NAMES 100
/* The zone of one that does not say. */
#define MAINTENANCE_ZONE "UTC"

struct maintenance {
	char id[MAINTENANCE_ID_MAX + 1]; /* "" where it has none */
	const char *const *slugs; /* patterns of fnmatch(3) */
	size_t n_slugs;
	const char *const *accounts; /* whose servers it is for, too */
	size_t n_accounts;
	int64_t starts_at, ends_at; /* epoch seconds; the end is later */
	/*
	 * The days on which it recurs, by the zone: bit 0 is Monday; 0: once.
	 * Then starts_at and ends_at are the first time, or where that is no
	 * such day, the time of day and the length of the first one after it.
	 */
	unsigned every;
	const char *zone; /* or NULL: see MAINTENANCE_ZONE */
	const char *reason, *by; /* one line for people each, or NULL */
	int64_t announced_at; /* when it was added; 0: not known */
	int64_t ended_at; /* 0, or when somebody ended it, for good */
	cJSON *doc; /* owns the strings of one that was read, whose lists are
		       its own; else NULL */
};

/* The members of the record, but for v and type. */
extern const struct field maintenance_fields[];

/* Room for "mon,tue,wed,thu,fri,sat,sun" and its NUL. */
#define MAINTENANCE_DAYS 32

/*
 * maintenance_days(s, out): the bits of "mon,fri" or "daily"; false where it is
 * neither. maintenance_put_days(every, out): the text of such bits; out has
 * MAINTENANCE_DAYS bytes.
 */
bool maintenance_days(const char *s, unsigned *out);
void maintenance_put_days(unsigned every, char *out);

/* Whether s can stand among the slugs, or the accounts; or is an id. */
bool maintenance_pattern_valid(const char *s);
bool maintenance_account_valid(const char *s);
bool maintenance_id_valid(const char *s);

/*
 * maintenance_instant(o, key, needed, out, why): the instant of a member: epoch
 * seconds or RFC 3339; 0 where it need not be there and is not. False, and why,
 * which has RECORD_WHY bytes, where it is anything else.
 */
bool maintenance_instant(const cJSON *o, const char *key, bool needed,
	int64_t *out, char *why);

/*
 * maintenance_write(b, m): append the record without a newline. Foreign text is
 * cut and cleaned on the way.
 */
void maintenance_write(struct buf *b, const struct maintenance *m);

/*
 * maintenance_take(doc, m, why): take a record, whose type is known to be
 * maintenance, out of its object, which is *m's from then on;
 * maintenance_release it. False, nothing to release, and why, which has
 * RECORD_WHY bytes, says what is wrong with it. The zone is one that this
 * system knows.
 */
bool maintenance_take(cJSON *doc, struct maintenance *m, char *why);
void maintenance_release(struct maintenance *m);

#endif
