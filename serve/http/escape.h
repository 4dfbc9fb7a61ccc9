/* SPDX-License-Identifier: MIT */
/*
 * escape.h: HTML, SVG and XML, and text into them. Markup has a type of its own:
 * a function that writes a text cannot call one that writes markup, so no tag of
 * a page ends up in an image. A text becomes markup by escape_put; markup never
 * becomes a text.
 */
#ifndef HTTP_ESCAPE_H
#define HTTP_ESCAPE_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Markup; `out` has its limit and its error. */
struct html {
	struct buf out;
};

/* A part of a template: `put` appends it, from the other members. */
struct html_part {
	void (*put)(struct html *b, const struct html_part *p);
	int kind; /* for `put` */
	const char *text;
	const void *of, *with;
	size_t n;
	int64_t at;
	double now;
};

/*
 * A part as an argument for %ls: the compiler takes no other pointer there. It
 * lives as long as the block that it stands in.
 */
#define HTML_PART(...)                                                         \
	((const wchar_t *)(const void *)&(const struct html_part) {__VA_ARGS__})

/*
 * html_fmt(b, fmt, ...): append a template of markup, see buf_template. %s is a
 * text, as escape_put appends it; %ls a part. HTML_WHOLE(s): a text that
 * is clean already, whole; HTML_QUERY(s): a value of a query in an address, with
 * percent signs (RFC 3986); HTML_MARKUP(s): our own markup, with ' in place of ".
 */
void html_fmt(struct html *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void html_part_whole(struct html *b, const struct html_part *p);
void html_part_markup(struct html *b, const struct html_part *p);
void html_part_query(struct html *b, const struct html_part *p);
#define HTML_WHOLE(s) HTML_PART(.put = html_part_whole, .text = (s))
#define HTML_MARKUP(s) HTML_PART(.put = html_part_markup, .text = (s))
#define HTML_QUERY(s) HTML_PART(.put = html_part_query, .text = (s))

/* html_add(b, p, n): append our own markup. */
static inline void html_add(struct html *b, const void *p, size_t n)
{
	buf_add(&b->out, p, n);
}

/*
 * escape_put(b, s): append text, for the inside of an element or of a quoted
 * attribute. What base/text.h calls unfit to be shown becomes '?', and what is
 * longer than TEXT_MAX characters is cut.
 */
void escape_put(struct html *b, const char *s);

/*
 * escape_take(b, text): append a text that is clean already, whole, and release
 * it; an error of text is one of b.
 */
void escape_take(struct html *b, struct buf *text);

#endif
