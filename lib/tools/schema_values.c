/* SPDX-License-Identifier: MIT */
#include "tools/schema_values.h"

#include "base/chars.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "tools/json_patch.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The largest integer that I-JSON has, 2^53 - 1. */
#define INTEGER_MAX 9007199254740991.0
/* The longest $ref that is followed. */
#define REF_MAX 1000

/* Annotations of JSON Schema, and what names its dialect. */
static const char *const words[] = {"$comment", "$schema", "default",
	"deprecated", "description", "examples", "readOnly", "title",
	"writeOnly"};

bool schema_word(const char *key)
{
	return strings_among(words, sizeof words / sizeof *words, key);
}

bool schema_definitions(const char *key)
{
	return strcmp(key, "$defs") == 0 || strcmp(key, "definitions") == 0;
}

bool schema_any(const cJSON *v)
{
	const cJSON *c;

	if (!v || cJSON_IsTrue(v))
		return true;
	if (!cJSON_IsObject(v))
		return false;
	cJSON_ArrayForEach(c, v)
	{
		if (!schema_word(c->string))
			return false;
	}
	return true;
}

bool schema_only_ref(const cJSON *v)
{
	const cJSON *c;

	cJSON_ArrayForEach(c, v)
	{
		if (!schema_word(c->string) && strcmp(c->string, "$ref") != 0 &&
			!schema_definitions(c->string))
			return false;
	}
	return cJSON_IsString(json_get(v, "$ref"));
}

/*
 * Take the next token of a JSON Pointer in a fragment, which begins behind its
 * slash, out of %XX, ~0 and ~1; returns what comes behind it.
 */
static const char *next_token(const char *p, char *out)
{
	for (; *p && *p != '/'; p++) {
		int byte = chars_percent(p, 3);
		char c = byte < 0 ? *p : (char)byte;

		if (byte >= 0)
			p += 2;
		if (c == '~' && (p[1] == '0' || p[1] == '1'))
			c = *++p == '0' ? '~' : '/';
		*out++ = c;
	}
	*out = '\0';
	return p;
}

static const cJSON *child_of(const cJSON *v, const char *token, size_t *steps)
{
	bool array = cJSON_IsArray(v);
	size_t at = 0, i = 0, digits = strspn(token, "0123456789");

	if (!array && !cJSON_IsObject(v))
		return NULL;
	if (array && (!digits || digits > 6 || token[digits]))
		return NULL;
	if (array)
		at = strtoul(token, NULL, 10);
	for (const cJSON *c = v->child; c && *steps; c = c->next, i++) {
		--*steps;
		if (array ? i == at : strcmp(c->string, token) == 0)
			return c;
	}
	return NULL;
}

const cJSON *schema_find(const cJSON *root, const char *ref,
	struct buf *path, size_t *steps)
{
	char token[REF_MAX + 1];
	const cJSON *v = root;

	if (*ref++ != '#' || (*ref && *ref != '/') || strlen(ref) > REF_MAX)
		return NULL;
	while (v && *ref) {
		ref = next_token(ref + 1, token);
		v = child_of(v, token, steps);
		if (path)
			json_pointer_add(path, token);
	}
	return cJSON_IsObject(v) || cJSON_IsBool(v) ? v : NULL;
}

/* A bit for each type; number is those that are integers, and the others. */
static unsigned type_bits(const char *name)
{
	static const char *const names[] = {"array", "boolean", "integer",
		"null", "object", "string"};

	if (strcmp(name, "number") == 0)
		return 1u << 2 | 1u << 6;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return 1u << i;
	return 0;
}

#define ALL_TYPES 0x7fu

/* 0 where it is none. */
static unsigned types_of(const cJSON *type)
{
	unsigned bits = 0;
	const cJSON *c;

	if (!type)
		return ALL_TYPES;
	if (cJSON_IsString(type))
		return type_bits(type->valuestring);
	cJSON_ArrayForEach(c, type)
	{
		unsigned one = 0;

		if (cJSON_IsString(c))
			one = type_bits(c->valuestring);
		if (!one || !cJSON_IsArray(type))
			return 0;
		bits |= one;
	}
	return bits;
}

