/*
 * sitemap.h: what search engines read of the site as a whole: robots.txt (RFC 9309)
 * and its sitemap (https://www.sitemaps.org/protocol.html), which comes in parts, so
 * that each is small however many servers there are. Pure.
 */
#ifndef API_SITEMAP_H
#define API_SITEMAP_H

#include "http/escape.h"

#include <stdint.h>

struct listing;

/* The servers of a part; 50,000 addresses are allowed in a file. */
#define SITEMAP_SERVERS 1000

/* sitemap_robots(b, site): robots.txt of a site; its address, or "". */
void sitemap_robots(struct buf *b, const char *site);

/* sitemap_parts(servers): how many parts there are, at least one. */
size_t sitemap_parts(size_t servers);

/* sitemap_list(b, site, parts): append the list of the parts. */
void sitemap_list(struct html *b, const char *site, size_t parts);

/* Pages that are not of a server. */
struct sitemap_page {
	const char *path;
	int64_t changed; /* epoch seconds; 0: not known */
};

/*
 * sitemap_part(b, site, l, part, pages, n): append a part, from 1 on: its servers
 * of the list, each with the minute of its verdict, of which its page is; and the
 * n pages.
 */
void sitemap_part(struct html *b, const char *site, const struct listing *l,
	size_t part, const struct sitemap_page *pages, size_t n);

#endif
