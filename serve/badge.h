/*
 * badge.h: the pill, an SVG image.
 */
#ifndef BADGE_H
#define BADGE_H

#include "buf.h"

struct view;

/*
 * badge_put(b, slug, v): append the badge of a server. One without a fresh view
 * is pending: never a state that nobody knows. `slug` may be NULL.
 */
void badge_put(struct buf *b, const char *slug, const struct view *v);

/* What a badge says. Any of it may be hostile. */
struct badge {
	const char *label, *message;
	const char *title; /* for those who do not see it */
	const char *colour;
};

/* badge_draw(b, g): append the image. */
void badge_draw(struct buf *b, const struct badge *g);

#endif
