/*
 * url.h: the address of a store, taken apart. Pure.
 */
#ifndef STORE_URL_H
#define STORE_URL_H

#include "store/store.h"

struct store_url {
	char *path; /* of a Unix socket; NULL: host and port */
	char *host; /* a name or an address, an IPv6 one without its brackets */
	int port, db;
};

/*
 * store_url_read(url, out, why): read unix:///path or redis://host[:port][/db],
 * with an IPv6 address in brackets; store_url_release it. False, and why, which
 * has STORE_WHY bytes, where it is neither; then there is nothing to release.
 */
bool store_url_read(const char *url, struct store_url *out, char *why);
void store_url_release(struct store_url *u);

#endif
