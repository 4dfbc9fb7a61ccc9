/* SPDX-License-Identifier: MIT */
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
/* The days of uptime_30d. */
#define UPTIME_DAYS 30
/* The headline, in bytes. */
#define SENTENCE_MAX 4096

/* The most incidents that are shown. */
#define CARDS 10

static void put_when(struct html *b, const struct incident *in, double now)
{
	html_fmt(b, "<dt>When</dt><dd>%ls", HTML_TIME(in->started_at, now));
	if (!in->ended_at)
		html_fmt(b, ", ongoing for %ls",
			HTML_SPAN(now - (double)in->started_at));
	else
		html_fmt(b, " to %ls, %ls",
			HTML_TIME(in->ended_at, (double)in->started_at),
			HTML_SPAN(in->ended_at - in->started_at));
	html_fmt(b, "</dd>\n");
}

static const char *class_of(const struct incident *in)
{
	return in->unseen ? "none"
		: in->ended_at ? "up" : html_trouble_class((int)in->trouble);
}

void status_page_card(struct html *b, const struct status_page *s,
	const struct incident *in, const struct places *places)
{
	const char *class = class_of(in);

	html_fmt(b,
		"<li class='card%s%s'><h3>%ls<span><a href='%ls'>%s</a> <small>"
		"%s</small></span></h3>\n<p>%s</p>\n<dl>",
		in->ended_at ? "" : " open-", in->ended_at ? "" : class,
		HTML_ICON(class), PATH_INCIDENT(s->slug, in),
		incident_words_title(in, places),
		in->unseen	       ? "no longer seen"
			: in->ended_at ? "resolved"
			: in->passing  ? "recovering"
			: progress_name(in->progress),
		incident_words_impact(in, places));
	if (in->n_regions)
		html_fmt(b, "<dt>Where</dt><dd>%ls</dd>\n",
			HTML_WHERE(places, in->regions, in->n_regions));
	put_when(b, in, s->now);
	html_fmt(b, "<dt>Latest</dt><dd>%ls: %ls</dd>\n</dl></li>\n",
		HTML_TIME(in->updated_at, s->now), HTML_LATEST(in));
}

/* Put those that go on, or those that are over. */
static size_t put_cards(struct html *b, const struct status_page *s,
	const struct places *places, bool open)
{
	const struct incidents *l = &s->data->incidents;
	size_t n = 0;

	for (size_t i = 0; i < l->n && n < CARDS; i++) {
		if (!l->v[i].ended_at != open)
			continue;
		if (!n++)
			html_fmt(b, "<ul class='cards'>\n");
		status_page_card(b, s, &l->v[i], places);
	}
	if (n)
		html_fmt(b, "</ul>\n");
	return n;
}

static void status_page_open(struct html *b, const struct status_page *s,
	const struct places *places)
{
	if (!incidents_open(&s->data->incidents))
		return;
	html_fmt(b, "<section class='open' id='open'><h2 class='unseen'>Open incidents"
		   "</h2>\n");
	put_cards(b, s, places, true);
	html_fmt(b, "</section>\n");
}

static void status_page_incidents(struct html *b, const struct status_page *s,
	const struct places *places)
{
	const struct incidents *l = &s->data->incidents;

	html_fmt(b, "<section id='incidents'><h2>Incidents</h2>\n");
	if (!l->n && isnan(s->data->heartbeats[STAGE_ALERT]))
		html_fmt(b, "<p>This site does not record incidents.</p>\n");
	else if (!put_cards(b, s, places, false))
		html_fmt(b, "<p>No %sincidents in the last 92 days.</p>\n",
			l->n ? "other " : "");
	paths_months(b, s);
	html_fmt(b, "</section>\n");
}

struct condition_facts status_page_facts(const struct status_page *s)
{
	return (struct condition_facts) {.view = s->view,
		.incidents = &s->data->incidents,
		.tool_split = &s->data->tool_split,
		.maintenance = s->data->maintenance_now.found};
}

