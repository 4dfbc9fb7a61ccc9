/* SPDX-License-Identifier: MIT */
/*
 * entries.h: what the configuration says of a server, of an account and of the
 * site, as fleet:servers, fleet:accounts and fleet:site hold it. Pure.
 */
#ifndef DATA_ENTRIES_H
#define DATA_ENTRIES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct server_region {
	const char *name;
	const char *city; /* or NULL */
	bool located;	  /* the configuration says where it is */
	double latitude, longitude; /* degrees */
	bool here; /* others are on the same machine: it is no place of its own */
};

struct server {
	bool is_private;
	const char *token_sha256; /* or NULL: nobody has a token */
	const char *title;	  /* or NULL */
	const char *account;	  /* or NULL */
	const char *url;	  /* or NULL; watched_endpoint says what of it is told */
	const char *auth; /* what is shown at its wall; or NULL: nothing */
	bool endpoint_private;	  /* nobody is told of the address */
	bool tools_private;	  /* nor of the tools */
	const char *group;	  /* or NULL */
	const char *tags;	  /* with commas between them, or NULL */
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

/* ---- An account and its servers. */

struct account {
	const char *token_sha256;
	const char **slugs; /* valid ones */
	size_t n;
	cJSON *doc; /* owns the strings */
};

/* Room for the reason why an entry was refused. */
#define ACCOUNT_WHY 200

/*
 * account_read(json, a, why): 0, and then account_release frees what *a holds;
 * or -1 and why, which has ACCOUNT_WHY bytes.
 */
int account_read(const char *json, struct account *a, char *why);
void account_release(struct account *a);

/* ---- The site: its name, its look and its address. */

#define BRAND_TITLE "MCP server status"
#define BRAND_COLOUR "#0969da"
/* The longest host of a logo, with its port and a NUL. */
#define BRAND_HOST 262
/* The longest maintenance, unless the configuration says otherwise. */
#define BRAND_MAINTENANCE_S (4 * 3600)

struct brand {
	const char *title;  /* what the pages are called */
	const char *link;   /* where the title leads */
	const char *url;    /* of this site, no slash at its end; "" unknown */
	const char *colour; /* "#rrggbb" */
	const char *logo;   /* https:, or a path of this site; or NULL */
	const char *stylesheet; /* a path of this site, or NULL */
	const char *intro;  /* plain text, or NULL */
	const char *imprint, *privacy, *support; /* https: or mailto:; or NULL */
	bool manual; /* a link to the manual is at the foot of each page */
	bool subscribe; /* pages have a form for subscribers */
	double maintenance_s; /* the longest maintenance */
	bool maintenance_counts; /* what fails in one lowers uptime */
	cJSON *doc; /* owns the strings */
};

/*
 * brand_read(json, s): read an entry, which may be NULL. A member that is
 * missing or wrong has its default. brand_release frees what *s holds.
 */
void brand_read(const char *json, struct brand *s);

/*
 * brand_origin(s): the beginning of the logo's address, as many bytes as are its
 * scheme, host and port; 0 where it is of this site, or there is none.
 */
size_t brand_origin(const struct brand *s);
void brand_release(struct brand *s);

#endif
