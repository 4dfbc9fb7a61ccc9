/*
 * fetch_page.h: reads all that the status page of a server is made of, in one
 * round trip.
 */
#ifndef DATA_FETCH_PAGE_H
#define DATA_FETCH_PAGE_H

#include <stdbool.h>

struct page_data;
struct source;

/* JSON as the store holds it, or NULL; lives until the next round trip. */
struct fetched {
	const char *server, *verdict, *site;
};

/*
 * fetch_page(s, slug, token, now, past, got, d): what the page of that server
 * says as of now; without `past` only what it says of now: open incidents and
 * maintenances. tool_split, maintenance_now and maintenance_next depend on the entry
 * and the verdict in *got, and are left zero. Where the client may not know of
 * the server, see fetch_server, *got is all NULL. The caller releases incidents
 * maintenance and watched, of which the verdict is for the caller to take in. -1, and nothing to release, where the store did not answer.
 */
int fetch_page(struct source *s, const char *slug, const char *token,
	double now, bool past, struct fetched *got, struct page_data *d);

#endif
