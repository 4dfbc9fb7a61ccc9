/* SPDX-License-Identifier: MIT */
/*
 * mask.c: takes our secrets out of texts.
 *
 * The code that reads, gets or makes a secret registers it here, once for the
 * whole process. The code that prints (report.c, http/trace.c, base/log.c)
 * masks all of them in everything, whichever target it is about: one server may
 * know the secret of another.
 *
 * A secret is found as it is and in the forms in which a server may return it:
 * escaped as in JSON, URLs and HTML, more than once and mixed; in base64, alone
 * or within something else; broken over lines. Where it was cut, its first
 * eight or more characters are masked.
 *
 * A set of secrets is a sorted list. Reading a text from some place on, each
 * character leaves fewer of them possible, until none is. A character that can
 * be read in several ways (a backslash, an ampersand…) is tried in each.
 */
#include "redaction/redaction.h"

#include "base/chars.h"
#include "base/xalloc.h"

#include <openssl/evp.h>
#include <strings.h>

/* A shorter secret would hide half of every sentence. */
#define SECRET_MIN 4
/* This many bytes of a cut secret tell it from other words. */
#define PREFIX_MIN 8
/* The most steps that a text is read in other ways than the first. */
#define STEPS 1024
/* The most backslashes before a character: JSON in JSON in JSON. */
#define ESCAPES_MAX 15
/* The most ways to read one character. */
#define WAYS_MAX 6

static struct mask_set secrets; /* of the process */

/* ---- Reading, where it is not known how a text is escaped. */

/* A character, and how many bytes of the text stand for it. */
struct decoded_char {
	char c;
	size_t len;
};

/* Add a reading of an escape, if it is ASCII. */
static size_t add_char(struct decoded_char *out, size_t n, int c, size_t len)
{
	if (c > 0 && c < 0x80)
		out[n++] = (struct decoded_char) {(char)c, len};
	return n;
}

/* \" and \/ and \u0041 of JSON, also escaped again by JSON around it. */
static size_t read_json(const char *p, size_t n, struct decoded_char *out)
{
	size_t k = 0, used = 0;

	while (k < n && k < ESCAPES_MAX && p[k] == '\\')
		k++;
	if (k < n && p[k] == 'u')
		used = add_char(
			out, used, chars_hex_number(p + k + 1, n - k - 1, 4), k + 5);
	if (k < n && strchr("\"/'", p[k]))
		used = add_char(out, used, p[k], k + 1);
	if (k >= 2)
		used = add_char(out, used, '\\', 2);
	if (k >= 4)
		used = add_char(out, used, '\\', 4);
	return used;
}

/* %41, and %2541, which is that encoded again. */
static size_t read_url(const char *p, size_t n, struct decoded_char *out)
{
	size_t used = add_char(out, 0, chars_hex_number(p + 1, n - 1, 2), 3);

	if (used && out[0].c == '%')
		used = add_char(out, used, chars_hex_number(p + 3, n - 3, 2), 5);
	return used;
}

static size_t read_html(const char *p, size_t n, struct decoded_char *out)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {{"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'},
		{"&gt;", '>'}, {"&apos;", '\''}};
	size_t i;
	bool hex;
	int c = 0;

	for (size_t j = 0; j < sizeof names / sizeof *names; j++)
		if (n >= strlen(names[j].name) &&
			memcmp(p, names[j].name, strlen(names[j].name)) == 0)
			return add_char(
				out, 0, names[j].c, strlen(names[j].name));
	if (n < 4 || p[1] != '#')
		return 0;
	hex = (p[2] | 0x20) == 'x';
	for (i = hex ? 3 : 2; i < n && i < 10 && c < 0x80; i++) {
		int digit = chars_hex(p[i]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		c = c * (hex ? 16 : 10) + digit;
	}
	return i < n && p[i] == ';' ? add_char(out, 0, c, i + 1) : 0;
}

/* Each way to read the first character of the n bytes at p, n > 0; out has
   room for WAYS_MAX. Returns how many. */
static size_t read_all(const char *p, size_t n, struct decoded_char *out)
{
	size_t used = *p != '\0';

	out[0] = (struct decoded_char) {*p, 1};
	switch (*p) {
	case '\\':
		return used + read_json(p, n, out + used);
	case '%':
		return used + read_url(p, n, out + used);
	case '&':
		return used + read_html(p, n, out + used);
	case '+':
		return add_char(out, used, ' ', 1);
	default:
		return used;
	}
}

/* The length of a line break at p, with the "data:" of an event stream and
   the white space that begin the next line; 0 where there is none. */
static size_t read_break(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == '\r' || p[i] == '\n'))
		i++;
	if (!i)
		return 0;
	if (n - i >= 5 && memcmp(p + i, "data:", 5) == 0)
		i += 5;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i;
}

/* ---- Sets. */

