/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "http/route.h"
#include "pages/html.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_S 86400
#define MINUTE_S 60
#define TITLE_MAX 256
/* The description of the page, and its path, in bytes. */
#define ABOUT_MAX 8192

struct word incident_page_state(const struct status_page *s,
	const struct incident *in)
{
	if (incident_merged(&s->data->incidents, in))
		return (struct word) {"Part of another incident", "none"};
	if (in->unseen)
		return (struct word) {"Not seen any more", "none"};
	if (in->ended_at)
		return (struct word) {"Resolved", "up"};
	if (in->passing)
		return (struct word) {"Recovering", "part"};
	return (struct word) {"Ongoing",
		in->trouble == TROUBLE_DOWN ? "down" : "part"};
}

static void put_headline(struct html *b, const struct status_page *s,
	const struct incident *in, const char *title)
{
	struct word w = incident_page_state(s, in);

	html_fmt(b, "<h1>%s <span class='headline text-%s'>%ls<span>%s", title,
		w.class, HTML_ICON(w.class), w.text);
	if (in->ended_at)
		html_fmt(b, " after %ls",
			HTML_SPAN(in->ended_at - in->started_at));
	else if (!incident_merged(&s->data->incidents, in))
		html_fmt(b, " for %ls",
			HTML_SPAN(s->now - (double)in->started_at));
	html_fmt(b, "</span></span></h1>\n");
}

static void put_postmortem(struct html *b, const struct incident *in)
{
	const struct incident_news *said =
		incident_said(in, UPDATE_POSTMORTEM);

	if (said)
		html_fmt(b,
			"<div><dt>Why it happened</dt><dd><a rel='nofollow "
			"noopener' href='%s'>Read the postmortem</a></dd></div>"
			"\n",
			said->text);
}

static void put_facts(struct html *b, const struct status_page *s,
	const struct incident *in, const struct places *places)
{
	bool open = (!in->ended_at || in->unseen) &&
		!incident_merged(&s->data->incidents, in);

	html_fmt(b, "<dl class='answers'>\n");
	if (open)
		html_fmt(b, "<div><dt>State</dt><dd>%s</dd></div>\n",
			in->passing ? "Recovering"
				    : incident_words_state(in->progress));
	if (in->n_regions)
		html_fmt(b, "<div><dt>Where</dt><dd>%ls</dd></div>\n",
			HTML_WHERE(places, in->regions, in->n_regions));
	html_fmt(b, "<div><dt>%s</dt><dd>%ls", in->ended_at ? "When" : "Since",
		HTML_TIME(in->started_at, s->now));
	if (in->ended_at)
		html_fmt(b, " to %ls, %ls",
			HTML_TIME(in->ended_at, (double)in->started_at),
			HTML_SPAN(in->ended_at - in->started_at));
	html_fmt(b, "</dd></div>\n");
	if (open)
		html_fmt(b, "<div><dt>Latest</dt><dd>%ls: %ls</dd></div>\n",
			HTML_TIME(in->updated_at, s->now), HTML_LATEST(in));
	put_postmortem(b, in);
	html_fmt(b, "</dl>\n");
}

/* The meaning of a step of the incident, in words. */
static void put_words(struct html *b, const struct incident_news *news,
	const struct places *places)
{
	static const char *const words[] = {
		[UPDATE_STARTED] = "Confirmed; the operator was notified",
		[UPDATE_ESCALATED] = "The operator was notified again, "
				     "with more urgency",
		[UPDATE_REMINDER] = "It is ongoing",
		[UPDATE_ACKNOWLEDGED] = "The operator is looking into it",
		[UPDATE_RESOLVED] = "Confirmed as resolved",
		[UPDATE_FOUND] = "Recorded when it was resolved already",
		[UPDATE_PASSING] = "Recovered; we are monitoring it",
	};

	html_fmt(b, "%s", words[news->what]);
	if (news->regions.n)
		html_fmt(b, ". %s %s%ls",
			news->what == UPDATE_STARTED ? "Seen" : "Also seen",
			places_all(places,
				(const char (*)[REGION_MAX + 1])news->regions.v,
				news->regions.n) ? "" : "from ",
			HTML_WHERE(places, news->regions.v, news->regions.n));
	html_fmt(b, ".");
}

/* "Identified: The index is stale." */
static void put_said(struct html *b, enum progress p, const char *text)
{
	html_fmt(b, "<b>%s%s</b>%s%s", incident_words_state(p),
		text ? ":" : ".", text ? " " : "", text ? text : "");
}

static void put_news(struct html *b, const struct incident_news *news,
	const struct places *places)
{
	switch (news->what) {
	case UPDATE_NOTE:
		html_fmt(b, "<b>From the operator:</b> %s", news->text);
		break;
	case UPDATE_POSTMORTEM:
		html_fmt(b,
			"<b>From the operator:</b> <a rel='nofollow noopener' "
			"href='%s'>why it happened</a>.",
			news->text);
		break;
	case UPDATE_PROGRESS:
		put_said(b, news->progress, news->text);
		break;
	default:
		if (news->text)
			put_said(b, news->what == UPDATE_STARTED
					? PROGRESS_INVESTIGATING
					: PROGRESS_RESOLVED,
				news->text);
		else
			put_words(b, news, places);
	}
}

/* A step of what happened: news, or none: it began or ended. */
struct happening {
	int64_t at;
	const char *text; /* before the news, or "" */
	const struct incident_news *news;
};

