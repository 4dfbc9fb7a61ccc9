/*
 * maintenance_store.h: the maintenances that stand in the store, and those that
 * were read from a file.
 */
#ifndef STATE_MAINTENANCE_STORE_H
#define STATE_MAINTENANCE_STORE_H

#include "conf/conf.h"
#include "records/maintenance_window.h"

#include <stddef.h>

struct store;

/* So many may stand in the store. */
#define MAINTENANCE_STORE_MAX 1000

/* Opaque. */
struct maintenance_store;

/* maintenance_store_new(s): none yet; s may be NULL: then nothing stands there.
 */
struct maintenance_store *maintenance_store_new(struct store *s);
void maintenance_store_free(struct maintenance_store *c);

/*
 * maintenance_store_load(c, now): read anew what stands in the store; what
 * cannot be read is told of and passed over. While one is not over, all are
 * kept. False: the store failed, which was told; what was known before may
 * still be known.
 */
bool maintenance_store_load(struct maintenance_store *c, double now);

/* maintenance_store_add(c, m): one of a file, which is c's from then on. */
void maintenance_store_add(struct maintenance_store *c, struct maintenance *m);

/*
 * maintenance_store_at(c, slug, account, t, cap_s): see maintenance_at. It
 * lives until the next maintenance_store_load or maintenance_store_add.
 */
struct occurrence maintenance_store_at(struct maintenance_store *c,
	const char *slug, const char *account, double t, double cap_s);

/* maintenance_store_get(c, i): the i-th, from 0; NULL behind the last. */
const struct maintenance *maintenance_store_get(
	const struct maintenance_store *c, size_t i);

/* maintenance_store_find(c, id): the one of that id, or NULL. */
const struct maintenance *maintenance_store_find(
	const struct maintenance_store *c, const char *id);

/*
 * maintenance_store_put(c, m, now, cap_s): write it to the store, under its id;
 * and take out those that have been over for long, of those that were loaded.
 * False: the store failed, which was told.
 */
bool maintenance_store_put(struct maintenance_store *c,
	const struct maintenance *m, double now, double cap_s);

/* So many of a server may be to come; each that recurs is. */
#define MAINTENANCE_STORE_TO_COME 10

/* What is wrong with a new one, of the server for which that is worst. */
struct maintenance_store_fit {
	const char
		*many; /* a server that has MAINTENANCE_STORE_TO_COME already */
	const char *slug;	 /* one for which it is too long, or NULL */
	struct occurrence chain; /* for that one: see maintenance_chain */
};

/*
 * maintenance_store_fit(c, m, conf, now, cap_s): whether there is room for m
 * beside those that are known, for each server that it is for; conf may be
 * NULL, and then only those are known that m names.
 */
struct maintenance_store_fit maintenance_store_fit(struct maintenance_store *c,
	const struct maintenance *m, const struct conf *conf, double now,
	double cap_s);

/* maintenance_store_name(m): give a new one an id that nobody else has. */
void maintenance_store_name(struct maintenance *m);

#endif
