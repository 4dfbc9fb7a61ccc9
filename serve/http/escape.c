#include "http/escape.h"

#include "base/text.h"

/* What escape_put writes in place of a character. */
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

void escape_put(struct buf *b, const char *s)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX);
	for (const char *p = clean; *p; p++) {
		size_t i = 0;

		while (i < ENTITIES && entities[i].c != *p)
			i++;
		if (i < ENTITIES)
			buf_str(b, entities[i].entity);
		else
			buf_char(b, *p);
	}
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

void escape_undo(struct buf *b, const char *s)
{
	while (*s) {
		size_t i = *s == '&' ? 0 : ENTITIES, n = 1;

		while (i < ENTITIES && strncmp(s, entities[i].entity,
			strlen(entities[i].entity)) != 0)
			i++;
		if (i < ENTITIES)
			n = strlen(entities[i].entity);
		buf_char(b, i < ENTITIES ? entities[i].c : *s);
		s += n;
	}
}
