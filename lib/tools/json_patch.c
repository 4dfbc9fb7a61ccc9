/* SPDX-License-Identifier: MIT */
#include "tools/json_patch.h"

#include "json/jcs.h"
#include "json/json.h"

#include <stdint.h>
#include <string.h>

/* A patch in the making. */
struct patch {
	struct buf *out;
	struct buf path; /* of the value that is looked at */
};

static void diff_values(struct patch *p, const cJSON *a, const cJSON *b);

static bool same_kind(const cJSON *a, const cJSON *b)
{
	return (a->type & 0xff) == (b->type & 0xff);
}

static bool same_children(const cJSON *a, const cJSON *b)
{
	const cJSON *x = a->child, *y = b->child;
	bool keys = cJSON_IsObject(a);

	for (; x && y; x = x->next, y = y->next)
		if ((keys && strcmp(x->string, y->string) != 0) ||
			!json_same(x, y))
			return false;
	return !x && !y;
}

bool json_same(const cJSON *a, const cJSON *b)
{
	if (!a || !b)
		return a == b;
	if (!same_kind(a, b))
		return false;
	if (cJSON_IsString(a))
		return strcmp(a->valuestring, b->valuestring) == 0;
	if (cJSON_IsNumber(a))
		return a->valuedouble >= b->valuedouble &&
			a->valuedouble <= b->valuedouble;
	return same_children(a, b);
}

void json_pointer_add(struct buf *b, const char *key)
{
	buf_char(b, '/');
	for (; *key; key++) {
		size_t n = strcspn(key, "~/");

		buf_add(b, key, n);
		key += n;
		if (!*key)
			return;
		buf_str(b, *key == '~' ? "~0" : "~1");
	}
}

/* Append an operation at the path; v: its value, NULL for a removal. */
static void put_op(struct patch *p, const char *op, const cJSON *v)
{
	json_fmt(p->out, ",{'op':%s,'path':%s", op, p->path.p);
	if (v) {
		buf_str(p->out, ",\"value\":");
		json_put(p->out, v);
	}
	buf_char(p->out, '}');
}

static void diff_objects(struct patch *p, const cJSON *a, const cJSON *b)
{
	const cJSON *x = a->child, *y = b->child;
	size_t here = p->path.len;

	while (x || y) {
		int order = !x	? 1
			: !y	? -1
				: jcs_compare(x->string, y->string);

		json_pointer_add(&p->path, order > 0 ? y->string : x->string);
		if (order < 0)
			put_op(p, "remove", NULL);
		else if (order > 0)
			put_op(p, "add", y);
		else
			diff_values(p, x, y);
		buf_cut(&p->path, here);
		if (order <= 0)
			x = x->next;
		if (order >= 0)
			y = y->next;
	}
}

static void add_index(struct patch *p, size_t i)
{
	buf_fmt(&p->path, "/%zu", i);
}

/*
 * How many elements at the end of two arrays are the same, whose last ones are
 * these, of n and m that may count.
 */
static size_t same_tail(const cJSON *x, const cJSON *y, size_t n, size_t m)
{
	size_t same = 0;

	/* prev of the first element is the last one. */
	for (; same < n && same < m && json_same(x, y); same++) {
		x = x->prev;
		y = y->prev;
	}
	return same;
}

static void diff_arrays(struct patch *p, const cJSON *a, const cJSON *b)
{
	size_t n = (size_t)cJSON_GetArraySize(a);
	size_t m = (size_t)cJSON_GetArraySize(b);
	size_t at = 0, here = p->path.len, tail;
	const cJSON *x = a->child, *y = b->child;

	for (; x && y && json_same(x, y); x = x->next, y = y->next)
		at++;
	tail = x && y ? same_tail(a->child->prev, b->child->prev, n - at,
				m - at)
		      : 0;
	n -= tail;
	m -= tail;
	for (; at < n && at < m; at++, x = x->next, y = y->next) {
		add_index(p, at);
		diff_values(p, x, y);
		buf_cut(&p->path, here);
	}
	for (; n > at; n--) {
		add_index(p, n - 1);
		put_op(p, "remove", NULL);
		buf_cut(&p->path, here);
	}
	for (; at < m; at++, y = y->next) {
		add_index(p, at);
		put_op(p, "add", y);
		buf_cut(&p->path, here);
	}
}

static void diff_values(struct patch *p, const cJSON *a, const cJSON *b)
{
	if (cJSON_IsObject(a) && cJSON_IsObject(b))
		diff_objects(p, a, b);
	else if (cJSON_IsArray(a) && cJSON_IsArray(b))
		diff_arrays(p, a, b);
	else if (!json_same(a, b))
		put_op(p, "replace", b);
}

void json_patch(struct buf *b, const cJSON *before, const cJSON *after)
{
	struct buf out;
	struct patch p = {.out = &out};

	buf_init(&out, JSON_PATCH_MAX);
	buf_init(&p.path, JSON_PATCH_MAX);
	diff_values(&p, before, after);
	if (!buf_ok(&out) || !buf_ok(&p.path)) {
		buf_release(&out);
		buf_release(&p.path);
		out.max = SIZE_MAX / 2;
		put_op(&p, "replace", after);
	}
	buf_fmt(b, "[%s]", out.p);
	buf_release(&out);
	buf_release(&p.path);
}
