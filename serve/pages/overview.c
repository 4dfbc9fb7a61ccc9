/*
 * overview.c: where it works, what there was in the last day, whether they
 * know, and how to hear of it; and a map.
 */
#include "pages/page.h"

#include "data/page_data.h"
#include "data/places.h"
#include "data/view.h"
#include "pages/html.h"

#include <inttypes.h>
#include <math.h>

#define DAY 86400

static void put_places(struct buf *b, const struct places *l)
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

/* What of an incident lies in the last day, in seconds. */
static double within(const struct incident *in, double now)
{
	double end = in->ended_at ? (double)in->ended_at : now;

	return fmax(0, end - fmax((double)in->started_at, now - DAY));
}

/* Without a record of incidents the minutes tell what there was. */
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

/* What there was, where there is a record of it. */
static void put_incidents(struct buf *b, const struct page_subject *s)
{
	const struct incidents *l = &s->facts->incidents;
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
	else if (s->facts->work.found)
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

static void put_day(struct buf *b, const struct page_subject *s)
{
	buf_str(b, "<div><dt>Last 24 hours</dt><dd>");
	if (s->view->freshness == VIEW_NONE)
		buf_str(b, "Not known");
	else if (isnan(s->facts->beats[STAGE_ALERT]))
		put_minutes(b, &s->facts->past);
	else
		put_incidents(b, s);
	buf_str(b, "</dd></div>\n");
}

/* Whether they know. */
static void put_known(struct buf *b, const struct page_subject *s)
{
	const struct incident *in = incidents_open(&s->facts->incidents);
	bool bad = s->view->freshness == VIEW_FRESH &&
		s->view->verdict != VERDICT_GREEN;

	if (!bad && !in)
		return;
	buf_str(b, "<div><dt>Do they know?</dt><dd>");
	if (bad && s->facts->work.found)
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

/* Not all see the same tools: a row of its own, in plain words. */
static void put_sides(struct buf *b, const struct sides *sides,
	const struct places *places, double now)
{
	const struct side *newest = &sides->v[sides->n ? sides->n - 1 : 0];

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
	buf_str(b, ". An old copy may be kept somewhere on the way.</dd>"
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

void page_answers(struct buf *b, const struct page_subject *s,
	const struct places *places)
{
	buf_str(b, "<div class=\"now\"><dl class=\"answers\">\n");
	if (places->n)
		put_places(b, places);
	put_day(b, s);
	put_known(b, s);
	if (s->view->freshness == VIEW_FRESH)
		put_sides(b, &s->facts->sides, places, s->now);
	put_feed(b, s->slug);
	buf_str(b, "</dl>\n");
	page_map(b, places);
	buf_str(b, "</div>\n");
}
