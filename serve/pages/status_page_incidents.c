#include "pages/pages.h"

#include "data/page_data.h"
#include "data/places.h"
#include "pages/html.h"
#include "words/words.h"

#include <math.h>

/* The most incidents that are shown. */
#define CARDS 10

static void put_row(struct html *b, const char *name)
{
	html_fmt(b, "<dt>%s</dt><dd>", name);
}

static void put_when(struct html *b, const struct incident *in, double now)
{
	put_row(b, "When");
	html_time(b, in->started_at, now);
	if (!in->ended_at) {
		html_str(b, ", ongoing for ");
		html_span(b, now - (double)in->started_at);
	} else {
		html_str(b, " to ");
		html_time(b, in->ended_at, (double)in->started_at);
		html_str(b, ", ");
		html_span(b, (double)(in->ended_at - in->started_at));
	}
	html_str(b, "</dd>\n");
}

void status_page_card(struct html *b, const struct status_page *s,
	const struct incident *in, const struct places *places)
{
	const char *class = in->unseen ? "none"
		: in->ended_at	       ? "up"
		: in->trouble == TROUBLE_DOWN ? "down"
					      : "part";

	html_str(b, "<li class=\"card\"><h3>");
	html_icon(b, class);
	html_str(b, "<span><a href=\"");
	paths_incident(&b->out, s->slug, in);
	html_fmt(b, "\">%s</a> <small>%s</small></span></h3>\n<p>%s</p>\n<dl>",
		incident_words_title(in, places),
		in->unseen	       ? "not seen any more"
			: in->ended_at ? "resolved"
				       : "ongoing",
		incident_words_impact(in, places));
	if (in->n_regions) {
		put_row(b, "Where");
		html_put_where(b, places,
			(const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);
		html_str(b, "</dd>\n");
	}
	put_when(b, in, s->now);
	put_row(b, "Latest");
	html_time(b, in->updated_at, s->now);
	html_str(b, ": ");
	html_put_latest(b, in);
	html_str(b, "</dd>\n</dl></li>\n");
}

void status_page_incidents(struct html *b, const struct status_page *s,
	const struct places *places)
{
	const struct incidents *l = &s->data->incidents;

	html_str(b, "<section id=\"incidents\"><h2>Incidents</h2>\n");
	if (!l->n && isnan(s->data->heartbeats[STAGE_ALERT]))
		html_str(b, "<p>This site does not record incidents.</p>\n");
	else if (!l->n)
		html_str(b, "<p>None in the last 92 days.</p>\n");
	else
		html_str(b, "<ul class=\"cards\">\n");
	for (size_t i = 0; i < l->n && i < CARDS; i++)
		status_page_card(b, s, &l->v[i], places);
	if (l->n)
		html_str(b, "</ul>\n");
	paths_months(b, s);
	html_str(b, "</section>\n");
}
