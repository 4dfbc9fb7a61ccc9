/*
 * schema_diff.h: what changed between two JSON Schemas (2020-12), and what that
 * does to who calls a tool, or reads its answer. Pure.
 *
 * A keyword that lets fewer values pass makes the schema narrower, one that
 * lets more pass makes it wider. A caller is let down by an input that is
 * narrower, and a reader by an output that is wider. What cannot be told
 * counts as breaking.
 */
#ifndef TOOLS_SCHEMA_DIFF_H
#define TOOLS_SCHEMA_DIFF_H

#include "tools/changes.h"

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
