/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/chars.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The first room that is made. */
#define LEAST ((size_t)256)

static char nothing[1];

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf) {.p = nothing, .max = max};
}

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->p);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->bad = false;
	if (b->cap)
		b->p[0] = '\0';
}

bool buf_ok(const struct buf *b)
{
	return !b->bad;
}

/* Room for n more bytes and the NUL; false and bad where the limit forbids. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->bad || n > b->max - b->len) {
		b->bad = true;
		return false;
	}
	if (b->len + n + 1 > b->cap)
		b->p = xgrow(b->cap ? b->p : NULL, &b->cap,
			b->len + n + 1 > LEAST ? b->len + n + 1 : LEAST, 1);
	return true;
}

char *buf_more(struct buf *b, size_t n)
{
	char *p;

	if (!reserve(b, n))
		return NULL;
	p = b->p + b->len;
	b->len += n;
	p[n] = '\0';
	return p;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_more(b, n);

	if (to && n)
		memcpy(to, p, n);
}

void buf_char(struct buf *b, char c)
{
	char *to = buf_more(b, 1);

	if (to)
		*to = c;
}

void buf_int(struct buf *b, long long v)
{
	char text[24];
	size_t at = sizeof text;
	unsigned long long rest = v < 0 ? 0 - (unsigned long long)v
					: (unsigned long long)v;

	do
		text[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (v < 0)
		text[--at] = '-';
	buf_add(b, text + at, sizeof text - at);
}

/*
 * With a whole part of so many bits, or more, a double has so few behind the
 * point that they can be multiplied by a million without loss.
 */
#define EXACT 4194304.0
#define EXACT_DIGITS 6

void buf_fixed(struct buf *b, double v, int digits)
{
	double scale = 1, part;
	char text[EXACT_DIGITS + 1];
	long long whole, rest;

	if (!(v >= EXACT && v < 1e15) || digits < 1 || digits > EXACT_DIGITS) {
		buf_fmt(b, "%.*f", digits, v);
		return;
	}
	for (int i = 0; i < digits; i++)
		scale *= 10;
	whole = (long long)v;
	/* To the nearest, of two the even one: what printf(3) does. */
	part = nearbyint((v - (double)whole) * scale);
	rest = (long long)part;
	if (part >= scale) {
		whole++;
		rest = 0;
	}
	buf_int(b, whole);
	text[0] = '.';
	for (int i = digits; i > 0; i--, rest /= 10)
		text[i] = (char)('0' + rest % 10);
	buf_add(b, text, (size_t)digits + 1);
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap ? b->cap - b->len : 0;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(room ? b->p + b->len : NULL, room, fmt, ap);
	if (n < 0)
		b->bad = true;
	if (n >= 0 && reserve(b, (size_t)n)) {
		if ((size_t)n >= room)
			vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	} else if (room) {
		/* The text that was there stays, and nothing else. */
		b->p[b->len] = '\0';
	}
	va_end(again);
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(b, fmt, ap);
	va_end(ap);
}

/* The value of an integer of that length. */
static long long integer_of(const struct conversion *c, va_list *ap)
{
	bool is_signed = c->letter == 'd' || c->letter == 'i';

	switch (c->length) {
	case 'l':
		return is_signed ? va_arg(*ap, long)
				 : (long long)va_arg(*ap, unsigned long);
	case 'L': /* "ll" */
		return is_signed ? va_arg(*ap, long long)
				 : (long long)va_arg(*ap, unsigned long long);
	case 'z':
		return (long long)va_arg(*ap, size_t);
	case 'j':
		return (long long)va_arg(*ap, intmax_t);
	default:
		return is_signed ? va_arg(*ap, int)
				 : (long long)va_arg(*ap, unsigned);
	}
}

/* `flags`, n bytes, are those of the conversion and its width. */
static void put_by_printf(struct buf *b, const char *flags, int n,
	const struct conversion *c, va_list *ap)
{
	bool real = strchr("feg", c->letter) != NULL;
	char spec[32];

	snprintf(spec, sizeof spec, real ? "%%%.*s.*%c" : "%%%.*sll%c", n,
		flags, c->letter);
	if (c->letter == '%')
		buf_char(b, '%');
	else if (c->letter == 'c')
		buf_char(b, (char)va_arg(*ap, int));
	else if (real && c->letter == 'f' && !n)
		buf_fixed(b, va_arg(*ap, double),
			c->precision < 0 ? 6 : c->precision);
	else if (real)
		buf_fmt(b, spec, c->precision < 0 ? 6 : c->precision,
			va_arg(*ap, double));
	else if (!n && strchr("diu", c->letter))
		buf_int(b, integer_of(c, ap));
	else
		buf_fmt(b, spec, integer_of(c, ap));
}

/* Append the conversion behind a "%". Returns what follows it in the template. */
static const char *put_conversion(struct buf *b, const char *p, va_list *ap,
	convert *own, void *to)
{
	struct conversion c = {.precision = -1};
	const char *flags = p;
	int n = (int)strspn(p, "-+ #0123456789");

	p += n;
	if (*p == '.' && p[1] == '*') {
		c.precision = va_arg(*ap, int);
		p += 2;
	} else if (*p == '.') {
		for (c.precision = 0, p++; *p >= '0' && *p <= '9'; p++)
			c.precision = 10 * c.precision + *p - '0';
	}
	if (*p == 'l' && p[1] == 'l') {
		c.length = 'L';
		p += 2;
	} else if (*p && strchr("lzj", *p)) {
		c.length = *p++;
	}
	c.letter = *p;
	if (!own(to, &c, ap))
		put_by_printf(b, flags, n, &c, ap);
	return p + 1;
}

static bool is_letter(char c)
{
	return chars_lower(c) || chars_upper(c);
}

void buf_template(struct buf *b, const char *fmt, va_list ap, convert *own,
	void *to)
{
	const char *p = fmt;
	va_list args;

	va_copy(args, ap);
	for (;;) {
		size_t n = strcspn(p, "%'");

		buf_add(b, p, n);
		p += n;
		if (!*p)
			break;
		if (*p == '%') {
			p = put_conversion(b, p + 1, &args, own, to);
			continue;
		}
		buf_char(b, p > fmt && is_letter(p[-1]) && is_letter(p[1])
				? '\'' : '"');
		p++;
	}
	va_end(args);
}

void buf_drop(struct buf *b, size_t n)
{
	if (!n)
		return;
	b->len -= n;
	memmove(b->p, b->p + n, b->len + 1);
}

void buf_cut(struct buf *b, size_t n)
{
	if (n == b->len)
		return;
	b->len = n;
	b->p[n] = '\0';
}

char *buf_take(struct buf *b)
{
	char *s = b->cap ? b->p : xstrdup("");

	buf_init(b, b->max);
	return s;
}

void text_put(struct buf *b, const char *s)
{
	char clean[TEXT_SIZE];

	buf_add(b, clean,
		text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX));
}
