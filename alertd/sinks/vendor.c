/* SPDX-License-Identifier: MIT */
/*
 * vendor.c: what the sinks of vendors share: text that is cut and escaped,
 * results that only they give, what their people answer, and the forms of their
 * keys and hosts.
 */
#include "sinks/sink.h"

#include "base/text.h"
#include "json/json.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

void sink_text_within(struct buf *b, const char *s, size_t max, size_t *left,
	void (*escape)(struct buf *b, const char *s))
{
	char out[CUT_SIZE];
	uint32_t cp;

	/* A shorter text would be dots alone. */
	if (*left <= 3)
		return;
	sink_cut(s, max < *left ? max : *left, out, sizeof out);
	for (size_t at = 0; out[at]; --*left) {
		size_t len = text_utf8(out + at, strlen(out + at), &cp);

		at += len ? len : 1;
	}
	if (escape)
		escape(b, out);
	else
		buf_str(b, out);
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

void sink_unsound(struct delivered *d, const char *what)
{
	*d = (struct delivered) {.down = true};
	snprintf(d->why, sizeof d->why, "an answer that is not %s", what);
}

bool sink_answers(const struct sink_job *job)
{
	return secret_get(job->secret, SINK_ANSWER_SECRET, NULL);
}

void sink_answer_by(struct sink_answer *a, const char *name, const char *where)
{
	char clean[4 * ACK_BY_MAX + 1] = "";

	if (name)
		text_clean(name, strlen(name), clean, sizeof clean,
			ACK_BY_MAX / 2);
	snprintf(a->by, sizeof a->by, "%s (%s)",
		clean[strspn(clean, " ")] ? clean : "somebody", where);
}

void sink_answer_key(struct sink_answer *a, const char *key)
{
	if (key && strlen(key) < sizeof a->key)
		memcpy(a->key, key, strlen(key) + 1);
}

bool sink_follows(const struct sink_event *e)
{
	return e->phase != ALERT_ONCE && !e->digest;
}

bool sink_loud(const struct sink_event *e)
{
	return e->phase == ALERT_ESCALATED || e->phase == ALERT_REMINDER;
}

void sink_mend(struct delivered *d)
{
	d->mend = d->down = true;
	d->refused = false;
}

bool sink_key_fits(const char *key, const char *form)
{
	for (; key && *key && *form; key++, form++) {
		unsigned char c = (unsigned char)*key;

		if (*form == 'h' ? !isxdigit(c)
			: *form == 'x' ? !isascii(c) || !isalnum(c)
				       : *key != *form)
			return false;
	}
	return key && !*key && !*form;
}

bool sink_vendors(const struct sink_job *job, const char *domain)
{
	const char *host = job->route->url;
	size_t n, len = strlen(domain);

	host = host ? strstr(host, "://") : NULL;
	if (!host)
		return !job->route->url;
	host += 3;
	n = strcspn(host, ":/?#");
	return n >= len && strncasecmp(host + n - len, domain, len) == 0 &&
		(n == len || host[n - len - 1] == '.');
}
