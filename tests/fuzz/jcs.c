/* SPDX-License-Identifier: MIT */
/*
 * Goal: the canonical form of RFC 8785 is one: it is I-JSON, its own canonical
 * form, and the same for every way to write the same value.
 */
#include "fuzz.h"

#include "base/text.h"
#include "json/jcs.h"
#include "json/json.h"

static bool canonical(const char *p, size_t n, struct buf *out)
{
	char why[JSON_WHY];
	cJSON *tree = json_parse(p, n, &json_reply, why);
	bool ok;

	need(tree);
	ok = jcs_write(out, tree);
	cJSON_Delete(tree);
	return ok;
}

/* Keys stand in the order of jcs_compare, which is one: none is equal. */
static void sorted(const cJSON *v)
{
	for (const cJSON *c = v->child; c; c = c->next) {
		if (cJSON_IsObject(v) && c->next) {
			const char *a = c->string, *b = c->next->string;

			need(jcs_compare(a, b) < 0 && jcs_compare(b, a) > 0);
			need(strcmp(a, b) != 0 && jcs_compare(a, a) == 0);
		}
		sorted(c);
	}
}

/* The code units of a string, one at a time, each from 1 on; 0 is the end. */
static long unit_at(const char *s, size_t n, size_t *at, uint32_t *low)
{
	const unsigned char *p = (const unsigned char *)s + *at;
	uint32_t cp = *low;
	size_t len;

	*low = 0;
	if (cp)
		return (long)cp + 1;
	if (*at == n)
		return 0;
	len = text_utf8(s + *at, n - *at, &cp);
	if (!len && n - *at > 1 && memcmp(s + *at, "\xc0\x80", 2) == 0) {
		len = 2;
		cp = 0;
	} else if (!len && n - *at > 2 && p[0] == 0xed &&
		(p[1] & 0xe0) == 0xa0 && (p[2] & 0xc0) == 0x80) {
		len = 3;
		cp = 0xd000 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	} else if (!len) {
		len = 1;
		cp = 0x10000u + p[0];
	} else if (cp > 0xffff) {
		*low = 0xdc00 | (cp & 0x3ff);
		cp = 0xd800 + ((cp - 0x10000) >> 10);
	}
	*at += len;
	return (long)cp + 1;
}

/* Two strings from the bytes stand to each other as their units do. */
static void ordered(const uint8_t *data, size_t size)
{
	size_t half = fuzz_cut(data, size, '|'), i = 0, j = 0;
	size_t rest = half + (half < size);
	char *a = fuzz_string(data, half);
	char *b = fuzz_string(data + rest, size - rest);
	size_t n = strlen(a), m = strlen(b);
	uint32_t low = 0, other = 0;
	long u, v;
	int got = jcs_compare(a, b);

	do {
		u = unit_at(a, n, &i, &low);
		v = unit_at(b, m, &j, &other);
	} while (u == v && u);
	need((got > 0) - (got < 0) == (u > v) - (u < v));
	free(a);
	free(b);
}

/* U+0000 is what I-JSON can carry and a record of ours cannot. */
static bool has_nul(const struct buf *b)
{
	return strstr(b->p, "\\u0000") != NULL;
}

static void check(const cJSON *tree, const struct buf *once)
{
	struct json_limits strict = {json_reply.depth, json_reply.values, true};
	struct buf other;
	char why[JSON_WHY];
	cJSON *again;

	need(text_is_utf8(once->p, once->len));
	need(strlen(once->p) == once->len && !strpbrk(once->p, "\n\r\t"));
	buf_init(&other, SIZE_MAX / 2);
	need(canonical(once->p, once->len, &other));
	need(fuzz_same(once, &other));
	buf_clear(&other);
	json_put(&other, tree);
	again = json_parse(other.p, other.len, &json_reply, why);
	need(again);
	buf_clear(&other);
	need(jcs_write(&other, again));
	need(fuzz_same(once, &other));
	cJSON_Delete(again);
	buf_release(&other);
	again = json_parse(once->p, once->len, &strict, why);
	need(again || has_nul(once));
	if (again)
		sorted(again);
	cJSON_Delete(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_limits strict = {json_reply.depth, json_reply.values, true};
	const char *p = (const char *)data;
	char why[JSON_WHY];
	cJSON *tree = json_parse(p, size, &json_reply, why);
	cJSON *i_json = json_parse(p, size, &strict, why);
	struct buf once;

	ordered(data, size);
	buf_init(&once, SIZE_MAX / 2);
	need(tree || !i_json);
	if (tree && jcs_write(&once, tree))
		check(tree, &once);
	else
		need(!i_json);
	cJSON_Delete(tree);
	cJSON_Delete(i_json);
	buf_release(&once);
	return 0;
}
