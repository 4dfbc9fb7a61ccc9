/* SPDX-License-Identifier: MIT */
/*
 * pages.h: the pages for people, each a function that appends it to a struct
 * html; and the style and the script that they load. Like every page the status
 * page needs no script and loads nothing but its style and its own badge; it
 * follows the reader's light or dark scheme, and fits a width of 320 pixels.
 * Where a server fails is told by city; how it fails is for its operators, and
 * not told. Pure.
 */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include "base/strings.h"
#include "data/condition.h"
#include "data/index_list.h"
#include "http/escape.h"
#include "pages/html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct brand;
struct history_day;
struct incident;
struct incident_row;
struct incident_rows;
struct page_data;
struct paging;
struct places;
struct report_entry;
struct report_head;
struct request;
struct server;
struct tool_current;
struct tool_history;
struct view;

/* ---- The status page of a server, at /status/<slug>. */

/*
 * The facts that the page, its feed (api/feed.c) and its preview are made of.
 */
struct status_page {
	const char *slug;
	const struct server *server;
	const struct view *view;
	const struct page_data *data;
	const struct brand *brand;
	double now; /* epoch seconds */
};

/* status_page_name(page): the title of its server, or its slug. */
const char *status_page_name(const struct status_page *page);

/* status_page_facts(page): what the condition of its server is made of. */
struct condition_facts status_page_facts(const struct status_page *page);

/* status_page_put(b, page): append the page. */
void status_page_put(struct html *b, const struct status_page *page);

/*
 * Sections of it. status_page_days(b, page, places): the bars of 90 days, and
 * behind them the list of days. status_page_latency(b, data): the response
 * times of 24 hours. status_page_watched(b, page, places): what is watched of
 * the server.
 */
void status_page_days(struct html *b, const struct status_page *page,
	const struct places *places);
void status_page_latency(struct html *b, const struct page_data *data);
void status_page_watched(struct html *b, const struct status_page *page,
	const struct places *places);

/*
 * Parts that the page of a month has, too. status_page_sums(b, page, days, n): a
 * sentence on n days. status_page_card(b, page, in, places): an incident, with a
 * link to its page.
 */
void status_page_sums(struct html *b, const struct status_page *page,
	const struct history_day *days, int n);
void status_page_card(struct html *b, const struct status_page *page,
	const struct incident *in, const struct places *places);

/* ---- Bars of days, on the index and on the page of a server. */

/* The highest bar. */
#define DAY_HIGH 16
#define DAY_KINDS 5

struct day_kind {
	char letter; /* LISTING_DAY_…, see records/listing_row.h */
	const char *class, *words;
	int high;
};
extern const struct day_kind day_kinds[DAY_KINDS]; /* the worst first */

/* day_legend_put(b): append what bars mean. */
void day_legend_put(struct html *b);

/*
 * ---- A month of a server, at /status/<slug>/history/<month>: a calendar with
 * the minutes of each day, and the incidents.
 */

/* history_page_put(b, page, name): append the page of the month "2026-11"; false,
   and nothing is appended, where no kept month has that name. */
bool history_page_put(struct html *b, const struct status_page *page,
	const char *name);

/* history_page_none(b, page, heading, text): append a page that says what is not
   there, and leads to the server and its months. */
void history_page_none(struct html *b, const struct status_page *page,
	const char *heading, const char *text);

/*
 * ---- An incident, at /status/<slug>/incident/<id>: its kind, its places,
 * since when and for how long, its course, and the operators' words.
 */

/* incident_page_put(b, page, id): append the page; false, and nothing is
   appended, where there is no such incident. */
bool incident_page_put(struct html *b, const struct status_page *page,
	const char *id);

/* incident_page_state(page, in): the word for its state, with an icon. */
struct word incident_page_state(const struct status_page *page,
	const struct incident *in);

/*
 * ---- The index, a list of servers in sections by state, that can be searched,
 * filtered and sorted: of all public ones, or of those of an account.
 */

/* The servers of a page, and the most groups that one may choose from. */
#define INDEX_ITEMS 100
#define INDEX_GROUPS 50

struct index_page {
	const struct index_list *list;
	const struct index_row *items; /* those of this page, in order */
	size_t n;
	const struct paging *paging;
	const struct request *request; /* for links to the other pages */
	const struct index_query *query;
	const struct strings *groups; /* that one may choose from, in order */
	const char *account; /* whose servers they are, or NULL */
	bool is_file; /* it has no parameters, and everything is on it */
	int report; /* the month of the newest, see base/clock.h; 0: none */
	struct own_checks checks;
	/* Of the servers of the list that are worst; the open ones are shown. */
	const struct incident_rows *incidents;
	size_t more; /* servers with problems whose incidents were not asked for */
};

/* How many open incidents the index shows. */
#define INDEX_CARDS 10

/*
 * The top of it. index_headline_put(b, l, chosen): append a sentence on all
 * servers, of which there is at least one; `chosen`: they match a search.
 * index_headline_class(l): its class and icon. index_incidents_put(b, rows, more,
 * now): append a card for each open incident.
 */
