/* SPDX-License-Identifier: MIT */
#include "tools/schema_diff.h"

#include "base/buf.h"
#include "base/index.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "tools/json_patch.h"
#include "tools/schema_values.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void changes_init(struct changes *c)
{
	*c = (struct changes) {.class = CHANGE_ORDER};
}

/*
 * Drop the last change that breaks nothing, so that a path of n bytes fits: many
 * harmless changes must not crowd out one that breaks.
 */
static bool drop_harmless(struct changes *c, size_t n)
{
	for (size_t i = c->n; i-- > 0;) {
		size_t len = strlen(c->v[i].path);

		if (c->v[i].class == CHANGE_BREAKING ||
			n > CHANGES_PATHS - c->paths + len)
			continue;
		free(c->v[i].path);
		c->paths -= len;
		memmove(&c->v[i], &c->v[i + 1],
			(--c->n - i) * sizeof *c->v);
		return true;
	}
	return false;
}

void changes_add(struct changes *c, const char *path,
	const struct change *change)
{
	size_t n = strlen(path);

	if (change->class < c->class)
		c->class = change->class;
	if (c->n == CHANGES_MAX || n > CHANGES_PATHS - c->paths) {
		c->more++;
		if (change->class != CHANGE_BREAKING || !drop_harmless(c, n))
			return;
	}
	c->paths += n;
	c->v = xgrow(c->v, &c->cap, c->n + 1, sizeof *c->v);
	c->v[c->n] = *change;
	c->v[c->n++].path = xstrdup(path);
}

void changes_release(struct changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].path);
	free(c->v);
	changes_init(c);
}

/* A $ref leads to another at most this often. */
#define REFS_MAX 16

/* Two schemas that references led to. */
struct referred {
	const cJSON *a, *b;
	bool unsure;
};

struct schemas {
	struct changes *changes;
	enum schema_side side;
	const cJSON *root_a, *root_b;
	struct buf path; /* of the two schemas that are looked at */
	size_t root;	 /* its length at the roots */
	size_t steps;	 /* that are left */
	int depth;
	bool too_deep;
	bool unsure; /* narrower here may be wider in the whole */
	struct index seen;
	struct referred *referred; /* what was compared already */
	size_t n_referred, cap_referred;
};

/* Two objects that are schemas. */
struct pair {
	const cJSON *a, *b;
};

/* A keyword and its values in a and b; one may be NULL. */
typedef void compare_keyword(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v);

struct keyword {
	const char *name;
	compare_keyword *compare;
};

static void compare_schemas(struct schemas *s, const cJSON *a, const cJSON *b);

static enum change_class class_of(const struct schemas *s, enum effect e)
{
	bool input = s->side == SCHEMA_INPUT;

	switch (e) {
	case EFFECT_SAME:
		return CHANGE_ORDER;
	case EFFECT_WORDS:
		return CHANGE_WORDS;
	case EFFECT_HARMLESS:
		return CHANGE_COMPATIBLE;
	case EFFECT_NARROWER:
		return input ? CHANGE_BREAKING : CHANGE_COMPATIBLE;
	case EFFECT_WIDER:
		return input ? CHANGE_COMPATIBLE : CHANGE_BREAKING;
	case EFFECT_BREAKING:
	case EFFECT_UNKNOWN:
		break;
	}
	return CHANGE_BREAKING;
}

static const char *words_for(enum effect e, const struct pair *v)
{
	if (e == EFFECT_UNKNOWN)
		return "its effect is unknown";
	if (!v->a || !v->b)
		return v->a ? "removed" : "added";
	return e == EFFECT_NARROWER ? "fewer values pass"
		: e == EFFECT_WIDER ? "more values pass"
		: e == EFFECT_SAME  ? "means the same"
				    : "changed";
}

/* Tell a change at a member of the path; key NULL: at the path itself. */
static void tell(struct schemas *s, enum effect e, const char *key,
	const char *what, const struct pair *v)
{
	size_t here = s->path.len;

	if (s->unsure && e != EFFECT_SAME && e != EFFECT_WORDS) {
		e = EFFECT_UNKNOWN;
		what = NULL;
	}
	if (key)
		json_pointer_add(&s->path, key);
	changes_add(s->changes, s->path.p,
		&(struct change) {.class = class_of(s, e),
			.what = what ? what : words_for(e, v),
			.before = v->a,
			.after = v->b});
	buf_cut(&s->path, here);
}

