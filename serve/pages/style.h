/*
 * style.h: how the pages look: what all have, the status of a server, and
 * the manual.
 */
#ifndef PAGES_STYLE_H
#define PAGES_STYLE_H

extern const char page_style[];
extern const char page_style_status[];
extern const char page_style_manual[];

#endif
