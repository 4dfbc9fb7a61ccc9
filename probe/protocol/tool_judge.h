/*
 * tool_judge.h: whether clients take a tool of a list. Pure.
 */
#ifndef PROTOCOL_TOOL_JUDGE_H
#define PROTOCOL_TOOL_JUDGE_H

#include "http/failure.h"
#include "json/json.h"

/* A longer name is taken for one that somebody made up to do harm. */
#define TOOL_NAME_MAX 1024

/*
 * tool_judge(tool, n, stateless, f): check tool number n of a page, from 1, of a
 * server of revision 2026-07-28 (stateless), or of an older one: a name, and each
 * member of the type that the schema of the revision says ("Tool"). False and *f
 * where clients refuse the list because of it.
 */
bool tool_judge(const cJSON *tool, size_t n, bool stateless, struct failure *f);

#endif