static void put_headline(struct html *b, const struct status_page *s,
	struct condition c, const char *sentence)
{
	const char *class = html_condition(c).class;

	html_fmt(b, "<h1>%s %ls", status_page_name(s),
		HTML_MARKUP(s->server->is_private ? HTML_PRIVATE " " : ""));
	html_fmt(b,
		"<span class='headline text-%s'>%ls<span>%ls</span></span>"
		"</h1>\n",
		class, HTML_ICON(class), HTML_WHOLE(sentence));
}

/* How many of the places are this machine under another name. */
static size_t count_here(const struct places *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].here;
	return n;
}

/* The minute of the verdict, and how often there is one. */
static void put_as_of(struct html *b, const struct status_page *s,
	const struct places *places)
{
	double every = s->server->interval_s;

	if (s->view->freshness != VIEW_FRESH)
		return;
	html_fmt(b, "<p class='dim'>As of %ls",
		HTML_TIME(s->view->as_of, s->now));
	if (every < 60)
		html_fmt(b, ". Checked every %.0f seconds", every);
	else if (!isnan(every))
		html_fmt(b, ". Checked every %ls",
			every == 60 ? HTML_MARKUP("minute") : HTML_SPAN(every));
	if (!isnan(every) && places->n && count_here(places) == places->n)
		html_fmt(b, " from this machine alone");
	else if (!isnan(every))
		html_fmt(b, " from %zu location%s", places->n,
			places->n == 1 ? "" : "s");
	html_fmt(b, ".</p>\n");
}

static void put_own(struct html *b, const struct status_page *s)
{
	own_checks_put(b,
		&(struct own_checks) {.freshness = s->view->freshness,
			.as_of = s->view->as_of,
			.heartbeats = s->data->heartbeats,
			.now = s->now});
}

/* `planned`: it has not begun. */
static void put_work(struct html *b, const struct occurrence *o, bool planned,
	double now)
{
	const char *reason = o->found && o->of->reason ? o->of->reason : "";

	if (!o->found)
		return;
	html_fmt(b, "<p class='banner work'>%ls<span><b>", HTML_ICON("work"));
	if (planned)
		html_fmt(b, "Planned maintenance, %ls to %ls",
			HTML_TIME(o->start, now),
			HTML_TIME(o->end, (double)o->start));
	else
		html_fmt(b, "Maintenance until %ls", HTML_TIME(o->end, now));
	html_fmt(b, "</b>%s%s</span></p>\n", *reason ? ": " : "", reason);
}

static void put_place_list(struct html *b, const struct places *l)
{
	html_fmt(b, "<div><dt>Where</dt><dd><ul class='places'>\n");
	for (size_t i = 0; i < l->n; i++) {
		struct word w = html_place(l->v[i].place);

		html_fmt(b,
			"<li>%ls<span>%ls <small>%s%s</small></span></li>\n",
			HTML_ICON(w.class), HTML_PLACE(&l->v[i]), w.text,
			l->v[i].here ? ", on this machine" : "");
	}
	html_fmt(b, "</ul></dd></div>\n");
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
		html_fmt(b, "Not known");
	else if (!down && !part)
		html_fmt(b, "No outage today or yesterday");
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
		html_fmt(b, "<a href='#%s'>%zu incident%s</a>",
			open ? "open" : "incidents", n, n == 1 ? "" : "s");
	else if (s->data->maintenance_now.found)
		html_fmt(b, "Planned maintenance");
	else
		html_fmt(b, s->view->freshness == VIEW_FRESH
			? "No incidents"
			: "None before our checks stopped");
	if (sum > 0)
		html_fmt(b, ", %ls", HTML_SPAN(fmin(sum, DAY)));
	if (open)
		html_fmt(b, ", ongoing since %ls",
			HTML_TIME(open->started_at, s->now));
}

