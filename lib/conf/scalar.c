/*
 * scalar.c: the types of scalars under the core schema of YAML 1.2 (section
 * 10.3.2), and YAML as JSON.
 */
#include "conf/yaml.h"

#include <math.h>
#include <stdint.h>

/* 2^53: above it a double cannot hold every whole number. */
#define INEXACT 9007199254740992.0

#define DIGITS "0123456789"

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* 0o17 and 0x1F, rounded to a double. */
static bool based(const char *s, double *value)
{
	unsigned base = s[1] == 'x' ? 16 : 8;
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "01234567";

	if (s[0] != '0' || (s[1] != 'x' && s[1] != 'o') || !s[2] ||
		s[2 + strspn(s + 2, digits)])
		return false;
	*value = 0;
	for (s += 2; *s; s++) {
		unsigned c = (unsigned char)*s;

		*value = *value * base +
			(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return true;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static enum conf_scalar number(const char *s, double *value)
{
	const char *p = s + (*s == '-' || *s == '+');
	size_t whole = strspn(p, DIGITS), n;
	bool integer = whole > 0;

	p += whole;
	if (*p == '.') {
		n = strspn(p + 1, DIGITS);
		if (!whole && !n)
			return CONF_SCALAR_TEXT;
		p += 1 + n;
		integer = false;
	} else if (!whole) {
		return CONF_SCALAR_TEXT;
	}
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '-' || p[1] == '+');
		n = strspn(p, DIGITS);
		if (!n)
			return CONF_SCALAR_TEXT;
		p += n;
		integer = false;
	}
	if (*p)
		return CONF_SCALAR_TEXT;
	*value = strtod(s, NULL);
	return integer ? CONF_SCALAR_INT : CONF_SCALAR_FLOAT;
}

enum conf_scalar conf_yaml_scalar(const yaml_node_t *node, double *value)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL",
		NULL};
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	static const char *const infinite[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nan_words[] = {".nan", ".NaN", ".NAN", NULL};
	const char *s = conf_yaml_text(node);

	*value = 0;
	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return CONF_SCALAR_TEXT;
	if (one_of(s, nulls))
		return CONF_SCALAR_NULL;
	if (one_of(s, yes) || one_of(s, no)) {
		*value = one_of(s, yes);
		return CONF_SCALAR_BOOL;
	}
	if (based(s, value))
		return CONF_SCALAR_INT;
	if (one_of(s, nan_words)) {
		*value = NAN;
		return CONF_SCALAR_FLOAT;
	}
	if (one_of(s + (*s == '-' || *s == '+'), infinite)) {
		*value = *s == '-' ? -INFINITY : INFINITY;
		return CONF_SCALAR_FLOAT;
	}
	return number(s, value);
}

/* Why JSON cannot carry the number; NULL where it can. */
static const char *lossy(enum conf_scalar kind, double value)
{
	if (!isfinite(value))
		return "JSON has no such number";
	if (kind == CONF_SCALAR_INT && fabs(value) >= INEXACT)
		return "a number with more digits than JSON keeps; "
		       "put it in quotes";
	return NULL;
}

static cJSON *json_scalar(yaml_node_t *node, const char *path,
	struct conf_errors *r)
{
	double value;
	enum conf_scalar kind = conf_yaml_scalar(node, &value);
	const char *why;

	switch (kind) {
	case CONF_SCALAR_NULL:
		return cJSON_CreateNull();
	case CONF_SCALAR_BOOL:
		return cJSON_CreateBool(value != 0);
	case CONF_SCALAR_TEXT:
		return cJSON_CreateString(conf_yaml_text(node));
	default:
		break;
	}
	why = lossy(kind, value);
	if (!why)
		return cJSON_CreateNumber(value);
	conf_fault(r, conf_yaml_spot(node), "%s: %.40s: %s", path,
		conf_yaml_text(node), why);
	return NULL;
}

/* Add a member or, where key is NULL, an element. False where v is NULL. */
static bool add(cJSON *to, const char *key, cJSON *v)
{
	if (!v)
		return false;
	if (key ? cJSON_AddItemToObject(to, key, v)
		: cJSON_AddItemToArray(to, v))
		return true;
	cJSON_Delete(v);
	return false;
}

static bool fill(yaml_document_t *doc, const yaml_node_t *node,
	const char *path, struct conf_errors *r, cJSON *out)
{
	const yaml_node_item_t *item = node->data.sequence.items.start;
	const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	bool ok = true;

	if (node->type == YAML_SEQUENCE_NODE) {
		for (; ok && item < node->data.sequence.items.top; item++)
			ok = add(out, NULL, conf_yaml_json(doc,
				yaml_document_get_node(doc, *item), path, r));
		return ok;
	}
	for (; ok && pair < node->data.mapping.pairs.top; pair++)
		ok = add(out,
			conf_yaml_text(yaml_document_get_node(doc, pair->key)),
			conf_yaml_json(doc,
				yaml_document_get_node(doc, pair->value), path,
				r));
	return ok;
}

cJSON *conf_yaml_json(yaml_document_t *doc, yaml_node_t *node, const char *path,
	struct conf_errors *r)
{
	cJSON *v;

	if (node->type == YAML_SCALAR_NODE)
		return json_scalar(node, path, r);
	v = node->type == YAML_MAPPING_NODE ? cJSON_CreateObject()
					    : cJSON_CreateArray();
	if (v && fill(doc, node, path, r, v))
		return v;
	cJSON_Delete(v);
	return NULL;
}