/* Compare the schemas at a member of the path. NULL: any value passes. */
static void compare_below(struct schemas *s, const char *key,
	const cJSON *a, const cJSON *b)
{
	size_t here = s->path.len;

	json_pointer_add(&s->path, key);
	compare_schemas(s, a, b);
	buf_cut(&s->path, here);
}

static void compare_words(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	tell(s, EFFECT_WORDS, key, NULL, v);
}

static void compare_unknown(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	tell(s, EFFECT_UNKNOWN, key, NULL, v);
}

/* A keyword that makes a schema narrower; of two values that differ it cannot
   be told which one lets more pass. */
static void compare_opaque(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	tell(s, !v->a ? EFFECT_NARROWER : !v->b ? EFFECT_WIDER : EFFECT_UNKNOWN,
		key, v->a && v->b ? "another one" : NULL, v);
}

static void compare_limit(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	tell(s, limit_effect(key, p->a, p->b), key, NULL, v);
}

static void compare_type(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	enum effect e = type_effect(v->a, v->b);

	(void)p;
	tell(s, e, key, e == EFFECT_UNKNOWN ? "another type" : NULL, v);
}

/* enum and const say the same: which values pass. */
static void compare_enum(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	bool both = (json_get(p->a, "enum") && json_get(p->a, "const")) ||
		(json_get(p->b, "enum") && json_get(p->b, "const"));
	enum effect e;

	if (both) {
		tell(s, EFFECT_UNKNOWN, key, NULL, v);
		return;
	}
	/* From one of them to the other: told once. */
	if (strcmp(key, "const") == 0 &&
		(json_get(p->a, "enum") || json_get(p->b, "enum")))
		return;
	e = values_effect(p->a, p->b);
	tell(s, e, key,
		e == EFFECT_UNKNOWN ? "values removed and added"
		: !v->a || !v->b    ? NULL
		: e == EFFECT_NARROWER ? "values removed"
		: e == EFFECT_WIDER    ? "values added"
				       : "in another order",
		v);
}

/* A property that only one side has is told there, required or not. */
static bool told_as_property(const struct pair *p, const char *name)
{
	return !json_get(json_get(p->a, "properties"), name) !=
		!json_get(json_get(p->b, "properties"), name);
}

static void spend(struct schemas *s, size_t steps)
{
	s->steps -= steps < s->steps ? steps : s->steps;
}

/* How two arrays of names differ, but for properties that only one has. */
struct required {
	size_t gone, come, told;
};

static struct required count_required(struct schemas *s, const struct pair *p,
	const struct schema_names *a, const struct schema_names *b)
{
	const cJSON *x = json_get(p->a, "properties");
	const cJSON *y = json_get(p->b, "properties");
	size_t size = (size_t)(cJSON_GetArraySize(x) + cJSON_GetArraySize(y));
	struct required r = {0};
	size_t i = 0, j = 0;

	while (s->steps && (i < a->n || j < b->n)) {
		int order = i == a->n ? 1
			: j == b->n   ? -1
				      : strcmp(a->v[i], b->v[j]);

		if (order)
			spend(s, size);
		if (order &&
			told_as_property(p, order < 0 ? a->v[i] : b->v[j]))
			r.told++;
		else if (order)
			*(order < 0 ? &r.gone : &r.come) += 1;
		i += order <= 0;
		j += order >= 0;
		spend(s, 1);
	}
	return r;
}

static void compare_required(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	struct schema_names a, b;
	bool lists = schema_names_of(&a, v->a);
	struct required r = {0};

	lists = schema_names_of(&b, v->b) && lists;
	if (lists)
		r = count_required(s, p, &a, &b);
	if (!lists || (r.gone && r.come))
		tell(s, EFFECT_UNKNOWN, key,
			lists ? "other properties are required" : NULL, v);
	else if (r.come)
		tell(s, EFFECT_NARROWER, key, "newly required", v);
	else if (r.gone)
		tell(s, EFFECT_WIDER, key, "no longer required", v);
	else if (!r.told)
		tell(s, EFFECT_SAME, key, NULL, v);
	free(a.v);
	free(b.v);
}

