/*
 * brand.h: what the pages of the site are called and look like, and its
 * address, as fleet:site holds them.
 */
#ifndef DATA_BRAND_H
#define DATA_BRAND_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

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
	const char *intro;  /* plain text, or NULL */
	const char *imprint, *privacy, *support; /* https: or mailto:; or NULL */
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
