/*
 * maintenance_store.h: the maintenances that stand in the store, and those that were
 * read from a file.
 */
#ifndef STATE_MAINTENANCE_STORE_H
#define STATE_MAINTENANCE_STORE_H

#include "conf/conf.h"
#include "records/maintenance_window.h"

#include <stddef.h>

struct store;

/* So many may stand in the store. */
#define CALENDAR_MAX 1000

/* Opaque. */
struct calendar;

/* calendar_new(s): none yet; s may be NULL: then nothing stands there. */
struct calendar *calendar_new(struct store *s);
void calendar_free(struct calendar *c);

/*
 * calendar_load(c, now): read anew what stands in the store; what cannot be read
 * is told of and passed over. While one is not over, all are kept. False: the
 * store failed, which was told; what was known before may still be known.
 */
bool calendar_load(struct calendar *c, double now);

/* calendar_add(c, m): one of a file, which is c's from then on. */
void calendar_add(struct calendar *c, struct maintenance *m);

/*
 * calendar_at(c, slug, account, t, cap_s): see maintenance_at. It lives until
 * the next calendar_load or calendar_add.
 */
struct occurrence calendar_at(struct calendar *c, const char *slug,
	const char *account, double t, double cap_s);

/* calendar_get(c, i): the i-th, from 0; NULL behind the last. */
const struct maintenance *calendar_get(const struct calendar *c, size_t i);

/* calendar_find(c, id): the one of that id, or NULL. */
const struct maintenance *calendar_find(const struct calendar *c,
	const char *id);

/*
 * calendar_put(c, m, now, cap_s): write it to the store, under its id; and take
 * out those that have been over for long, of those that were loaded. False: the
 * store failed, which was told.
 */
bool calendar_put(struct calendar *c, const struct maintenance *m, double now,
	double cap_s);

/* So many of a server may be to come; each that recurs is. */
#define CALENDAR_TO_COME 10

/* What is wrong with a new one, of the server for which that is worst. */
struct calendar_fit {
	const char *many;	 /* a server that has CALENDAR_TO_COME already */
	const char *slug;	 /* one for which it is too long, or NULL */
	struct occurrence chain; /* for that one: see maintenance_chain */
};

/*
 * calendar_fit(c, m, conf, now, cap_s): whether there is room for m beside those
 * that are known, for each server that it is for;
 * conf may be NULL, and then only those are known that m names.
 */
struct calendar_fit calendar_fit(struct calendar *c,
	const struct maintenance *m, const struct conf *conf, double now,
	double cap_s);

/* calendar_name(m): give a new one an id that nobody else has. */
void calendar_name(struct maintenance *m);

#endif
