/*
 * badge.h: what is known of a server, as an SVG image: a pill, or a card.
 */
#ifndef BADGE_BADGE_H
#define BADGE_BADGE_H

#include "base/buf.h"

#include <stdbool.h>

struct request;
struct view;

/* The most characters of a label that somebody chose, and room for it. */
#define BADGE_LABEL 40
#define BADGE_LABEL_SIZE (4 * BADGE_LABEL + 1)

/* White on each of these has a contrast above 4.5 to 1 (WCAG 2.2, 1.4.3). */
#define BADGE_GREEN "#1a7f37"
#define BADGE_AMBER "#9a6700"
#define BADGE_RED "#cf222e"
#define BADGE_PENDING "#6a737d"

/* How a badge looks. All zero is the dark pill. */
struct badge_look {
	bool card, light;
	char label[BADGE_LABEL_SIZE]; /* "" for the usual one */
};

/*
 * badge_look_read(request, look): what the parameters style, theme and label
 * ask for. An unknown value is ignored: an image must not break. The label is
 * cleaned by text_clean.
 */
void badge_look_read(const struct request *request, struct badge_look *look);

/*
 * badge_put(b, slug, v, look): append the badge of a server. One without a
 * fresh view is pending: never an old state. `slug` may be NULL.
 */
void badge_put(struct buf *b, const char *slug, const struct view *v,
	const struct badge_look *look);

/* What a pill says. Any of it may be hostile. */
struct badge {
	const char *label, *message;
	const char *title; /* for those who do not see it */
	const char *colour;
	bool light;
};

/* badge_draw(b, g): append the pill. */
void badge_draw(struct buf *b, const struct badge *g);

#endif
