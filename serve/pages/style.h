/*
 * style.h: the CSS of the pages: of all, of the status page, of incidents and
 * months, of the manual, of reports, of tools.
 * Made of *.css by the Makefile.
 */
#ifndef PAGES_STYLE_H
#define PAGES_STYLE_H

extern const char page_style[];
extern const char page_style_index[];
extern const char page_style_status[];
extern const char page_style_history[];
extern const char page_style_manual[];
extern const char page_style_report[];
extern const char page_style_tools[];

#endif
