/*
 * status_page.c: above the fold the page answers what a visitor asks: does it
 * work now, where not, what happened in the last day, do the operators know,
 * and how do I hear of changes.
 */
#include "pages/pages.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/condition.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "http/route.h"
#include "pages/html.h"
#include "words/words.h"

#include <inttypes.h>
#include <math.h>

#define DAY 86400
/* Of uptime_30d. */
#define UPTIME_DAYS 30
/* The headline, in bytes. */
#define SENTENCE_MAX 4096

struct condition_facts status_page_facts(const struct status_page *s)
{
	return (struct condition_facts) {.view = s->view,
		.incidents = &s->data->incidents,
		.tool_split = &s->data->tool_split,
		.maintenance = s->data->maintenance_now.found};
}

static void put_headline(struct html *b, const char *title, struct condition c,
	const char *sentence)
{
	const char *class = html_condition(c).class;

	html_str(b, "<h1>");
	escape_put(b, title);
	html_fmt(b, " <span class=\"headline text-%s\">", class);
	html_icon(b, class);
	html_str(b, "<span>");
	escape_whole(b, sentence);
	html_str(b, "</span></span></h1>\n");
}

/* The minute of the verdict, and how often there is one. */
static void put_as_of(struct html *b, const struct status_page *s,
	const struct places *places)
{
	if (s->view->freshness != VIEW_FRESH)
		return;
	html_str(b, "<p class=\"dim\">As of ");
	html_time(b, s->view->as_of, s->now);
	if (!isnan(s->server->interval_s)) {
		html_str(b, ". Checked every ");
		if (s->server->interval_s == 60)
			html_str(b, "minute");
		else if (s->server->interval_s < 60)
			html_fmt(b, "%.0f seconds", s->server->interval_s);
		else
			html_span(b, s->server->interval_s);
		html_fmt(b, " from %zu place%s", places->n,
			places->n == 1 ? "" : "s");
	}
	html_str(b, ".</p>\n");
}

static void put_own(struct html *b, const struct status_page *s)
{
	own_checks_put(b,
		&(struct own_checks) {.freshness = s->view->freshness,
			.as_of = s->view->as_of,
			.heartbeats = s->data->heartbeats,
			.now = s->now});
}

static void put_reason(struct html *b, const struct occurrence *o)
{
	if (!o->of->reason || !*o->of->reason)
		return;
	html_str(b, ": ");
	escape_put(b, o->of->reason);
}

static void put_work(struct html *b, const struct status_page *s)
{
	const struct page_data *d = s->data;

	if (d->maintenance_now.found) {
		html_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		html_str(b, "<span><b>Maintenance until ");
		html_time(b, d->maintenance_now.end, s->now);
		html_str(b, "</b>");
		put_reason(b, &d->maintenance_now);
		html_str(b, "</span></p>\n");
	}
	if (d->maintenance_next.found) {
		html_str(b, "<p class=\"banner work\">");
		html_icon(b, "work");
		html_str(b, "<span><b>Planned maintenance, ");
		html_time(b, d->maintenance_next.start, s->now);
		html_str(b, " to ");
		html_time(b, d->maintenance_next.end,
			(double)d->maintenance_next.start);
		html_str(b, "</b>");
		put_reason(b, &d->maintenance_next);
		html_str(b, "</span></p>\n");
	}
}

static void put_place_list(struct html *b, const struct places *l)
{
	html_str(b, "<div><dt>Where</dt><dd><ul class=\"places\">\n");
	for (size_t i = 0; i < l->n; i++) {
		struct word w = html_place(l->v[i].place);

		html_str(b, "<li>");
		html_icon(b, w.class);
		html_str(b, "<span>");
		html_put_place(b, &l->v[i]);
		html_fmt(b, " <small>%s</small></span></li>\n", w.text);
	}
	html_str(b, "</ul></dd></div>\n");
}

/* How long an incident lasted within the last day, in seconds. */
static double within(const struct incident *in, double now)
{
	double end = in->ended_at ? (double)in->ended_at : now;

	return fmax(0, end - fmax((double)in->started_at, now - DAY));
}