void mask_set_add(struct mask_set *m, const char *p, size_t n)
{
	size_t lo = 0, hi = m->n;
	char *s;

	if (n < SECRET_MIN || memchr(p, '\0', n))
		return;
	s = xmalloc(n + 1);
	memcpy(s, p, n);
	s[n] = '\0';
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (strcmp(m->list[mid], s) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < m->n && strcmp(m->list[lo], s) == 0) {
		explicit_bzero(s, n);
		free(s);
		return;
	}
	m->list = xgrow(m->list, &m->cap, m->n + 1, sizeof *m->list);
	memmove(m->list + lo + 1, m->list + lo, (m->n - lo) * sizeof *m->list);
	m->list[lo] = s;
	m->n++;
	m->begins[(unsigned char)*s] = true;
}

void mask_set_release(struct mask_set *m)
{
	for (size_t i = 0; i < m->n; i++) {
		explicit_bzero(m->list[i], strlen(m->list[i]));
		free(m->list[i]);
	}
	free(m->list);
	memset(m, 0, sizeof *m);
}

/* Add the base64 of a secret, in both alphabets (RFC 4648, 4 and 5). */
static void add_base64(const char *p, size_t n)
{
	char url[64], *other = n < sizeof url ? url : xmalloc(n + 1);

	mask_set_add(&secrets, p, n);
	for (size_t i = 0; i < n; i++)
		other[i] = (char)(p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i]);
	mask_set_add(&secrets, other, n);
	explicit_bzero(other, n);
	if (other != url)
		free(other);
}

/*
 * Add what base64 makes of a secret that follows 0, 1 or 2 bytes modulo 3,
 * without the characters that also depend on its neighbours.
 */
static void add_encoded(const char *s, size_t n)
{
	size_t size = 4 * ((n + 4) / 3) + 1;
	char *out = xmalloc(size), *in = xcalloc(1, n + 3);

	for (size_t before = 0; before < 3; before++) {
		size_t first = (8 * before + 5) / 6;
		size_t last = 8 * (before + n) / 6;

		memcpy(in + before, s, n);
		EVP_EncodeBlock((unsigned char *)out, (unsigned char *)in,
			(int)(before + n));
		add_base64(out + first, last - first);
		memset(in, 0, before + 1);
	}
	explicit_bzero(in, n + 2);
	explicit_bzero(out, size);
	free(in);
	free(out);
}

void mask_secret(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	mask_set_add(&secrets, s, n);
	if (n >= PREFIX_MIN && n < 1024 * 1024)
		add_encoded(s, n);
}

void mask_given(const char *s)
{
	if (s && strlen(s) >= PREFIX_MIN)
		mask_secret(s);
}

void mask_forget(void)
{
	mask_set_release(&secrets);
}

size_t mask_count(void)
{
	return secrets.n;
}

bool mask_none(void)
{
	return !secrets.n;
}

static void add_to(struct mask_set *m, const char *s)
{
	if (m)
		mask_set_add(m, s, strlen(s));
	else
		mask_given(s);
}

/* Percent-decode the n bytes at p; the caller wipes and frees the result. */
static char *decoded(const char *p, size_t n)
{
	char *text = xmalloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; len++) {
		int c = chars_percent(p + i, n - i);

		text[len] = c > 0 ? (char)c : p[i];
		i += c > 0 ? 3 : 1;
	}
	text[len] = '\0';
	return text;
}

static void wipe(char *s)
{
	explicit_bzero(s, strlen(s));
	free(s);
}

void mask_userinfo(const char *p, size_t n)
{
	char *pair = decoded(p, n), *colon = strchr(pair, ':');

	/* A server may repeat it as it is written in the URL, too. */
	mask_parts(NULL, p, n);
	if (colon && colon[1]) {
		mask_secret(colon + 1);
		mask_secret(pair);
	}
	wipe(pair);
}

/* Add a value as it is, and percent-decoded. */
static void add_value(struct mask_set *m, const char *p, size_t n)
{
	char *raw = xstrndup(p, n), *plain = decoded(p, n);

	add_to(m, raw);
	add_to(m, plain);
	wipe(raw);
	wipe(plain);
}

void mask_parts(struct mask_set *m, const char *p, size_t n)
{
	const char *end = p + n;

	while (p < end) {
		const char *from = p, *eq;

		while (p < end && !strchr(" ,;&?\"\r\n", *p))
			p++;
		eq = memchr(from, '=', (size_t)(p - from));
		/* The "=" that ends base64 begins no value. */
		if (eq && eq + 2 < p)
			from = eq + 1;
		if (p - from >= PREFIX_MIN)
			add_value(m, from, (size_t)(p - from));
		p++;
	}
}

/* ---- Finding. */

/* The secrets of a set that a text, read so far, may become. */
struct range {
	size_t lo, hi; /* in the list */
	size_t depth;  /* how many characters were read */
	size_t at;     /* how many bytes they took */
};

struct search {
	const struct mask_set *set;
	const char *p;
	size_t n;
	size_t longest;
	size_t *steps; /* left for other ways than the first */
};

