/*
 * status.c: the page of a server. What stands above the fold answers what
 * a visitor asks: does it work now, where not, was anything in the last day, do
 * they know, and how do I hear of it.
 */
#include "pages/page.h"

#include "data/page_data.h"
#include "data/places.h"
#include "data/server.h"
#include "data/site.h"
#include "http/escape.h"
#include "pages/html.h"

#include <math.h>

/* So many places are named in the headline. */
#define NAMED 2

/* Few places are named, many are counted: all of them stand below. */
static void put_failing(struct buf *b, const struct places *places)
{
	if (places->failing > NAMED)
		buf_fmt(b, "%zu of %zu places", places->failing, places->n);
	else
		places_put_state(b, places, PLACE_NOT_WORKING);
}

static void put_headline(struct buf *b, const struct page_subject *s,
	const struct places *places)
{
	struct word w = html_state(s->view);
	bool fresh = s->view->freshness == VIEW_FRESH;
	bool amber = fresh && s->view->verdict == VERDICT_AMBER;
	bool some = fresh && s->view->verdict != VERDICT_GREEN &&
		places->working && places->failing;

	buf_fmt(b, "<p class=\"headline text-%s\">", w.class);
	html_icon(b, w.class);
	buf_fmt(b, "<span>%s", amber && some ? "Working" : w.text);
	if (fresh && places->working == places->n && places->n > 1 &&
		s->view->verdict == VERDICT_GREEN)
		buf_str(b, " everywhere");
	if (some) {
		buf_str(b, amber ? ", but not from " : " from ");
		put_failing(b, places);
	}
	if (fresh && s->view->verdict == VERDICT_RED && s->facts->work.found)
		buf_str(b, ", for maintenance");
	buf_str(b, "</span></p>\n");
}

/* When that was so. */
static void put_as_of(struct buf *b, const struct page_subject *s,
	const struct places *places)
{
	if (s->view->freshness != VIEW_FRESH)
		return;
	buf_str(b, "<p class=\"dim\">As of ");
	html_time(b, s->view->as_of, s->now);
	if (!isnan(s->server->interval_s)) {
		buf_str(b, ". Tried every ");
		if (s->server->interval_s == 60)
			buf_str(b, "minute");
		else if (s->server->interval_s < 60)
			buf_fmt(b, "%.0f seconds", s->server->interval_s);
		else
			html_span(b, s->server->interval_s);
		buf_fmt(b, " from %zu place%s", places->n,
			places->n == 1 ? "" : "s");
	}
	buf_str(b, ".</p>\n");
}

/* The status of the status: what we say is worth no more than we are. */
static void put_own(struct buf *b, const struct page_subject *s)
{
	const struct facts *f = s->facts;

	if (s->view->freshness == VIEW_NONE) {
		buf_str(b, "<p class=\"banner\" role=\"status\">No verdict has "
			   "been published yet: awaiting first probe.</p>\n");
	} else if (s->view->freshness == VIEW_STALE) {
		buf_str(b, "<p class=\"banner\" role=\"status\"><b>Our own "
			   "checks have stopped.</b> Nothing has been "
			   "published since ");
		html_time(b, s->view->as_of, s->now);
		if (s->now > (double)s->view->as_of) {
			buf_str(b, ", ");
			html_span(b, s->now - (double)s->view->as_of);
			buf_str(b, " ago");
		}
		buf_str(b, ". Whether the server works now is not known here. "
			   "The fault is ours.</p>\n");
	} else if (stage_stale(f->beats[STAGE_INGEST], s->now, STAGE_STALE_S) ||
		stage_stale(f->beats[STAGE_VERDICT], s->now, STAGE_STALE_S)) {
		buf_str(b, "<p class=\"banner\" role=\"status\"><b>Our own "
			   "checks are running late.</b> What this page says "
			   "may be old.</p>\n");
	} else if (stage_stale(f->beats[STAGE_ALERT], s->now, STAGE_STALE_S)) {
		buf_str(b, "<p class=\"banner\" role=\"status\"><b>Incidents "
			   "may be missing here.</b> The part of ours that "
			   "records them is late; the state above is not."
			   "</p>\n");
	}
}

static void put_reason(struct buf *b, const struct occurrence *o)
{
	if (!o->of->reason || !*o->of->reason)
		return;
	buf_str(b, ": ");
	escape_put(b, o->of->reason);
}