/* Without a record of incidents: the bad minutes of today and yesterday. */
static void put_minutes(struct html *b, const struct history *p)
{
	int64_t down = 0, part = 0;

	for (int i = 0; i < 2; i++) {
		down += p->days[i].minutes[VERDICT_RED] - p->days[i].planned;
		part += p->days[i].minutes[VERDICT_AMBER];
	}
	if (!history_known(&p->days[0]) && !history_known(&p->days[1]))
		html_str(b, "Not known");
	else if (!down && !part)
		html_str(b, "No trouble today or yesterday");
	else
		html_fmt(b,
			"Today and yesterday: %" PRId64 " min not working, "
			"%" PRId64 " min partly",
			down, part);
}

/* The incidents of the last day. */
static void put_incidents(struct html *b, const struct status_page *s)
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
		html_fmt(b, "<a href=\"#incidents\">%zu incident%s</a>", n,
			n == 1 ? "" : "s");
	else if (s->data->maintenance_now.found)
		html_str(b, "Planned maintenance");
	else
		html_str(b, s->view->freshness == VIEW_FRESH
			? "No incidents"
			: "None before our checks stopped");
	if (sum > 0) {
		html_str(b, ", ");
		html_span(b, fmin(sum, DAY));
	}
	if (open) {
		html_str(b, ", ongoing since ");
		html_time(b, open->started_at, s->now);
	}
}

static void put_day(struct html *b, const struct status_page *s)
{
	html_str(b, "<div><dt>Last 24 hours</dt><dd>");
	if (s->view->freshness == VIEW_NONE)
		html_str(b, "Not known");
	else if (isnan(s->data->heartbeats[STAGE_ALERT]))
		put_minutes(b, &s->data->history);
	else
		put_incidents(b, s);
	html_str(b, "</dd></div>\n");
}

/* Whether the operators know of the trouble. */
static void put_known(struct html *b, const struct status_page *s)
{
	const struct incident *in = incidents_open(&s->data->incidents);
	struct unapproved_tools unapproved = {.open = false};
	bool bad = s->view->freshness == VIEW_FRESH &&
		s->view->verdict != VERDICT_GREEN;

	if (!bad && !in)
		return;
	if (!in && s->view->tools_differ)
		unapproved = s->data->incidents.unapproved;
	html_str(b, "<div><dt>Does the operator know?</dt><dd>");
	if (bad && s->data->maintenance_now.found)
		html_str(b, "Yes, this maintenance was announced");
	else if (in && in->passing)
		html_str(b, "Recovered. We are monitoring it.");
	else if (in ? in->acknowledged : unapproved.acknowledged)
		html_str(b, "Yes, the operator is looking into it");
	else if (in ? in->told : unapproved.told)
		html_str(b, "Yes, the operator was notified");
	else if (in || unapproved.open)
		html_str(b, "Recorded; the operator has not responded yet");
	else
		html_str(b, "Noticed just now. We notify the operator once it "
			   "is confirmed.");
	html_str(b, "</dd></div>\n");
}

/* Which places see other tools. */
static void put_sides(struct html *b, const struct tool_split *sides,
	const struct places *places, double now)
{
	const struct tool_split_side *newest =
		&sides->v[sides->n ? sides->n - 1 : 0];

	if (!sides->n)
		return;
	html_str(b, "<div class=\"wide\"><dt>Different tools</dt><dd>");
	html_icon(b, "part");
	html_str(b, " The tool list in ");
	html_put_regions(b, places,
		(const char (*)[REGION_MAX + 1])newest->regions,
		newest->n_regions);
	html_str(b, " differs from that in ");
	for (size_t i = 0; i + 1 < sides->n; i++) {
		if (i)
			html_str(b, i + 2 == sides->n ? ", and from that in "
						     : ", from that in ");
		html_put_regions(b, places,
			(const char (*)[REGION_MAX + 1])sides->v[i].regions,
			sides->v[i].n_regions);
	}
	if (newest->first_seen) {
		html_str(b, ", since ");
		html_time(b, newest->first_seen, now);
	}
	html_str(b, ". A cache in between may serve an old copy.</dd>"
		   "</div>\n");
}

