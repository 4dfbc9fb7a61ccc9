/*
 * server.h: what the answers need to know of a server, as fleet:servers holds
 * it.
 */
#ifndef DATA_SERVER_H
#define DATA_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct server_region {
	const char *name;
	const char *city; /* or NULL */
	bool located;	  /* the configuration says where it is */
	double latitude, longitude; /* degrees */
};

struct server {
	bool is_private;
	const char *token_sha256; /* or NULL: nobody has a token */
	const char *title;	  /* or NULL */
	const char *account;	  /* or NULL */
	double interval_s;	  /* NAN where it is not known */
	struct server_region *regions;
	size_t n_regions;
	char *text; /* owns the strings */
};

/* Room for the reason why an entry was refused. */
#define SERVER_WHY 200
/* A longer title is cut; the configuration takes none that is, see conf/schema.c. */
#define SERVER_TITLE_MAX 200 /* characters */

/*
 * server_read(json, regions, s, why): 0, and then server_release frees what *s
 * holds, without its regions where these are not wanted; or -1 and why, which
 * has SERVER_WHY bytes. An entry that does not say whether it
 * is private is refused; a title is cut to SERVER_TITLE_MAX.
 */
int server_read(
	const char *json, bool regions, struct server *s, char *why);
void server_release(struct server *s);

#endif
