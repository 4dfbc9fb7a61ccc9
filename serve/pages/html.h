/* SPDX-License-Identifier: MIT */
/*
 * html.h: the parts that all pages share: frame, icons, times. A page may ask
 * for our own script, /page.js, and says all without it.
 */
#ifndef PAGES_HTML_H
#define PAGES_HTML_H

#include "data/condition.h"
#include "data/view.h"
#include "http/escape.h"
#include "store/beat.h"

struct brand;
struct incident;
struct paging;
struct places;
struct request;
struct seen_place;

/* The name of a state, and the class and icon that show it. */
struct word {
	const char *text, *class;
};

/* html_condition(c): the shortest words for it. */
struct word html_condition(struct condition c);

/* html_place(p): the word for the state of a place. */
struct word html_place(enum place p);

/* html_trouble_class(t): the class and icon of an open incident, enum trouble. */
const char *html_trouble_class(int t);

/* The head of a page. */
struct frame {
	const struct brand *brand;
	const char *state; /* foremost in the window's title, or NULL */
	const char *title; /* or NULL: that of the site */
	const char *icon;  /* the class of the state whose icon it has, or NULL */
	const char *feed;  /* its path, or NULL */
	const char *feed_title; /* or NULL: "Incidents" */
	const char *calendar; /* of maintenances, its path, or NULL */
	bool live; /* it shows the current state: warn when it is left open */
	/* The path of its preview, or NULL; with one it has a state and a title. */
	const char *preview;
	/* The name of the server that the page is about, or NULL. */
	const char *subject;
	bool open; /* trouble goes on: /page.js loads it anew each minute */
	const char *path;   /* its address, NULL of what is not there */
	bool unlisted;	    /* it is not for search engines, nor to be shared */
	const char *about;  /* what it says, in short, or NULL */
	const char *server; /* whose state it shows, or NULL */
	int64_t as_of;	    /* when that was judged; 0: not known */
};

/* The size of the image beside a link to a page (preview/preview.h), in pixels. */
#define PREVIEW_WIDTH 1200
#define PREVIEW_HEIGHT 630

/*
 * html_begin(b, f), html_end(b, brand, home): append what stands before and after
 * the content of a page. `home`: with a link to the index, and what the site says
 * of itself, as html_intro has it on the index.
 */
void html_begin(struct html *b, const struct frame *f);
void html_end(struct html *b, const struct brand *brand, bool home);

/* html_intro(b, brand): append it, if there is any: its addresses are links. */
void html_intro(struct html *b, const struct brand *brand);

/* html_put_favicon(b, class): append the icon of a word as an image of its own. */
void html_put_favicon(struct html *b, const char *class);

/*
 * html_subscribe(b, brand, slug, group): append the form by which visitors
 * subscribe to that server, its group or all; either may be NULL. Nothing where
 * the site takes no subscribers.
 */
void html_subscribe(struct html *b, const struct brand *brand,
	const char *slug, const char *group);

/* html_element(b, tag, text): text, escaped, in an element. */
void html_element(struct html *b, const char *tag, const char *text);

/*
 * Parts of templates, see html_fmt. HTML_ICON(class): the icon of a word, which
 * stands beside its text.
 *
 * HTML_TIME(t, now): an instant: "20:31 UTC", with its date where that is not the
 * one of now. HTML_CLOCK(t): "20:31" alone, below HTML_ZONE, the zone of many;
 * HTML_DATE_CLOCK(t): "29 Apr, 20:31". /page.js puts all of these into the zone
 * of the reader. HTML_DAY(day): the date of an epoch day. HTML_SPAN(s): a
 * duration. A text has these of words/words.h.
 *
 * HTML_PLACE(p), HTML_PLACES(l, place), HTML_REGIONS(l, names, n), HTML_WHERE(l,
 * names, n): what places_put, places_put_state, places_put_regions and
 * places_put_where (data/places.h) say; HTML_LATEST(in): what
 * incident_words_latest says.
 *
 * HTML_MS(ms): a response time, "142 ms" or "9.1 s".
 */
enum html_time { PART_TIME, PART_CLOCK, PART_DATE_CLOCK };
enum html_words {
	PART_DAY,
	PART_SPAN,
	PART_PLACE,
	PART_PLACES,
	PART_REGIONS,
	PART_WHERE,
	PART_LATEST
};
void html_part_icon(struct html *b, const struct html_part *p);
void html_part_time(struct html *b, const struct html_part *p);
void html_part_words(struct html *b, const struct html_part *p);
void html_part_ms(struct html *b, const struct html_part *p);
#define HTML_ICON(class) HTML_PART(.put = html_part_icon, .text = (class))
#define HTML_ANY_TIME(which, ...)                                              \
	HTML_PART(.put = html_part_time, .kind = (which), __VA_ARGS__)
#define HTML_TIME(t, now_) HTML_ANY_TIME(PART_TIME, .at = (t), .now = (now_))
#define HTML_CLOCK(t) HTML_ANY_TIME(PART_CLOCK, .at = (t))
#define HTML_DATE_CLOCK(t) HTML_ANY_TIME(PART_DATE_CLOCK, .at = (t))
#define HTML_ZONE "<span class='zone'>UTC</span>"
#define HTML_PRIVATE "<span class='private'>Private</span>"
#define HTML_WORDS(which, ...)                                                 \
	HTML_PART(.put = html_part_words, .kind = (which), __VA_ARGS__)
#define HTML_DAY(day) HTML_WORDS(PART_DAY, .at = (day))
#define HTML_SPAN(s) HTML_WORDS(PART_SPAN, .now = (double)(s))
#define HTML_PLACE(p) HTML_WORDS(PART_PLACE, .of = (p))
#define HTML_PLACES(l, place) HTML_WORDS(PART_PLACES, .of = (l), .n = (place))
#define HTML_REGIONS(l, names, many)                                           \
	HTML_WORDS(PART_REGIONS, .of = (l), .with = (names), .n = (many))
#define HTML_WHERE(l, names, many)                                             \
	HTML_WORDS(PART_WHERE, .of = (l), .with = (names), .n = (many))
#define HTML_LATEST(in) HTML_WORDS(PART_LATEST, .of = (in))
#define HTML_MS(ms) HTML_PART(.put = html_part_ms, .now = (ms))

/*
 * html_pages(b, p, r): the links to the pages of a list before and after this
 * one; nothing where there is only one.
 */
void html_pages(
	struct html *b, const struct paging *p, const struct request *r);

/*
 * html_private(b, account, up): the line of a private page: whose it is, with the
 * way out; `up`: and to all servers of that account.
 */
void html_private(struct html *b, const char *account, bool up);

/*
 * The banner of a page where our own checks are missing or late: the states of
 * servers are old then, and the fault is ours.
 */
struct own_checks {
	enum freshness freshness; /* of the newest verdict that is shown */
	int64_t as_of;		  /* its minute, unless there is none */
	const double *heartbeats; /* of all stages, epoch seconds */
	double now;
	bool many; /* the page is of many servers, not of one */
	bool unnotified; /* a notification did not arrive; of many servers */
};

/* own_checks_put(b, o): append the banner, if there is a need for one. */
void own_checks_put(struct html *b, const struct own_checks *o);

#endif