static void put_day(struct html *b, const struct status_page *s)
{
	html_fmt(b, "<div><dt>Last 24 hours</dt><dd>");
	if (s->view->freshness == VIEW_NONE)
		html_fmt(b, "Not known");
	else if (isnan(s->data->heartbeats[STAGE_ALERT]))
		put_minutes(b, &s->data->history);
	else
		put_incidents(b, s);
	html_fmt(b, "</dd></div>\n");
}

/* Whether the operators know of the trouble. */
static void put_known(struct html *b, const struct status_page *s)
{
	const struct incident *in = incidents_open(&s->data->incidents);
	struct unapproved_tools unapproved = {.open = false};
	const char *said;
	bool bad = s->view->freshness == VIEW_FRESH &&
		s->view->verdict != VERDICT_GREEN;

	if (!bad && !in)
		return;
	if (!in && s->view->tools_differ)
		unapproved = s->data->incidents.unapproved;
	if (bad && s->data->maintenance_now.found)
		said = "Yes, this maintenance was announced";
	else if (in && in->passing)
		said = "Recovered. We are monitoring it.";
	else if (in ? in->acknowledged : unapproved.acknowledged)
		said = "Yes, the operator is looking into it";
	else if (in ? in->notified : unapproved.notified)
		said = "Yes, the operator was notified";
	else if (in || unapproved.open)
		said = "Recorded; the operator has not responded yet";
	else
		said = "Noticed just now. We notify the operator once it is "
		       "confirmed.";
	html_fmt(b,
		"<div><dt>Does the operator know?</dt><dd>%s</dd></div>\n",
		said);
}

/* Which places see other tools. */
static void put_sides(struct html *b, const struct tool_split *sides,
	const struct places *places, double now)
{
	const struct tool_split_side *newest =
		&sides->v[sides->n ? sides->n - 1 : 0];

	if (!sides->n)
		return;
	html_fmt(b,
		"<div class='wide'><dt>Different tools</dt><dd>%ls The tool "
		"list in %ls differs from that in ",
		HTML_ICON("part"),
		HTML_REGIONS(places, newest->regions, newest->n_regions));
	for (size_t i = 0; i + 1 < sides->n; i++)
		html_fmt(b, "%s%ls",
			!i			? ""
				: i + 2 == sides->n ? ", and from that in "
						    : ", from that in ",
			HTML_REGIONS(places, sides->v[i].regions,
				sides->v[i].n_regions));
	if (newest->first_seen)
		html_fmt(b, ", since %ls", HTML_TIME(newest->first_seen, now));
	html_fmt(b, ". A cache in between may serve an old copy.</dd></div>\n");
}

/* The JSON of a private server needs a token: a cookie does not do. */
static void put_feed(struct html *b, const struct status_page *s)
{
	html_fmt(b,
		"<div><dt>Get updates</dt><dd><a href='/status/%s/feed.atom'>"
		"Atom feed</a>, <a href='/status/%s/maintenance.ics'>"
		"maintenance calendar</a>",
		s->slug, s->slug);
	if (!s->server->is_private)
		html_fmt(b,
			", <a href='#embed'>badge</a>, "
			"<a href='/api/embed-status/%s'>JSON</a>",
			s->slug);
	if (!s->server->is_private)
		html_subscribe(b, s->brand, s->slug, s->server->group);
	html_fmt(b, "</dd></div>\n");
}

static void put_answers(struct html *b, const struct status_page *s,
	const struct places *places)
{
	html_fmt(b, "<div class='now'><dl class='answers'>\n");
	if (places->n)
		put_place_list(b, places);
	put_day(b, s);
	put_known(b, s);
	if (s->view->freshness == VIEW_FRESH)
		put_sides(b, &s->data->tool_split, places, s->now);
	put_feed(b, s);
	html_fmt(b, "</dl>\n");
	world_map_put(b, places);
	html_fmt(b, "</div>\n");
}

