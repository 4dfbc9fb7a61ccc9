/* SPDX-License-Identifier: MIT */
/*
 * maintenance_store.h: the maintenances and silences that stand in the store,
 * and those that were read from a file.
 */
#ifndef STATE_MAINTENANCE_STORE_H
#define STATE_MAINTENANCE_STORE_H

#include "conf/conf.h"
#include "records/maintenance.h"
#include "records/silence.h"

#include <stddef.h>

struct store;

/* How many the store may hold, of each. */
#define MAINTENANCE_STORE_MAX 1000

/* Opaque. */
struct maintenance_store;

/* maintenance_store_new(s): empty; s may be NULL: then only
   maintenance_store_add adds some. */
struct maintenance_store *maintenance_store_new(struct store *s);
void maintenance_store_free(struct maintenance_store *c);

/*
 * maintenance_store_load(c, now): read the store anew; what cannot be read is
 * reported and passed over. While a maintenance is not over, none in the store
 * expires. False: the store failed, and an error is logged; those
 * of before may still be known.
 */
bool maintenance_store_load(struct maintenance_store *c, double now);

/* maintenance_store_add(c, m): add one that was read from a file, c's from then
   on. maintenance_store_silence(c, s): the same for a silence. */
void maintenance_store_add(struct maintenance_store *c, struct maintenance *m);
void maintenance_store_silence(struct maintenance_store *c, struct silence *s);

/*
 * maintenance_store_at(c, slug, account, t, cap_s): see maintenance_at. The
 * result lives until the next maintenance_store_load or maintenance_store_add.
 */
struct occurrence maintenance_store_at(struct maintenance_store *c,
	const char *slug, const char *account, double t, double cap_s);

/* maintenance_store_get(c, i): the i-th, from 0; NULL behind the last. */
const struct maintenance *maintenance_store_get(
	const struct maintenance_store *c, size_t i);

/* maintenance_store_find(c, id): the maintenance of that id, or NULL. */
const struct maintenance *maintenance_store_find(
	const struct maintenance_store *c, const char *id);

/*
 * maintenance_store_put(c, m, now, cap_s): write m to the store, under its id,
 * and delete those that were loaded and ended RETENTION_MAINTENANCE_S ago.
 * False: the store failed, and an error is logged.
 */
bool maintenance_store_put(struct maintenance_store *c,
	const struct maintenance *m, double now, double cap_s);

/*
 * maintenance_store_silences(c, n): the silences, *n of them, until the next
 * call that loads or adds some. maintenance_store_put_silence(c, s, now): as
 * maintenance_store_put.
 */
const struct silence *maintenance_store_silences(
	const struct maintenance_store *c, size_t *n);
bool maintenance_store_put_silence(struct maintenance_store *c,
	const struct silence *s, double now);

/*
 * maintenance_store_claim(c, m): write a new m to the store, unless others have
 * been added since maintenance_store_load: then whether there is room has to be
 * found out anew. 1; 0 where others have been; -1: the store failed, and the
 * operator has been notified. maintenance_store_put still has to follow.
 */
int maintenance_store_claim(
	struct maintenance_store *c, const struct maintenance *m);

/* How many of a server may be to come; each that recurs counts. */
#define MAINTENANCE_STORE_TO_COME 10

/* Why a new maintenance does not fit, for the server where that is worst. */
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

/* maintenance_store_name(letter, id): a random id, "m-5f3a09c2", where there is
   room for MAINTENANCE_ID_MAX letters and a NUL. */
void maintenance_store_name(char letter, char *id);

#endif
