/* SPDX-License-Identifier: MIT */
#include "patch_apply.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Take ~0 and ~1 out of a token, in place. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++, out++) {
		*out = *s;
		if (*s == '~' && s[1])
			*out = *++s == '0' ? '~' : '/';
	}
	*out = '\0';
}

static cJSON *child(cJSON *parent, const char *token)
{
	if (cJSON_IsArray(parent))
		return cJSON_GetArrayItem(
			parent, (int)strtol(token, NULL, 10));
	return cJSON_GetObjectItemCaseSensitive(parent, token);
}

/* Append v, and put what stood from there on behind it. */
static bool insert(cJSON *array, int at, cJSON *v)
{
	int n = cJSON_GetArraySize(array) - at;

	cJSON_AddItemToArray(array, v);
	for (; n > 0; n--)
		cJSON_AddItemToArray(
			array, cJSON_DetachItemFromArray(array, at));
	return true;
}

static bool set(cJSON *parent, const char *token, cJSON *v, bool add)
{
	int at = (int)strtol(token, NULL, 10);

	if (cJSON_IsArray(parent) && add && at <= cJSON_GetArraySize(parent))
		return insert(parent, at, v);
	if (cJSON_IsArray(parent))
		return cJSON_ReplaceItemInArray(parent, at, v);
	if (add)
		return cJSON_AddItemToObject(parent, token, v);
	return cJSON_ReplaceItemInObjectCaseSensitive(parent, token, v);
}

static bool drop(cJSON *parent, const char *token)
{
	cJSON *gone = cJSON_DetachItemViaPointer(parent, child(parent, token));

	cJSON_Delete(gone);
	return gone != NULL;
}

/* One operation below the root. */
static bool apply_one(cJSON *doc, const char *op, const char *path,
	const cJSON *value)
{
	char *copy = xstrdup(path), *token = copy + 1, *next;
	bool ok = *path == '/';

	while (ok && (next = strchr(token, '/'))) {
		*next = '\0';
		unescape(token);
		doc = child(doc, token);
		ok = doc != NULL;
		token = next + 1;
	}
	if (ok) {
		bool there;

		unescape(token);
		there = child(doc, token) != NULL;
		if (strcmp(op, "remove") == 0)
			ok = there && drop(doc, token);
		else if (strcmp(op, "add") == 0)
			ok = (cJSON_IsArray(doc) || !there) &&
				set(doc, token, cJSON_Duplicate(value, 1), true);
		else
			ok = there &&
				set(doc, token, cJSON_Duplicate(value, 1), false);
	}
	free(copy);
	return ok;
}

cJSON *patch_apply(cJSON *doc, const cJSON *patch)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, patch)
	{
		const char *op = json_str(one, "op");
		const char *path = json_str(one, "path");
		const cJSON *value = json_get(one, "value");

		if (op && path && !*path && value &&
			strcmp(op, "replace") == 0) {
			cJSON_Delete(doc);
			doc = cJSON_Duplicate(value, 1);
		} else if (!op || !path || !apply_one(doc, op, path, value)) {
			cJSON_Delete(doc);
			return NULL;
		}
	}
	return doc;
}
