/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/phrase.h"
#include "base/sha256.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* RFC 5322, section 2.1.1; RFC 2047, section 2. */
#define LINE_LONG 76
#define WORD_LONG 75
/* A longer subject is cut. */
#define SUBJECT_MAX 500
#define HASH_LONG 32

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

const char *mail_id(const char *key, const char *what,
	const struct mailbox *from, char *out)
{
	char hash[SHA256_HEX], clean[64];
	size_t n = 0;

	sha256_hex(key, strlen(key), hash);
	for (; *what && n + 1 < sizeof clean; what++)
		if (strchr(PLAIN "._-", *what))
			clean[n++] = *what;
	clean[n] = '\0';
	snprintf(out, MAIL_ID, "%.*s.%s@%s", HASH_LONG, hash, clean,
		mailbox_domain(from));
	return out;
}

/* The next character of a text: one line, and UTF-8. */
static size_t next(const char *s, size_t n, char *out)
{
	uint32_t cp;
	size_t step = text_utf8(s, n, &cp);

	if (!step || cp < ' ' || (cp >= 0x7f && cp < 0xa0)) {
		*out = step ? ' ' : '?';
		return step ? step : 1;
	}
	memcpy(out, s, step);
	return step;
}

/* Whether a text can stand in a header field as it is. */
static bool is_plain(const char *s, const char *chars)
{
	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~' || (chars && !strchr(chars, *p)))
			return false;
	return !strstr(s, "=?");
}

static void put_encoded(struct buf *b, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == ' ')
			buf_char(b, '_');
		else if (c < 0x80 && strchr(PLAIN "!*+-/", c))
			buf_char(b, (char)c);
		else
			buf_fmt(b, "=%02X", c);
	}
}

/* As encoded words of RFC 2047, a line each; no character is cut in two. */
static void put_words(struct buf *b, const char *s)
{
	size_t n = strlen(s), word = 0;

	for (size_t i = 0; i < n;) {
		char c[4];
		size_t step = next(s + i, n - i, c);
		/* A control character becomes a space. */
		size_t bytes = *c == ' ' || *c == '?' ? 1 : step;
		size_t most = 3 * bytes;

		if (!word || word + most + 2 > WORD_LONG) {
			buf_str(b, word ? "?=\r\n =?utf-8?Q?" : "=?utf-8?Q?");
			word = strlen("=?utf-8?Q?");
		}
		put_encoded(b, c, bytes);
		word += most;
		i += step;
	}
	if (word)
		buf_str(b, "?=");
}

/* Words of ASCII; a line is broken before one that would make it too long. */
static void put_folded(struct buf *b, size_t column, const char *s)
{
	while (*s) {
		size_t gap = strspn(s, " ");
		size_t word = strcspn(s + gap, " ");

		if (gap && word && column + gap + word > LINE_LONG) {
			buf_str(b, "\r\n");
			column = 0;
		}
		if (word || !s[gap])
			buf_add(b, s, word ? gap + word : 0);
		column += gap + word;
		s += gap + word;
	}
}

static void put_subject(struct buf *b, const char *subject)
{
	char cut[SUBJECT_MAX * 4 + 1];
	size_t n = strlen(subject), at = 0, chars = 0;

	while (at < n && chars++ < SUBJECT_MAX) {
		char c[4];
		size_t step = next(subject + at, n - at, c);

		memcpy(cut + at, subject + at, step);
		at += step;
	}
	cut[at] = '\0';
	buf_str(b, "Subject: ");
	if (is_plain(cut, NULL))
		put_folded(b, strlen("Subject: "), cut);
	else
		put_words(b, cut);
	buf_str(b, "\r\n");
}

static void put_mailbox(struct buf *b, const char *field,
	const struct mailbox *m)
{
	buf_fmt(b, "%s: ", field);
	if (!*m->name) {
		buf_fmt(b, "%s\r\n", m->address);
		return;
	}
	if (is_plain(m->name, PLAIN " -_"))
		put_folded(b, strlen(field) + 2, m->name);
	else
		put_words(b, m->name);
	buf_fmt(b, "\r\n <%s>\r\n", m->address);
}

static void put_date(struct buf *b, int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return;
	buf_fmt(b, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
		phrase_weekdays[(tm.tm_wday + 6) % 7], tm.tm_mday,
		phrase_months[tm.tm_mon],
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* One byte of a body; *column is where it stands. */
static void put_quoted(struct buf *b, const char *s, size_t *column)
{
	unsigned char c = (unsigned char)*s;
	bool last = s[1] == '\n' || !s[1] || (s[1] == '\r' && s[2] == '\n');
	bool blank = c == ' ' || c == '\t';
	/* SMTP gives a full stop at the start of a line a meaning. */
	bool literal = (c > ' ' && c <= '~' && c != '=' &&
			       !(c == '.' && !*column)) ||
		(blank && !last);

	if (*column + (literal ? 1 : 3) > LINE_LONG - 1) {
		buf_str(b, "=\r\n");
		*column = 0;
		literal = literal && c != '.';
	}
	if (literal)
		buf_char(b, (char)c);
	else
		buf_fmt(b, "=%02X", c);
	*column += literal ? 1 : 3;
}

/* Quoted-printable: RFC 2045, section 6.7. */
static void put_body(struct buf *b, const char *s)
{
	size_t column = 0;

	for (; *s; s++) {
		if (*s == '\r' && s[1] == '\n')
			continue;
		if (*s == '\n') {
			buf_str(b, "\r\n");
			column = 0;
			continue;
		}
		put_quoted(b, s, &column);
	}
	if (column)
		buf_str(b, "\r\n");
}

void mail_write(struct buf *b, const struct mail *m)
{
	put_date(b, m->at);
	put_mailbox(b, "From", m->from);
	put_mailbox(b, "To", m->to);
	put_subject(b, m->subject);
	buf_fmt(b, "Message-ID: <%s>\r\n", m->id);
	if (m->thread)
		buf_fmt(b,
			"In-Reply-To: <%s>\r\nReferences: <%s>\r\n",
			m->thread, m->thread);
	/* RFC 3834: no automatic replies, such as out-of-office notes. */
	buf_str(b, "Auto-Submitted: auto-generated\r\n");
	if (m->unsubscribe)
		buf_fmt(b,
			"List-Unsubscribe: <%s>\r\n"
			"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
			m->unsubscribe);
	if (m->urgent)
		buf_str(b, "Importance: high\r\n");
	buf_str(b, "MIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	put_body(b, m->text);
}