/* The JSON of a private server needs a token: a cookie does not do. */
static void put_feed(struct html *b, const struct status_page *s)
{
	html_fmt(b,
		"<div><dt>Get updates</dt><dd><a href=\"/status/%s/"
		"feed.atom\">Atom feed</a>, <a href=\"/status/%s/"
		"maintenance.ics\">maintenance calendar</a>",
		s->slug, s->slug);
	if (!s->server->is_private)
		html_fmt(b,
			", <a href=\"#embed\">badge</a>, "
			"<a href=\"/api/embed-status/%s\">JSON</a>",
			s->slug);
	html_str(b, "</dd></div>\n");
}

static void put_answers(struct html *b, const struct status_page *s,
	const struct places *places)
{
	html_str(b, "<div class=\"now\"><dl class=\"answers\">\n");
	if (places->n)
		put_place_list(b, places);
	put_day(b, s);
	put_known(b, s);
	if (s->view->freshness == VIEW_FRESH)
		put_sides(b, &s->data->tool_split, places, s->now);
	put_feed(b, s);
	html_str(b, "</dl>\n");
	world_map_put(b, places);
	html_str(b, "</div>\n");
}

static void put_figure(struct html *b, const char *name, const char *help)
{
	html_fmt(b, "<div><dt>%s", name);
	if (help)
		html_fmt(b, "<br><small>%s</small>", help);
	html_str(b, "</dt><dd>");
}

/* How many, and since when; either may be all that is known. */
static void put_tools(struct html *b, const struct status_page *s)
{
	const struct history *p = &s->data->history;

	if (p->tools < 0 && isnan(p->tools_since))
		return;
	put_figure(b, "Tools", NULL);
	if (p->tools >= 0)
		html_fmt(b, "%d ", p->tools);
	if (!isnan(p->tools_since)) {
		html_str(b, "<small>unchanged since ");
		html_time(b, (int64_t)p->tools_since, s->now);
		html_str(b, "</small>");
	}
	html_str(b, "</dd></div>\n");
}

/* Of how many days, and how much of that was maintenance. */
static void put_uptime(struct html *b, const struct status_page *s)
{
	int64_t planned = history_planned(&s->data->history, UPTIME_DAYS);
	int64_t unchecked = history_unchecked(&s->data->history, UPTIME_DAYS);

	html_fmt(b, "<div><dt>Uptime<br><small>%d days", UPTIME_DAYS);
	if (planned) {
		html_str(b, s->brand->maintenance_counts ? ", counting "
							: ", not counting ");
		html_span(b, 60 * (double)planned);
		html_str(b, " of maintenance");
	}
	if (unchecked) {
		html_str(b, ", not counting ");
		html_span(b, 60 * (double)unchecked);
		html_str(b, " in which our checks were kept out");
	}
	html_fmt(b, "</small></dt><dd>%.2f&#8239;%%</dd></div>\n",
		s->view->uptime_30d);
}

/* What is not known now has no figure. */
static void put_figures(struct html *b, const struct status_page *s)
{
	const struct view *v = s->view;
	bool fresh = v->freshness == VIEW_FRESH;
	size_t before;

	html_str(b, "<dl class=\"figures\">\n");
	before = b->out.len;
	if (fresh && !isnan(v->uptime_30d))
		put_uptime(b, s);
	if (fresh && !isnan(v->p95_ms)) {
		put_figure(b, "Response time", "p95, last 24 hours");
		html_fmt(b, "%.0f&#8239;ms</dd></div>\n", v->p95_ms);
	}
	if (fresh && *v->last_probe_ago) {
		put_figure(b, "Last check", NULL);
		html_fmt(b, "%s ago</dd></div>\n", v->last_probe_ago);
	}
	put_tools(b, s);
	if (b->out.len == before)
		html_str(b, "<div><dt>No figures yet</dt><dd></dd></div>\n");
	html_str(b, "</dl>\n");
}

