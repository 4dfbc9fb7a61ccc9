/*
 * jcs.c: RFC 8785 over a tree of json.h. The strings are those of json_put_str,
 * once it is sure that nothing in them would be lost; what is left to do here
 * is to put the keys in order.
 */
#include "jcs.h"

#include "json.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>

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

int jcs_compare(const char *a, const char *b)
{
	struct units x = {a, 0}, y = {b, 0};
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

static bool write_string(struct buf *b, const char *s)
{
	size_t n = strlen(s), i = 0;
	uint32_t cp;

	while (i < n) {
		size_t len = text_utf8(s + i, n - i, &cp);

		if (!len && strncmp(s + i, "\xc0\x80", 2) == 0)
			len = 2;
		if (!len)
			return false;
		i += len;
	}
	json_put_str(b, s);
	return buf_ok(b);
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
		if (!write_string(b, m[i]->string))
			return false;
		buf_char(b, ':');
		if (!jcs_write(b, m[i]))
			return false;
	}
	buf_str(b, n ? "}" : "{}");
	return buf_ok(b);
}

static bool write_object(struct buf *b, const cJSON *v)
{
	const cJSON **m = NULL;
	size_t n = 0, cap = 0;
	bool ok;

	for (const cJSON *c = v->child; c; c = c->next) {
		m = xgrow(m, &cap, n + 1, sizeof *m);
		m[n++] = c;
	}
	if (n > 1)
		qsort(m, n, sizeof *m, by_key);
	ok = write_members(b, m, n);
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
		return write_string(b, v->valuestring);
	if (cJSON_IsNumber(v) && !isfinite(v->valuedouble))
		return false;
	if (!cJSON_IsNumber(v) && !cJSON_IsBool(v) && !cJSON_IsNull(v))
		return false;
	json_put(b, v);
	return buf_ok(b);
}
