/* SPDX-License-Identifier: MIT */
/*
 * url.h: the address of a store, taken apart. Pure.
 */
#ifndef STORE_URL_H
#define STORE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum store_kind { STORE_SOLE, STORE_SENTINEL, STORE_CLUSTER };

/* The most hosts of a URL, and the longest name of one. */
#define STORE_HOSTS 16
#define STORE_HOST_MAX 255

struct store_host {
	char *name; /* or an address, an IPv6 one without its brackets */
	int port;
};

struct store_url {
	enum store_kind kind;
	bool tls;
	char *path; /* of a Unix socket; NULL: hosts */
	/* The server; or the sentinels; or nodes from which to learn others. */
	struct store_host *hosts;
	size_t n_hosts;
	char *user;   /* or NULL */
	char *master; /* the name by which the sentinels know it, or NULL */
	int db;
};

/*
 * store_url_read(url, out): read one of
 *
 *	unix://[user@]/path
 *	redis://[user@]host[:port][/db]
 *	redis+sentinel://[user@]host[:port],…/master[/db]
 *	redis+cluster://[user@]host[:port],…
 *
 * the last three also with rediss, for TLS; an IPv6 address in brackets. NULL,
 * and store_url_release it; or what is wrong with it, which repeats nothing of
 * it; then there is nothing to release.
 */
const char *store_url_read(const char *url, struct store_url *out);
void store_url_release(struct store_url *u);

/*
 * host_valid(name): whether a name or address that a server told us may be
 * one: not empty, not too long, and no blanks or control characters.
 */
bool host_valid(const char *name);

#endif
