/* SPDX-License-Identifier: MIT */
/*
 * jcs.c: RFC 8785 over a tree of json.h. The strings are those of json_put_str,
 * once it is sure that nothing in them would be lost; what is left to do here
 * is to put the keys in order.
 */
#include "json/jcs.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>

/* Two strings are compared this many bytes at a time. */
#define RUN 32

/* The members of most objects are put in order without memory of the heap. */
#define FEW_KEYS 16

/* A string read as UTF-16. */
struct units {
	const char *p;
	uint32_t low; /* the second half of a pair, or 0 */
};

/*
 * The next code unit; -1 at the end. A byte that is not UTF-8 counts as a unit
 * above all others: jcs_write refuses it, but an order must be an order.
 */
static long next_unit(struct units *u)
{
	const unsigned char *p = (const unsigned char *)u->p;
	uint32_t cp = u->low;
	size_t len;

	if (cp) {
		u->low = 0;
		return (long)cp;
	}
	if (!*p)
		return -1;
	len = text_utf8(u->p, strnlen(u->p, 4), &cp);
	if (len && cp > 0xffff) {
		u->low = 0xdc00 | (cp & 0x3ff);
		cp = 0xd800 + ((cp - 0x10000) >> 10);
	} else if (!len && p[0] == 0xc0 && p[1] == 0x80) {
		len = 2;
		cp = 0;
	} else if (!len && p[0] == 0xed && (p[1] & 0xe0) == 0xa0 &&
		(p[2] & 0xc0) == 0x80) {
		len = 3;
		cp = 0xd000 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	} else if (!len) {
		len = 1;
		cp = 0x10000u + p[0];
	}
	u->p += len;
	return (long)cp;
}

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * How many bytes of a and b are the same, up to where a unit begins in both:
 * what makes one unit, or two, is a byte that begins it and at most three that
 * continue it.
 */
static size_t common(const char *a, const char *b)
{
	size_t x = strlen(a), y = strlen(b), most = x < y ? x : y, n = 0;

	while (most - n >= RUN && memcmp(a + n, b + n, RUN) == 0)
		n += RUN;
	while (n < most && a[n] == b[n])
		n++;
	for (size_t back = 1; back <= 3 && back <= n; back++)
		if (!continues(a[n - back]))
			return n - back;
	return n;
}

int jcs_compare(const char *a, const char *b)
{
	size_t same = strcmp(a, b) == 0 ? strlen(a) : common(a, b);
	struct units x = {a + same, 0}, y = {b + same, 0};
	long u, v;

	do {
		u = next_unit(&x);
		v = next_unit(&y);
	} while (u == v && u >= 0);
	return u < v ? -1 : u > v;
}

static int by_key(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return jcs_compare((*x)->string, (*y)->string);
}

bool jcs_carries(const char *s)
{
	size_t n = strlen(s), i = 0;
	uint32_t cp;

	while (i < n) {
		size_t len = text_ascii(s + i, n - i);

		if (!len)
			len = text_utf8(s + i, n - i, &cp);
		if (!len && strncmp(s + i, "\xc0\x80", 2) == 0)
			len = 2;
		if (!len)
			return false;
		i += len;
	}
	return true;
}

static bool write_array(struct buf *b, const cJSON *v)
{
	buf_char(b, '[');
	for (const cJSON *c = v->child; c; c = c->next) {
		if (c != v->child)
			buf_char(b, ',');
		if (!jcs_write(b, c))
			return false;
	}
	buf_char(b, ']');
	return buf_ok(b);
}

static bool write_members(struct buf *b, const cJSON **m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i && jcs_compare(m[i - 1]->string, m[i]->string) == 0)
			return false;
		buf_char(b, i ? ',' : '{');
		json_put_str(b, m[i]->string);
		buf_char(b, ':');
		if (!jcs_write(b, m[i]))
			return false;
	}
	buf_str(b, n ? "}" : "{}");
	return buf_ok(b);
}

static bool write_object(struct buf *b, const cJSON *v)
{
	const cJSON *few[FEW_KEYS], **m = few, *c;
	size_t n = 0, i = 0;
	bool ok;

	for (c = v->child; c; c = c->next, n++) {
		/* Before they are put in order: two such may count as equal. */
		if (!jcs_carries(c->string))
			return false;
	}
	if (n > FEW_KEYS)
		m = xcalloc(n, sizeof *m);
	for (c = v->child; c; c = c->next)
		m[i++] = c;
	if (n > 1)
		qsort(m, n, sizeof *m, by_key);
	ok = write_members(b, m, n);
	if (m != few)
		free(m);
	return ok;
}

bool jcs_write(struct buf *b, const cJSON *v)
{
	if (cJSON_IsObject(v))
		return write_object(b, v);
	if (cJSON_IsArray(v))
		return write_array(b, v);
	if (cJSON_IsString(v))
		return json_put_exact(b, v->valuestring) && buf_ok(b);
	if (cJSON_IsNumber(v) && !isfinite(v->valuedouble))
		return false;
	if (!cJSON_IsNumber(v) && !cJSON_IsBool(v) && !cJSON_IsNull(v))
		return false;
	json_put(b, v);
	return buf_ok(b);
}
