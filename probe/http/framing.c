/* SPDX-License-Identifier: MIT */
#include "http/framing.h"

#include <string.h>
#include <strings.h>

/* Besides letters and digits, the characters of a token. */
#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

/* The digits of a number that 63 bits hold. */
#define LENGTH_DIGITS 18

static bool in_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z') || (c && strchr(TOKEN_MARKS, c));
}

size_t framing_token(const char *s)
{
	size_t n = 0;

	while (in_token(s[n]))
		n++;
	return n;
}

/* Clients accept spaces and tabs, too, which are not allowed. */
static bool in_name(char c)
{
	return in_token(c) || c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* Set *p and *n to the text without white space around it. */
static void trim_blanks(const char **p, size_t *n)
{
	while (*n && strchr(" \t", **p)) {
		++*p;
		--*n;
	}
	while (*n && strchr(" \t", (*p)[*n - 1]))
		--*n;
}

/* Note one of the lengths that Content-Length lists; there should be only
   one. */
static void note_length(struct framing *f, const char *p, size_t n)
{
	size_t digits = 0;

	trim_blanks(&p, &n);
	while (digits < n && p[digits] >= '0' && p[digits] <= '9')
		digits++;
	if (!n || digits < n) {
		f->fault = "Content-Length is not a number (RFC 9112, 6.3)";
		return;
	}
	while (n > 1 && *p == '0') {
		p++;
		n--;
	}
	if (n > LENGTH_DIGITS) {
		f->fault = "Content-Length is larger than any body can be (RFC "
			   "9110, 8.6)";
		return;
	}
	if (!*f->length) {
		memcpy(f->length, p, n);
		f->length[n] = '\0';
	} else if (strlen(f->length) == n && memcmp(f->length, p, n) == 0) {
		f->odd |= FRAMING_LENGTHS;
	} else {
		f->fault = "it has two different Content-Lengths (RFC 9112, "
			   "6.3)";
	}
}

static void note_lengths(struct framing *f, const char *p, size_t n)
{
	const char *end = p + n, *comma;

	for (;; p = comma + 1) {
		comma = memchr(p, ',', (size_t)(end - p));
		note_length(f, p, (size_t)((comma ? comma : end) - p));
		if (!comma)
			return;
	}
}

/* Whether n bytes are this name. */
static bool is_name(const char *name, const char *p, size_t n)
{
	return n == strlen(name) && strncasecmp(name, p, n) == 0;
}

static void note_value(struct framing *f, const char *name, size_t n,
	const char *p, size_t len)
{
	trim_blanks(&name, &n);
	trim_blanks(&p, &len);
	f->size += n + len;
	if (f->size >= FRAMING_FIELDS_MAX)
		f->odd |= FRAMING_SIZE;
	if (is_name("content-length", name, n))
		note_lengths(f, p, len);
	f->coding |= is_name("transfer-encoding", name, n);
	if (f->coding && *f->length)
		f->fault = "it has both Content-Length and Transfer-Encoding "
			   "(RFC 9112, 6.1)";
}

void framing_field(struct framing *f, const char *p, size_t n)
{
	bool folded = n && (*p == ' ' || *p == '\t');
	const char *colon, *value;

	if (n && p[n - 1] == '\n')
		n--;
	if (n && p[n - 1] == '\r')
		n--;
	else
		f->odd |= FRAMING_LF;
	colon = folded ? p : memchr(p, ':', n);
	if (!colon)
		return;
	value = folded ? p : colon + 1;
	for (const char *c = p; c < colon; c++)
		if (!in_name(*c))
			f->fault = "the name of a header field contains an "
				   "invalid character (RFC 9110, 5.1)";
	for (const char *c = value; c < p + n; c++)
		if (is_control(*c))
			f->fault = "the value of a header field contains a "
				   "control character (RFC 9110, 5.5)";
	if (folded)
		f->size += n;
	else
		note_value(f, p, (size_t)(colon - p), value,
			(size_t)(p + n - value));
}

unsigned framing_port(int port)
{
	static const int blocked[] = {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22,
		23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
		109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161,
		179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
		548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719,
		1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665,
		6666, 6667, 6668, 6669, 6679, 6697, 10080};

	for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
		if (blocked[i] == port)
			return FRAMING_PORT;
	return 0;
}

void framing_words(unsigned odd, struct buf *b)
{
	static const struct {
		unsigned bit;
		const char *words;
	} rows[] = {
		{FRAMING_PORT, "fetch blocks this port"},
		{FRAMING_LF, "a header field ends with LF alone"},
		{FRAMING_LENGTHS, "Content-Length is repeated"},
		{FRAMING_SIZE, "the header fields are longer than 16 KiB"},
	};
	const char *comma = "";

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!(odd & rows[i].bit))
			continue;
		buf_str(b, comma);
		buf_str(b, rows[i].words);
		comma = ", ";
	}
}