/* A slug needs no escaping. */
static void put_embedding(struct html *b, const char *site, const char *slug)
{
	html_fmt(b,
		"<section id=\"embed\"><h2>For your README</h2>\n"
		"<p><img src=\"/badge/%s.svg\" alt=\"The badge of this "
		"server\" height=\"20\"></p>\n",
		slug);
	if (!*site)
		html_str(b, "<p>Add the address of this site before each "
			   "path:</p>\n");
	html_str(b, "<pre tabindex=\"0\"><code>[![MCP status](");
	escape_put(b, site);
	html_fmt(b, "/badge/%s.svg)](", slug);
	escape_put(b, site);
	html_fmt(b,
		"/status/%s)</code></pre>\n<p><a href=\"/embed-preview?slug=%s\">"
		"Other badges</a>: uptime, response time, tools, maintenance, one "
		"place, light or dark, for shields.io.</p></section>\n",
		slug, slug);
}

/* What is known now, for those who see no more of the page than this. */
static void put_about(struct buf *b, const struct status_page *s,
	const char *title, const char *sentence)
{
	char at[CLOCK_RFC3339];

	buf_str(b, sentence);
	if (s->view->freshness == VIEW_FRESH) {
		clock_rfc3339(s->view->as_of, at);
		buf_fmt(b, " (%.10s %.5s UTC)", at, at + 11);
	}
	buf_str(b, ". Uptime, response times and incidents of ");
	text_put(b, title);
	buf_str(b, ", an MCP server.");
}

/* Whether there is something that its readers wait for the end of. */
static bool is_open(const struct status_page *s)
{
	return incidents_open(&s->data->incidents) ||
		(s->view->freshness == VIEW_FRESH &&
			s->view->verdict != VERDICT_GREEN);
}

static void begin(struct html *b, const struct status_page *s,
	struct condition condition, const char *title, const char *sentence)
{
	char path[SLUG_MAX + 16], feed[SLUG_MAX + 32], calendar[SLUG_MAX + 32];
	char preview[SLUG_MAX + 32];
	struct buf about;

	snprintf(path, sizeof path, "/status/%s", s->slug);
	snprintf(feed, sizeof feed, "%s/feed.atom", path);
	snprintf(calendar, sizeof calendar, "%s/maintenance.ics", path);
	route_preview(s->slug, NULL, preview, sizeof preview);
	buf_init(&about, 2 * SENTENCE_MAX);
	put_about(&about, s, title, sentence);
	html_begin(b,
		&(struct frame) {.brand = s->brand,
			.state = sentence,
			.title = title,
			.icon = html_condition(condition).class,
			.feed = feed,
			.calendar = calendar,
			.live = true,
			.open = is_open(s),
			.path = path,
			.preview = preview,
			.unlisted = s->server->is_private,
			.about = buf_ok(&about) ? about.p : NULL,
			.server = title,
			.as_of = s->view->freshness == VIEW_NONE
				? 0 : s->view->as_of});
	buf_release(&about);
}

void status_page_put(struct html *b, const struct status_page *s)
{
	const char *title = s->server->title ? s->server->title : s->slug;
	struct condition_facts facts = status_page_facts(s);
	struct condition condition = condition_of(&facts);
	struct places places;
	struct buf sentence;
	const char *text;

	places_read(&places, s->server, s->view);
	buf_init(&sentence, SENTENCE_MAX);
	condition_put(&sentence, condition, &facts, &places);
	text = buf_ok(&sentence) ? sentence.p : html_condition(condition).text;
	begin(b, s, condition, title, text);
	put_headline(b, title, condition, text);
	put_as_of(b, s, &places);
	put_own(b, s);
	put_work(b, s);
	put_answers(b, s, &places);
	put_figures(b, s);
	status_page_days(b, s, &places);
	status_page_latency(b, s->data);
	status_page_watched(b, s, &places);
	status_page_incidents(b, s, &places);
	if (!s->server->is_private)
		put_embedding(b, s->brand->url, s->slug);
	else if (s->server->account)
		html_private(b, s->server->account, true);
	html_end(b, s->brand, true);
	buf_release(&sentence);
	places_release(&places);
}
