/*
 * page_style.h: how the pages look.
 */
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

extern const char page_style[];

#endif
