/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "base/text.h"
#include "data/entries.h"
#include "data/tools.h"
#include "pages/html.h"
#include "terms/names.h"

#include <inttypes.h>
#include <math.h>

/* The description of the page, in bytes. */
#define ABOUT_MAX 4096

/* `changes`: it is the page of what changed. */
static void begin_page(struct html *b, const struct status_page *s,
	const char *title, bool changes)
{
	const char *name = status_page_name(s);
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
	html_fmt(b, "<nav class='crumbs' aria-label='Where this is'>");
	paths_server(b, s);
	html_fmt(b,
		"<a href='/status/%s/%s'>%s</a> <a href='%s'>Atom feed</a>"
		"</nav>\n",
		s->slug, changes ? "tools" : "changes",
		changes ? "Tools" : "Changes of tools", feed);
	html_element(b, "h1", title);
}

static void put_tool(struct html *b, const struct current_tool *t,
	size_t regions, double now)
{
	if (*t->anchor)
		html_fmt(b,
			"<li id='tool-%s'><h2><a href='#tool-%s'><code>%s"
			"</code></a></h2>\n",
			t->anchor, t->anchor, t->name);
	else
		html_fmt(b, "<li><h2><code>%s</code></h2>\n", t->name);
	if (t->description)
		html_fmt(b, "<p>%s</p>\n", t->description);
	html_fmt(b, "<p class='dim'>Unchanged since%s %ls",
		t->changed ? "" : " at least",
		HTML_TIME((int64_t)t->since, now));
	if (t->places < regions)
		html_fmt(b, "; in %zu of %zu locations", t->places, regions);
	if (t->differs)
		html_fmt(b, "; locations see different versions of it");
	html_fmt(b, "</p></li>\n");
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
	html_fmt(b,
		"<p>%zu tool%s, as %zu location%s them. Names and descriptions "
		"are the server's own words.</p>\n<ul class='tools'>\n",
		t->total, t->total == 1 ? "" : "s", t->regions,
		t->regions == 1 ? " sees" : "s see");
	for (size_t i = 0; i < t->n; i++)
		put_tool(b, &t->v[i], t->regions, s->now);
	html_fmt(b, "</ul>\n");
	if (t->n < t->total)
		html_fmt(b, "<p>Only the first %zu of these tools are shown."
			   "</p>\n",
			t->n);
	html_end(b, s->brand, true);
}

/* As tool_event_words has it, with its names as code. */
static void put_event(
	struct html *b, const struct tool_event *e, size_t places)
{
	struct buf rest;

	html_fmt(b, "<code>%s</code>%s", e->was ? e->was : e->name,
		tool_event_verb(e));
	if (e->was)
		html_fmt(b, "<code>%s</code>", e->name);
	buf_init(&rest, b->out.max);
	tool_event_rest(&rest, e, places);
	escape_take(b, &rest);
}

void tools_page_changes(struct html *b, const struct status_page *s,
	const struct tool_history *h)
{
	begin_page(b, s, "Changes of tools", true);
	if (isnan(h->since))
		html_fmt(b, "<p>We do not know the tools of this server.</p>\n");
	else
		html_fmt(b,
			"<p>We have watched these tools since %ls. Changes are "
			"kept for 90 days.</p>\n",
			HTML_TIME((int64_t)h->since, s->now));
	if (!isnan(h->since) && !h->n)
		html_fmt(b, "<p>No tool was added, removed or changed.</p>\n");
	if (h->n)
		html_fmt(b, "<ul class='tool-changes'>\n");
	for (size_t i = 0; i < h->n; i++) {
		html_fmt(b, "<li>%ls<span>",
			HTML_TIME((int64_t)h->v[i].at, s->now));
		put_event(b, &h->v[i], h->regions);
		html_fmt(b, "</span></li>\n");
	}
	if (h->n)
		html_fmt(b, "</ul>\n<p class='dim'>Breaking: a caller of the "
			   "tool may fail now. Compatible: it works as before. "
			   "Only words: what people and models read. Only "
			   "order: it means the same.</p>\n");
	if (h->more)
		html_fmt(b, "<p>Older changes are not shown.</p>\n");
	html_end(b, s->brand, true);
}