/* Whether a property is in the array `required` of its schema. */
static bool is_required(const cJSON *schema, const char *name)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_get(schema, "required"))
	{
		if (cJSON_IsString(v) && strcmp(v->valuestring, name) == 0)
			return true;
	}
	return false;
}

/* A property that only one side has. */
static void tell_property(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	const struct pair v = {a, b};
	bool input = s->side == SCHEMA_INPUT;

	if (b && is_required(p->b, b->string))
		tell(s, input ? EFFECT_BREAKING : EFFECT_HARMLESS, b->string,
			"a required property is new", &v);
	else if (b)
		tell(s, EFFECT_HARMLESS, b->string,
			"an optional property is new", &v);
	else if (cJSON_IsFalse(json_get(p->b, "additionalProperties")))
		tell(s, EFFECT_BREAKING, a->string,
			input ? "removed, and refused now" : "removed", &v);
	else
		tell(s, EFFECT_BREAKING, a->string,
			input ? "removed: its effect is unknown"
			      : "removed", &v);
}

/* A function for a member of two objects; one of a and b may be NULL. */
typedef void compare_member(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b);

/* Walk through the members of two objects, or none, in their order. */
static void walk_members(struct schemas *s, const struct pair *p,
	const struct pair *objects, compare_member *compare)
{
	const cJSON *x = objects->a ? objects->a->child : NULL;
	const cJSON *y = objects->b ? objects->b->child : NULL;

	while (s->steps && (x || y)) {
		int order = !x	? 1
			: !y	? -1
				: jcs_compare(x->string, y->string);

		s->steps--;
		compare(s, p, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
		if (order <= 0)
			x = x->next;
		if (order >= 0)
			y = y->next;
	}
}

static void compare_property(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	if (!a || !b) {
		const cJSON *required = json_get(p->b, "required");

		spend(s, (size_t)cJSON_GetArraySize(required));
		tell_property(s, p, a, b);
	} else {
		compare_below(s, a->string, a, b);
	}
}

/* Properties, patterns or definitions by name; absent ones are an empty set. */
static void compare_map(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v, compare_member *compare)
{
	size_t here = s->path.len;

	if ((v->a && !cJSON_IsObject(v->a)) ||
		(v->b && !cJSON_IsObject(v->b))) {
		if (!json_same(v->a, v->b))
			tell(s, EFFECT_UNKNOWN, key, NULL, v);
		return;
	}
	json_pointer_add(&s->path, key);
	walk_members(s, p, v, compare);
	buf_cut(&s->path, here);
}

static void compare_properties(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	compare_map(s, p, key, v, compare_property);
}

static void compare_pattern(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	(void)p;
	if (a && b)
		compare_below(s, a->string, a, b);
	else
		tell(s, b ? EFFECT_NARROWER : EFFECT_WIDER, (a ? a : b)->string,
			NULL, &(struct pair) {a, b});
}

static void compare_patterns(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	compare_map(s, p, key, v, compare_pattern);
}

static bool same_referred(const void *ctx, uint32_t at, const void *key)
{
	const struct referred *have = (const struct referred *)ctx + at;
	const struct referred *want = key;

	return have->a == want->a && have->b == want->b &&
		have->unsure == want->unsure;
}

/* Whether a pair has been compared; from now on it has. */
static bool compared_before(struct schemas *s, const cJSON *a, const cJSON *b)
{
	struct referred r = {a, b, s->unsure};
	uint64_t hash = index_hash(index_hash(s->unsure, &a, sizeof a), &b,
		sizeof b);

	if (index_find(&s->seen, hash, same_referred, s->referred, &r) !=
		INDEX_NONE)
		return true;
	s->referred = xgrow(s->referred, &s->cap_referred, s->n_referred + 1,
		sizeof *s->referred);
	s->referred[s->n_referred] = r;
	index_add(&s->seen, hash, (uint32_t)s->n_referred++);
	return false;
}

static void compare_definition(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	(void)p;
	if (a && b && !compared_before(s, a, b))
		compare_below(s, a->string, a, b);
}

/*
 * A definition that only one side has does nothing until something refers to
 * it, and that is compared there: so such ones are told together.
 */
static void compare_definitions(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	const cJSON *x = cJSON_IsObject(v->a) ? v->a->child : NULL;
	const cJSON *y = cJSON_IsObject(v->b) ? v->b->child : NULL;

	for (; x && y && strcmp(x->string, y->string) == 0; y = y->next)
		x = x->next;
	if (x || y)
		tell(s, EFFECT_WORDS, key, "definitions came or went",
			&(struct pair) {0});
	compare_map(s, p, key, v, compare_definition);
}

/* A keyword that is a schema; without it any value passes. */
static void compare_schema(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	compare_below(s, key, v->a, v->b);
}

/* A reader passes over members that it does not know. */
static void compare_additional(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	if (s->side == SCHEMA_OUTPUT && v->a != v->b && schema_any(v->b) &&
		!schema_any(v->a))
		tell(s, EFFECT_HARMLESS, key, "other members may come", v);
	else
		compare_below(s, key, v->a, v->b);
}

/* Keywords that may make the whole wider where they are narrower. */
static void compare_unsure(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	bool unsure = s->unsure;

	(void)p;
	s->unsure = true;
	if (v->a && v->b)
		compare_below(s, key, v->a, v->b);
	else
		tell(s, EFFECT_UNKNOWN, key, NULL, v);
	s->unsure = unsure;
}

/* Compare arrays of schemas, of the same length, each to each. */
static void compare_each(struct schemas *s, const char *key, const cJSON *a,
	const cJSON *b)
{
	size_t here = s->path.len, i = 0;

	json_pointer_add(&s->path, key);
	for (; a && b; a = a->next, b = b->next, i++) {
		size_t at = s->path.len;

		buf_fmt(&s->path, "/%zu", i);
		compare_schemas(s, a, b);
		buf_cut(&s->path, at);
	}
	buf_cut(&s->path, here);
}

static void compare_prefix(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	(void)p;
	if (cJSON_IsArray(v->a) && cJSON_IsArray(v->b) &&
		cJSON_GetArraySize(v->a) == cJSON_GetArraySize(v->b))
		compare_each(s, key, v->a->child, v->b->child);
	else if (!json_same(v->a, v->b))
		tell(s, EFFECT_UNKNOWN, key, NULL, v);
}

/* Before 2020-12 items could be an array. */
static void compare_items(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	if (cJSON_IsArray(v->a) || cJSON_IsArray(v->b))
		compare_prefix(s, p, key, v);
	else
		compare_below(s, key, v->a, v->b);
}

/*
 * Compare what is left of two sets of branches once those that are the same are
 * taken out: each to each where there are as many; where only one set has some,
 * the branches that were added or removed; else it cannot be told.
 */
static void compare_rest(struct schemas *s, const char *key,
	const struct schema_branches *br, const struct pair *v)
{
	bool all = strcmp(key, "allOf") == 0, one = strcmp(key, "oneOf") == 0;
	bool unsure = s->unsure;
	size_t here = s->path.len;

	if (br->n_a && br->n_b && br->n_a != br->n_b) {
		tell(s, EFFECT_UNKNOWN, key, NULL, v);
	} else if (!br->n_b || !br->n_a) {
		bool more = br->n_b > 0;

		tell(s, one ? EFFECT_UNKNOWN
			: more == all ? EFFECT_NARROWER
				      : EFFECT_WIDER,
			key, one ? NULL : more ? "a branch is new"
				 : "a branch was removed", v);
	} else {
		s->unsure = unsure || one;
		json_pointer_add(&s->path, key);
		for (size_t i = 0; i < br->n_a; i++) {
			size_t at = s->path.len;

			buf_fmt(&s->path, "/%zu", br->at_b[i]);
			compare_schemas(s, br->a[i], br->b[i]);
			buf_cut(&s->path, at);
		}
		buf_cut(&s->path, here);
		s->unsure = unsure;
	}
}

static void compare_branches(struct schemas *s, const struct pair *p,
	const char *key, const struct pair *v)
{
	struct schema_branches br;

	(void)p;
	if (!cJSON_IsArray(v->a) || !cJSON_IsArray(v->b)) {
		if (json_same(v->a, v->b))
			return;
		tell(s, v->a && v->b ? EFFECT_UNKNOWN
			: v->a	     ? EFFECT_WIDER
				     : EFFECT_NARROWER,
			key, NULL, v);
		return;
	}
	/* The same reference may lead to different schemas. */
	if (json_same(v->a, v->b)) {
		bool unsure = s->unsure;

		s->unsure = unsure || strcmp(key, "oneOf") == 0;
		compare_each(s, key, v->a->child, v->b->child);
		s->unsure = unsure;
		return;
	}
	schema_branches_of(&br, v->a, v->b);
	if (!br.n_a && !br.n_b)
		tell(s, EFFECT_SAME, key, "in another order", v);
	else
		compare_rest(s, key, &br, v);
	schema_branches_release(&br);
}

/* Keywords that hold schemas: what their references lead to may have changed
   though they are the same. Those of the second table have no schemas. */
static const struct keyword applicators[] = {
	{"$defs", compare_definitions},
	{"additionalItems", compare_schema},
	{"additionalProperties", compare_additional},
	{"allOf", compare_branches},
	{"anyOf", compare_branches},
	{"contains", compare_unsure},
	{"definitions", compare_definitions},
	{"dependentSchemas", compare_unknown},
	{"else", compare_unsure},
	{"if", compare_unsure},
	{"items", compare_items},
	{"not", compare_unsure},
	{"oneOf", compare_branches},
	{"patternProperties", compare_patterns},
	{"prefixItems", compare_prefix},
	{"properties", compare_properties},
	{"propertyNames", compare_schema},
	{"then", compare_unsure},
	{"unevaluatedItems", compare_schema},
	{"unevaluatedProperties", compare_additional},
};

static const struct keyword assertions[] = {
	{"const", compare_enum},
	{"contentEncoding", compare_opaque},
	{"contentMediaType", compare_opaque},
	{"enum", compare_enum},
	{"exclusiveMaximum", compare_limit},
	{"exclusiveMinimum", compare_limit},
	{"format", compare_opaque},
	{"maxItems", compare_limit},
	{"maxLength", compare_limit},
	{"maxProperties", compare_limit},
	{"maximum", compare_limit},
	{"minItems", compare_limit},
	{"minLength", compare_limit},
	{"minProperties", compare_limit},
	{"minimum", compare_limit},
	{"multipleOf", compare_limit},
	{"pattern", compare_opaque},
	{"required", compare_required},
	{"type", compare_type},
	{"uniqueItems", compare_limit},
};

static compare_keyword *find_keyword(
	const struct keyword *table, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].name, key) == 0)
			return table[i].compare;
	return NULL;
}

