/*
 * badge.h: what a badge says as an SVG image: a pill, or a card.
 */
#ifndef BADGE_BADGE_H
#define BADGE_BADGE_H

#include "http/escape.h"

#include <stdbool.h>

struct badge_subject;
struct badge_words;
struct request;

/* The most characters of a label that somebody chose, and room for it. */
#define BADGE_LABEL 40
#define BADGE_LABEL_SIZE (4 * BADGE_LABEL + 1)

/* White on each of these has a contrast above 4.5 to 1 (WCAG 2.2, 1.4.3). */
#define BADGE_GREEN "#1a7f37"
#define BADGE_AMBER "#9a6700"
#define BADGE_RED "#cf222e"
#define BADGE_MAINTENANCE "#0757b5"
#define BADGE_FIGURE BADGE_MAINTENANCE /* one that is neither good nor bad */
#define BADGE_PENDING "#6a737d"

enum badge_theme {
	BADGE_DARK,
	BADGE_LIGHT,
	BADGE_AUTO /* follows prefers-color-scheme; dark where that is not known */
};

/* How a badge looks. All zero is the dark pill. */
struct badge_look {
	bool card, square; /* square: the corners of a pill */
	enum badge_theme theme;
	char label[BADGE_LABEL_SIZE]; /* "" for the usual one */
};

/*
 * The Content-Security-Policy of an image with the look BADGE_AUTO, which has a
 * style element.
 */
#define BADGE_POLICY "default-src 'none'; style-src 'unsafe-inline'"

/*
 * badge_look_read(request, look): what the parameters style, theme and label
 * ask for. An unknown value is ignored: an image must not break. The label is
 * cleaned by text_clean.
 */
void badge_look_read(const struct request *request, struct badge_look *look);

/*
 * badge_put(b, s, look): append the badge of a server. A card is of its state as
 * a whole: a badge of anything else is a pill. The note is part of its title.
 * badge_put_words(b, w, look): append a pill that says these words.
 */
void badge_put(struct html *b, const struct badge_subject *s,
	const struct badge_look *look);
void badge_put_words(struct html *b, const struct badge_words *w,
	const struct badge_look *look);

/* What a pill says. Any of it may be hostile. */
struct badge {
	const char *label, *message;
	const char *title, *note; /* for those who do not see it */
	const char *colour;
	bool square;
	enum badge_theme theme;
};

/* badge_draw(b, g): append the pill. */
void badge_draw(struct html *b, const struct badge *g);

/* badge_put_title(b, title, note): append what is said to who does not see it. */
void badge_put_title(struct html *b, const char *title, const char *note);

/* badge_put_class(b, theme, name): append the class that BADGE_AUTO has styles for. */
void badge_put_class(struct html *b, enum badge_theme theme, const char *name);

#endif
