#include "pages/pages.h"

#include "base/clock.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "http/route.h"
#include "pages/html.h"
#include "words/words.h"

#include <math.h>
#include <stdio.h>

#define DAY_S 86400
#define MINUTE_S 60
#define TITLE_MAX 256
/* The description of the page, and its path, in bytes. */
#define ABOUT_MAX 8192

static void put_row(struct html *b, const char *name)
{
	html_fmt(b, "<div><dt>%s</dt><dd>", name);
}

static void end_row(struct html *b)
{
	html_str(b, "</dd></div>\n");
}

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

	html_str(b, "<h1>");
	escape_put(b, title);
	html_fmt(b, " <span class=\"headline text-%s\">", w.class);
	html_icon(b, w.class);
	html_fmt(b, "<span>%s", w.text);
	if (in->ended_at) {
		html_str(b, " after ");
		html_span(b, (double)(in->ended_at - in->started_at));
	} else if (!incident_merged(&s->data->incidents, in)) {
		html_str(b, " for ");
		html_span(b, s->now - (double)in->started_at);
	}
	html_str(b, "</span></span></h1>\n");
}

static void put_postmortem(struct html *b, const struct incident *in)
{
	const struct incident_news *said =
		incident_said(in, UPDATE_POSTMORTEM);

	if (!said)
		return;
	put_row(b, "Why it happened");
	html_str(b, "<a rel=\"nofollow noopener\" href=\"");
	escape_put(b, said->text);
	html_str(b, "\">Read the postmortem</a>");
	end_row(b);
}

static void put_facts(struct html *b, const struct status_page *s,
	const struct incident *in, const struct places *places)
{
	bool open = (!in->ended_at || in->unseen) &&
		!incident_merged(&s->data->incidents, in);

	html_str(b, "<dl class=\"answers\">\n");
	if (in->n_regions) {
		put_row(b, "Where");
		html_put_where(b, places,
			(const char (*)[REGION_MAX + 1])in->regions,
			in->n_regions);
		end_row(b);
	}
	put_row(b, in->ended_at ? "When" : "Since");
	html_time(b, in->started_at, s->now);
	if (in->ended_at) {
		html_str(b, " to ");
		html_time(b, in->ended_at, (double)in->started_at);
		html_str(b, ", ");
		html_span(b, (double)(in->ended_at - in->started_at));
	}
	end_row(b);
	if (open) {
		put_row(b, "Latest");
		html_time(b, in->updated_at, s->now);
		html_str(b, ": ");
		html_put_latest(b, in);
		end_row(b);
	}
	put_postmortem(b, in);
	html_str(b, "</dl>\n");
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

	html_str(b, words[news->what]);
	if (news->regions.n) {
		const char (*names)[REGION_MAX + 1] =
			(const char (*)[REGION_MAX + 1])news->regions.v;

		html_str(b, news->what == UPDATE_STARTED ? ". Seen "
							: ". Also seen ");
		if (!places_all(places, names, news->regions.n))
			html_str(b, "from ");
		html_put_where(b, places, names, news->regions.n);
	}
	html_char(b, '.');
}

static void put_news(struct html *b, const struct incident_news *news,
	const struct places *places)
{
	switch (news->what) {
	case UPDATE_NOTE:
		html_str(b, "<b>From the operator:</b> ");
		escape_put(b, news->text);
		break;
	case UPDATE_POSTMORTEM:
		html_str(b, "<b>From the operator:</b> "
			   "<a rel=\"nofollow noopener\" href=\"");
		escape_put(b, news->text);
		html_str(b, "\">why it happened</a>.");
		break;
	default:
		put_words(b, news, places);
	}
}

static void begin_item(struct html *b, int64_t at, double now)
{
	html_str(b, "<li>");
	html_time(b, at, now);
	html_str(b, " <span>");
}

static void put_timeline(struct html *b, const struct incident *in,
	const struct places *places, double now)
{
	const struct incident_news *news = in->news;
	bool over = in->ended_at != 0;
	size_t n = in->n_news;
	bool urged = false; /* to say that once is enough */

	html_str(b,
		"<section><h2>What happened</h2>\n<ol class=\"timeline\">\n");
	begin_item(b, in->started_at, now);
	html_str(b, "It began.");
	if (n && in->news->what == UPDATE_STARTED &&
		in->news->at < (double)in->started_at + MINUTE_S) {
		html_char(b, ' ');
		put_words(b, in->news, places);
		n--, news++;
	}
	html_str(b, "</span></li>\n");
	for (size_t i = 0; i <= n; i++) {
		bool again = i < n && news[i].what == UPDATE_ESCALATED;

		if (again && urged && !news[i].regions.n)
			continue;
		urged = urged || again;
		if (over && (i == n || news[i].at >= (double)in->ended_at)) {
			begin_item(b, in->ended_at, now);
			html_fmt(b, "%s</span></li>\n",
				in->unseen ? "No report since."
					   : "It ended.");
			over = false;
		}
		if (i == n)
			break;
		begin_item(b, (int64_t)news[i].at, now);
		put_news(b, &news[i], places);
		html_str(b, "</span></li>\n");
	}
	html_str(b, "</ol></section>\n");
}

/* Links up: to the server, and to the month in which it began. */
static void put_crumbs(struct html *b, const struct status_page *s,
	const struct incident *in)
{
	int month = month_of((double)in->started_at);
	char text[MONTH_TEXT], title[MONTH_TITLE];

	html_str(b, "<nav class=\"crumbs\" aria-label=\"Where this is\">");
	paths_server(b, s);
	if (history_keeps(s->data->history.today, month))
		html_fmt(b, " <a href=\"/status/%s/history/%s\">%s</a>",
			s->slug, month_text(month, text),
			month_title(month, title));
	html_str(b, "</nav>\n");
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
	text_put(b, s->server->title ? s->server->title : s->slug);
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
			.subject = s->server->title ? s->server->title
						    : s->slug,
			.open = !in->ended_at || in->unseen,
			.path = path.p,
			.unlisted = s->server->is_private,
			.about = buf_ok(&about) ? about.p : NULL});
	buf_release(&about);
	buf_release(&path);
	put_crumbs(b, s, in);
	put_headline(b, s, in, title);
	html_fmt(b, "<p class=\"lead\">%s</p>\n",
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
