/*
 * status_page.h: the status page of a server, at /status/<slug>. Like every
 * page it needs no script and loads nothing but its style and its own badge; it
 * follows the reader's light or dark scheme, and fits a width of 320 pixels.
 * Where a server fails is told by city; how it fails is for its operators, and
 * not told. Pure.
 */
#ifndef PAGES_STATUS_PAGE_H
#define PAGES_STATUS_PAGE_H

#include "http/escape.h"
#include "data/condition.h"

struct brand;
struct history_day;
struct incident;
struct page_data;
struct places;
struct server;
struct view;

/* What the page is made of, and the feed (api/feed.h) too. */
struct status_page {
	const char *slug;
	const struct server *server;
	const struct view *view;
	const struct page_data *data;
	const struct brand *brand;
	double now; /* epoch seconds */
};

/* status_page_facts(page): what the condition of its server is made of. */
struct condition_facts status_page_facts(const struct status_page *page);

/* status_page_put(b, page): append the page. */
void status_page_put(struct html *b, const struct status_page *page);

/*
 * Sections of it. status_page_days(b, page, places): the bars of 90 days, and
 * status_page_day_list(b, page, places, bad) behind them: each day, folded up, of
 * which `bad` had trouble, with the minutes and the incidents of each that had
 * something, and those between as one. status_page_latency(b, data): the response
 * times of 24 hours. status_page_watched(b, page, places): what is watched of the
 * server. status_page_incidents(b, page, places): the newest incidents, a card each.
 */
void status_page_days(struct html *b, const struct status_page *page,
	const struct places *places);
void status_page_day_list(struct html *b, const struct status_page *page,
	const struct places *places, int bad);
void status_page_latency(struct html *b, const struct page_data *data);
void status_page_watched(struct html *b, const struct status_page *page,
	const struct places *places);
void status_page_incidents(struct html *b, const struct status_page *page,
	const struct places *places);

/* status_page_minutes(b, d): what became of the minutes of a day. */
void status_page_minutes(struct html *b, const struct history_day *d);

/*
 * Parts that the page of a month has, too. status_page_sums(b, page, days, n): a
 * sentence on n days. status_page_card(b, page, in, places): an incident, with a
 * link to its page.
 */
void status_page_sums(struct html *b, const struct status_page *page,
	const struct history_day *days, int n);
void status_page_card(struct html *b, const struct status_page *page,
	const struct incident *in, const struct places *places);

#endif
