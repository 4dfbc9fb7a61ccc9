/* SPDX-License-Identifier: MIT */
/*
 * tool.c: tools.json is read once. Its input schemas use few keywords: type,
 * enum, minLength, maxLength, minimum, maximum, default and required; what is
 * no property is refused, for additionalProperties is false in each.
 */
#include "mcp/tool.h"

#include "base/text.h"
#include "json/json.h"

#include <math.h>
#include <stddef.h>

/* How many characters of a client's text are quoted back. */
#define SHOWN 40

void tool_result_init(struct tool_result *r)
{
	r->error = false;
	buf_init(&r->json, TOOL_RESULT_MAX);
	buf_init(&r->text, TOOL_RESULT_MAX);
}

void tool_result_release(struct tool_result *r)
{
	buf_release(&r->json);
	buf_release(&r->text);
}

static const cJSON *table(void)
{
	static const cJSON *list;
	char why[JSON_WHY];

	if (!list)
		list = json_parse(tools, tools_size, &json_record, why);
	return list;
}

bool tool_find(const char *name, enum tool *out)
{
	const cJSON *o;
	unsigned i = 0;

	cJSON_ArrayForEach(o, table())
	{
		if (name && strcmp(name, json_str(o, "name")) == 0) {
			*out = (enum tool)i;
			return true;
		}
		i++;
	}
	return false;
}

void tool_put_list(struct buf *b)
{
	json_put(b, table());
}

static void put_shown(struct buf *b, const char *s)
{
	char clean[4 * SHOWN + 1];
	size_t n = text_clean(s, strlen(s), clean, sizeof clean, SHOWN);

	buf_add(b, clean, n);
	if (n < strlen(s))
		buf_str(b, "...");
}

/* "slug, days and limit" */
static void put_names(struct buf *b, const cJSON *list, bool keys)
{
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	const cJSON *o;

	cJSON_ArrayForEach(o, list)
	{
		buf_str(b, text_comma(i++, n));
		buf_str(b, keys ? o->string : cJSON_GetStringValue(o));
	}
}

/* The number of characters of UTF-8. */
static double length(const char *s)
{
	double n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool is_one_of(const cJSON *words, const char *s)
{
	const cJSON *word;

	cJSON_ArrayForEach(word, words)
		if (strcmp(cJSON_GetStringValue(word), s) == 0)
			return true;
	return !words;
}

static bool fits_text(const cJSON *schema, const cJSON *v, struct buf *why)
{
	const cJSON *words = json_get(schema, "enum");
	const char *s = cJSON_GetStringValue(v);
	double least = 0, most = INFINITY;

	json_num(schema, "minLength", &least);
	json_num(schema, "maxLength", &most);
	if (!s) {
		buf_str(why, "has to be a string");
	} else if (!is_one_of(words, s)) {
		buf_str(why, "has to be one of ");
		put_names(why, words, false);
		buf_str(why, ", and is \"");
		put_shown(why, s);
		buf_char(why, '"');
	} else if (length(s) < least || length(s) > most) {
		buf_fmt(why, "has to have %g to %g characters", least, most);
	} else {
		return true;
	}
	return false;
}

static bool fits_number(const cJSON *schema, const cJSON *v, struct buf *why)
{
	double least = 0, most = 0;

	json_num(schema, "minimum", &least);
	json_num(schema, "maximum", &most);
	if (cJSON_IsNumber(v) && v->valuedouble >= least &&
		v->valuedouble <= most &&
		v->valuedouble == floor(v->valuedouble))
		return true;
	buf_fmt(why, "has to be a whole number from %g to %g", least, most);
	return false;
}

/* The sentence begins with the name of the argument. */
static bool fits(const cJSON *properties, const cJSON *v, struct buf *why)
{
	const cJSON *schema = json_get(properties, v->string);
	size_t before = why->len;
	bool good;

	buf_str(why, "The argument ");
	put_shown(why, v->string);
	buf_char(why, ' ');
	if (!schema) {
		buf_str(why, "is not known: this tool takes ");
		if (cJSON_GetArraySize(properties))
			put_names(why, properties, true);
		else
			buf_str(why, "none");
		good = false;
	} else if (strcmp(json_str(schema, "type"), "string") == 0) {
		good = fits_text(schema, v, why);
	} else {
		good = fits_number(schema, v, why);
	}
	if (good)
		buf_cut(why, before);
	else
		buf_char(why, '.');
	return good;
}

static bool has_required(const cJSON *schema, const cJSON *o, struct buf *why)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, json_get(schema, "required"))
	{
		if (json_get(o, cJSON_GetStringValue(name)))
			continue;
		buf_fmt(why, "The argument %s is missing.",
			cJSON_GetStringValue(name));
		return false;
	}
	return true;
}

static int number(const cJSON *properties, const cJSON *o, const char *name)
{
	double v = 0;

	if (!json_num(o, name, &v))
		json_num(json_get(properties, name), "default", &v);
	return (int)v;
}

bool tool_read(enum tool tool, const cJSON *o, struct tool_arguments *a,
	struct buf *why)
{
	const cJSON *schema = json_get(
		cJSON_GetArrayItem(table(), (int)tool), "inputSchema");
	const cJSON *properties = json_get(schema, "properties"), *v;

	if (o && !cJSON_IsObject(o)) {
		buf_str(why, "The arguments have to be an object.");
		return false;
	}
	cJSON_ArrayForEach(v, o)
		if (!fits(properties, v, why))
			return false;
	if (!has_required(schema, o, why))
		return false;
	*a = (struct tool_arguments) {.slug = json_str(o, "slug"),
		.query = json_str(o, "query"),
		.state = json_str(o, "state"),
		.limit = number(properties, o, "limit"),
		.days = number(properties, o, "days")};
	return true;
}
