/* SPDX-License-Identifier: MIT */
/*
 * schema_values.h: the values that pass a JSON Schema (2020-12), as far as one keyword
 * says so, and what a change of that keyword does to them. Pure.
 */
#ifndef TOOLS_SCHEMA_VALUES_H
#define TOOLS_SCHEMA_VALUES_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* The effect of a change on the values that pass a schema. */
enum effect {
	EFFECT_SAME,	 /* the same ones pass; it is written otherwise */
	EFFECT_WORDS,	 /* the same ones pass; people read other words */
	EFFECT_HARMLESS, /* for callers and for readers */
	EFFECT_NARROWER, /* fewer pass */
	EFFECT_WIDER,	 /* more pass */
	EFFECT_BREAKING, /* for callers and for readers */
	EFFECT_UNKNOWN	 /* none of these is certain */
};

/*
 * schema_word(key): whether a keyword is for readers only: no value
 * passes or fails because of it. schema_definitions(key): whether it only holds
 * schemas to refer to. schema_any(v): whether any value passes: no schema (NULL),
 * true, or an object with nothing but words. schema_only_ref(v): whether a schema has
 * no rule beside its $ref.
 */
bool schema_word(const char *key);
bool schema_definitions(const char *key);
bool schema_any(const cJSON *v);
bool schema_only_ref(const cJSON *v);

/*
 * schema_find(root, ref, path, steps): what a $ref means, "#" or a JSON Pointer
 * as the fragment of a URI (RFC 6901, section 6), in the document of root; NULL
 * where it is another kind of reference, or there is nothing. Appends the
 * pointer to path, which may be NULL. Each member that it passes takes one of
 * *steps, and there is nothing where these run out.
 */
const cJSON *schema_find(const cJSON *root, const char *ref,
	struct buf *path, size_t *steps);

/*
 * type_effect(a, b): of two values of `type`; NULL where there is none.
 *
 * limit_effect(key, a, b): of a keyword that sets a limit, like maximum, in two
 * schemas; EFFECT_UNKNOWN if it sets none. Of integers, what is beyond 2^53 - 1 is none: I-JSON has no larger
 * ones (RFC 7493, section 2.2).
 *
 * values_effect(a, b): of enum and const in two schemas, of which each has one
 * or the other, or none.
 */
enum effect type_effect(const cJSON *a, const cJSON *b);
enum effect limit_effect(const char *key, const cJSON *a, const cJSON *b);
enum effect values_effect(const cJSON *a, const cJSON *b);

/* The strings of an array, each once, in the order of strcmp. */
struct schema_names {
	const char **v; /* free it */
	size_t n;
};

/* schema_names_of(out, array): false where it is no array of strings; NULL: none. */
bool schema_names_of(struct schema_names *out, const cJSON *array);

/* The schemas that only one of two arrays has. */
struct schema_branches {
	const cJSON **a, **b;
	size_t *at_b; /* the index of each of b */
	size_t n_a, n_b;
};

/*
 * schema_branches_of(out, a, b): those of two arrays; schema_branches_release frees
 * them.
 */
void schema_branches_of(
	struct schema_branches *out, const cJSON *a, const cJSON *b);
void schema_branches_release(struct schema_branches *b);

#endif
