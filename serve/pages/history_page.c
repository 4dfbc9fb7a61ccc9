/* SPDX-License-Identifier: MIT */
#include "pages/pages.h"

#include "base/clock.h"
#include "base/phrase.h"
#include "base/text.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/places.h"
#include "pages/html.h"
#include "words/words.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_S 86400
/* The description of the page, in bytes. */
#define ABOUT_MAX 8192
/* 1 January 1970 was a Thursday, and weeks begin on Monday. */
#define EPOCH_WEEKDAY 3

/* The first day of a month, epoch days. */
static int64_t first_day(int month)
{
	return month_begin(month) / DAY_S;
}

/* The months before and after, as far as they are kept. */
static void put_neighbours(struct html *b, const struct status_page *s,
	int month)
{
	int64_t today = s->data->history.today;

	html_fmt(b, "<nav class='pages' aria-label='Months'>\n");
	if (history_keeps(today, month - 1))
		paths_month(b, s->slug, month - 1, "&larr; ", "");
	if (history_keeps(today, month + 1))
		paths_month(b, s->slug, month + 1, "", " &rarr;");
	html_fmt(b, "</nav>\n");
}

/* The counts of a day; NULL for one of the future, or no longer kept. */
static const struct history_day *day_of(const struct history *p, int64_t day)
{
	int64_t ago = p->today - day;

	return ago >= 0 && ago < HISTORY_KEPT ? &p->days[ago] : NULL;
}

/* An icon, how long, and in words for those who do not see the icon, what. */
static void put_part(struct html *b, const char *icon, int64_t minutes,
	const char *words)
{
	html_fmt(b, "<span class='part-of-day'>%ls", HTML_ICON(icon));
	if (minutes)
		html_fmt(b, " %ls", HTML_SPAN(60 * minutes));
	html_fmt(b, "<span class='unseen'> %s</span></span>", words);
}

static void put_day(struct html *b, const struct history *p, int64_t day,
	int date)
{
	const struct history_day *d = day_of(p, day);

	if (!d) {
		html_fmt(b, "<td><span class='dim'>%d</span></td>\n", date);
		return;
	}
	html_fmt(b,
		day == p->today ? "<td id='day-%d' class='today'><span>%d</span>"
				: "<td id='day-%d'><span>%d</span>",
		date, date);
	if (!history_known(d) && !d->unchecked)
		put_part(b, "none", 0, "no data");
	else if (history_known(d) && !d->minutes[VERDICT_RED] && !d->minutes[VERDICT_AMBER])
		put_part(b, "up", 0, "working");
	if (d->minutes[VERDICT_RED] > d->planned)
		put_part(b, "down", d->minutes[VERDICT_RED] - d->planned,
			"not working");
	if (d->unchecked)
		put_part(b, "none", d->unchecked, "not checked");
	if (d->planned)
		put_part(b, "work", d->planned, "under maintenance");
	if (d->minutes[VERDICT_AMBER])
		put_part(b, "part", d->minutes[VERDICT_AMBER],
			"partly working");
	html_fmt(b, "</td>\n");
}

static void put_empty(struct html *b, int n)
{
	if (n)
		html_fmt(b, "<td class='empty' colspan='%d'></td>\n", n);
}

static void put_calendar(struct html *b, const struct history *p, int month)
{
	int64_t first = first_day(month);
	int n = (int)(first_day(month + 1) - first);
	int weekday = (int)((first + EPOCH_WEEKDAY) % 7);
	static const struct word keys[] = {{"working", "up"},
		{"partly working", "part"}, {"not working", "down"},
		{"under maintenance", "work"},
		{"no data", "none"}};

	html_fmt(b, "<table class='month'><caption class='unseen'>For how "
		   "long the server did not work on each day</caption>\n"
		   "<thead><tr>");
	for (int i = 0; i < 7; i++)
		html_fmt(b, "<th scope='col' abbr='%s'>%.2s</th>",
			phrase_weekdays[i], phrase_weekdays[i]);
	html_fmt(b, "</tr></thead>\n<tbody>\n<tr>");
	put_empty(b, weekday);
	for (int i = 0; i < n; i++) {
		if (i && (weekday + i) % 7 == 0)
			html_fmt(b, "</tr>\n<tr>");
		put_day(b, p, first + i, i + 1);
	}
	put_empty(b, 6 - (weekday + n - 1) % 7);
	html_fmt(b, "</tr>\n</tbody></table>\n<p class='legend dim'>");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		html_fmt(b, "<span>%ls %s</span> ", HTML_ICON(keys[i].class),
			keys[i].text);
	html_fmt(b, "</p>\n");
}

