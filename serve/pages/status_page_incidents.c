/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "data/page_data.h"
#include "data/places.h"
#include "pages/html.h"
#include "words/words.h"

#include <math.h>

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

void status_page_open(struct html *b, const struct status_page *s,
	const struct places *places)
{
	if (!incidents_open(&s->data->incidents))
		return;
	html_fmt(b, "<section class='open' id='open'><h2 class='unseen'>Open incidents"
		   "</h2>\n");
	put_cards(b, s, places, true);
	html_fmt(b, "</section>\n");
}

void status_page_incidents(struct html *b, const struct status_page *s,
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
