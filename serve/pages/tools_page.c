#include "pages/pages.h"

#include "base/text.h"
#include "data/entries.h"
#include "data/tools.h"
#include "terms/names.h"
#include "pages/html.h"

#include <inttypes.h>
#include <math.h>

/* What the page is about, in bytes. */
#define ABOUT_MAX 4096

/* `changes`: it is the page of what changed. */
static void begin_page(struct html *b, const struct status_page *s,
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
	text_put(&about, name);
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
	html_str(b, "<nav class=\"crumbs\" aria-label=\"Where this is\">");
	paths_server(b, s);
	html_fmt(b, "<a href=\"/status/%s/%s\">%s</a> <a href=\"%s\">Atom feed"
		   "</a></nav>\n",
		s->slug, changes ? "tools" : "changes",
		changes ? "Tools" : "Changes of tools", feed);
	html_element(b, "h1", title);
}

static void put_count(
	struct html *b, size_t n, const char *what, const char *end)
{
	html_fmt(b, "%zu %s%s%s", n, what, n == 1 ? "" : "s", end);
}

static void put_tool(struct html *b, const struct current_tool *t,
	size_t regions, double now)
{
	html_str(b, "<li");
	if (*t->anchor)
		html_fmt(b, " id=\"tool-%s\"", t->anchor);
	html_str(b, "><h2>");
	if (*t->anchor)
		html_fmt(b, "<a href=\"#tool-%s\">", t->anchor);
	html_str(b, "<code>");
	escape_put(b, t->name);
	html_fmt(b, "</code>%s</h2>\n", *t->anchor ? "</a>" : "");
	if (t->description) {
		html_str(b, "<p>");
		escape_put(b, t->description);
		html_str(b, "</p>\n");
	}
	html_fmt(b, "<p class=\"dim\">%s ",
		t->changed ? "Unchanged since" : "Unchanged since at least");
	html_time(b, (int64_t)t->since, now);
	if (t->places < regions)
		html_fmt(b, "; in %zu of %zu places", t->places, regions);
	if (t->differs)
		html_str(b, "; places see different versions of it");
	html_str(b, "</p></li>\n");
}

void tools_page_put(struct html *b, const struct status_page *s,
	const struct tool_current *t)
{
	begin_page(b, s, "Tools", false);
	if (!t->total) {
		html_fmt(b, "<p>We do not know the tools of this server."
			   "</p>\n");
		html_end(b, s->brand, true);
		return;
	}
	html_str(b, "<p>");
	put_count(b, t->total, "tool", ", as ");
	put_count(b, t->regions, "place", t->regions == 1 ? " sees" : " see");
	html_str(b, " them. Names and descriptions are the server's own "
		   "words.</p>\n<ul class=\"tools\">\n");
	for (size_t i = 0; i < t->n; i++)
		put_tool(b, &t->v[i], t->regions, s->now);
	html_str(b, "</ul>\n");
	if (t->n < t->total)
		html_fmt(b, "<p>Only the first %zu of these tools are shown."
			   "</p>\n",
			t->n);
	html_end(b, s->brand, true);
}

static void put_name(struct html *b, const char *name)
{
	html_str(b, "<code>");
	escape_put(b, name);
	html_str(b, "</code>");
}

/* As tool_event_words has it, with its names as code. */
static void put_event(
	struct html *b, const struct tool_event *e, size_t places)
{
	struct buf rest;

	put_name(b, e->was ? e->was : e->name);
	html_str(b, tool_event_verb(e));
	if (e->was)
		put_name(b, e->name);
	buf_init(&rest, b->out.max);
	tool_event_rest(&rest, e, places);
	escape_take(b, &rest);
}

void tools_page_changes(struct html *b, const struct status_page *s,
	const struct tool_history *h)
{
	begin_page(b, s, "Changes of tools", true);
	if (isnan(h->since)) {
		html_str(b, "<p>We do not know the tools of this server."
			   "</p>\n");
	} else {
		html_str(b, "<p>We have watched these tools since ");
		html_time(b, (int64_t)h->since, s->now);
		html_str(b, ". Changes are kept for 90 days.</p>\n");
	}
	if (!isnan(h->since) && !h->n)
		html_str(b, "<p>No tool was added, removed or changed.</p>\n");
	if (h->n)
		html_str(b, "<ul class=\"tool-changes\">\n");
	for (size_t i = 0; i < h->n; i++) {
		html_str(b, "<li>");
		html_time(b, (int64_t)h->v[i].at, s->now);
		html_str(b, "<span>");
		put_event(b, &h->v[i], h->regions);
		html_str(b, "</span></li>\n");
	}
	if (h->n)
		html_str(b, "</ul>\n<p class=\"dim\">Breaking: a caller of the "
			   "tool may fail now. Compatible: it works as before. "
			   "Only words: what people and models read. Only "
			   "order: it means the same.</p>\n");
	if (h->more)
		html_str(b, "<p>There were more changes, older ones, which are "
			   "not shown.</p>\n");
	html_end(b, s->brand, true);
}