static void put_work(struct buf *b, const struct page_subject *s)
{
	const struct facts *f = s->facts;

	if (f->work.found) {
		buf_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		buf_str(b, "<span><b>Maintenance until ");
		html_time(b, f->work.end, s->now);
		buf_str(b, "</b>");
		put_reason(b, &f->work);
		buf_str(b, "</span></p>\n");
	}
	if (f->next.found) {
		buf_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		buf_str(b, "<span><b>Maintenance announced, ");
		html_time(b, f->next.start, s->now);
		buf_str(b, " to ");
		html_time(b, f->next.end, (double)f->next.start);
		buf_str(b, "</b>");
		put_reason(b, &f->next);
		buf_str(b, "</span></p>\n");
	}
}

static void put_figure(struct buf *b, const char *name, const char *help)
{
	buf_fmt(b, "<div><dt>%s", name);
	if (help)
		buf_fmt(b, "<br><small>%s</small>", help);
	buf_str(b, "</dt><dd>");
}

static void put_tools(struct buf *b, const struct page_subject *s)
{
	const struct history *p = &s->facts->past;

	put_figure(b, "Tools", NULL);
	if (p->tools >= 0)
		buf_fmt(b, "%d", p->tools);
	else
		buf_str(b, "&ndash;");
	if (!isnan(p->tools_since)) {
		buf_str(b, " <small>the same since ");
		html_time(b, (int64_t)p->tools_since, s->now);
		buf_str(b, "</small>");
	}
	buf_str(b, "</dd></div>\n");
}

static void put_figures(struct buf *b, const struct page_subject *s)
{
	const struct view *v = s->view;
	bool fresh = v->freshness == VIEW_FRESH;

	buf_str(b, "<dl class=\"figures\">\n");
	put_figure(b, "Uptime", "30 days");
	if (fresh && !isnan(v->uptime_30d))
		buf_fmt(b, "%.2f&#8239;%%", v->uptime_30d);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n");
	put_figure(b, "Response time", "95 of 100 were faster, 24 hours");
	if (fresh && !isnan(v->p95_ms))
		buf_fmt(b, "%.0f&#8239;ms", v->p95_ms);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n");
	put_figure(b, "Last probe", NULL);
	if (fresh && *v->last_probe_ago)
		buf_fmt(b, "%s ago", v->last_probe_ago);
	else
		buf_str(b, "&ndash;");
	buf_str(b, "</dd></div>\n");
	put_tools(b, s);
	buf_str(b, "</dl>\n");
}

/* A slug needs no escaping. */
static void put_embedding(struct buf *b, const char *site, const char *slug)
{
	buf_fmt(b,
		"<section id=\"embed\"><h2>For your README</h2>\n"
		"<p><img src=\"/badge/%s.svg\" alt=\"The badge of this "
		"server\" height=\"20\"></p>\n",
		slug);
	if (!*site)
		buf_str(b, "<p>Put the address of this site before each "
			   "path:</p>\n");
	buf_str(b, "<pre tabindex=\"0\"><code>[![MCP status](");
	escape_put(b, site);
	buf_fmt(b, "/badge/%s.svg)](", slug);
	escape_put(b, site);
	buf_fmt(b, "/status/%s)</code></pre></section>\n", slug);
}

void page_status(struct buf *b, const struct page_subject *s)
{
	const char *title = s->server->title ? s->server->title : s->slug;
	struct places places;
	char feed[SLUG_MAX + 32];

	snprintf(feed, sizeof feed, "/status/%s/feed.atom", s->slug);
	places_read(&places, s->server, s->view);
	html_begin(b,
		&(struct frame) {.brand = s->brand,
			.state = html_state(s->view).text,
			.title = title,
			.feed = feed,
			.live = true});
	html_element(b, "h1", title);
	put_headline(b, s, &places);
	put_as_of(b, s, &places);
	put_own(b, s);
	put_work(b, s);
	page_answers(b, s, &places);
	put_figures(b, s);
	page_days(b, s->facts);
	page_latency(b, s->facts);
	page_incidents(b, s, &places);
	put_embedding(b, s->brand->url, s->slug);
	html_end(b, true);
	places_release(&places);
}
