/* SPDX-License-Identifier: MIT */
/*
 * json_pull.h: reads JSON (RFC 8259) member by member, without a tree: where a
 * few members are needed thousands of times, and where a value is needed as it
 * was written. Pure.
 *
 * Errors stick: after one nothing more is read, each function returns that
 * there is nothing, and pull_end says so. Text that is not UTF-8, U+0000, lone
 * surrogates and more than PULL_DEPTH levels are errors. A key that repeats is
 * one for pull_which alone.
 */
#ifndef JSON_JSON_PULL_H
#define JSON_JSON_PULL_H

#include "json/scan.h"

#include <cjson/cJSON.h>

#define PULL_DEPTH 64

struct pull {
	struct json_scan s;
	unsigned depth; /* of open brackets */
	bool first;	/* the last thing read was an opening bracket */
};

/* pull_begin(p, n): at the beginning of a text, which must outlive it and needs
   no NUL behind it. */
struct pull pull_begin(const char *p, size_t n);

/* pull_end(j): whether it was JSON, with nothing behind its value. */
bool pull_end(struct pull *j);

/*
 * pull_object(j), pull_array(j): enter the value; false, and the value is
 * skipped, where it is something else. After that pull_key(j, key), or
 * pull_item(j) in an array, until it returns false, and each time one function
 * that reads the value.
 */
bool pull_object(struct pull *j);
bool pull_array(struct pull *j);
bool pull_key(struct pull *j, const char **key);
bool pull_item(struct pull *j);

/*
 * pull_which(j, names, seen): pull_key, and which of the names, up to 31 and
 * then NULL, the key is: from 0, or their number for another key; -1 at the end
 * of the object. *seen is 0 before the first; a name that repeats is an error.
 */
int pull_which(struct pull *j, const char *const *names, unsigned *seen);

/* pull_is(key, name): whether a key of pull_key is that name. */
static inline bool pull_is(const char *key, const char *name)
{
	while (*name && *key == *name) {
		key++;
		name++;
	}
	return !*name && *key == '"';
}

/*
 * Each reads one value, of whatever type. pull_skip(j): nothing of it.
 * pull_pass(j): the same; of a list or an object it only looks for the end, so
 * that errors within go unnoticed. pull_number(j): NAN where it is no number.
 * pull_bool(j, v): false where it is no boolean. pull_string(j, out, size):
 * false, and out is "", where it is no string or does not fit into size bytes
 * with its NUL; decoded it is no longer than in the text.
 */
void pull_skip(struct pull *j);
void pull_pass(struct pull *j);
double pull_number(struct pull *j);
bool pull_bool(struct pull *j, bool *v);
bool pull_string(struct pull *j, char *out, size_t size);

/*
 * pull_member(j, o, member, n): read one value, of which json_parse has made the
 * tree o. Returns the text of its child `member`, *n bytes; *n is 0 if member is
 * NULL, or if the text is malformed.
 */
const char *pull_member(struct pull *j, const cJSON *o, const cJSON *member,
	size_t *n);

#endif
