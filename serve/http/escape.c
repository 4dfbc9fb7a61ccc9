#include "http/escape.h"

#include "base/text.h"

/* escape_whole writes these in place of a character. */
static const struct {
	char c;
	const char *entity;
} entities[] = {
	{'&', "&amp;"},
	{'<', "&lt;"},
	{'>', "&gt;"},
	{'"', "&quot;"},
	{'\'', "&#39;"},
};
#define ENTITIES (sizeof entities / sizeof *entities)

void html_fmt(struct html *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b->out, fmt, ap);
	va_end(ap);
}

void escape_whole(struct html *b, const char *s)
{
	for (; *s; s++) {
		size_t i = 0;

		while (i < ENTITIES && entities[i].c != *s)
			i++;
		if (i < ENTITIES)
			html_str(b, entities[i].entity);
		else
			html_char(b, *s);
	}
}

void escape_put(struct html *b, const char *s)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX);
	escape_whole(b, clean);
}

void escape_take(struct html *b, struct buf *text)
{
	escape_whole(b, text->p);
	b->out.bad = b->out.bad || !buf_ok(text);
	buf_release(text);
}

void escape_put_query(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= '0' && c <= '9') ||
			((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			strchr("-._~", c))
			buf_char(b, *s);
		else
			buf_fmt(b, "%%%02X", c);
	}
}
