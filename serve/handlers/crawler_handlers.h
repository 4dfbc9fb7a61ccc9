/*
 * crawler_handlers.h: what is for search engines alone: robots.txt, and the sitemap
 * with its parts. Without the address of the site there is no sitemap. Each fills
 * the response of the context.
 */
#ifndef HANDLERS_CRAWLER_HANDLERS_H
#define HANDLERS_CRAWLER_HANDLERS_H

struct context;

void handle_robots(const struct context *c);
void handle_sitemap(const struct context *c);

/* handle_sitemap_part(c): the part whose number is the name. */
void handle_sitemap_part(const struct context *c);

#endif
