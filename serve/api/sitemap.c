/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "base/clock.h"
#include "data/index_list.h"
#include "data/view.h"

#include <stdio.h>

#define HEAD "<?xml version='1.0' encoding='UTF-8'?>\n"
#define SPACE "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"

/*
 * Pages for one reader, and answers to a question, are not for search engines.
 */
void sitemap_robots(struct buf *b, const char *site)
{
	buf_str(b, "User-agent: *\nDisallow: /account/\nDisallow: /ack/\n"
		   "Disallow: /a/\nDisallow: /answer/\nDisallow: /mcp\n");
	if (*site)
		buf_fmt(b, "\nSitemap: %s/sitemap.xml\n", site);
}

size_t sitemap_parts(size_t servers)
{
	return servers ? (servers - 1) / SITEMAP_SERVERS + 1 : 1;
}

void sitemap_list(struct html *b, const char *site, size_t parts)
{
	html_fmt(b, HEAD "<sitemapindex " SPACE ">\n");
	for (size_t i = 1; i <= parts; i++)
		html_fmt(b,
			"<sitemap><loc>%s/sitemap/%zu.xml</loc></sitemap>\n",
			site, i);
	html_fmt(b, "</sitemapindex>\n");
}

static void put_url(struct html *b, const char *site,
	const struct sitemap_page *page)
{
	char at[CLOCK_RFC3339];

	html_fmt(b, "<url><loc>%s%s</loc>", site, page->path);
	if (page->changed) {
		clock_rfc3339(page->changed, at);
		html_fmt(b, "<lastmod>%s</lastmod>", at);
	}
	html_fmt(b, "</url>\n");
}

void sitemap_part(struct html *b, const char *site, const struct listing *l,
	size_t part, const struct sitemap_page *pages, size_t n)
{
	size_t from = (part - 1) * SITEMAP_SERVERS;
	char path[SLUG_MAX + 16];

	html_fmt(b, HEAD "<urlset " SPACE ">\n");
	for (size_t i = 0; i < n; i++)
		put_url(b, site, &pages[i]);
	for (size_t i = from; i < l->n && i < from + SITEMAP_SERVERS; i++) {
		const struct index_entry *e = &l->v[i];

		snprintf(path, sizeof path, "/status/%s", e->slug);
		put_url(b, site,
			&(struct sitemap_page) {path,
				e->view->freshness == VIEW_NONE
					? 0 : e->view->as_of});
	}
	html_fmt(b, "</urlset>\n");
}
