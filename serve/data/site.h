/*
 * site.h: what readers need to know of the site, as fleet:site holds it.
 */
#ifndef DATA_SITE_H
#define DATA_SITE_H

#include <cjson/cJSON.h>

#define BRAND_TITLE "MCP server status"
#define BRAND_COLOUR "#0969da"
/* No maintenance is longer, where nobody says otherwise. */
#define BRAND_MAINTENANCE_S (4 * 3600)

struct brand {
	const char *title;  /* what the pages are called */
	const char *link;   /* where the title leads */
	const char *url;    /* of this site, no slash at its end; "" unknown */
	const char *colour; /* "#rrggbb" */
	double maintenance_s;
	cJSON *doc; /* owns the strings */
};

/*
 * brand_read(json, s): what the text says, which may be NULL; the rest, and
 * what cannot be right, as if nothing had been said. brand_release frees what
 * it holds.
 */
void brand_read(const char *json, struct brand *s);
void brand_release(struct brand *s);

#endif
