/*
 * escape.h: HTML, SVG and XML, and text into them. Markup has a type of its own:
 * a function that writes a text cannot call one that writes markup, so no tag of
 * a page ends up in an image. A text becomes markup by escape_put; markup never
 * becomes a text.
 */
#ifndef HTTP_ESCAPE_H
#define HTTP_ESCAPE_H

#include "base/buf.h"

/* Markup; `out` has its limit and its error. */
struct html {
	struct buf out;
};

/*
 * html_str(b, s), html_char, html_int, html_add(b, p, n), html_fmt: append our
 * own markup, or what has no character of it, such as a number or a slug, as
 * buf_str and its like do.
 */
static inline void html_str(struct html *b, const char *s)
{
	buf_str(&b->out, s);
}
static inline void html_char(struct html *b, char c)
{
	buf_char(&b->out, c);
}
static inline void html_int(struct html *b, long long v)
{
	buf_int(&b->out, v);
}
static inline void html_add(struct html *b, const void *p, size_t n)
{
	buf_add(&b->out, p, n);
}
void html_fmt(struct html *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * escape_put(b, s): append text, for the inside of an element or of a quoted
 * attribute. What base/text.h calls unfit to be shown becomes '?', and what is
 * longer than TEXT_MAX characters is cut. escape_whole: likewise, a text that
 * is clean already, whole.
 */
void escape_put(struct html *b, const char *s);
void escape_whole(struct html *b, const char *s);

/*
 * escape_take(b, text): append text as escape_whole does, and release it; an
 * error of text is one of b.
 */
void escape_take(struct html *b, struct buf *text);

/*
 * escape_put_query(b, s): append a value of a query to an address, encoded with
 * percent signs (RFC 3986): so it needs no other escape.
 */
void escape_put_query(struct buf *b, const char *s);

#endif