/* How many, and since when; either may be all that is known. */
static void put_tools(struct html *b, const struct status_page *s)
{
	const struct history *p = &s->data->history;

	if (p->tools < 0 && isnan(p->tools_since))
		return;
	html_fmt(b, "<div><dt>Tools</dt><dd>");
	if (p->tools >= 0)
		html_fmt(b, "%d ", p->tools);
	if (!isnan(p->tools_since))
		html_fmt(b, "<small>unchanged since %ls</small>",
			HTML_TIME((int64_t)p->tools_since, s->now));
	html_fmt(b, "</dd></div>\n");
}

/* The uptime, of how many days, and how much of these was maintenance. */
static void put_uptime(struct html *b, const struct status_page *s)
{
	const struct history *p = &s->data->history;
	int64_t planned = history_planned(p, UPTIME_DAYS);
	int64_t unchecked = history_unchecked(p, UPTIME_DAYS);
	int64_t young = history_young(p->days, UPTIME_DAYS);

	html_fmt(b, "<div><dt>Uptime<br><small>");
	if (young) {
		html_fmt(b,
			"too early to say</small></dt><dd>%ls of data</dd>"
			"</div>\n",
			HTML_SPAN(60 * young));
		return;
	}
	html_fmt(b, "%d days", UPTIME_DAYS);
	if (planned)
		html_fmt(b, ", %scounting %ls of maintenance",
			s->brand->maintenance_counts ? "" : "not ",
			HTML_SPAN(60 * planned));
	if (unchecked)
		html_fmt(b,
			", not counting %ls in which our checks were kept out",
			HTML_SPAN(60 * unchecked));
	html_fmt(b, "</small></dt><dd>%.2f&#8239;%%</dd></div>\n",
		s->view->uptime_30d);
}

/* Figures that are not known now are left out. */
static void put_figures(struct html *b, const struct status_page *s)
{
	const struct view *v = s->view;
	bool fresh = v->freshness == VIEW_FRESH;
	size_t before;

	html_fmt(b, "<dl class='figures'>\n");
	before = b->out.len;
	if (fresh && !isnan(v->uptime_30d))
		put_uptime(b, s);
	if (fresh && !isnan(v->p95_ms))
		html_fmt(b,
			"<div><dt>Response time<br><small>p95, last 24 hours"
			"</small></dt><dd>%ls</dd></div>\n",
			HTML_MS(v->p95_ms));
	if (fresh && *v->last_probe_ago)
		html_fmt(b,
			"<div><dt>Last check</dt><dd>%s ago</dd></div>\n",
			v->last_probe_ago);
	put_tools(b, s);
	if (b->out.len == before)
		html_fmt(b, "<div><dt>No figures yet</dt><dd></dd></div>\n");
	html_fmt(b, "</dl>\n");
}

static void put_embedding(struct html *b, const char *site, const char *slug)
{
	html_fmt(b,
		"<section id='embed'><h2>For your README</h2>\n"
		"<p><img src='/badge/%s.svg' alt='The badge of this server' "
		"height='20'></p>\n"
		"%ls<pre tabindex='0'><code>[![MCP status](%s/badge/%s.svg)]("
		"%s/status/%s)</code></pre>\n"
		"<p><a href='/embed-preview?slug=%s'>Other badges</a>: uptime, "
		"response time, tools, maintenance, one location, light or dark, "
		"for shields.io.</p></section>\n",
		slug,
		HTML_MARKUP(*site ? ""
				  : "<p>Add the address of this site before "
				    "each path:</p>\n"),
		site, slug, site, slug, slug);
}

/* The description, for those who see no more of the page. */
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
	const char *title = status_page_name(s);
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
	put_headline(b, s, condition, text);
	put_as_of(b, s, &places);
	put_own(b, s);
	put_work(b, &s->data->maintenance_now, false, s->now);
	status_page_open(b, s, &places);
	put_work(b, &s->data->maintenance_next, true, s->now);
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
