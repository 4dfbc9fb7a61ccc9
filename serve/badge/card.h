/*
 * card.h: the badge with more room: a name, a state, and three figures.
 */
#ifndef BADGE_CARD_H
#define BADGE_CARD_H

#include "badge/badge.h"
#include "http/escape.h"

#include <stdbool.h>

struct view;

/* What a card says. Any of it may be hostile. */
struct card {
	const char *name;
	const char *title, *note; /* for those who do not see it */
	const struct view *view;
	bool maintenance; /* one goes on */
	enum badge_theme theme;
};

/* card_draw(b, c): append the image. */
void card_draw(struct html *b, const struct card *c);

#endif
