/*
 * shape.h: of which types members of an answer must be, from tables. Pure.
 */
#ifndef MCP_SHAPE_H
#define MCP_SHAPE_H

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
};

/*
 * A member. path: names with "." between; "name[]" stands for each element of an
 * array. Where a member on the way is missing, so may be those below. A row
 * follows those of the members on its way.
 */
struct shape {
	const char *path;
	enum shape_kind kind;
	bool required;
};

#define SHAPE_FAULT 160

/*
 * shape_fault(v, rows, n, out): look at the members of v. The first row that does
 * not hold, and `out` says how, such as "annotations.title is null, and must be
 * a string"; NULL where all hold.
 */
const struct shape *shape_fault(const cJSON *v, const struct shape *rows,
	size_t n, char out[SHAPE_FAULT]);

/* The rows of an icon in the array `path`. */
#define SHAPE_ICONS(path)                                                      \
	{path, SHAPE_ARRAY, false}, {path "[].src", SHAPE_STRING, true},       \
		{path "[].mimeType", SHAPE_STRING, false},                     \
		{path "[].sizes", SHAPE_STRINGS, false},                       \
		{path "[].theme", SHAPE_STRING, false}

#endif