void index_headline_put(struct buf *b, const struct index_list *l, bool chosen);
const char *index_headline_class(const struct index_list *l);
void index_incidents_put(struct html *b, const struct incident_rows *rows,
	size_t more, double now);

/* index_page_put(b, page, brand): append the page. */
void index_page_put(struct html *b, const struct index_page *page,
	const struct brand *brand);

/*
 * index_page_search(b, query): append the form that searches the index, with that
 * query in it, for a page that is none.
 */
void index_page_search(struct html *b, const char *query);

/* ---- The report on a month, and the list of reports. */

struct report_page {
	const struct report_head *head;
	const struct report_entry *entries; /* n, of this page */
	size_t n, hidden;	     /* hidden: those that nobody may know of */
	const struct paging *paging; /* of all servers of the report */
	const struct request *request; /* for links to the other pages */
	const int *months; /* that have a report, the newest first */
	size_t n_months;
};

/* report_page_put(b, page, brand): append the page. */
void report_page_put(struct html *b, const struct report_page *page,
	const struct brand *brand);

/* report_list_put(b, months, n, brand): append the list of their reports. */
void report_list_put(
	struct html *b, const int *months, size_t n, const struct brand *brand);

/*
 * ---- The tools of a server, at /status/<slug>/tools, and their changes, at
 * /status/<slug>/changes. A server's texts are shown as they are, with what
 * hides in them made visible, and cut.
 *
 * tools_page_put(b, page, tools), tools_page_changes(b, page, history): append
 * the page. Of *page its data is not read, and may be NULL.
 */
void tools_page_put(struct html *b, const struct status_page *page,
	const struct tool_current *tools);
void tools_page_changes(struct html *b, const struct status_page *page,
	const struct tool_history *history);

/*
 * ---- The manual, which scripts/manual turned into HTML when the program was
 * built. No file is read.
 */

struct manual_page {
	const char *name;  /* "mcp-serve.8" */
	const char *about; /* one line */
	const unsigned char *html;
	size_t n;
};

/* In the order in which they are listed. */
extern const struct manual_page manual_pages[];
extern const size_t manual_count;

/* manual_find(name): the page of that name, or NULL. */
const struct manual_page *manual_find(const char *name);

/* manual_put(b, page, brand): append a page. manual_put_list: the list. */
void manual_put(struct html *b, const struct manual_page *page,
	const struct brand *brand);
void manual_put_list(struct html *b, const struct brand *brand);

/* ---- Errors. */

/*
 * error_page_missing(b, name, close, n, brand): append the page for a server
 * that is not there, with the n slugs in `close` that may have been meant.
 * `name` may be "".
 */
void error_page_missing(struct html *b, const char *name,
	const char *const *close, size_t n, const struct brand *brand);

/*
 * error_page_put(b, heading, text, brand): append a page of a heading and a
 * paragraph.
 */
void error_page_put(struct html *b, const char *heading, const char *text,
	const struct brand *brand);

/*
 * world_map_put(b, l): append the map as SVG, with a mark for each place whose
 * position is known; nothing where there is none.
 */
void world_map_put(struct html *b, const struct places *l);

/*
 * The CSS: of all pages, and of some; what all pages draw icons from, and the
 * data of the path of the world's land. The Makefile makes source files of *.css,
 * icons.svg, land.path and page.js.
 */
extern const char page_style[];
extern const char page_style_index[];
extern const char page_style_status[];
extern const char page_style_history[];
extern const char page_style_manual[];
extern const char page_style_report[];
extern const char page_style_tools[];
extern const char page_style_embed[];
extern const char page_icons[];
extern const char page_land[];
extern const char page_js[];
extern const size_t page_js_size;

/*
 * The addresses of the pages of a server, and links to them. paths_incident(b,
 * slug, in): append the path of an incident, which is made of what it has from
 * its first event on, so that it never changes; PATH_INCIDENT(slug, in) is the
 * part of a template. PATH_DAY(slug, day): the address of a day, epoch days, on
 * the page of its month. paths_month(b, slug,
 * month, before, after): a link to the page of a month, with these words around
 * its name. paths_months(b, page): links to all months that are kept, the
 * newest first. paths_server(b, page): a link to the page of the server.
 */
void paths_incident(struct buf *b, const char *slug, const struct incident *in);
void paths_put_incident(struct html *b, const struct html_part *p);
void paths_put_day(struct html *b, const struct html_part *p);
#define PATH_INCIDENT(slug, in)                                                \
	HTML_PART(.put = paths_put_incident, .text = (slug), .of = (in))
#define PATH_DAY(slug, day)                                                    \
	HTML_PART(.put = paths_put_day, .text = (slug), .at = (day))
void paths_month(struct html *b, const char *slug, int month,
	const char *before, const char *after);
void paths_months(struct html *b, const struct status_page *page);
void paths_server(struct html *b, const struct status_page *page);

#endif
