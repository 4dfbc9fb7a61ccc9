/*
 * fetch_page.h: all that the page of a server is made of, in one round trip,
 * after the one that finds it.
 */
#ifndef DATA_FETCH_PAGE_H
#define DATA_FETCH_PAGE_H

struct page_data;
struct source;

/* As the store holds it, or NULL; until the next round trip. */
struct fetched {
	const char *server, *verdict, *site;
};

/*
 * fetch_page(s, slug, token, now, got, d): what there is of that server as of
 * now; d lacks only what depends on the server's entry and its verdict; of one
 * that who asks may not know, see fetch_subject, everything. Release its
 * incidents, works and sides. -1, and nothing to release, where the store did
 * not answer.
 */
int fetch_page(struct source *s, const char *slug, const char *token,
	double now, struct fetched *got, struct page_data *d);

#endif