#define FIND(table, key)                                                       \
	find_keyword(table, sizeof(table) / sizeof *(table), key)

static void compare_rule(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	const char *key = (a ? a : b)->string;
	const struct pair v = {a, b};
	compare_keyword *compare = FIND(applicators, key);

	if (strcmp(key, "$ref") == 0 || schema_word(key))
		return;
	if (!compare && json_same(a, b))
		return;
	if (compare == compare_unknown && json_same(a, b))
		return;
	if (!compare)
		compare = FIND(assertions, key);
	(compare ? compare : compare_unknown)(s, p, key, &v);
}

/* Beside a $ref that only one of two schemas has. */
static void compare_only_definitions(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	if (schema_definitions((a ? a : b)->string))
		compare_rule(s, p, a, b);
}

static void compare_word(struct schemas *s, const struct pair *p,
	const cJSON *a, const cJSON *b)
{
	const char *key = (a ? a : b)->string;

	if (schema_word(key) && !json_same(a, b))
		compare_words(s, p, key, &(struct pair) {a, b});
}

/* The $ref of a schema, "" where it is no string; NULL where it has none. */
static const char *ref_of(const cJSON *schema)
{
	const char *ref = json_str(schema, "$ref");

	return ref ? ref : json_get(schema, "$ref") ? "" : NULL;
}

