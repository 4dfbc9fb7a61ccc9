/* SPDX-License-Identifier: MIT */
/*
 * lock_digests.c: reads tools.lock piece by piece. A scanner that knows strings
 * and brackets passes over what objects hold that are not wanted, and leaves
 * them empty in the texts that it hands to json_parse: one of each server, with
 * its digests, and one of the file, with its version.
 */
#include "pinned/tools_lock.h"

#include "base/buf.h"
#include "base/chars.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "json/scan.h"
#include "rule/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)
/* The most of the file, and of a server, beside its tools. */
#define TEXT_MAX_BYTES ((size_t)64 * 1024)
#define PART "not JSON, or incomplete"

/* Around the text of one server, these make a file. */
#define BEGIN "{\"v\":%d,\"servers\":{"
#define END "}}"

struct pinned_server {
	const char *slug; /* first, for strings_place */
	unsigned char contract[HASH_HEX / 2];
	unsigned char full[HASH_HEX / 2];
	bool has_full;
	off_t at; /* of its text in the file */
	size_t size;
};

struct lock_digests {
	int fd; /* -1: there is no file */
	int version;
	struct buf slugs; /* each with its NUL, in the order of the file */
	struct pinned_server *v; /* by slug */
	size_t n, cap;
};

struct scan {
	struct lock_digests *d;
	bool has_servers, refused;
	char *why;	 /* it is refused; room for LOCK_WHY bytes */
	struct buf text; /* a file with the last server alone */
	off_t at;	 /* of the piece in the file */
	size_t i, n;
	char piece[PIECE];
};

/* The position of the next byte in the file. */
static off_t place(const struct scan *s)
{
	return s->at + (off_t)s->i;
}

/* The first fault counts. */
static bool refuse_file(
	struct scan *s, const char *what, off_t at, const char *fault)
{
	if (!s->refused)
		snprintf(s->why, LOCK_WHY, "%sbyte %lld: %.200s", what,
			(long long)at + 1, fault);
	s->refused = true;
	return false;
}

static bool fail(struct scan *s, const char *fault)
{
	return refuse_file(s, "", place(s), fault);
}

/* The next byte, which stays the next one; -1 at the end. */
static int peek(struct scan *s)
{
	ssize_t n;

	if (s->i < s->n)
		return (unsigned char)s->piece[s->i];
	s->at += (off_t)s->n;
	s->i = s->n = 0;
	do
		n = read(s->d->fd, s->piece, PIECE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		fail(s, strerror(errno));
	if (n <= 0)
		return -1;
	s->n = (size_t)n;
	return (unsigned char)*s->piece;
}

/* peek, behind white space. */
static int peek_token(struct scan *s)
{
	int c = peek(s);

	while (scan_is_space(c)) {
		s->i++;
		c = peek(s);
	}
	return c;
}

/* Pass one byte, and append it to `text`. */
static bool pass(struct scan *s, int c, struct buf *text)
{
	if (peek_token(s) != c)
		return fail(s, PART);
	s->i++;
	if (text)
		buf_char(text, (char)c);
	return true;
}

/* Pass a string, and append it with its quotes to `text`, or NULL. */
static bool pass_string(struct scan *s, struct buf *text)
{
	bool escaped = false, over = false;

	if (!pass(s, '"', text))
		return false;
	while (!over && peek(s) >= 0) {
		const char *from = s->piece + s->i, *end = s->piece + s->n;
		const char *to = scan_quote(from, end, &escaped);

		over = to < end;
		to += over;
		if (text)
			buf_add(text, from, (size_t)(to - from));
		s->i += (size_t)(to - from);
	}
	return over || fail(s, "a string has no end");
}

/* The next bracket or quote, which stays the next byte; -1 at the end. */
static int peek_mark(struct scan *s)
{
	while (peek(s) >= 0) {
		const char *end = s->piece + s->n;

		s->i = (size_t)(scan_mark(s->piece + s->i, end) - s->piece);
		if (s->i < s->n)
			return (unsigned char)s->piece[s->i];
	}
	return -1;
}

/* Pass an object or array, and append an empty one to `text`. */
static bool pass_over(struct scan *s, struct buf *text)
{
	char open[LOCK_DEPTH];
	size_t n = 0;

	do {
		int c = peek_mark(s);
		bool ok = c >= 0;

		if (c == '{' || c == '[') {
			if (n == LOCK_DEPTH)
				return fail(s, "nested too deeply");
			ok = pass(s, c, n ? NULL : text);
			open[n++] = c == '{' ? '}' : ']';
		} else if (c == '"') {
			ok = pass_string(s, NULL);
		} else if (ok) {
			n--;
			ok = pass(s, open[n], n ? NULL : text);
		}
		if (!ok)
			return fail(s, PART);
	} while (n);
	return true;
}

static bool pass_value(struct scan *s, struct buf *text)
{
	int c = peek_token(s);

	if (c == '"')
		return pass_string(s, text);
	if (c == '{' || c == '[')
		return pass_over(s, text);
	for (; c >= 0 && !scan_is_space(c) && !strchr(",]}", c); c = peek(s)) {
		buf_char(text, (char)c);
		s->i++;
	}
	return true;
}

/* Passes over a member of an object, and appends to text what counts.
 */
typedef bool pass_member(struct scan *s, struct buf *text);

static bool pass_object(struct scan *s, struct buf *text, pass_member *member)
{
	if (!pass(s, '{', text))
		return false;
	if (peek_token(s) == '}')
		return pass(s, '}', text);
	while (member(s, text)) {
		if (peek_token(s) == '}')
			return pass(s, '}', text);
		if (!pass(s, ',', text))
			return false;
	}
	return false;
}

static bool pass_plain_member(struct scan *s, struct buf *text)
{
	return pass_string(s, text) && pass(s, ':', text) &&
	       pass_value(s, text);
}

static void pack(const char *hash, unsigned char *out)
{
	for (size_t i = 0; i < HASH_HEX / 2; i++)
		out[i] = (unsigned char)chars_hex_number(hash + 2 * i, 2, 2);
}

static void unpack(const unsigned char *in, char *hash)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < HASH_HEX / 2; i++) {
		*hash++ = digits[in[i] >> 4];
		*hash++ = digits[in[i] & 15];
	}
	*hash = '\0';
}

