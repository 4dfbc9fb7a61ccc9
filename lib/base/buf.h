/* SPDX-License-Identifier: MIT */
/*
 * buf.h: a growing run of bytes that cannot grow beyond a limit.
 *
 * Errors stick: append as often as needed, then ask buf_ok once. After an error
 * nothing more is appended, and what was appended stays. A NUL that does not
 * count always follows the bytes.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *p;    /* the bytes; "" while empty, never NULL */
	size_t len; /* how many, the NUL not counted */
	size_t cap; /* room at p, 0 while nothing is allocated */
	size_t max; /* the limit of len */
	bool bad;   /* an append would have passed the limit */
};

/* buf_init(b, max): an empty buffer that will hold at most `max` bytes. */
void buf_init(struct buf *b, size_t max);

/* buf_release(b): free the bytes; the buffer is empty and usable again. */
void buf_release(struct buf *b);

/* buf_clear(b): empty it, error included; the memory is kept. */
void buf_clear(struct buf *b);

/* buf_ok(b): whether everything appended is there. */
bool buf_ok(const struct buf *b);

/* buf_add(b, p, n): append n bytes. */
void buf_add(struct buf *b, const void *p, size_t n);

/* buf_more(b, n): append n bytes, which the caller has to set; NULL after an
   error. */
char *buf_more(struct buf *b, size_t n);

/*
 * buf_str(b, s), buf_char(b, c), buf_int(b, v): append a string, a byte, a
 * number in decimal. buf_fixed(b, v, digits): as printf(3) writes v with %.*f.
 */
static inline void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, long long v);
void buf_fixed(struct buf *b, double v, int digits);

/* buf_fmt(b, fmt, ...): append as printf(3) would write it. */
void buf_fmt(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/*
 * buf_template(b, fmt, ap, own, to): append a template, which is a format of
 * printf(3) in which a ' outside words is written as ", so that markup
 * and JSON can be read in C. Each conversion is offered to own(to, c, ap) first,
 * which takes its argument and appends it to b; or returns false, and then it is
 * written as by printf: %c, doubles, and integers without a length or with l, ll,
 * z or j. A width is digits.
 */
struct conversion {
	char letter, length; /* length: 0, or l, L for ll, z or j */
	int precision;	     /* -1: none */
};
typedef bool convert(void *to, const struct conversion *c, va_list *ap);
void buf_template(struct buf *b, const char *fmt, va_list ap, convert *own,
	void *to);

/* buf_drop(b, n): remove the first n bytes, n <= b->len. */
void buf_drop(struct buf *b, size_t n);

/* buf_cut(b, n): remove all but the first n bytes, n <= b->len. */
void buf_cut(struct buf *b, size_t n);

/*
 * buf_take(b): the bytes as a string that the caller frees with free(3); the
 * buffer is empty afterwards.
 */
char *buf_take(struct buf *b);

/* text_put(b, s): append s, cleaned by text_clean, cut to TEXT_MAX. */
void text_put(struct buf *b, const char *s);

#endif