/* The schema that a $ref leads to, or NULL; appends its place to path. */
static const cJSON *follow_ref(struct schemas *s, const cJSON *root,
	const cJSON *schema, struct buf *path)
{
	if (path)
		buf_cut(path, s->root);
	return schema_find(root, ref_of(schema), path, &s->steps);
}

/*
 * The schema at the end of a chain of references; itself where it has none. NULL
 * where that is not in the document, or there are rules beside a $ref.
 */
static const cJSON *follow_refs(struct schemas *s, const cJSON *root,
	const cJSON *schema, struct buf *path)
{
	for (int i = 0; schema && ref_of(schema); i++) {
		if (i == REFS_MAX || !schema_only_ref(schema))
			return NULL;
		schema = follow_ref(s, root, schema, path);
	}
	return schema;
}

/* Compare schemas at least one of which refers to another. */
static void compare_refs(struct schemas *s, const struct pair *p)
{
	struct buf path = s->path, at_b;
	const cJSON *a, *b;

	buf_init(&at_b, SIZE_MAX / 2);
	buf_add(&at_b, s->path.p, s->path.len);
	if (ref_of(p->a) && ref_of(p->b)) {
		a = follow_ref(s, s->root_a, p->a, NULL);
		b = follow_ref(s, s->root_b, p->b, &at_b);
	} else {
		a = follow_refs(s, s->root_a, p->a, NULL);
		b = follow_refs(s, s->root_b, p->b, &at_b);
	}
	if (a && b) {
		if (!compared_before(s, a, b)) {
			s->path = at_b;
			compare_schemas(s, a, b);
			at_b = s->path;
			s->path = path;
		}
	} else if (a || b ||
		!json_same(json_get(p->a, "$ref"), json_get(p->b, "$ref"))) {
		tell(s, EFFECT_UNKNOWN, NULL, NULL, p);
	}
	buf_release(&at_b);
}

