/*
 * png.h: an image as PNG (ISO/IEC 15948). Pure.
 */
#ifndef PREVIEW_PNG_H
#define PREVIEW_PNG_H

#include "base/buf.h"

/* An image whose pixels are numbers of colours. */
struct png {
	unsigned width, height;
	const unsigned char *pixels; /* a byte each, row by row */
	const unsigned char *colours; /* red, green and blue of each */
	unsigned n_colours; /* at most 256; every pixel is less */
};

/* png_put(b, p): append the file; an error of b where it was not compressed. */
void png_put(struct buf *b, const struct png *p);

#endif
