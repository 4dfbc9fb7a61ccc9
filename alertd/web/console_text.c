/* SPDX-License-Identifier: MIT */
/*
 * console_text.c: puts markup, texts of strangers and times into the pages of the
 * console.
 */
#include "web/console.h"

#include "base/text.h"
#include "words/words.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

static bool escape(void *to, const struct conversion *c, va_list *ap)
{
	if (c->letter != 's')
		return false;
	cgi_put_html(to, va_arg(*ap, const char *));
	return true;
}

void console_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_template(b, fmt, ap, escape, b);
	va_end(ap);
}

void console_short(struct buf *b, const char *s, size_t max)
{
	char text[TEXT_SIZE];
	size_t n = strlen(s);
	bool cut = text_clean(s, n, text, sizeof text, max) < n;

	cgi_put_html(b, text);
	if (cut && strlen(text) >= max)
		buf_str(b, "…");
}

void console_time(struct buf *b, const struct cgi *c, double t)
{
	phrase_time_seen(b, (int64_t)t, c->now, c->conf->zone);
}

void console_span(struct buf *b, const struct cgi *c, double from, double to)
{
	const char *zone = c->conf->zone;

	console_time(b, c, from);
	buf_str(b, " to ");
	phrase_time(b, (int64_t)to, !phrase_same_day(from, to, zone), zone);
}

void console_ago(struct buf *b, const struct cgi *c, double t)
{
	struct buf text;

	buf_init(&text, 256);
	phrase_duration(&text, (long long)fmax(0, c->now - t));
	console_time(b, c, t);
	console_fmt(b, " (%s ago)", text.p);
	buf_release(&text);
}
