/* SPDX-License-Identifier: MIT */
#include "protocol/sse.h"

#include "base/num.h"

#include <stdint.h>

#define RETRY_MAX_MS 86400000

void sse_init(struct sse *s, size_t max,
	enum sse_want (*event)(void *, const char *, const char *, size_t),
	void *arg)
{
	memset(s, 0, sizeof *s);
	s->event = event;
	s->arg = arg;
	s->retry_ms = -1;
	buf_init(&s->line, max);
	buf_init(&s->data, max);
	buf_init(&s->type, max);
}

void sse_release(struct sse *s)
{
	buf_release(&s->line);
	buf_release(&s->data);
	buf_release(&s->type);
}

/* An empty line: the event is complete. One without data is none. */
static void dispatch_event(struct sse *s)
{
	const char *type = s->type.len ? s->type.p : "message";

	if (s->new_id)
		memcpy(s->last_id, s->id, sizeof s->last_id);
	s->new_id = false;
	if (s->has_data && s->data.len &&
		s->event(s->arg, type, s->data.p, s->data.len) == SSE_STOP)
		s->stopped = true;
	buf_clear(&s->data);
	buf_clear(&s->type);
	s->has_data = false;
}

static void take_field(struct sse *s, const char *name, size_t len,
	const char *value, size_t n)
{
	long long ms;

	if (len == 4 && memcmp(name, "data", 4) == 0) {
		if (s->has_data)
			buf_char(&s->data, '\n');
		buf_add(&s->data, value, n);
		s->has_data = true;
	} else if (len == 5 && memcmp(name, "event", 5) == 0) {
		buf_clear(&s->type);
		buf_add(&s->type, value, n);
	} else if (len == 2 && memcmp(name, "id", 2) == 0) {
		if (n < sizeof s->id && !memchr(value, '\0', n)) {
			memcpy(s->id, value, n);
			s->id[n] = '\0';
			s->new_id = true;
		}
	} else if (len == 5 && memcmp(name, "retry", 5) == 0) {
		/* A longer wait than a day makes no difference. */
		if (n && strspn(value, "0123456789") == n)
			s->retry_ms = num_parse(value, 0, RETRY_MAX_MS, &ms)
				? (long)ms
				: RETRY_MAX_MS;
	}
}

static void end_of_line(struct sse *s)
{
	const char *p = s->line.p;
	size_t n = s->line.len, len, skip;
	const char *colon;

	if (!n) {
		dispatch_event(s);
		return;
	}
	colon = memchr(p, ':', n);
	len = colon ? (size_t)(colon - p) : n;
	skip = colon ? len + 1 : n;
	if (skip < n && p[skip] == ' ')
		skip++;
	take_field(s, p, len, p + skip, n - skip);
	buf_clear(&s->line);
}

/* Drop a byte order mark; it may come in pieces, so wait for three bytes or a
   mismatch. */
static void drop_mark(struct sse *s)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t n = s->line.len < 3 ? s->line.len : 3;

	if (memcmp(s->line.p, mark, n) != 0) {
		s->started = true;
	} else if (n == 3) {
		buf_drop(&s->line, 3);
		s->started = true;
	}
}

/*
 * How many bytes at p, where a line begins, are complete lines to ignore:
 * comments, and empty lines that end no event. The last of the n bytes is never
 * among them.
 */
static size_t pass_over(const struct sse *s, const char *p, size_t n)
{
	bool idle = !s->has_data && !s->type.len && !s->new_id;
	size_t at = 0;

	for (;;) {
		size_t i = at;

		if (i < n && p[i] == ':')
			while (i < n && p[i] != '\n' && p[i] != '\r')
				i++;
		else if (!idle)
			return at;
		/* The LF of a CR may be among the next bytes. */
		if (i + 1 >= n || (p[i] != '\n' && p[i] != '\r') ||
			i - at > s->line.max)
			return at;
		at = i + (p[i] == '\r' && p[i + 1] == '\n' ? 2 : 1);
	}
}

/* Whether none of the 8 bytes at p is CR or LF; each below 14 gets its upper
   bit here, and those above 127 lose it. */
static bool eight_inside(const char *p)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return !((word - 14 * each) & ~word & 0x80 * each);
}

/* How many of the n bytes at p come before the end of a line. */
static size_t line_part(const char *p, size_t n)
{
	size_t i = 0;

	while (n - i >= 8 && eight_inside(p + i))
		i += 8;
	while (i < n && p[i] != '\r' && p[i] != '\n')
		i++;
	return i;
}

bool sse_feed(struct sse *s, const char *p, size_t n)
{
	while (n && !s->stopped) {
		size_t run;

		if (s->after_cr && *p == '\n') {
			s->after_cr = false;
			p++;
			n--;
			continue;
		}
		s->after_cr = false;
		if (s->started && !s->line.len) {
			size_t skip = pass_over(s, p, n);

			p += skip;
			n -= skip;
		}
		/* Byte by byte while a byte order mark may come. */
		if (!s->started)
			run = *p != '\r' && *p != '\n';
		else
			run = line_part(p, n);
		buf_add(&s->line, p, run);
		/* Look before the line ends, which clears the error. */
		if (!buf_ok(&s->line))
			return false;
		if (!s->started)
			drop_mark(s);
		if (run < n && (p[run] == '\r' || p[run] == '\n')) {
			s->started = true;
			s->after_cr = p[run] == '\r';
			end_of_line(s);
			run++;
		}
		p += run;
		n -= run;
		if (!buf_ok(&s->data))
			return false;
	}
	return true;
}
