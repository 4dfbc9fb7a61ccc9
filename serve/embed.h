/*
 * embed.h: the widget for other people's pages, and the page that shows it.
 * Neither asks the store: what is known of a server is what the script, in the
 * reader's browser, is told by /api/embed-status. So nobody learns here whether
 * there is a server of some name.
 */
#ifndef EMBED_H
#define EMBED_H

struct request;
struct response;

/* embed_script(r): fill r with embed.js. */
void embed_script(struct response *r);

/*
 * embed_preview(request, site, r): fill r with the page that shows the widget
 * of the query's slug in its four modes, with what to copy for each. A slug
 * that is none is named, and no slug is an example. `site` is the address of
 * this site without a slash at its end; "" where nobody knows.
 */
void embed_preview(const struct request *request, const char *site,
	struct response *r);

#endif