enum effect type_effect(const cJSON *a, const cJSON *b)
{
	unsigned x = types_of(a), y = types_of(b);

	if (!x || !y)
		return EFFECT_UNKNOWN;
	if (x == y)
		return EFFECT_SAME;
	if ((x & y) == y)
		return EFFECT_NARROWER;
	return (x & y) == x ? EFFECT_WIDER : EFFECT_UNKNOWN;
}

/* A keyword that sets a limit, and the value that sets none. */
struct limit {
	const char *key;
	enum { LIMIT_LOWER, LIMIT_UPPER, LIMIT_MULTIPLE, LIMIT_FLAG } kind;
	double none;
};

static const struct limit limits[] = {
	{"exclusiveMaximum", LIMIT_UPPER, INFINITY},
	{"exclusiveMinimum", LIMIT_LOWER, -INFINITY},
	{"maxItems", LIMIT_UPPER, INFINITY},
	{"maxLength", LIMIT_UPPER, INFINITY},
	{"maxProperties", LIMIT_UPPER, INFINITY},
	{"maximum", LIMIT_UPPER, INFINITY},
	{"minItems", LIMIT_LOWER, 0},
	{"minLength", LIMIT_LOWER, 0},
	{"minProperties", LIMIT_LOWER, 0},
	{"minimum", LIMIT_LOWER, -INFINITY},
	{"multipleOf", LIMIT_MULTIPLE, 0},
	{"uniqueItems", LIMIT_FLAG, 0},
};

/* The limit that a schema sets; false where it is no limit. */
static bool limit_of(const struct limit *l, const cJSON *schema, double *out)
{
	const cJSON *v = json_get(schema, l->key);
	const char *type = json_str(schema, "type");
	bool integer = type && strcmp(type, "integer") == 0;

	*out = l->none;
	if (!v)
		return true;
	if (l->kind == LIMIT_FLAG) {
		*out = cJSON_IsTrue(v);
		return cJSON_IsBool(v);
	}
	if (!cJSON_IsNumber(v))
		return false;
	*out = v->valuedouble;
	if (integer && l->kind == LIMIT_UPPER && *out >= INTEGER_MAX)
		*out = INFINITY;
	if (integer && l->kind == LIMIT_LOWER && *out <= -INTEGER_MAX)
		*out = -INFINITY;
	return true;
}

static bool divides(double a, double b)
{
	return a > 0 && fabs(b) <= INTEGER_MAX && floor(a) >= a &&
		floor(b) >= b && fabs(fmod(b, a)) <= 0;
}

enum effect limit_effect(const char *key, const cJSON *a, const cJSON *b)
{
	const struct limit *l = limits, *end = l + sizeof limits / sizeof *l;
	double x, y;

	while (l < end && strcmp(l->key, key) != 0)
		l++;
	if (l == end || !limit_of(l, a, &x) || !limit_of(l, b, &y))
		return EFFECT_UNKNOWN;
	if (x >= y && x <= y)
		return EFFECT_SAME;
	if (l->kind == LIMIT_UPPER)
		return y < x ? EFFECT_NARROWER : EFFECT_WIDER;
	if (l->kind != LIMIT_MULTIPLE || x <= 0 || y <= 0)
		return y > x ? EFFECT_NARROWER : EFFECT_WIDER;
	return divides(x, y) ? EFFECT_NARROWER
		: divides(y, x) ? EFFECT_WIDER
				: EFFECT_UNKNOWN;
}

/* A value and its canonical text. */
struct branch {
	const cJSON *v;
	char *text;
	size_t at; /* its index */
	bool both; /* the other array has it, too */
};

struct set {
	struct branch *v;
	size_t n;
};

static void add_value(struct set *s, const cJSON *v)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	json_put(&b, v);
	s->v[s->n] = (struct branch) {v, buf_take(&b), s->n, false};
	s->n++;
}

