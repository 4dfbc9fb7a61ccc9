/* SPDX-License-Identifier: MIT */
/*
 * server_message.c: the server's own message about its failure, cut to a line
 * that fits a chat or a text message: no markup, and nothing that looks like a
 * secret.
 *
 * mask.c masks our secrets. Here those of the server and of its other clients
 * are guessed: the text of an error may hold the password of a database.
 */
#include "redaction/redaction.h"

#include "base/buf.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A line is looked for in this many bytes, and cut to the second number. */
#define READ_MAX 8192
#define LINE_MAX_READ 1000
/* A shorter value behind a colon is a word: "invalid token: expired". */
#define SECRET_LEAST 8
/* A word with one of the beginnings below is a key from this length on. */
#define KEY_LEAST 16

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Whether the name that ends at `end` is one of a secret; *always: its value is
   one however short it is. */
static bool names_secret(const char *begin, const char *end, bool *always)
{
	static const struct {
		const char *name;
		bool always;
	} names[] = {{"password", true}, {"passwd", true}, {"pwd", true},
		{"secret", true}, {"token", false}, {"apikey", false},
		{"api_key", false}, {"api-key", false}, {"access_key", false},
		{"authorization", false}, {"credential", false},
		{"credentials", false}, {"cookie", false}, {"session", false},
		{"sessionid", false}, {"session_id", false},
		{"signature", false}, {"key", false}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i].name);

		*always = names[i].always;
		if ((size_t)(end - begin) >= n &&
			strncasecmp(end - n, names[i].name, n) == 0)
			return true;
	}
	return false;
}

static size_t value_length(const char *p)
{
	return strcspn(p, " \t,;&\"'<>()[]{}");
}

/* Whether n bytes look as if nobody had chosen them to be read. */
static bool looks_secret(const char *p, size_t n)
{
	bool digit = false;

	for (size_t i = 0; i < n; i++)
		digit = digit || isdigit((unsigned char)p[i]);
	return n >= SECRET_LEAST && digit;
}

