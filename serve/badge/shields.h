/*
 * shields.h: what a badge says, for shields.io to draw: the JSON that its
 * endpoint badge reads (https://shields.io/badges/endpoint-badge). Pure.
 */
#ifndef BADGE_SHIELDS_H
#define BADGE_SHIELDS_H

#include "base/buf.h"

struct badge_words;

/*
 * shields_put(b, w, label, max_age): append the object, as a line, with only
 * those members that shields.io knows, as it refuses all others; `label` in place
 * of the usual one unless it is ""; it may be kept for max_age seconds. Where the
 * words say that nothing is known, isError keeps readers from painting it green.
 */
void shields_put(struct buf *b, const struct badge_words *w, const char *label,
	int max_age);

#endif