/* The elements of an array, or the one value. */
static struct set set_of(const cJSON *array, const cJSON *one)
{
	size_t n = array ? (size_t)cJSON_GetArraySize(array) : 0;
	struct set s = {.v = xcalloc(n + 1, sizeof *s.v)};
	const cJSON *v;

	cJSON_ArrayForEach(v, array)
		add_value(&s, v);
	if (one)
		add_value(&s, one);
	return s;
}

static void set_free(struct set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].text);
	free(s->v);
}

static int by_text(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Mark what both sets have, and leave them sorted by text. */
static void match(struct set *a, struct set *b)
{
	qsort(a->v, a->n, sizeof *a->v, by_text);
	qsort(b->v, b->n, sizeof *b->v, by_text);
	for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
		int order = strcmp(a->v[i].text, b->v[j].text);

		if (!order)
			a->v[i].both = b->v[j].both = true;
		/* Equal values are all marked: a set has each once. */
		if (order < 0 || (!order && i + 1 < a->n &&
			strcmp(a->v[i + 1].text, b->v[j].text) == 0))
			i++;
		else
			j++;
	}
}

static size_t unmatched(const struct set *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->v[i].both;
	return n;
}

static struct set values_of(const cJSON *schema)
{
	return set_of(json_get(schema, "enum"), json_get(schema, "const"));
}

static bool has_values(const cJSON *schema)
{
	return json_get(schema, "enum") || json_get(schema, "const");
}

enum effect values_effect(const cJSON *a, const cJSON *b)
{
	struct set x, y;
	size_t gone, come;

	if (!has_values(a))
		return EFFECT_NARROWER;
	if (!has_values(b))
		return EFFECT_WIDER;
	x = values_of(a);
	y = values_of(b);
	match(&x, &y);
	gone = unmatched(&x);
	come = unmatched(&y);
	set_free(&x);
	set_free(&y);
	if (gone && come)
		return EFFECT_UNKNOWN;
	return gone ? EFFECT_NARROWER : come ? EFFECT_WIDER : EFFECT_SAME;
}

bool schema_names_of(struct schema_names *out, const cJSON *array)
{
	size_t n = 0, most = array ? (size_t)cJSON_GetArraySize(array) : 0;
	const cJSON *v;

	*out = (struct schema_names) {0};
	if (!array)
		return true;
	if (!cJSON_IsArray(array))
		return false;
	cJSON_ArrayForEach(v, array)
	{
		if (!cJSON_IsString(v))
			return false;
	}
	out->v = xcalloc(most + 1, sizeof *out->v);
	cJSON_ArrayForEach(v, array)
		out->v[n++] = v->valuestring;
	qsort(out->v, n, sizeof *out->v, strings_order);
	for (size_t i = 0; i < n; i++)
		if (!out->n || strcmp(out->v[out->n - 1], out->v[i]) != 0)
			out->v[out->n++] = out->v[i];
	return true;
}

/* The unmatched values of a set, in its order. */
static size_t take_unmatched(
	struct set *s, const cJSON **out, size_t *places)
{
	size_t n = 0;

	qsort(s->v, s->n, sizeof *s->v, by_place);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].both)
			continue;
		if (places)
			places[n] = s->v[i].at;
		out[n++] = s->v[i].v;
	}
	return n;
}

void schema_branches_of(
	struct schema_branches *out, const cJSON *a, const cJSON *b)
{
	struct set x = set_of(a, NULL), y = set_of(b, NULL);

	match(&x, &y);
	*out = (struct schema_branches) {.a = xcalloc(x.n + 1, sizeof *out->a),
		.b = xcalloc(y.n + 1, sizeof *out->b),
		.at_b = xcalloc(y.n + 1, sizeof *out->at_b)};
	out->n_a = take_unmatched(&x, out->a, NULL);
	out->n_b = take_unmatched(&y, out->b, out->at_b);
	set_free(&x);
	set_free(&y);
}

void schema_branches_release(struct schema_branches *b)
{
	free(b->a);
	free(b->b);
	free(b->at_b);
	*b = (struct schema_branches) {0};
}
