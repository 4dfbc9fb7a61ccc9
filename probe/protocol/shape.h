/* SPDX-License-Identifier: MIT */
/*
 * shape.h: checks the types of the members of an answer against tables. Pure.
 */
#ifndef PROTOCOL_SHAPE_H
#define PROTOCOL_SHAPE_H

#include "json/json.h"

#include <stdbool.h>
#include <stddef.h>

enum shape_kind {
	SHAPE_STRING,
	SHAPE_BOOLEAN,
	SHAPE_OBJECT,
	SHAPE_ARRAY,
	SHAPE_COMPOSITE, /* an object or an array */
	SHAPE_STRINGS,	 /* an array of strings */
	SHAPE_SCHEMAS,	 /* an object of objects; clients take arrays, too */
	SHAPE_OBJECTS,	 /* an object of objects that are no schemas */
	SHAPE_URL,	 /* of any scheme but those that run a script */
	SHAPE_INTEGER,
	SHAPE_THEME,	    /* one of two words */
	SHAPE_SCOPE,	    /* the same */
	SHAPE_TASK_SUPPORT, /* one of three */
};

/*
 * A member. path: names separated by "."; "name[]" means each element of an
 * array. `required` applies only if the member's parent is there. The row of a
 * parent comes before those of its members.
 */
struct shape {
	const char *path;
	enum shape_kind kind;
	bool required;
};

#define SHAPE_FAULT 160

/*
 * shape_fault(v, rows, n, out): look at the members of v. The first row that
 * does not hold, and `out` says how, such as "annotations.title is null, and
 * must be a string"; NULL where all hold.
 */
const struct shape *shape_fault(const cJSON *v, const struct shape *rows,
	size_t n, char out[SHAPE_FAULT]);

/* The rows of an icon in the array `path`. */
#define SHAPE_ICONS(path)                                                      \
	{path, SHAPE_ARRAY, false}, {path "[].src", SHAPE_STRING, true},       \
		{path "[].mimeType", SHAPE_STRING, false},                     \
		{path "[].sizes", SHAPE_STRINGS, false},                       \
		{path "[].theme", SHAPE_THEME, false}

#endif
