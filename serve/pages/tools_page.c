#include "pages/tools_page.h"

#include "data/server.h"
#include "data/tool_current.h"
#include "data/tool_history.h"
#include "http/escape.h"
#include "mcp/names.h"
#include "pages/history_page.h"
#include "pages/html.h"
#include "pages/status_page.h"

#include <inttypes.h>
#include <math.h>

/* What the page is about, in bytes. */
#define ABOUT_MAX 4096

/* `changes`: it is the page of what changed. */
static void begin_page(struct buf *b, const struct status_page *s,
	const char *title, bool changes)
{
	const char *name = s->server->title ? s->server->title : s->slug;
	char path[SLUG_MAX + 32], feed[SLUG_MAX + 32];
	struct buf about;

	snprintf(path, sizeof path, "/status/%s/%s", s->slug,
		changes ? "changes" : "tools");
	snprintf(feed, sizeof feed, "/status/%s/changes.atom", s->slug);
	buf_init(&about, ABOUT_MAX);
	buf_str(&about, changes ? "What was added to, removed from and changed in "
				  "the tools of "
				: "The tools of ");
	escape_put(&about, name);
	buf_str(&about, ", an MCP server.");
	html_begin(b,
		&(struct frame) {.brand = s->brand,
			.state = title,
			.title = name,
			.feed = feed,
			.feed_title = "Changes of tools",
			.path = path,
			.unlisted = s->server->is_private,
			.about = buf_ok(&about) ? about.p : NULL});
	buf_release(&about);
	buf_str(b, "<nav class=\"crumbs\" aria-label=\"Where this is\">");
	history_page_server(b, s);
	buf_fmt(b, "<a href=\"/status/%s/%s\">%s</a> <a href=\"%s\">Atom feed"
		   "</a></nav>\n",
		s->slug, changes ? "tools" : "changes",
		changes ? "Tools" : "Changes of tools", feed);
	html_element(b, "h1", title);
}

static void put_count(
	struct buf *b, size_t n, const char *what, const char *end)
{
	buf_fmt(b, "%zu %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static void put_tool(struct buf *b, const struct current_tool *t,
	size_t regions, double now)
{
	buf_str(b, "<li");
	if (*t->anchor)
		buf_fmt(b, " id=\"tool-%s\"", t->anchor);
	buf_str(b, "><h2>");
	if (*t->anchor)
		buf_fmt(b, "<a href=\"#tool-%s\">", t->anchor);
	buf_str(b, "<code>");
	escape_put(b, t->name);
	buf_fmt(b, "</code>%s</h2>\n", *t->anchor ? "</a>" : "");
	if (t->description) {
		buf_str(b, "<p>");
		escape_put(b, t->description);
		buf_str(b, "</p>\n");
	}
	buf_fmt(b, "<p class=\"dim\">%s ",
		t->changed ? "Unchanged since" : "Unchanged since at least");
	html_time(b, (int64_t)t->since, now);
	if (t->places < regions)
		buf_fmt(b, "; in %zu of %zu places", t->places, regions);
	if (t->differs)
		buf_str(b, "; places see different versions of it");
	buf_str(b, "</p></li>\n");
}

void tools_page_put(struct buf *b, const struct status_page *s,
	const struct tool_current *t)
{
	begin_page(b, s, "Tools", false);
	if (!t->total) {
		buf_fmt(b, "<p>We do not know the tools of this server."
			   "</p>\n");
		html_end(b, s->brand, true);
		return;
	}
	buf_str(b, "<p>");
	put_count(b, t->total, "tool", ", as ");
	put_count(b, t->regions, "place", t->regions == 1 ? " sees" : " see");
	buf_str(b, " them. Names and descriptions are the server's own "
		   "words.</p>\n<ul class=\"tools\">\n");
	for (size_t i = 0; i < t->n; i++)
		put_tool(b, &t->v[i], t->regions, s->now);
	buf_str(b, "</ul>\n");
	if (t->n < t->total)
		buf_fmt(b, "<p>Only the first %zu of these tools are shown."
			   "</p>\n",
			t->n);
	html_end(b, s->brand, true);
}

void tools_page_changes(struct buf *b, const struct status_page *s,
	const struct tool_history *h)
{
	begin_page(b, s, "Changes of tools", true);
	if (isnan(h->since)) {
		buf_str(b, "<p>We do not know the tools of this server."
			   "</p>\n");
	} else {
		buf_str(b, "<p>We have watched these tools since ");
		html_time(b, (int64_t)h->since, s->now);
		buf_str(b, ". Changes are kept for 90 days.</p>\n");
	}
	if (!isnan(h->since) && !h->n)
		buf_str(b, "<p>No tool was added, removed or changed.</p>\n");
	if (h->n)
		buf_str(b, "<ul class=\"tool-changes\">\n");
	for (size_t i = 0; i < h->n; i++) {
		buf_str(b, "<li>");
		html_time(b, (int64_t)h->v[i].at, s->now);
		buf_str(b, "<span>");
		tool_event_words(b, &h->v[i], h->regions);
		buf_str(b, "</span></li>\n");
	}
	if (h->n)
		buf_str(b, "</ul>\n<p class=\"dim\">Breaking: a caller of the "
			   "tool may fail now. Compatible: it works as before. "
			   "Only words: what people and models read. Only "
			   "order: it means the same.</p>\n");
	if (h->more)
		buf_str(b, "<p>There were more changes, older ones, which are "
			   "not shown.</p>\n");
	html_end(b, s->brand, true);
}
