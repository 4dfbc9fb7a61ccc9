/*
 * glyphs.h: glyphs.bin, which the Makefile makes an array of; see font.c.
 */
#ifndef PREVIEW_GLYPHS_H
#define PREVIEW_GLYPHS_H

#include <stddef.h>

extern const unsigned char glyphs[];
extern const size_t glyphs_size;

#endif