/* A key that says itself that it is one. */
static bool is_key(const char *p, size_t n)
{
	static const char *const begin[] = {"eyJ", "sk-", "sk_", "pk_", "ghp_",
		"gho_", "ghs_", "github_pat_", "glpat-", "xox", "AKIA", "AIza"};

	for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
		if (n >= KEY_LEAST &&
			strncmp(p, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

/* "=VALUE" or "\": \"VALUE": how long what is before the value is; 0: none. */
static size_t joint_length(const char *p, bool *equals)
{
	size_t n = strspn(p, "\"' ");

	*equals = p[n] == '=';
	if (p[n] != '=' && p[n] != ':')
		return 0;
	n++;
	return n + strspn(p + n, "\"' ");
}

/* A secret of *hide bytes may follow the word that ends at p; *hide is 0
   where none does. Returns how many bytes stand between the two. */
static size_t secret_behind(const char *word, const char *p, size_t *hide)
{
	bool always, equals;
	size_t n =
		names_secret(word, p, &always) ? joint_length(p, &equals) : 0;
	size_t len = (size_t)(p - word);

	*hide = 0;
	if (n) {
		*hide = value_length(p + n);
		/* "Authorization: Bearer VALUE" */
		if (p[n + *hide] == ' ' &&
			(strncasecmp(p + n, "bearer", 6) == 0 ||
				strncasecmp(p + n, "basic", 5) == 0)) {
			n += *hide + 1;
			*hide = value_length(p + n);
			always = true;
		}
		if (!always && !equals && !looks_secret(p + n, *hide))
			*hide = 0;
	} else if (*p == ' ' &&
		   ((len == 6 && strncasecmp(word, "bearer", 6) == 0) ||
			   (len == 5 && strncasecmp(word, "basic", 5) == 0))) {
		n = 1;
		*hide = value_length(p + n);
		if (!looks_secret(p + n, *hide))
			*hide = 0;
	}
	return n;
}

/* Whether n bytes at p are a host and perhaps a port: "db", "db:80",
   "[::1]:80". */
static bool is_host(const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n);

	if (*p == '[' || !colon)
		return true;
	for (const char *s = colon + 1; s < p + n; s++)
		if (!isdigit((unsigned char)*s))
			return false;
	return true;
}

/* "//USER:PASSWORD@": how long what is before the @ is; 0: it is none. A
   password may have a @ or a slash that nobody has encoded. */
static size_t userinfo_length(const char *p)
{
	size_t n, end;

	if (strncmp(p, "//", 2) != 0)
		return 0;
	p += 2;
	n = strcspn(p, "/ \t\"'<>");
	end = is_host(p, n) ? n : strcspn(p, " \t\"'<>");
	while (end && p[end] != '@')
		end--;
	return end;
}

static void put_masked(struct buf *b, const char *s)
{
	while (*s) {
		const char *word = s;
		size_t n, hide;

		if (userinfo_length(s)) {
			buf_str(b, "//***");
			s += 2 + userinfo_length(s);
			continue;
		}
		while (is_word(*s))
			s++;
		if (s == word) {
			buf_char(b, *s++);
			continue;
		}
		if (is_key(word, value_length(word))) {
			buf_str(b, "***");
			s = word + value_length(word);
			continue;
		}
		buf_add(b, word, (size_t)(s - word));
		n = secret_behind(word, s, &hide);
		if (!hide)
			continue;
		buf_add(b, s, n);
		buf_str(b, "***");
		s += n + hide;
	}
}

static bool begins_tag(const char *p, const char *end, const char *tag)
{
	size_t n = strlen(tag);

	return (size_t)(end - p) > n && strncasecmp(p, tag, n) == 0 &&
	       !is_word(p[n]);
}

/* Behind the tag at p; of one that nobody reads, behind its end. */
static const char *after_tag(const char *p, const char *end)
{
	static const char *const unread[] = {"<script", "<style", "<!--"};
	static const char *const ends[] = {"</script", "</style", "-->"};

	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
		size_t n = strlen(ends[i]);

		if ((size_t)(end - p) < strlen(unread[i]) ||
			strncasecmp(p, unread[i], strlen(unread[i])) != 0)
			continue;
		while (p < end && ((size_t)(end - p) < n ||
					  strncasecmp(p, ends[i], n) != 0))
			p++;
	}
	while (p < end && *p != '>')
		p++;
	return p < end ? p + 1 : end;
}

/* The first tag of that name, behind it; or NULL. */
static const char *find_tag(const char *p, const char *end, const char *tag)
{
	for (; p < end; p++)
		if (*p == '<' && begins_tag(p, end, tag))
			return after_tag(p, end);
	return NULL;
}

/* Copy one line between *p and end to out. Returns its length. */
static size_t take_line(const char **p, const char *end, bool page, char *out)
{
	size_t n = 0;
	bool gap = false;

	for (; *p < end && n + 2 < LINE_MAX_READ; ++*p) {
		char c = **p;

		if (c == '\n' && !page && n)
			break;
		if (page && c == '<' && n)
			break;
		if (page && c == '<') {
			*p = after_tag(*p, end) - 1;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		out[n++] = c == '\0' ? '?' : c;
	}
	out[n] = '\0';
	return n;
}

static bool has_word(const char *s)
{
	for (; *s; s++)
		if (isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80)
			return true;
	return false;
}

void server_message(const char *p, size_t n, char *out)
{
	const char *end = p + (n < READ_MAX ? n : READ_MAX), *title;
	char line[LINE_MAX_READ] = "";
	bool page = false;
	struct buf b;

	while (p < end && isspace((unsigned char)*p))
		p++;
	page = p < end && *p == '<';
	title = page ? find_tag(p, end, "<title") : NULL;
	if (title)
		p = title;
	while (p < end && !has_word(line))
		take_line(&p, end, page, line);
	buf_init(&b, 4 * LINE_MAX_READ);
	if (has_word(line))
		put_masked(&b, line);
	text_clean(b.p, b.len, out, SERVER_MESSAGE_SIZE, SERVER_MESSAGE_MAX);
	buf_release(&b);
}
