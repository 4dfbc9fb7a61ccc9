/* SPDX-License-Identifier: MIT */
/*
 * json_patch.h: the JSON Patch (RFC 6902) between two values. Pure.
 */
#ifndef TOOLS_JSON_PATCH_H
#define TOOLS_JSON_PATCH_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/*
 * json_patch(b, before, after): append the patch, a JSON array of operations
 * add, remove and replace, that makes `after` of `before`: "[]" where they are
 * the same. The members of every object must stand in the order of
 * jcs_compare, each key once, as those of definitions_read do. Of arrays, what
 * both begin and end with is left alone. Where that would take more than
 * JSON_PATCH_MAX bytes, as only a hostile value has it, the patch replaces the
 * whole value.
 */
#define JSON_PATCH_MAX ((size_t)512 * 1024)
void json_patch(struct buf *b, const cJSON *before, const cJSON *after);

/*
 * json_pointer_add(b, key): append a reference token of a JSON Pointer (RFC
 * 6901): a slash and the key, escaped.
 */
void json_pointer_add(struct buf *b, const char *key);

/*
 * json_same(a, b): whether two trees, whose members are in order as above, are
 * the same value. NULL is the same as NULL.
 */
bool json_same(const cJSON *a, const cJSON *b);

#endif
