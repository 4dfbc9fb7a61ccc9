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
#define BADGE_MAINTENANCE "#0757b5"
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

/* What a badge is about. */
struct badge_subject {
	const char *slug; /* or NULL */
	const struct view *view;
	const char *note; /* what qualifies the state, escaped; or NULL */
	bool maintenance; /* one goes on: it is said in place of the state */
};

/* What is said where there never was a verdict, or is no recent one. */
#define BADGE_NEVER "awaiting first probe"
#define BADGE_STALE "no recent data"

/*
 * badge_put(b, s, look): append the badge of a server: without a fresh view
 * never an old state. The note is part of its title.
 */
void badge_put(struct buf *b, const struct badge_subject *s,
	const struct badge_look *look);

/* What a pill says. Any of it but the note may be hostile. */
struct badge {
	const char *label, *message;
	const char *title, *note; /* for those who do not see it */
	const char *colour;
	bool light;
};

/* badge_draw(b, g): append the pill. */
void badge_draw(struct buf *b, const struct badge *g);

/* badge_put_title(b, title, note): append what is said to who does not see it. */
void badge_put_title(struct buf *b, const char *title, const char *note);

#endif
