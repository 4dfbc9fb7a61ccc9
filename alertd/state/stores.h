/* SPDX-License-Identifier: MIT */
/*
 * stores.h: what mcp-alert keeps in the store beside the states of servers:
 * past notifications, incidents for the public, the stages of the
 * pipeline, tests of routes.
 */
#ifndef STATE_STORES_H
#define STATE_STORES_H

#include "base/strings.h"
#include "records/history.h"

#include <stdbool.h>

struct conf;
struct pipeline;
struct route_test_history;
struct store;

/*
 * history_store.c: past notifications, a list of history records for
 * each day, which outlives the states of the servers.
 */

/* history_store_add(s, lines): append these records. False: the store failed,
   and an error is logged. */
bool history_store_add(struct store *s, const struct strings *lines);

/* All zero: none. */
struct history {
	struct history_record *v; /* by time */
	size_t n, cap;
};

/*
 * history_store_read(s, slug, from, to, out): add the records of that server,
 * or where slug is NULL, of all, of the days that hold the epoch seconds from
 * and to, and of those in between, each once, by time;
 * history_store_release(out). What cannot be read is passed over. False: the
 * store failed, and an error is logged.
 */
bool history_store_read(struct store *s, const char *slug, double from,
	double to, struct history *out);
void history_store_release(struct history *out);

/*
 * history_store_last(s, from, now, most, out): the same, but of each day at most
 * so many, the last ones.
 */
bool history_store_last(struct store *s, double from, double now, int most,
	struct history *out);

/*
 * Updates of incidents: what the public may know of those of a server, which
 * outlives its state: the hash key_incidents, an update a field.
 */

/* The updates of one server: fields of its hash and their values, in turn. */
struct incident_updates {
	const char *slug;
	const struct strings *fields;
};

/*
 * incident_store_add(s, v, n): write the updates of n servers, in one round
 * trip and one more where some have to go; what is there already is written
 * again. Incidents that began more than RETENTION_INCIDENTS_S before the newest
 * go, and the oldest of more than UPDATES_MAX updates. False: the store failed,
 * and an error is logged.
 */
bool incident_store_add(struct store *s, const struct incident_updates *v,
	size_t n);

/*
 * incident_store_fields(s, slug, out): add the fields of that server. False:
 * the store failed, and an error is logged.
 */
bool incident_store_fields(struct store *s, const char *slug,
	struct strings *out);

/* incident_store_read(s, slug, out): the same, fields and values in turn. */
bool incident_store_read(struct store *s, const char *slug,
	struct strings *out);

/*
 * news_store_add(s, v): write the news of KEY_NEWS in v, fields and records in
 * turn, unless they are there; a record "" removes its field. False: the store
 * failed, and an error is logged.
 */
bool news_store_add(struct store *s, const struct strings *v);

/*
 * console_store.c: what the console takes once.
 */

enum once { ONCE_FAILED, ONCE_USED, ONCE_NEW };

/*
 * console_store_once(s, number, until, now): note that a link or a form of that
 * number, which ends then, is used: ONCE_NEW for the first that asks. What has
 * ended is forgotten. ONCE_FAILED: the store failed, and an error is logged.
 */
enum once console_store_once(struct store *s, const char *number,
	long long until, double now);

/* console_store_again(s, number): forget that a form is used, for it was refused. */
void console_store_again(struct store *s, const char *number);

/* console_store_seen(s, number): ONCE_USED where it was noted, else ONCE_NEW;
   ONCE_FAILED as above. */
enum once console_store_seen(struct store *s, const char *number);

/*
 * pipeline_store.c: what the store knows of the stages of the pipeline, see
 * incident/pipeline_health.h.
 */

/*
 * pipeline_store_read(s, pl): set pl->at, NAN where a stage never ran, the
 * regions that are cut off, the runners, and pl->n_regions to how many these
 * are. The caller frees pl->isolated and pl->runners. False, and nothing to
 * free: the store failed, and an error is logged.
 */
bool pipeline_store_read(struct store *s, struct pipeline *pl);

/*
 * pipeline_store_beat(s, now): write that mcp-alert ran at that time. False:
 * see store_why(s); an error is logged.
 */
bool pipeline_store_beat(struct store *s, double now);

/*
 * pipeline_store_know(s, c): note which servers configuration c has.
 * pipeline_store_known(s, c, known): set whether these are the ones noted last.
 * pipeline_store_dropped(s, c, slugs, again): append to slugs the servers noted
 * last that neither c has nor the configuration that mcp-aggregate published;
 * *again is set where only the latter has one. False as above.
 */
bool pipeline_store_dropped(struct store *s, const struct conf *c,
	struct strings *slugs, bool *again);
bool pipeline_store_known(struct store *s, const struct conf *c, bool *known);
bool pipeline_store_know(struct store *s, const struct conf *c);

/*
 * route_test_store.c: what the store knows of tests of the routes; see
 * incident/route_test.h.
 */

/*
 * route_test_store_read(s, c, out): what is known of the routes of c, whose
 * names *out points to; nothing is where s is NULL. route_test_store_release
 * it. False, and nothing to release: the store failed, and the operator has
 * been notified.
 */
bool route_test_store_read(struct store *s, const struct conf *c,
	struct route_test_history *out);
void route_test_store_release(struct route_test_history *t);

/*
 * route_test_store_begin(s, t, now): where t->since is unknown or later than
 * now, set it to now, in the store, too: since then there are routes to test. s
 * may be NULL. False: the store failed, and an error is logged.
 */
bool route_test_store_begin(struct store *s, struct route_test_history *t,
	double now);

/*
 * route_test_store_passed(s, routes, all, now): a test reached these routes,
 * and `all` to which it went. False: the store failed, and the operator has
 * been notified.
 */
bool route_test_store_passed(struct store *s, const struct strings *routes,
	bool all, double now);

#endif
