/*
 * html.h: what all pages are made of: the frame, icons, times.
 */
#ifndef PAGES_HTML_H
#define PAGES_HTML_H

#include "base/buf.h"
#include "data/view.h"

struct brand;

/* What a state is called, and the class and icon that show it. */
struct word {
	const char *text, *class;
};

/* part_state(v): that of a view; "Unknown" where it is not fresh. */
struct word part_state(const struct view *v);

/* part_place(p): that of a place. */
struct word part_place(enum place p);

/* What stands in the head of a page. */
struct frame {
	const struct brand *brand;
	const char *state; /* foremost in the title of the window, or NULL */
	const char *title; /* or NULL: that of the site */
	const char *feed;  /* its path, or NULL */
	bool live; /* it says what is so now: it warns when it is left open */
};

/* part_begin(b, f), part_end(b, home): all before and after what it says. */
void part_begin(struct buf *b, const struct frame *f);
void part_end(struct buf *b, bool home);

/* part_icon(b, class): the icon of a word, which stands beside its text. */
void part_icon(struct buf *b, const char *class);

/* part_element(b, tag, text): text, escaped, in an element. */
void part_element(struct buf *b, const char *tag, const char *text);

/*
 * part_time(b, t, now): an instant: "20:31 UTC", with its date where that is
 * not the one of now. part_clock(b, t): "20:31" alone. part_day(b, day): the
 * date of an epoch day.
 */
void part_time(struct buf *b, int64_t t, double now);
void part_clock(struct buf *b, int64_t t);
void part_day(struct buf *b, int64_t day);

/* part_span(b, s): a duration: "12 min", "3 h 20 min", "2 days 4 h". */
void part_span(struct buf *b, double s);

#endif
