/*
 * fetch_incidents.h: the incidents of many servers, from the store. Those of
 * all public servers are kept in memory as the list of them is, see
 * fetch_listing.h.
 */
#ifndef DATA_FETCH_INCIDENTS_H
#define DATA_FETCH_INCIDENTS_H

#include <stddef.h>

struct incident_rows;
struct source;

/*
 * fetch_incidents(s, rows): those of all public servers, sorted; 0, and *rows
 * is valid until the next call, for a source that reads `once` until
 * fetch_close; or -1, as in fetch.h.
 *
 * fetch_own_incidents(s, slugs, n, token, rows): those of the servers, of n, that
 * are public, or private and shown by this digest of a token. Whatever it
 * returns, incident_rows_release frees what *rows holds.
 */
int fetch_incidents(struct source *s, const struct incident_rows **rows);
int fetch_own_incidents(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows);

/* fetch_incidents_forget(s): free what is kept. */
void fetch_incidents_forget(struct source *s);

#endif
