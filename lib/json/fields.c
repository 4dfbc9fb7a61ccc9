/* SPDX-License-Identifier: MIT */
#include "json/fields.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool words_find(const struct word_table *w, const char *s, unsigned *out)
{
	for (unsigned i = 0; i < w->n; i++) {
		if (w->v[i] && strcmp(w->v[i], s) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool field_fail(char *why, const char *key, const char *what)
{
	snprintf(why, FIELD_WHY, "%s: %s", key, what);
	return false;
}

/* ---- The members of a struct. */

static const void *const_place(const void *s, size_t at)
{
	return (const char *)s + at;
}

static void *place(void *s, size_t offset)
{
	return (char *)s + offset;
}

static int64_t get_int(const struct field *f, const void *s)
{
	int64_t wide;
	int narrow;

	if (f->size == sizeof wide) {
		memcpy(&wide, const_place(s, f->at), sizeof wide);
		return wide;
	}
	memcpy(&narrow, const_place(s, f->at), sizeof narrow);
	return narrow;
}

static void set_int(const struct field *f, void *s, int64_t v)
{
	int narrow = (int)v;

	if (f->size == sizeof v)
		memcpy(place(s, f->at), &v, sizeof v);
	else
		memcpy(place(s, f->at), &narrow, sizeof narrow);
}

static const char *get_text(const struct field *f, const void *s)
{
	const char *text;

	if (f->type == FIELD_CHARS) {
		text = const_place(s, f->at);
		return *text ? text : NULL;
	}
	memcpy(&text, const_place(s, f->at), sizeof text);
	return text;
}

static const char *get_word(const struct field *f, const void *s)
{
	return f->words->v[get_int(f, s)];
}

/* The array of names or of structs, wherever it is. */
static void *get_array(const struct field *f, const void *s)
{
	void *v = (char *)s + f->at;

	if (f->type != FIELD_ARRAY)
		memcpy(&v, const_place(s, f->at), sizeof v);
	return v;
}

static size_t get_count(const struct field *f, const void *s)
{
	size_t n;

	memcpy(&n, const_place(s, f->count), sizeof n);
	return n;
}

static bool is_none(const struct field *f, const void *s)
{
	double v;

	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_COPY:
	case FIELD_CHARS:
		return !get_text(f, s);
	case FIELD_WORD:
		return !get_word(f, s);
	case FIELD_INT:
	case FIELD_DATE:
		return get_int(f, s) == (int64_t)f->none;
	case FIELD_NUMBER:
		memcpy(&v, const_place(s, f->at), sizeof v);
		return isnan(f->none) ? isnan(v) : v == f->none;
	case FIELD_BOOL:
		return !*(const bool *)const_place(s, f->at);
	default:
		return false;
	}
}

/* ---- Writing. */

static size_t cut_to(const struct field *f, const struct field_limits *l)
{
	size_t most = f->max > 0 ? (size_t)f->max : TEXT_MAX;

	return l && l->chars < most ? l->chars : most;
}

static void put_text(struct buf *b, const struct field *f, const char *s,
	const struct field_limits *l)
{
	if (f->flags & FIELD_CLEAN)
		json_put_clean(b, s, cut_to(f, l));
	else
		json_put_str(b, s);
}

static void put_number(struct buf *b, const struct field *f, const void *s)
{
	static const double scale[] = {1, 10, 100, 1000};
	double v;

	memcpy(&v, const_place(s, f->at), sizeof v);
	if (f->digits)
		buf_fixed(b, v, f->digits);
	else if (f->places && isfinite(v))
		json_put_num(b, round(v * scale[f->places]) / scale[f->places]);
	else
		json_put_num(b, v);
}

static void put_names(struct buf *b, const struct field *f, const void *s,
	const struct field_limits *l)
{
	const char *const *v = get_array(f, s);
	size_t n = get_count(f, s);

	if (f->most && n > f->most)
		n = f->most;
	if (l && f->flags & FIELD_SHED && n > l->names)
		n = l->names;
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		put_text(b, f, v[i], l);
	}
	buf_char(b, ']');
}

static void put_object(struct buf *b, const struct field *table, const void *s,
	const struct field_limits *l)
{
	buf_char(b, '{');
	fields_put(b, table, s, l);
	buf_char(b, '}');
}

static void put_list(struct buf *b, const struct field *f, const void *s,
	const struct field_limits *l)
{
	const char *v = get_array(f, s);
	size_t n = get_count(f, s);

	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		put_object(b, f->table, v + i * f->item, l);
	}
	buf_char(b, ']');
}

static void put_date(struct buf *b, int64_t t)
{
	char text[CLOCK_RFC3339];

	clock_rfc3339(t, text);
	json_put_str(b, text);
}

