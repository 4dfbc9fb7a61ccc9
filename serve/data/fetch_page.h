/*
 * fetch_page.h: reads all that the status page of a server is made of, in one
 * round trip.
 */
#ifndef DATA_FETCH_PAGE_H
#define DATA_FETCH_PAGE_H

struct page_data;
struct source;

/* JSON as the store holds it, or NULL; lives until the next round trip. */
struct fetched {
	const char *server, *verdict, *site;
};

/*
 * fetch_page(s, slug, token, now, got, d): what the page of that server says as
 * of now. tool_split, maintenance_now and maintenance_next depend on the entry
 * and the verdict in *got, and are left zero. Where the client may not know of
 * the server, see fetch_server, *got is all NULL. The caller releases incidents
 * and maintenance. -1, and nothing to release, where the store did not answer.
 */
int fetch_page(struct source *s, const char *slug, const char *token,
	double now, struct fetched *got, struct page_data *d);

#endif
