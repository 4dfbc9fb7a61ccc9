/* SPDX-License-Identifier: MIT */
#include "http/escape.h"

#include "base/chars.h"
#include "base/text.h"

/* escape_whole writes these in place of a character. */
static const char special[] = "&<>\"'";
static const char *const entities[] = {
	"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

static void escape_whole(struct html *b, const char *s)
{
	for (;;) {
		size_t n = strcspn(s, special);

		buf_add(&b->out, s, n);
		s += n;
		if (!*s)
			break;
		buf_str(&b->out, entities[strchr(special, *s++) - special]);
	}
}

/* The first n bytes of a text. */
static void escape_part(struct html *b, const char *s, size_t n)
{
	char clean[TEXT_SIZE];

	text_clean(s, n, clean, sizeof clean, TEXT_MAX);
	escape_whole(b, clean);
}

void escape_put(struct html *b, const char *s)
{
	escape_part(b, s, strlen(s));
}

void escape_take(struct html *b, struct buf *text)
{
	escape_whole(b, text->p);
	b->out.bad = b->out.bad || !buf_ok(text);
	buf_release(text);
}

static bool put_escaped(void *to, const struct conversion *c, va_list *ap)
{
	const struct html_part *part;
	const char *s;

	if (c->letter != 's')
		return false;
	if (c->length == 'l') {
		part = (const void *)va_arg(*ap, const wchar_t *);
		part->put(to, part);
		return true;
	}
	s = va_arg(*ap, const char *);
	escape_part(to, s, c->precision < 0
			? strlen(s) : strnlen(s, (size_t)c->precision));
	return true;
}

void html_fmt(struct html *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_template(&b->out, fmt, ap, put_escaped, b);
	va_end(ap);
}

void html_part_whole(struct html *b, const struct html_part *p)
{
	escape_whole(b, p->text);
}

void html_part_markup(struct html *b, const struct html_part *p)
{
	for (const char *s = p->text; *s;) {
		size_t n = strcspn(s, "'");

		buf_add(&b->out, s, n);
		s += n;
		if (*s) {
			buf_char(&b->out, '"');
			s++;
		}
	}
}

void html_part_query(struct html *b, const struct html_part *p)
{
	for (const char *s = p->text; *s; s++) {
		if (chars_lower(*s) || chars_upper(*s) || chars_digit(*s) ||
			strchr("-._~", *s))
			buf_char(&b->out, *s);
		else
			buf_fmt(&b->out, "%%%02X", (unsigned char)*s);
	}
}