/* Schemas of which one lets all values pass, or none. */
static bool compare_trivial(struct schemas *s, const cJSON *a, const cJSON *b)
{
	const struct pair v = {a, b};
	bool any_a = schema_any(a), any_b = schema_any(b);

	if (!any_a && !any_b && !cJSON_IsFalse(a) && !cJSON_IsFalse(b))
		return false;
	/* The words of two objects were compared before. */
	if (any_a && any_b && !json_same(a, b) &&
		!(cJSON_IsObject(a) && cJSON_IsObject(b)))
		tell(s, (a && a->child) || (b && b->child) ? EFFECT_WORDS
							   : EFFECT_SAME,
			NULL, NULL, &v);
	if (any_a == any_b && cJSON_IsFalse(a) == cJSON_IsFalse(b))
		return true;
	tell(s, any_b || cJSON_IsFalse(a) ? EFFECT_WIDER : EFFECT_NARROWER,
		NULL, NULL, &v);
	return true;
}

static void compare_schemas(struct schemas *s, const cJSON *a, const cJSON *b)
{
	const struct pair p = {a, b};
	bool objects = cJSON_IsObject(a) && cJSON_IsObject(b);

	if (!s->steps || s->depth == SCHEMA_DEPTH) {
		s->too_deep = true;
		return;
	}
	spend(s, 1);
	s->depth++;
	if (objects)
		walk_members(s, &p, &p, compare_word);
	if (objects && (ref_of(a) || ref_of(b))) {
		walk_members(s, &p, &p,
			ref_of(a) && ref_of(b) ? compare_rule
					       : compare_only_definitions);
		compare_refs(s, &p);
	} else if (objects && !schema_any(a) && !schema_any(b)) {
		walk_members(s, &p, &p, compare_rule);
	} else if (!compare_trivial(s, a, b) && !json_same(a, b)) {
		tell(s, EFFECT_UNKNOWN, NULL, NULL, &p);
	}
	s->depth--;
}

void schema_diff(struct changes *c, const char *path, enum schema_side side,
	const cJSON *before, const cJSON *after)
{
	struct schemas s = {.changes = c, .side = side, .root_a = before,
		.root_b = after, .steps = SCHEMA_STEPS};

	buf_init(&s.path, SIZE_MAX / 2);
	buf_str(&s.path, path);
	s.root = s.path.len;
	compared_before(&s, before, after);
	compare_schemas(&s, before, after);
	if (s.too_deep || !s.steps)
		tell(&s, EFFECT_UNKNOWN, NULL,
			"too much to compare: its effect is unknown",
			&(struct pair) {before, after});
	buf_release(&s.path);
	free(s.referred);
	index_release(&s.seen);
}
