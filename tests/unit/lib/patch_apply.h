/* SPDX-License-Identifier: MIT */
/*
 * patch_apply.h: applies a JSON Patch (RFC 6902), for tests of json_patch.
 */
#ifndef UNIT_PATCH_APPLY_H
#define UNIT_PATCH_APPLY_H

#include <cjson/cJSON.h>

/*
 * patch_apply(doc, patch): what add, remove and replace make of doc, which it
 * takes; NULL where an operation does not fit. cJSON_Delete it.
 */
cJSON *patch_apply(cJSON *doc, const cJSON *patch);

#endif
