#include "page.h"

#include "clock.h"
#include "escape.h"
#include "page_style.h"
#include "regions.h"
#include "server.h"
#include "view.h"

#include <math.h>

/* What a state is called, and the class that colours it. */
struct word {
	const char *text, *class;
};

static struct word headline(const struct view *v)
{
	static const struct word words[] = {
		[VERDICT_GREEN] = {"Working", "up"},
		[VERDICT_AMBER] = {"Partly working", "part"},
		[VERDICT_RED] = {"Not working", "down"},
		[VERDICT_UNKNOWN] = {"Unknown", "none"},
	};

	return words[v->freshness == VIEW_FRESH ? v->verdict : VERDICT_UNKNOWN];
}

static struct word place_word(enum place p)
{
	static const struct word words[] = {
		[PLACE_WORKING] = {"working", "up"},
		[PLACE_NOT_WORKING] = {"not working", "down"},
		[PLACE_NO_DATA] = {"no data", "none"},
	};

	return words[p];
}

static void begin(struct buf *b, const char *state, const char *title,
	bool refresh)
{
	buf_str(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		   "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
		   "content=\"width=device-width, initial-scale=1\">\n");
	/* An open page must not go on claiming what was true an hour ago. */
	if (refresh)
		buf_str(b, "<meta http-equiv=\"refresh\" content=\"60\">\n");
	buf_str(b, "<title>");
	if (state)
		buf_fmt(b, "%s: ", state);
	escape_put(b, title);
	buf_str(b, "</title>\n<style>\n");
	buf_str(b, page_style);
	buf_str(b, "</style>\n</head>\n<body>\n<main>\n");
}

static void end(struct buf *b, bool link)
{
	if (link)
		buf_str(b, "<p class=\"foot\"><a href=\"/\">All servers</a>"
			   "</p>\n");
	buf_str(b, "</main>\n</body>\n</html>\n");
}

static void put_element(struct buf *b, const char *tag, const char *text)
{
	buf_fmt(b, "<%s>", tag);
	escape_put(b, text);
	buf_fmt(b, "</%s>\n", tag);
}

static void put_time(struct buf *b, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	buf_fmt(b, "<time datetime=\"%s\">%.10s %.5s UTC</time>", s, s, s + 11);
}

static void put_dot(struct buf *b, const char *class)
{
	buf_fmt(b, "<span class=\"dot %s\" aria-hidden=\"true\"></span>",
		class);
}

static void put_headline(struct buf *b, const struct view *v)
{
	struct word w = headline(v);

	buf_fmt(b, "<p class=\"headline text-%s\">", w.class);
	put_dot(b, w.class);
	buf_fmt(b, "%s</p>\n", w.text);
}

/* Since when the answer holds, or why there is none. */
static void put_since(struct buf *b, const struct view *v, double now)
{
	char ago[VIEW_AGO];

	switch (v->freshness) {
	case VIEW_FRESH:
		buf_str(b, "<p>As of ");
		put_time(b, v->as_of);
		buf_str(b, ".</p>\n");
		break;
	case VIEW_STALE:
		buf_str(b, "<p class=\"banner\" role=\"status\">No verdict has "
			   "been published since ");
		put_time(b, v->as_of);
		if (now > (double)v->as_of) {
			view_ago(now - (double)v->as_of, ago);
			buf_fmt(b, ", %s ago", ago);
		}
		buf_str(b, ". Whether the server works now is not known here. "
			   "The fault is ours.</p>\n");
		break;
	case VIEW_NONE:
		buf_str(b, "<p class=\"banner\" role=\"status\">No verdict has "
			   "been published yet: awaiting first probe.</p>\n");
		break;
	}
}

static void put_place(struct buf *b, const char *name, enum place p)
{
	struct word w = place_word(p);

	buf_str(b, "<li>");
	put_dot(b, w.class);
	buf_str(b, "<span>");
	escape_put(b, name);
	buf_fmt(b, "<br><small>%s</small></span></li>\n", w.text);
}

/* A city; the region's name where nobody knows its city. */
static const char *place_name(const char *region, const char *city)
{
	if (!city)
		city = region_city(region);
	return city ? city : region;
}

/*
 * The regions that the configuration names; those of the verdict where there is
 * no configuration.
 */
