/*
 * page_js.h: the bytes of page.js, which the Makefile puts into page_js.c.
 */
#ifndef PAGES_PAGE_JS_H
#define PAGES_PAGE_JS_H

#include <stddef.h>

extern const char page_js[];
extern const size_t page_js_size;

#endif
