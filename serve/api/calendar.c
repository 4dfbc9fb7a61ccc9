/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

/* A line has at most so many bytes without its end: RFC 5545, section 3.1. */
#define LINE_OCTETS 75
#define NAMES_MAX 4096

/* Whether a byte begins a character of UTF-8. */
static bool begins(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* A content line, folded, and never within a character. */
static void put_line(struct buf *b, const char *s)
{
	size_t used = 0;

	for (; *s; s++) {
		size_t n = 1;

		while (begins(*s) && s[n] && !begins(s[n]))
			n++;
		if (begins(*s) && used + n > LINE_OCTETS) {
			buf_str(b, "\r\n ");
			used = 1;
		}
		buf_char(b, *s);
		used++;
	}
	buf_str(b, "\r\n");
}

/* A property whose value is a text (section 3.3.11) from anywhere. */
static void put_text(struct buf *b, const char *name, const char *text,
	const char *more)
{
	char clean[TEXT_SIZE];
	struct buf line;

	text_clean(text, strlen(text), clean, sizeof clean, TEXT_MAX);
	buf_init(&line, 3 * TEXT_SIZE);
	buf_fmt(&line, "%s:", name);
	for (const char *p = clean; *p; p++) {
		if (strchr("\\;,", *p))
			buf_char(&line, '\\');
		buf_char(&line, *p);
	}
	buf_str(&line, more);
	if (buf_ok(&line))
		put_line(b, line.p);
	buf_release(&line);
}

/* "20260429T203100Z" */
static void put_utc(struct buf *b, const char *name, int64_t t)
{
	char s[CLOCK_RFC3339];

	clock_rfc3339(t, s);
	buf_fmt(b, "%s:%.4s%.2s%.2sT%.2s%.2s%.2sZ\r\n", name, s, s + 5, s + 8,
		s + 11, s + 14, s + 17);
}

static void put_uid(struct buf *b, const struct occurrence *o)
{
	char name[MAINTENANCE_ID_MAX + 64], hex[SHA256_HEX];
	int n = snprintf(name, sizeof name, "mcp-serve maintenance %s %" PRId64,
		o->of->id, o->start);

	sha256_hex(name, (size_t)n, hex);
	buf_fmt(b, "UID:%.32s@mcp-serve\r\n", hex);
}

static void put_time(struct buf *b, const struct occurrence *o,
	const char *names)
{
	buf_str(b, "BEGIN:VEVENT\r\n");
	put_uid(b, o);
	put_utc(b, "DTSTAMP", occurrence_announced(o));
	put_utc(b, "DTSTART", o->start);
	put_utc(b, "DTEND", o->end);
	put_text(b, "SUMMARY", names, ": maintenance");
	if (o->of->reason && *o->of->reason)
		put_text(b, "DESCRIPTION", o->of->reason, "");
	buf_str(b, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void calendar_put(struct buf *b, const struct maintained *servers, size_t n,
	const struct occurrence *times, size_t n_times)
{
	struct buf names;
	size_t empty;

	buf_str(b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
		   "PRODID:-//mcp-fleet//mcp-serve//EN\r\n");
	empty = b->len;
	for (size_t i = 0; i < n_times; i++) {
		buf_init(&names, NAMES_MAX);
		if (maintenance_put_names(&names, times[i].of, servers, n) &&
			buf_ok(&names))
			put_time(b, &times[i], names.p);
		buf_release(&names);
	}
	/* It must have a component (section 3.6): one that shows nothing. */
	if (b->len == empty)
		buf_str(b, "BEGIN:VTIMEZONE\r\nTZID:UTC\r\n"
			   "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
			   "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\n"
			   "END:STANDARD\r\nEND:VTIMEZONE\r\n");
	buf_str(b, "END:VCALENDAR\r\n");
}
