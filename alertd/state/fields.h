/*
 * fields.h: the members of a JSON object that must be what we wrote. Every one
 * is checked; the first that is wrong is remembered, like the error of a buf,
 * and what is returned for it is harmless.
 */
#ifndef STATE_FIELDS_H
#define STATE_FIELDS_H

#include "incident/state.h"

#include <cjson/cJSON.h>

#define FIELD_COUNT_MAX 1000000000LL

struct fields {
	const cJSON *o;	 /* NULL, or no object: has none */
	const char *bad; /* the first that was wrong, or NULL */
};

/* field_wrong(in, key): that one is wrong. field_has(in, key): is there. */
void field_wrong(struct fields *in, const char *key);
bool field_has(const struct fields *in, const char *key);

/* A whole number from min to max; one that is an instant; a count. */
int64_t field_int(struct fields *in, const char *key, int64_t min,
	int64_t max);
int64_t field_epoch(struct fields *in, const char *key);
int field_count(struct fields *in, const char *key);

/* An instant with a fraction, a truth value, and a tally. */
double field_time(struct fields *in, const char *key);
bool field_bool(struct fields *in, const char *key);
struct streak field_tally(struct fields *in, const char *key);

/*
 * A string, "" where it is wrong, valid as long as the object is; a copy of
 * one, or NULL of null; the elements of an array, and of one of strings each of
 * which `valid` accepts, which may be NULL.
 */
const char *field_str(struct fields *in, const char *key);
char *field_optional(struct fields *in, const char *key);
const cJSON *field_array(struct fields *in, const char *key);
void field_strings(struct fields *in, const char *key,
	bool (*valid)(const char *), struct strings *out);

#endif
