/*
 * changes.h: what changed in the definition of a tool, and what that does to
 * who uses it. Pure.
 */
#ifndef TOOLS_CHANGES_H
#define TOOLS_CHANGES_H

#include "base/buf.h"
#include "terms/change_class.h"

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

#endif
