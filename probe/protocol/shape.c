/* SPDX-License-Identifier: MIT */
#include "protocol/shape.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_SIZE 64
/* The characters of the scheme of a URL (RFC 3986, 3.1). */
#define SCHEME                                                                 \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

static const char *const wanted[] = {
	[SHAPE_STRING] = "a string",
	[SHAPE_BOOLEAN] = "true or false",
	[SHAPE_OBJECT] = "an object",
	[SHAPE_ARRAY] = "an array",
	[SHAPE_COMPOSITE] = "an object",
	[SHAPE_STRINGS] = "an array of strings",
	[SHAPE_SCHEMAS] = "an object of schemas",
	[SHAPE_OBJECTS] = "an object of objects",
	[SHAPE_URL] = "a URL",
	[SHAPE_INTEGER] = "an integer",
	[SHAPE_THEME] = "light or dark",
	[SHAPE_SCOPE] = "public or private",
	[SHAPE_TASK_SUPPORT] = "forbidden, optional or required",
};

static bool is_composite(const cJSON *v)
{
	return cJSON_IsObject(v) || cJSON_IsArray(v);
}

/* Whether each element or member passes. */
static bool all_pass(const cJSON *v, bool (*passes)(const cJSON *))
{
	const cJSON *one;

	cJSON_ArrayForEach(one, v)
	{
		if (!passes(one))
			return false;
	}
	return true;
}

static bool is_string(const cJSON *v)
{
	return cJSON_IsString(v);
}

/* "https://…", or another absolute URL (RFC 3986, 4.3). */
static bool is_url(const cJSON *v)
{
	static const char *const scripts[] = {"javascript", "data", "vbscript"};
	const char *s = cJSON_GetStringValue(v);
	size_t n = s ? strspn(s, SCHEME) : 0;

	if (!n || s[n] != ':' || !isalpha((unsigned char)*s))
		return false;
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		if (n == strlen(scripts[i]) &&
			strncasecmp(s, scripts[i], n) == 0)
			return false;
	if ((n != 4 || strncasecmp(s, "http", n) != 0) &&
		(n != 5 || strncasecmp(s, "https", n) != 0))
		return s[n + 1] != '\0';
	s += n + 1;
	return s[strspn(s, "/\\")] && !strchr(s, ' ');
}

static bool is_word(const cJSON *v, const char *one, const char *other)
{
	const char *s = cJSON_GetStringValue(v);

	return s && (strcmp(s, one) == 0 || strcmp(s, other) == 0);
}

static bool is_kind(const cJSON *v, enum shape_kind kind)
{
	switch (kind) {
	case SHAPE_STRING:
		return cJSON_IsString(v);
	case SHAPE_BOOLEAN:
		return cJSON_IsBool(v);
	case SHAPE_OBJECT:
		return cJSON_IsObject(v);
	case SHAPE_ARRAY:
		return cJSON_IsArray(v);
	case SHAPE_COMPOSITE:
		return is_composite(v);
	case SHAPE_STRINGS:
		return cJSON_IsArray(v) && all_pass(v, is_string);
	case SHAPE_SCHEMAS:
	case SHAPE_OBJECTS:
		return cJSON_IsObject(v) && all_pass(v, is_composite);
	case SHAPE_URL:
		return is_url(v);
	case SHAPE_INTEGER:
		return cJSON_IsNumber(v) &&
			trunc(v->valuedouble) == v->valuedouble;
	case SHAPE_THEME:
		return is_word(v, "light", "dark");
	case SHAPE_SCOPE:
		return is_word(v, "public", "private");
	case SHAPE_TASK_SUPPORT:
		return is_word(v, "optional", "required") ||
			is_word(v, "forbidden", "forbidden");
	}
	return false;
}

/* The type that v has instead of that kind. */
static const char *type_of(const cJSON *v, enum shape_kind kind)
{
	if (!v)
		return "missing";
	if (cJSON_IsNull(v))
		return "null";
	if (cJSON_IsString(v) && kind == SHAPE_URL)
		return "none";
	if (cJSON_IsString(v))
		return kind >= SHAPE_THEME ? "another value" : "a string";
	if (cJSON_IsNumber(v))
		return kind == SHAPE_INTEGER ? "a fraction" : "a number";
	if (cJSON_IsBool(v))
		return "true or false";
	return cJSON_IsArray(v) ? "an array" : "an object";
}

/* Whether the row holds for v, at `path` of the row; if not, `out` says why. */
static bool row_holds(const cJSON *v, const struct shape *row, const char *path,
	char out[SHAPE_FAULT])
{
	size_t n = strcspn(path, ".[");
	char name[NAME_SIZE];
	const cJSON *m, *one;

	snprintf(name, sizeof name, "%.*s", (int)n, path);
	m = json_get(v, name);
	if (path[n] == '.')
		return !m || row_holds(m, row, path + n + 1, out);
	if (path[n] == '[') {
		cJSON_ArrayForEach(one, m)
		{
			if (!row_holds(one, row, path + n + 3, out))
				return false;
		}
		return true;
	}
	if (m ? is_kind(m, row->kind) : !row->required)
		return true;
	snprintf(out, SHAPE_FAULT, "%s is %s, but must be %s", row->path,
		type_of(m, row->kind), wanted[row->kind]);
	return false;
}

const struct shape *shape_fault(const cJSON *v, const struct shape *rows,
	size_t n, char out[SHAPE_FAULT])
{
	for (size_t i = 0; i < n; i++)
		if (!row_holds(v, &rows[i], rows[i].path, out))
			return &rows[i];
	return NULL;
}
