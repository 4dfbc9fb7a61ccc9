/* SPDX-License-Identifier: MIT */
/*
 * maintenance.h: the maintenance record of mcp-records(5): when somebody works
 * on servers, so that nobody is notified of what that breaks; which maintenance
 * of a server it is time for; and the list of a fleet, as the store holds it.
 * Pure but for the time zone database of the system and the questions to the
 * store: no clock. Times that recur are not counted from the beginning on, but
 * looked for around the instant in question.
 */
#ifndef RECORDS_MAINTENANCE_H
#define RECORDS_MAINTENANCE_H

#include "base/buf.h"
#include "json/fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
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

/* maintenance_put_servers(b, m): append "a, b*, account acme".
   maintenance_put_what(b, m): and its days, such as " (mon,thu)". */
void maintenance_put_servers(struct buf *b, const struct maintenance *m);
void maintenance_put_what(struct buf *b, const struct maintenance *m);

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

/* One time that somebody works on a server. */
struct occurrence {
	bool found;
	int64_t start, end; /* epoch seconds; the end is no longer part of it */
	const struct maintenance *of; /* as long as that lives */
};

/* maintenance_for(m, slug, account): whether it is one of that server, whose
 * account may be NULL. */
bool maintenance_for(const struct maintenance *m, const char *slug,
	const char *account);

/*
 * maintenance_last(m, t, cap_s): the newest time of it that has begun by t. It
 * is over no later than cap_s after its start, however long it was meant to be,
 * and where somebody ended it.
 */
struct occurrence maintenance_last(const struct maintenance *m, double t,
	double cap_s);

/* maintenance_next(m, t, cap_s): the first one that begins after t. */
struct occurrence maintenance_next(const struct maintenance *m, double t,
	double cap_s);

/*
 * maintenance_end(m, t, cap_s): when its last time is or was over, as far as is
 * known at t; INFINITY where there is another one to come.
 */
double maintenance_end(const struct maintenance *m, double t, double cap_s);

/* Maintenances of a server that are less than this apart count as one. */
#define MAINTENANCE_GAP_S (15 * 60)
/* A week before and a week after a day, where nothing is longer than that. */
#define PLANNED_NEAR 24

/*
 * One of many. All servers ask for the same instants, so what is known of its
 * times around a day is kept; {.m = …} at first.
 */
struct planned {
	struct maintenance m;
	struct occurrence near[PLANNED_NEAR]; /* the earliest first */
	size_t n_near;
	double from, until; /* the day */
	double cap_s;
};

/*
 * maintenance_chain(l, n, slug, account, t, cap_s): of the n maintenances at l,
 * the times of that server that count as one, for they touch, overlap or are
 * less than MAINTENANCE_GAP_S apart: those that t lies in, those to come among
 * them, or the last ones before it. It begins with the first and ends with the
 * last one of them; `of` is the one of those begun by t that ends last. It may
 * begin earlier than said where it is longer than cap_s and a day. It lives as
 * long as l.
 */
struct occurrence maintenance_chain(struct planned *l, size_t n,
	const char *slug, const char *account, double t, double cap_s);

/*
 * maintenance_at(l, n, slug, account, t, cap_s): the same as one maintenance,
 * which is over no later than cap_s after its start: it covers t, or is over.
 * Not found where that was long ago, and others went on.
 */
struct occurrence maintenance_at(struct planned *l, size_t n, const char *slug,
	const char *account, double t, double cap_s);

/* occurrence_covers(o, t): whether t is within it. */
bool occurrence_covers(const struct occurrence *o, double t);

/* Records beyond this number are passed over. */
#define MAINTENANCE_MAX 1000

struct store;
struct store_reply;

struct maintenance_list {
	struct planned *v;
	size_t n, cap;
};

/*
 * maintenance_list_add(w, json): add a record of fleet:maintenance, which may
 * be NULL; one that cannot be read is passed over. maintenance_list_release
 * frees them all. An empty list is all zero.
 */
void maintenance_list_add(struct maintenance_list *w, const char *json);
void maintenance_list_release(struct maintenance_list *w);

/*
 * maintenance_list_ask(s): queue the question for all that the store holds, one
 * reply, which maintenance_list_read(r, w) adds to a list.
 */
void maintenance_list_ask(struct store *s);
void maintenance_list_read(
	const struct store_reply *r, struct maintenance_list *w);

/*
 * maintenance_list_now(w, slug, account, now, cap_s): the occurrence, for that
 * server, that goes on now; it lives as long
 * as *w.
 */
struct occurrence maintenance_list_now(struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s);

#endif
