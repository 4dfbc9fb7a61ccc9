/*
 * embed_js.h: the bytes of embed.js, which the Makefile puts into embed_js.c.
 */
#ifndef WIDGET_EMBED_JS_H
#define WIDGET_EMBED_JS_H

#include <stddef.h>

extern const unsigned char embed_js[];
extern const size_t embed_js_size;

#endif