static void add_digests(struct lock_digests *d, const struct pinned_server *p,
	const char *slug, const struct tool_list *l)
{
	struct pinned_server *new;

	d->v = xgrow(d->v, &d->cap, d->n + 1, sizeof *d->v);
	new = &d->v[d->n++];
	*new = *p;
	pack(l->hash, new->contract);
	new->has_full = l->full_hash;
	if (l->full_hash)
		pack(l->full_hash, new->full);
	buf_add(&d->slugs, slug, strlen(slug) + 1);
}

/* Take what s->text says of a server. */
static bool take_server(struct scan *s, const struct pinned_server *p)
{
	char why[LOCK_WHY] = "too much beside its tools";
	struct tools_lock *lock = NULL;
	struct tool_list l;

	if (buf_ok(&s->text))
		lock = lock_parse(s->text.p, s->text.len, why);
	if (!lock)
		return refuse_file(s, "the server at ", p->at, why);
	if (lock_tools(lock, lock_slug(lock), &l)) {
		add_digests(s->d, p, lock_slug(lock), &l);
		free((void *)l.tools);
	}
	lock_free(lock);
	return true;
}

/* Pass a server; s->text gets a file with it alone. */
static bool pass_server(struct scan *s, struct buf *none)
{
	struct buf *text = &s->text;
	struct pinned_server p = {0};
	bool is_object, ok;

	(void)none;
	buf_clear(text);
	buf_fmt(text, BEGIN, 2);
	if (!pass_string(s, text) || !pass(s, ':', text))
		return false;
	is_object = peek_token(s) == '{';
	p.at = place(s);
	ok = is_object ? pass_object(s, text, pass_plain_member)
		       : pass_value(s, text);
	p.size = (size_t)(place(s) - p.at);
	buf_str(text, END);
	return ok && take_server(s, &p);
}

static bool pass_top_member(struct scan *s, struct buf *text)
{
	static const char servers[] = "\"servers\"";
	size_t from = text->len;

	if (!pass_string(s, text))
		return false;
	if (strcmp(text->p + from, servers) != 0)
		return pass(s, ':', text) && pass_value(s, text);
	if (!pass(s, ':', text))
		return false;
	if (peek_token(s) != '{')
		return pass_value(s, text);
	s->has_servers = true;
	buf_str(text, "{}");
	return pass_object(s, NULL, pass_server);
}

