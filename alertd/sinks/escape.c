#include "sinks/sink.h"

#include "base/text.h"
#include "json/json.h"

#include <string.h>

/* Enough for the longest text of a vendor, in UTF-8. */
#define CUT_SIZE (4 * 16000 + 4)

const char *sink_cut(const char *s, size_t max, char *out, size_t size)
{
	size_t at = 0, chars = 0, keep = 0, len;
	uint32_t cp;

	while (s[at]) {
		len = text_utf8(s + at, strlen(s + at), &cp);
		len = len ? len : 1;
		if (chars == max || at + len >= size)
			break;
		at += len;
		chars++;
		if (chars + 3 <= max && at + 4 <= size)
			keep = at;
	}
	memcpy(out, s, at);
	out[at] = '\0';
	if (s[at])
		memcpy(out + keep, "...", 4);
	return out;
}

void sink_put_cut(struct buf *b, const char *s, size_t max)
{
	char out[CUT_SIZE];

	json_put_str(b, sink_cut(s, max, out, sizeof out));
}

void sink_put_escaped(struct buf *b, const char *s, size_t max,
	void (*escape)(struct buf *b, const char *s))
{
	char out[CUT_SIZE];
	struct buf text;

	buf_init(&text, 8 * CUT_SIZE);
	escape(&text, sink_cut(s, max, out, sizeof out));
	json_put_str(b, text.p);
	buf_release(&text);
}

/* Append &, < or > as an entity; false: c is none of these. */
static bool put_named(struct buf *b, char c)
{
	if (c == '&')
		buf_str(b, "&amp;");
	else if (c == '<')
		buf_str(b, "&lt;");
	else if (c == '>')
		buf_str(b, "&gt;");
	else
		return false;
	return true;
}

void sink_text_slack(struct buf *b, const char *s)
{
	for (; *s; s++)
		if (!put_named(b, *s))
			buf_char(b, *s);
}

/* A space of no width behind an @ keeps it from being a mention. */
void sink_text_discord(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\*_~`|>#-[]()<:", *s))
			buf_char(b, '\\');
		buf_char(b, *s);
		if (*s == '@')
			buf_str(b, "\u200b");
	}
}

/* XML excludes two characters of Unicode, and most control characters. */
void sink_text_xml(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (put_named(b, *s))
			continue;
		if (strncmp(s, "\uFFFE", 3) == 0 ||
			strncmp(s, "\uFFFF", 3) == 0)
			buf_str(b, "?"), s += 2;
		else if ((unsigned char)*s < ' ' && *s != '\n')
			buf_char(b, ' ');
		else
			buf_char(b, *s);
	}
}

void sink_text_sms(struct buf *b, const char *s)
{
	static const struct {
		const char *from, *to;
	} plain[] = {
		{"\u2013", "-"}, {"\u2014", "-"}, {"\u2018", "'"},
		{"\u2019", "'"}, {"\u201c", "\""}, {"\u201d", "\""},
		{"\u2026", "..."}, {"\u00a0", " "}, {"`", "'"},
	};

	while (*s) {
		size_t i = 0, n = sizeof plain / sizeof *plain;

		while (i < n && strncmp(s, plain[i].from,
					strlen(plain[i].from)) != 0)
			i++;
		if (i < n) {
			buf_str(b, plain[i].to);
			s += strlen(plain[i].from);
		} else {
			buf_char(b, *s++);
		}
	}
}