/* The sentence about the start, and the news that are part of it. */
static struct happening first_step(const struct incident *in)
{
	const struct incident_news *news = in->news;
	bool with = in->n_news && news->what == UPDATE_STARTED &&
		(news->text || news->at < (double)in->started_at + MINUTE_S);

	if (with && news->text)
		return (struct happening) {(int64_t)news->at, "", news};
	return (struct happening) {in->started_at, with ? "It began. " : "It began.",
		with ? news : NULL};
}

/* All steps, the oldest first; steps has room for two more than the news. */
static size_t find_steps(const struct incident *in, struct happening *steps)
{
	bool over = in->ended_at != 0, urged = false;
	size_t n = 0;

	steps[n++] = first_step(in);
	for (size_t i = steps->news != NULL; i <= in->n_news; i++) {
		const struct incident_news *news = &in->news[i];
		bool last = i == in->n_news;
		bool again = !last && news->what == UPDATE_ESCALATED;

		/* To say that once is enough. */
		if (again && urged && !news->regions.n)
			continue;
		urged = urged || again;
		/* If the operator ended it, a second line would repeat that. */
		if (!last && news->what == UPDATE_RESOLVED && news->text)
			over = false;
		if (over && (last || news->at >= (double)in->ended_at)) {
			steps[n++] = (struct happening) {in->ended_at,
				in->unseen ? "No report since." : "It ended.",
				NULL};
			over = false;
		}
		if (!last)
			steps[n++] = (struct happening) {(int64_t)news->at, "", news};
	}
	return n;
}

/* The newest first, as people read an incident that goes on. */
static void put_timeline(struct html *b, const struct incident *in,
	const struct places *places, double now)
{
	struct happening *steps = xcalloc(in->n_news + 2, sizeof *steps);

	html_fmt(b,
		"<section><h2>What happened</h2>\n<ol class='timeline'>\n");
	for (size_t i = find_steps(in, steps); i-- > 0;) {
		html_fmt(b, "<li>%ls <span>%s", HTML_TIME(steps[i].at, now),
			steps[i].text);
		if (steps[i].news)
			put_news(b, steps[i].news, places);
		html_fmt(b, "</span></li>\n");
	}
	html_fmt(b, "</ol></section>\n");
	free(steps);
}

/* Links up: to the server, and to the month in which it began. */
static void put_crumbs(struct html *b, const struct status_page *s,
	const struct incident *in)
{
	int month = month_of((double)in->started_at);
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_fmt(b, "<nav class='crumbs' aria-label='Where this is'>");
	paths_server(b, s);
	if (history_keeps(s->data->history.today, month))
		html_fmt(b, " <a href='/status/%s/history/%s'>%s</a>", s->slug,
			month_text(month, text), month_title(month, title));
	html_fmt(b, "</nav>\n");
}

/* "Outage, 28 Apr 2026". */
static void put_title(struct buf *b, const struct incident *in,
	const struct places *places)
{
	char text[MONTH_TEXT];

	buf_fmt(b, "%s, ", incident_words_title(in, places));
	times_day(b, in->started_at / DAY_S);
	buf_fmt(b, " %.4s", month_text(month_of((double)in->started_at), text));
}

static void put_about(struct buf *b, const struct status_page *s,
	const struct incident *in, const struct places *places)
{
	text_put(b, status_page_name(s));
	buf_fmt(b, ", an MCP server. %s: %s", incident_page_state(s, in).text,
		incident_words_impact(in, places));
}

static void put_page(struct html *b, const struct status_page *s,
	const struct incident *in, const struct places *places,
	const char *title)
{
	char feed[SLUG_MAX + 32], preview[SLUG_MAX + INCIDENT_ID + 32];
	char id[INCIDENT_ID];
	struct buf path, about;

	route_preview(s->slug, incident_id(in->kind, in->started_at, id),
		preview, sizeof preview);
	snprintf(feed, sizeof feed, "/status/%s/feed.atom", s->slug);
	buf_init(&path, ABOUT_MAX);
	paths_incident(&path, s->slug, in);
	buf_init(&about, ABOUT_MAX);
	put_about(&about, s, in, places);
	html_begin(b,
		&(struct frame) {.brand = s->brand,
			.state = incident_page_state(s, in).text,
			.title = title,
			.feed = feed,
			.live = !in->ended_at || in->unseen,
			.preview = preview,
			.subject = status_page_name(s),
			.open = !in->ended_at || in->unseen,
			.path = path.p,
			.unlisted = s->server->is_private,
			.about = buf_ok(&about) ? about.p : NULL});
	buf_release(&about);
	buf_release(&path);
	put_crumbs(b, s, in);
	put_headline(b, s, in, title);
	html_fmt(b, "<p class='lead'>%s</p>\n",
		incident_words_impact(in, places));
	put_facts(b, s, in, places);
	put_timeline(b, in, places, s->now);
	html_end(b, s->brand, true);
}

bool incident_page_put(struct html *b, const struct status_page *s,
	const char *id)
{
	const struct incident *in = incidents_find(&s->data->incidents, id);
	struct places places;
	struct buf title;

	if (!in)
		return false;
	places_read(&places, s->server, s->view);
	buf_init(&title, TITLE_MAX);
	put_title(&title, in, &places);
	put_page(b, s, in, &places, buf_ok(&title) ? title.p : "Incident");
	buf_release(&title);
	places_release(&places);
	return true;
}