/* See to what stands beside the servers. */
static bool take_top(struct scan *s, const struct buf *top)
{
	struct tools_lock *lock;

	if (!buf_ok(top))
		return fail(s, "too much beside the servers");
	lock = lock_parse(top->p, top->len, s->why);
	if (!lock)
		return false;
	s->d->version = lock_version(lock);
	lock_free(lock);
	return s->has_servers || fail(s, "no servers");
}

static bool pass_file(struct scan *s)
{
	struct buf top;
	bool ok;

	buf_init(&top, TEXT_MAX_BYTES);
	ok = pass_object(s, &top, pass_top_member);
	if (ok && peek_token(s) >= 0)
		ok = fail(s, "text after the end");
	ok = ok && !s->refused && take_top(s, &top);
	buf_release(&top);
	return ok;
}

/* Put the servers in order. False where one stands there twice. */
static bool sort_servers(struct lock_digests *d)
{
	const char *slug = d->slugs.p;

	for (size_t i = 0; i < d->n; i++) {
		d->v[i].slug = slug;
		slug += strlen(slug) + 1;
	}
	if (d->n)
		qsort(d->v, d->n, sizeof *d->v, strings_order);
	for (size_t i = 1; i < d->n; i++)
		if (strcmp(d->v[i - 1].slug, d->v[i].slug) == 0)
			return false;
	return true;
}

/* Read what is open at d->fd. False, and why it cannot be used. */
static bool read_all(struct lock_digests *d, char *why)
{
	struct scan *s = xcalloc(1, sizeof *s);
	bool ok;

	s->d = d;
	s->why = why;
	buf_init(&s->text, TEXT_MAX_BYTES);
	ok = pass_file(s);
	if (ok && !sort_servers(d))
		ok = fail(s, "a server occurs twice");
	buf_release(&s->text);
	free(s);
	return ok;
}

struct lock_digests *lock_digests_read(const char *path, char *why)
{
	struct lock_digests *d = xcalloc(1, sizeof *d);
	bool ok;

	buf_init(&d->slugs, SIZE_MAX / 2);
	d->fd = open(path, O_RDONLY | O_CLOEXEC);
	ok = d->fd >= 0 ? read_all(d, why) : errno == ENOENT;
	if (ok)
		return d;
	if (d->fd < 0)
		snprintf(why, LOCK_WHY, "%s", strerror(errno));
	lock_digests_free(d);
	return NULL;
}

void lock_digests_free(struct lock_digests *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	buf_release(&d->slugs);
	free(d->v);
	free(d);
}

static const struct pinned_server *find_pinned(
	const struct lock_digests *d, const char *slug)
{
	size_t i = strings_place(d->v, d->n, sizeof *d->v, slug);

	return i < d->n && strcmp(d->v[i].slug, slug) == 0 ? &d->v[i] : NULL;
}

bool lock_digests_find(const struct lock_digests *d, const char *slug,
	struct pinned_digests *out)
{
	const struct pinned_server *p = find_pinned(d, slug);

	if (!p)
		return false;
	unpack(p->contract, out->contract);
	*out->full = '\0';
	if (p->has_full)
		unpack(p->full, out->full);
	return true;
}

/* Append the text of a server. False where it cannot be read. */
static bool add_text(const struct lock_digests *d,
	const struct pinned_server *p, struct buf *b, char *why)
{
	char *to = buf_more(b, p->size);
	size_t got = 0;
	ssize_t n = 0;

	while (to && got < p->size) {
		n = pread(d->fd, to + got, p->size - got, p->at + (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (got == p->size)
		return true;
	snprintf(why, LOCK_WHY, "%s",
		n < 0 ? strerror(errno) : "the file became shorter while it "
					  "was read");
	return false;
}

struct tools_lock *lock_digests_server(
	const struct lock_digests *d, const char *slug, char *why)
{
	const struct pinned_server *p = find_pinned(d, slug);
	struct tools_lock *lock = NULL;
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	buf_fmt(&b, BEGIN, p ? d->version : 2);
	if (p) {
		json_put_str(&b, slug);
		buf_char(&b, ':');
	}
	if (!p || add_text(d, p, &b, why)) {
		buf_str(&b, END);
		lock = lock_parse(b.p, b.len, why);
	}
	buf_release(&b);
	return lock;
}
