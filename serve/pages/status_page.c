/*
 * status_page.c: above the fold the page answers what a visitor asks: does it
 * work now, where not, what happened in the last day, do the operators know,
 * and how do I hear of changes.
 */
#include "pages/status_page.h"

#include "data/page_data.h"
#include "data/places.h"
#include "data/server.h"
#include "data/brand.h"
#include "http/escape.h"
#include "pages/html.h"
#include "pages/world_map.h"

#include <inttypes.h>
#include <math.h>

#define DAY 86400
/* The headline names up to this many places, and counts more. */
#define NAMED 2

/* Few places are named, many are counted: the list below names all. */
static void put_failing(struct buf *b, const struct places *places)
{
	if (places->failing > NAMED)
		buf_fmt(b, "%zu of %zu places", places->failing, places->n);
	else
		places_put_state(b, places, PLACE_NOT_WORKING);
}

static void put_headline(struct buf *b, const struct status_page *s,
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
	if (fresh && s->view->verdict == VERDICT_RED &&
		s->data->maintenance_now.found)
		buf_str(b, ", for maintenance");
	buf_str(b, "</span></p>\n");
}

/* The minute of the verdict, and how often there is one. */
static void put_as_of(struct buf *b, const struct status_page *s,
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

/* A banner where our own checks are missing or late. */
static void put_own(struct buf *b, const struct status_page *s)
{
	const struct page_data *d = s->data;

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
	} else if (stage_stale(d->heartbeats[STAGE_INGEST], s->now,
			   STAGE_STALE_S) ||
		   stage_stale(d->heartbeats[STAGE_VERDICT], s->now,
			   STAGE_STALE_S)) {
		buf_str(b, "<p class=\"banner\" role=\"status\"><b>Our own "
			   "checks are running late.</b> What this page says "
			   "may be old.</p>\n");
	} else if (stage_stale(
			   d->heartbeats[STAGE_ALERT], s->now, STAGE_STALE_S)) {
		buf_str(b,
			"<p class=\"banner\" role=\"status\"><b>Incidents "
			"may be missing here.</b> Our part that "
			"records them is late; the state above is up to date."
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

static void put_work(struct buf *b, const struct status_page *s)
{
	const struct page_data *d = s->data;

	if (d->maintenance_now.found) {
		buf_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		buf_str(b, "<span><b>Maintenance until ");
		html_time(b, d->maintenance_now.end, s->now);
		buf_str(b, "</b>");
		put_reason(b, &d->maintenance_now);
		buf_str(b, "</span></p>\n");
	}
	if (d->maintenance_next.found) {
		buf_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		buf_str(b, "<span><b>Maintenance announced, ");
		html_time(b, d->maintenance_next.start, s->now);
		buf_str(b, " to ");
		html_time(b, d->maintenance_next.end,
			(double)d->maintenance_next.start);
		buf_str(b, "</b>");
		put_reason(b, &d->maintenance_next);
		buf_str(b, "</span></p>\n");
	}
}

static void put_place_list(struct buf *b, const struct places *l)
{
	buf_str(b, "<div><dt>Where</dt><dd><ul class=\"places\">\n");
	for (size_t i = 0; i < l->n; i++) {
		struct word w = html_place(l->v[i].place);

		buf_str(b, "<li>");
		html_icon(b, w.class);
		buf_str(b, "<span>");
		places_put(b, &l->v[i]);
		buf_fmt(b, " <small>%s</small></span></li>\n", w.text);
	}
	buf_str(b, "</ul></dd></div>\n");
}

/* How long an incident lasted within the last day, in seconds. */
static double within(const struct incident *in, double now)
{
	double end = in->ended_at ? (double)in->ended_at : now;

	return fmax(0, end - fmax((double)in->started_at, now - DAY));
}

/* Without a record of incidents: the bad minutes of today and yesterday. */
static void put_minutes(struct buf *b, const struct history *p)
{
	int64_t down = 0, part = 0;

	for (int i = 0; i < 2; i++) {
		down += p->days[i].minutes[VERDICT_RED];
		part += p->days[i].minutes[VERDICT_AMBER];
	}
	if (!history_known(&p->days[0]) && !history_known(&p->days[1]))
		buf_str(b, "Not known");
	else if (!down && !part)
		buf_str(b, "Nothing, today or yesterday");
	else
		buf_fmt(b,
			"Today and yesterday: %" PRId64 " min not working, "
			"%" PRId64 " min partly",
			down, part);
}

/* The incidents of the last day. */
static void put_incidents(struct buf *b, const struct status_page *s)
{
	const struct incidents *l = &s->data->incidents;
	const struct incident *open = incidents_open(l);
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		double part = within(&l->v[i], s->now);

		n += part > 0;
		if (l->v[i].trouble < TROUBLE_UNUSABLE)
			sum += part;
	}
	if (n)
		buf_fmt(b, "<a href=\"#incidents\">%zu incident%s</a>", n,
			n == 1 ? "" : "s");
	else if (s->data->maintenance_now.found)
		buf_str(b, "Planned maintenance");
	else
		buf_str(b, s->view->freshness == VIEW_FRESH
			? "No incident"
			: "No incident until our checks stopped");
	if (sum > 0) {
		buf_str(b, ", ");
		html_span(b, fmin(sum, DAY));
	}
	if (open) {
		buf_str(b, ", going on since ");
		html_time(b, open->started_at, s->now);
	}
}

static void put_day(struct buf *b, const struct status_page *s)
{
	buf_str(b, "<div><dt>Last 24 hours</dt><dd>");
	if (s->view->freshness == VIEW_NONE)
		buf_str(b, "Not known");
	else if (isnan(s->data->heartbeats[STAGE_ALERT]))
		put_minutes(b, &s->data->history);
	else
		put_incidents(b, s);
	buf_str(b, "</dd></div>\n");
}

/* Whether the operators know of the trouble. */
static void put_known(struct buf *b, const struct status_page *s)
{
	const struct incident *in = incidents_open(&s->data->incidents);
	bool bad = s->view->freshness == VIEW_FRESH &&
		s->view->verdict != VERDICT_GREEN;

	if (!bad && !in)
		return;
	buf_str(b, "<div><dt>Do they know?</dt><dd>");
	if (bad && s->data->maintenance_now.found)
		buf_str(b, "Yes: they are working on it, as announced");
	else if (in && in->passing)
		buf_str(b, "Yes: it works again, and is being watched");
	else if (in && in->acknowledged)
		buf_str(b, "Yes: somebody is looking into it");
	else if (in && in->told)
		buf_str(b, "Yes: they have been told");
	else if (in)
		buf_str(b, "It is on record, and nobody has taken it up yet");
	else
		buf_str(b, "It was noticed just now; people are told once it "
			   "is confirmed");
	buf_str(b, "</dd></div>\n");
}

/* Which places see other tools. */
static void put_sides(struct buf *b, const struct tool_split *sides,
	const struct places *places, double now)
{
	const struct tool_split_side *newest =
		&sides->v[sides->n ? sides->n - 1 : 0];

	if (!sides->n)
		return;
	buf_str(b, "<div class=\"wide\"><dt>Different tools</dt><dd>");
	html_icon(b, "part");
	buf_str(b, " The server shows other tools in ");
	places_put_regions(b, places,
		(const char (*)[REGION_MAX + 1])newest->regions,
		newest->n_regions);
	buf_str(b, " than in ");
	for (size_t i = 0; i + 1 < sides->n; i++) {
		if (i)
			buf_str(b, i + 2 == sides->n ? ", and others again in "
						     : ", others in ");
		places_put_regions(b, places,
			(const char (*)[REGION_MAX + 1])sides->v[i].regions,
			sides->v[i].n_regions);
	}
	if (newest->first_seen) {
		buf_str(b, ", since ");
		html_time(b, newest->first_seen, now);
	}
	buf_str(b, ". A cache on the way may keep an old copy.</dd>"
		   "</div>\n");
}

static void put_feed(struct buf *b, const char *slug)
{
	buf_fmt(b,
		"<div><dt>Hear of changes</dt><dd><a href=\"/status/%s/"
		"feed.atom\">Atom feed</a>, <a href=\"#embed\">badge</a>, "
		"<a href=\"/api/embed-status/%s\">JSON</a></dd></div>\n",
		slug, slug);
}

static void put_answers(struct buf *b, const struct status_page *s,
	const struct places *places)
{
	buf_str(b, "<div class=\"now\"><dl class=\"answers\">\n");
	if (places->n)
		put_place_list(b, places);
	put_day(b, s);
	put_known(b, s);
	if (s->view->freshness == VIEW_FRESH)
		put_sides(b, &s->data->tool_split, places, s->now);
	put_feed(b, s->slug);
	buf_str(b, "</dl>\n");
	world_map_put(b, places);
	buf_str(b, "</div>\n");
}

static void put_figure(struct buf *b, const char *name, const char *help)
{
	buf_fmt(b, "<div><dt>%s", name);
	if (help)
		buf_fmt(b, "<br><small>%s</small>", help);
	buf_str(b, "</dt><dd>");
}

static void put_tools(struct buf *b, const struct status_page *s)
{
	const struct history *p = &s->data->history;

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

static void put_figures(struct buf *b, const struct status_page *s)
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

void status_page_put(struct buf *b, const struct status_page *s)
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
	put_answers(b, s, &places);
	put_figures(b, s);
	status_page_days(b, s);
	status_page_latency(b, s->data);
	status_page_incidents(b, s, &places);
	put_embedding(b, s->brand->url, s->slug);
	html_end(b, true);
	places_release(&places);
}
