/* SPDX-License-Identifier: MIT */
/*
 * schema_diff.h: what changed between two JSON Schemas (2020-12), and what that
 * does to who calls a tool, or reads its answer. Pure.
 *
 * A keyword that lets fewer values pass makes the schema narrower, one that
 * lets more pass makes it wider. A caller is let down by an input that is
 * narrower, and a reader by an output that is wider. What cannot be told counts
 * as breaking.
 */
#ifndef TOOLS_SCHEMA_DIFF_H
#define TOOLS_SCHEMA_DIFF_H

#include "base/buf.h"
#include "terms/names.h"

#include <cjson/cJSON.h>

struct change {
	enum change_class class;
	char *path; /* a JSON Pointer into the definition */
	const char *what; /* in a few words; static */
	const cJSON *before, *after; /* in the definitions; NULL: none */
};

/* No more changes of one tool are kept, nor bytes of all their paths. */
#define CHANGES_MAX 256
#define CHANGES_PATHS ((size_t)128 * 1024)

struct changes {
	enum change_class class; /* of the worst, those in `more` included */
	struct change *v;
	size_t n, cap, paths;
	size_t more; /* changes that are not in v */
};

/* changes_init(c): none yet, of the class order. */
void changes_init(struct changes *c);

/*
 * changes_add(c, path, change): add *change with a copy of the path; its trees
 * must outlive c.
 */
void changes_add(struct changes *c, const char *path,
	const struct change *change);
void changes_release(struct changes *c);

enum schema_side { SCHEMA_INPUT, SCHEMA_OUTPUT };

/*
 * schema_diff(c, path, side, before, after): add to c what changed between two
 * schemas, which are the roots of their documents: $ref is looked up there, and
 * nowhere else. Their members are in the order of jcs_compare. path: where they
 * are in the definition, a JSON Pointer. A change in what a $ref refers to has
 * the path of that, and is told once.
 *
 * Takes bounded time: a schema that asks for more than SCHEMA_STEPS keywords to
 * be looked at, or is nested more than SCHEMA_DEPTH deep by its references, is
 * one of which it cannot be told.
 */
#define SCHEMA_STEPS 100000
#define SCHEMA_DEPTH 300
void schema_diff(struct changes *c, const char *path, enum schema_side side,
	const cJSON *before, const cJSON *after);

#endif