/* The first of the range whose next character is c or more. */
static size_t first_from(
	const struct mask_set *m, const struct range *r, unsigned c)
{
	size_t lo = r->lo, hi = r->hi;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if ((unsigned char)m->list[mid][r->depth] < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Read one more character. False where no secret goes on with it. */
static bool narrow_range(const struct mask_set *m, const struct range *r,
	const struct decoded_char *by, struct range *out)
{
	unsigned c = (unsigned char)by->c;

	*out = (struct range) {.lo = first_from(m, r, c),
		.hi = first_from(m, r, c + 1),
		.depth = r->depth + 1,
		.at = r->at + by->len};
	return out->lo < out->hi;
}

/* Whether what was read is a whole secret, or enough of a cut one. */
static bool is_enough(const struct mask_set *m, const struct range *r)
{
	return r->depth >= PREFIX_MIN ||
	       (r->depth && !m->list[r->lo][r->depth]);
}

/* Read a text in each way, by recursion; `aside`: not the first way. */
static void find_from(struct search *s, struct range r, bool aside)
{
	struct decoded_char chars[WAYS_MAX];
	struct range next[WAYS_MAX];
	size_t n, ways, gap = 0;

	for (;;) {
		if (!gap && is_enough(s->set, &r) && r.at > s->longest)
			s->longest = r.at;
		if (r.at == s->n || (aside && !*s->steps))
			return;
		*s->steps -= aside;
		n = read_all(s->p + r.at, s->n - r.at, chars);
		ways = 0;
		for (size_t i = 0; i < n; i++)
			ways += narrow_range(
				s->set, &r, &chars[i], &next[ways]);
		for (size_t i = 1; i < ways && *s->steps; i++)
			find_from(s, next[i], true);
		gap = r.depth && !ways ? read_break(s->p + r.at, s->n - r.at)
				       : 0;
		if (!ways && !gap)
			return;
		if (ways)
			r = next[0];
		r.at += gap;
	}
}

static size_t secret_at(
	const struct mask_set *m, const char *p, size_t n, size_t *steps)
{
	struct search s = {.set = m, .p = p, .n = n, .steps = steps};

	if (!m || !m->n)
		return 0;
	find_from(&s, (struct range) {.hi = m->n}, false);
	return s.longest;
}

/* The length of "sessionId=" at p, as HTTP+SSE writes it, or the like; or 0. */
static size_t session_at(const char *p, size_t n)
{
	static const char *const names[] = {"sessionid=", "session_id="};

	if (n < 2 || (p[1] | 0x20) != 'e')
		return 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len = strlen(names[i]);

		if (n >= len && strncasecmp(p, names[i], len) == 0)
			return len;
	}
	return 0;
}

/* Mark the bytes with which something to mask may begin. */
static void mark_begins(const struct mask_set *own, bool *begins)
{
	for (size_t i = 0; i < 256; i++)
		begins[i] = secrets.begins[i] || (own && own->begins[i]);
	begins['s'] = begins['S'] = true;
	if (secrets.n || (own && own->n))
		begins['\\'] = begins['%'] = begins['&'] = true;
}

static size_t mask_session(struct buf *out, const char *p, size_t n, size_t i)
{
	size_t len = session_at(p + i, n - i);

	if (!len)
		return 0;
	buf_add(out, p + i, len);
	buf_str(out, "***");
	while (i + len < n && !strchr("&\"'<> \r\n", p[i + len]))
		len++;
	return len;
}

/* Without secrets only sessions are masked, and most texts name none. */
static bool names_session(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] | 0x20) == 's' && session_at(p + i, n - i))
			return true;
	return false;
}

bool mask_idle(const char *p, size_t n)
{
	return !secrets.n && !names_session(p, n);
}

void mask(struct buf *out, const char *p, size_t n, size_t end,
	const struct mask_set *own)
{
	size_t i = 0, from = 0, steps = STEPS;
	bool begins[256];

	if (end > n)
		end = n;
	if (!(own && own->n) && mask_idle(p, n)) {
		buf_add(out, p, end);
		return;
	}
	mark_begins(own, begins);
	while (i < end) {
		size_t len, other;

		if (!begins[(unsigned char)p[i]]) {
			i++;
			continue;
		}
		buf_add(out, p + from, i - from);
		len = secret_at(&secrets, p + i, n - i, &steps);
		other = secret_at(own, p + i, n - i, &steps);
		len = len > other ? len : other;
		if (len)
			buf_str(out, "***");
		else
			len = mask_session(out, p, n, i);
		from = i + len;
		i += len ? len : 1;
	}
	if (end > from)
		buf_add(out, p + from, end - from);
}

void mask_line(const char *in, char *out, size_t size)
{
	struct buf b;

	buf_init(&b, 4 * strlen(in) + 4);
	mask(&b, in, strlen(in), strlen(in), NULL);
	snprintf(out, size, "%s", b.p);
	buf_release(&b);
}
