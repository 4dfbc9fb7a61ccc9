#include "http/escape.h"

#include "base/text.h"

void escape_put(struct buf *b, const char *s)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX);
	for (const char *p = clean; *p; p++) {
		switch (*p) {
		case '&':
			buf_str(b, "&amp;");
			break;
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		case '\'':
			buf_str(b, "&#39;");
			break;
		default:
			buf_char(b, *p);
		}
	}
}
