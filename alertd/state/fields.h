/*
 * fields.h: the members of a JSON object that must be what we wrote. Every one
 * is checked; the first that is wrong is remembered, like the error of a buf,
 * and what is returned for it is harmless.
 */
#ifndef STATE_FIELDS_H
#define STATE_FIELDS_H

#include "incident/state.h"

#include <cjson/cJSON.h>

#define MEMBER_COUNT_MAX 1000000000LL

struct members {
	const cJSON *o;	 /* NULL, or no object: has none */
	const char *bad; /* the first that was wrong, or NULL */
};

/* member_wrong(in, key): that one is wrong. member_has(in, key): is there. */
void member_wrong(struct members *in, const char *key);
bool member_has(const struct members *in, const char *key);

/* A whole number from min to max; one that is an instant; a count. */
int64_t member_int(struct members *in, const char *key, int64_t min,
	int64_t max);
int64_t member_epoch(struct members *in, const char *key);
int member_count(struct members *in, const char *key);

/* An instant with a fraction, a truth value, and a tally. */
double member_time(struct members *in, const char *key);
bool member_bool(struct members *in, const char *key);
struct tally member_tally(struct members *in, const char *key);

/*
 * A string, "" where it is wrong, valid as long as the object is; a copy of
 * one, or NULL of null; the elements of an array, and of one of strings each of
 * which `valid` accepts, which may be NULL.
 */
const char *member_str(struct members *in, const char *key);
char *member_optional(struct members *in, const char *key);
const cJSON *member_array(struct members *in, const char *key);
void member_strings(struct members *in, const char *key,
	bool (*valid)(const char *), struct strings *out);

#endif
