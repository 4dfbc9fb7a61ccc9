/*
 * glyphs.h: how wide text is in an image.
 */
#ifndef BADGE_GLYPHS_H
#define BADGE_GLYPHS_H

#include <stddef.h>

/* glyphs_width(s, size): in whole pixels, at a font size in pixels. */
unsigned glyphs_width(const char *s, unsigned size);

/*
 * glyphs_fit(s, size, most): how many bytes of s, whole characters, are at most
 * `most` pixels wide.
 */
size_t glyphs_fit(const char *s, unsigned size, unsigned most);

#endif