static void put_places(struct buf *b, const struct server *s,
	const struct view *v)
{
	if (!s->n_regions && !v->n_regions)
		return;
	buf_str(b, "<h2>Seen from</h2>\n<ul class=\"places\">\n");
	for (size_t i = 0; i < s->n_regions; i++) {
		const struct server_region *r = &s->regions[i];

		put_place(b, place_name(r->name, r->city),
			view_place(v, r->name));
	}
	for (size_t i = 0; i < v->n_regions && !s->n_regions; i++) {
		const char *name = v->regions[i].name;

		put_place(b, place_name(name, NULL), view_place(v, name));
	}
	buf_str(b, "</ul>\n");
}

static void put_figures(struct buf *b, const struct view *v)
{
	bool fresh = v->freshness == VIEW_FRESH;

	buf_str(b, "<dl>\n<div><dt>Uptime, 30 days</dt><dd>");
	if (fresh && !isnan(v->uptime_30d))
		buf_fmt(b, "%.2f&#8239;%%", v->uptime_30d);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n<div><dt>Response time, <abbr title=\"95 of "
		   "100 probes in a day took no longer\">p95</abbr></dt><dd>");
	if (fresh && !isnan(v->p95_ms))
		buf_fmt(b, "%.0f&#8239;ms", v->p95_ms);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n<div><dt>Last probe</dt><dd>");
	if (fresh && *v->last_probe_ago)
		buf_fmt(b, "%s ago", v->last_probe_ago);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n</dl>\n");
}

/* A slug needs no escaping. */
static void put_embedding(struct buf *b, const char *site, const char *slug)
{
	buf_fmt(b,
		"<h2>For your README</h2>\n"
		"<p><img src=\"/badge/%s.svg\" alt=\"The badge of this "
		"server\" height=\"20\"></p>\n",
		slug);
	if (!*site)
		buf_str(b, "<p>Put the address of this site before each "
			   "path:</p>\n");
	buf_str(b, "<pre><code>[![MCP status](");
	escape_put(b, site);
	buf_fmt(b, "/badge/%s.svg)](", slug);
	escape_put(b, site);
	buf_fmt(b,
		"/status/%s)</code></pre>\n"
		"<p>For programs: <a href=\"/api/embed-status/%s\">the same as "
		"JSON</a>.</p>\n",
		slug, slug);
}

void page_status(struct buf *b, const struct page_subject *subject,
	const char *site, double now)
{
	const struct view *view = subject->view;
	const char *title = subject->server->title;

	if (!title)
		title = subject->slug;
	begin(b, headline(view).text, title, true);
	put_element(b, "h1", title);
	put_headline(b, view);
	put_since(b, view, now);
	put_places(b, subject->server, view);
	put_figures(b, view);
	put_embedding(b, site, subject->slug);
	end(b, true);
}

static void put_item(struct buf *b, const struct page_item *item)
{
	struct word w = headline(item->view);

	buf_fmt(b, "<li><a href=\"/status/%s\">", item->slug);
	escape_put(b, item->title ? item->title : item->slug);
	buf_str(b, "</a><span class=\"state\">");
	put_dot(b, w.class);
	buf_fmt(b, "%s</span></li>\n", w.text);
}

void page_index(struct buf *b, const struct page_item *items, size_t n)
{
	begin(b, NULL, "MCP servers", true);
	put_element(b, "h1", "MCP servers");
	if (!n)
		put_element(b, "p", "No server is watched yet.");
	else
		buf_str(b, "<ul class=\"servers\">\n");
	for (size_t i = 0; i < n; i++)
		put_item(b, &items[i]);
	if (n)
		buf_str(b, "</ul>\n");
	end(b, false);
}

void page_missing(struct buf *b, const char *name, const char *const *close,
	size_t n)
{
	begin(b, NULL, "No such server", false);
	put_element(b, "h1", "There is no server by this name");
	if (*name) {
		buf_str(b, "<p>Nothing here is called <b>");
		escape_put(b, name);
		buf_str(b, "</b>. A server that was added just now shows up "
			   "after its first probe.</p>\n");
	}
	if (n)
		buf_str(b, "<p>Did you mean one of these?</p>\n<ul>\n");
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "<li><a href=\"/status/%s\">%s</a></li>\n", close[i],
			close[i]);
	if (n)
		buf_str(b, "</ul>\n");
	end(b, true);
}

void page_message(struct buf *b, const char *heading, const char *text)
{
	begin(b, NULL, heading, false);
	put_element(b, "h1", heading);
	put_element(b, "p", text);
	end(b, true);
}