static bool put_value(struct buf *b, const struct field *f, const void *s,
	const struct field_limits *l)
{
	switch (f->type) {
	case FIELD_INT:
		buf_int(b, get_int(f, s));
		break;
	case FIELD_DATE:
		put_date(b, get_int(f, s));
		break;
	case FIELD_NUMBER:
		put_number(b, f, s);
		break;
	case FIELD_BOOL:
		buf_str(b, is_none(f, s) ? "false" : "true");
		break;
	case FIELD_WORD:
		json_put_str(b, is_none(f, s) ? "" : get_word(f, s));
		break;
	case FIELD_NAMES:
	case FIELD_COPIES:
		put_names(b, f, s, l);
		break;
	case FIELD_OBJECT:
		put_object(b, f->table, const_place(s, f->at), l);
		break;
	case FIELD_LIST:
	case FIELD_ARRAY:
		put_list(b, f, s, l);
		break;
	case FIELD_OWN:
		return f->put(b, s, l);
	default:
		put_text(b, f, get_text(f, s), l);
		break;
	}
	return true;
}

static bool all_zero(const char *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

void fields_put(struct buf *b, const struct field *table, const void *s,
	const struct field_limits *l)
{
	for (const struct field *f = table; f->type != FIELD_END; f++) {
		bool none = f->when_size ? all_zero(const_place(s, f->when),
						   f->when_size)
					 : is_none(f, s);
		size_t before = b->len;
		bool bad = b->bad;

		if (none && (f->flags & FIELD_OMIT ||
				    (f->when_size && !(f->flags & FIELD_NULL))))
			continue;
		buf_str(b, f->begin + json_opens(b));
		if (none && f->flags & FIELD_NULL) {
			buf_str(b, "null");
		} else if (!put_value(b, f, s, l)) {
			buf_cut(b, before);
			b->bad = bad;
		}
	}
}

/* ---- Reading. */

/* It does not get longer by that. */
static void tidy(const struct field *f, char *s)
{
	char clean[TEXT_SIZE];
	size_t n = text_clean(s, strlen(s), clean, sizeof clean,
		cut_to(f, NULL));

	memcpy(s, clean, n + 1);
}

static const char *wrong_text(const struct field *f, const char *s)
{
	if (!(f->flags & FIELD_CLEAN) && f->max > 0 &&
		strlen(s) > (size_t)f->max)
		return "too long";
	if (f->valid && !f->valid(s))
		return f->fault ? f->fault : "not a valid name";
	return NULL;
}

static const char *take_text(const struct field *f, const cJSON *v, void *s)
{
	const char *wrong;

	if (!cJSON_IsString(v))
		return "not a string";
	if (f->flags & FIELD_CLEAN)
		tidy(f, v->valuestring);
	wrong = wrong_text(f, v->valuestring);
	if (wrong)
		return wrong;
	if (f->type == FIELD_CHARS)
		snprintf(place(s, f->at), f->size, "%s", v->valuestring);
	else
		memcpy(place(s, f->at),
			&(char *) {f->type == FIELD_COPY
					? xstrdup(v->valuestring)
					: v->valuestring},
			sizeof(char *));
	return NULL;
}

static const char *take_number(const struct field *f, const cJSON *v, void *s)
{
	double n = v->valuedouble, unit = f->unit ? f->unit : 1;

	if (!cJSON_IsNumber(v))
		return f->flags & FIELD_NEEDED ? "missing or not a number"
			: f->fault	       ? f->fault
					       : "not a number";
	if (!(n >= f->min && n <= (f->max > 0 ? f->max : 1e9)))
		return f->fault ? f->fault : "out of range";
	if (f->type == FIELD_NUMBER)
		memcpy(place(s, f->at), &n, sizeof n);
	else if (fmod(n, unit) != 0)
		return f->fault ? f->fault : "not a whole number";
	else
		set_int(f, s, (int64_t)n);
	return NULL;
}

static const char *take_date(const struct field *f, const cJSON *v, void *s)
{
	int64_t t;

	if (!cJSON_IsString(v))
		return "not a string";
	if (!clock_rfc3339_parse(v->valuestring, &t))
		return "not an RFC 3339 instant";
	set_int(f, s, t);
	return t < 0 ? "before 1970" : NULL;
}

static const char *take_word(const struct field *f, const cJSON *v, void *s)
{
	unsigned i = 0;

	if (!cJSON_IsString(v))
		return "not a string";
	if (!(f->flags & FIELD_EMPTY && !*v->valuestring) &&
		!words_find(f->words, v->valuestring, &i))
		return "unknown";
	set_int(f, s, i);
	return NULL;
}

/* Room for the elements of an array, which fields_release frees. */
static const char *make_room(const struct field *f, const cJSON *v, void *s)
{
	size_t n = (size_t)cJSON_GetArraySize(v);

	if (!cJSON_IsArray(v))
		return "not an array";
	if (f->most && n > f->most)
		return "too long";
	if (f->type != FIELD_ARRAY)
		memcpy(place(s, f->at), &(void *) {xcalloc(n, f->item)},
			sizeof(void *));
	memcpy(place(s, f->count), &n, sizeof n);
	return NULL;
}

static const char *take_names(const struct field *f, const cJSON *v, void *s)
{
	const char *wrong = make_room(f, v, s), **out;
	size_t n = 0;

	if (wrong)
		return wrong;
	out = get_array(f, s);
	for (const cJSON *e = v->child; e; e = e->next) {
		if (!cJSON_IsString(e) || wrong_text(f, e->valuestring)) {
			if (f->flags & FIELD_SOME)
				continue;
			return "not an array of names";
		}
		if (f->flags & FIELD_CLEAN)
			tidy(f, e->valuestring);
		out[n++] = f->type == FIELD_COPIES ? xstrdup(e->valuestring)
						   : e->valuestring;
	}
	memcpy(place(s, f->count), &n, sizeof n);
	return NULL;
}

/* These say themselves what is wrong with them; true where nothing is. */
static bool take_nested(const struct field *f, const cJSON *v, void *s,
	char *why)
{
	const char *wrong;
	char *out;

	if (f->type == FIELD_OBJECT)
		return cJSON_IsObject(v)
			? fields_take(f->table, v, place(s, f->at), why)
			: field_fail(why, f->key, "not an object");
	wrong = make_room(f, v, s);
	if (wrong)
		return field_fail(why, f->key, wrong);
	out = get_array(f, s);
	for (const cJSON *e = v->child; e; e = e->next, out += f->item)
		if (!fields_take(f->table, e, out, why))
			return false;
	return true;
}

static bool take_value(const struct field *f, const cJSON *v, void *s,
	char *why)
{
	const char *wrong = NULL;

	switch (f->type) {
	case FIELD_INT:
	case FIELD_NUMBER:
		wrong = take_number(f, v, s);
		break;
	case FIELD_DATE:
		wrong = take_date(f, v, s);
		break;
	case FIELD_BOOL:
		*(bool *)place(s, f->at) = cJSON_IsTrue(v);
		wrong = cJSON_IsBool(v) ? NULL : "neither true nor false";
		break;
	case FIELD_WORD:
		wrong = take_word(f, v, s);
		break;
	case FIELD_NAMES:
	case FIELD_COPIES:
		wrong = take_names(f, v, s);
		break;
	case FIELD_OBJECT:
	case FIELD_LIST:
	case FIELD_ARRAY:
		return take_nested(f, v, s, why);
	case FIELD_OWN:
		wrong = f->take ? f->take(v, s) : NULL;
		break;
	default:
		wrong = take_text(f, v, s);
		break;
	}
	return !wrong || field_fail(why, f->key, wrong);
}

static void set_none(const struct field *f, void *s)
{
	if (f->type == FIELD_OBJECT)
		for (const struct field *m = f->table; m->type != FIELD_END;
			m++)
			set_none(m, place(s, f->at));
	if (f->type == FIELD_NUMBER)
		memcpy(place(s, f->at), &f->none, sizeof f->none);
	else if (f->type == FIELD_INT)
		set_int(f, s, (int64_t)f->none);
}

bool fields_take(const struct field *table, const cJSON *o, void *s, char *why)
{
	bool before = false;

	for (const struct field *f = table; f->type != FIELD_END; f++) {
		const cJSON *v = json_get(o, f->key);
		bool needed = f->flags & FIELD_NEEDED ||
			(f->flags & FIELD_WITH && before);
		bool none = !v || (cJSON_IsNull(v) &&
			f->flags & (FIELD_NULL | FIELD_LAX));

		if (f->flags & FIELD_OUT)
			continue;
		if (!v && needed)
			return field_fail(why, f->key,
				f->type == FIELD_INT || f->type == FIELD_NUMBER
					? "missing or not a number"
					: "missing");
		if (none)
			set_none(f, s);
		else if (!take_value(f, v, s, why))
			return false;
		if (!(f->flags & FIELD_WITH))
			before = !none;
	}
	return true;
}

/* ---- Releasing. */

void fields_release(const struct field *table, void *s)
{
	for (const struct field *f = table; f->type != FIELD_END; f++) {
		bool list = f->type == FIELD_LIST || f->type == FIELD_ARRAY;
		size_t n = list || f->type == FIELD_COPIES ? get_count(f, s)
							   : 0;
		char *v;

		if (f->type == FIELD_OBJECT)
			fields_release(f->table, place(s, f->at));
		if (f->type != FIELD_COPY && f->type != FIELD_NAMES && !n &&
			f->type != FIELD_LIST && f->type != FIELD_COPIES)
			continue;
		v = get_array(f, s);
		for (size_t i = 0; i < n; i++)
			if (list)
				fields_release(f->table, v + i * f->item);
			else
				free(((char **)(void *)v)[i]);
		if (f->type != FIELD_ARRAY)
			free(v);
	}
}