/* The sums of the days that are kept of the month. */
static void put_sums(struct html *b, const struct status_page *s, int month)
{
	const struct history *p = &s->data->history;
	int64_t newest = first_day(month + 1) - 1;
	int64_t oldest = first_day(month);

	if (newest > p->today)
		newest = p->today;
	if (oldest < p->today - HISTORY_KEPT + 1)
		oldest = p->today - HISTORY_KEPT + 1;
	html_fmt(b, "<p>");
	status_page_sums(b, s, &p->days[p->today - newest],
		(int)(newest - oldest) + 1);
	html_fmt(b, "</p>\n");
}

static bool touches(const struct incident *in, int month)
{
	return in->started_at < month_begin(month + 1) &&
		(!in->ended_at || in->ended_at >= month_begin(month));
}

/* Incidents that were merged keep their page. */
static void put_merged(struct html *b, const struct status_page *s,
	int month, const struct places *places)
{
	const struct incidents *l = &s->data->incidents;
	size_t n = 0;

	for (size_t i = 0; i < l->n_merged; i++) {
		const struct incident *in = &l->merged[i];

		if (month_of((double)in->started_at) != month)
			continue;
		html_fmt(b,
			n++ ? "; <a href='%ls'>%s</a>, %ls"
			    : "<p class='dim'>Part of other incidents: "
			      "<a href='%ls'>%s</a>, %ls",
			PATH_INCIDENT(s->slug, in),
			incident_words_title(in, places),
			HTML_TIME(in->started_at, s->now));
	}
	if (n)
		html_fmt(b, ".</p>\n");
}

static void put_incidents(struct html *b, const struct status_page *s,
	int month, const struct places *places)
{
	const struct incidents *l = &s->data->incidents;
	size_t n = 0;

	html_fmt(b, "<section><h2>Incidents</h2>\n");
	for (size_t i = 0; i < l->n; i++) {
		if (!touches(&l->v[i], month))
			continue;
		if (!n++)
			html_fmt(b, "<ul class='cards'>\n");
		status_page_card(b, s, &l->v[i], places);
	}
	html_fmt(b, n ? "</ul>\n" : "<p>None on record.</p>\n");
	put_merged(b, s, month, places);
	html_fmt(b, "</section>\n");
}

static void put_crumbs(struct html *b, const struct status_page *s)
{
	html_fmt(b, "<nav class='crumbs' aria-label='Where this is'>");
	paths_server(b, s);
	html_fmt(b, "</nav>\n");
}

void history_page_none(struct html *b, const struct status_page *s,
	const char *heading, const char *text)
{
	html_begin(b, &(struct frame) {.brand = s->brand, .title = heading});
	put_crumbs(b, s);
	html_element(b, "h1", heading);
	html_element(b, "p", text);
	paths_months(b, s);
	html_end(b, s->brand, true);
}

static void begin(struct html *b, const struct status_page *s, int month,
	const char *title)
{
	const char *name = status_page_name(s);
	char feed[SLUG_MAX + 32], path[SLUG_MAX + 32], text[MONTH_TEXT];
	struct buf about;

	snprintf(feed, sizeof feed, "/status/%s/feed.atom", s->slug);
	snprintf(path, sizeof path, "/status/%s/history/%s", s->slug,
		month_text(month, text));
	buf_init(&about, ABOUT_MAX);
	buf_fmt(&about, "For how long on each day of %s ", title);
	text_put(&about, name);
	buf_str(&about, ", an MCP server, did not work, and its incidents.");
	html_begin(b,
		&(struct frame) {.brand = s->brand,
			.state = title,
			.title = name,
			.feed = feed,
			.path = path,
			.unlisted = s->server->is_private,
			.about = buf_ok(&about) ? about.p : NULL});
	buf_release(&about);
}

static void put_page(struct html *b, const struct status_page *s, int month,
	const char *title)
{
	struct places places;

	places_read(&places, s->server, s->view);
	begin(b, s, month, title);
	put_crumbs(b, s);
	html_element(b, "h1", title);
	put_sums(b, s, month);
	put_calendar(b, &s->data->history, month);
	put_neighbours(b, s, month);
	put_incidents(b, s, month, &places);
	html_end(b, s->brand, true);
	places_release(&places);
}

bool history_page_put(struct html *b, const struct status_page *s,
	const char *name)
{
	char title[MONTH_TITLE];
	int month;

	if (!month_parse(name, &month) ||
		!history_keeps(s->data->history.today, month))
		return false;
	put_page(b, s, month, month_title(month, title));
	return true;
}
