/*
 * tools_lock.h: tools.lock, the file beside fleet.yaml that says which tools
 * each server is to have: reviewed and committed by people, see
 * mcp-aggregate(1).
 */
#ifndef LOCK_TOOLS_LOCK_H
#define LOCK_TOOLS_LOCK_H

#include "rule/history.h"

#include <cjson/cJSON.h>

/* Opaque. */
struct tools_lock;

/* Room for the reason why a file was refused. */
#define LOCK_WHY 300

/* How deep the file may be. */
#define LOCK_DEPTH 72

/* lock_path(config): the file beside a configuration; free it. */
char *lock_path(const char *config);

/*
 * lock_load(path, why): what is pinned, in version 1 or 2; lock_free it. Empty
 * where there is no such file; NULL, and why, where there is one that cannot be
 * used.
 */
struct tools_lock *lock_load(const char *path, char *why);
void lock_free(struct tools_lock *lock);

/* lock_parse(p, n, why): as lock_load, of the n bytes of a file. */
struct tools_lock *lock_parse(const char *p, size_t n, char *why);

/*
 * lock_version(lock): the version of what was read. lock_slug(lock): the first
 * server by name, or NULL; lives with lock.
 */
int lock_version(const struct tools_lock *lock);
const char *lock_slug(const struct tools_lock *lock);

/* lock_hash(lock, slug): the pinned contract hash, or NULL. Lives with lock. */
const char *lock_hash(const struct tools_lock *lock, const char *slug);

/*
 * lock_tools(lock, slug, out): the pinned tools, sorted by name, as a list
 * whose names and hashes live as long as lock; free out->tools. The
 * full hash is NULL, and the full digest of a tool empty, where they are not
 * known. False where the server is not pinned.
 */
bool lock_tools(
	const struct tools_lock *lock, const char *slug, struct tool_list *out);

/*
 * lock_definition(lock, slug, name): what a pinned tool said, or NULL. That
 * its digest is that of the tool is not checked. Lives as long as its pin.
 */
const cJSON *lock_definition(
	const struct tools_lock *lock, const char *slug, const char *name);

/*
 * lock_pin(lock, slug, tools, texts): pin a server, or pin it anew. texts: the
 * definition of each tool, or NULL where it is not known; then the one that was
 * pinned under the same digest stays. tools may not be those of lock_tools.
 */
void lock_pin(struct tools_lock *lock, const char *slug,
	const struct tool_list *tools, const char *const *texts);

/*
 * lock_save(lock, path): replace the file, whole or not at all. 0; or -1 and
 * errno.
 */
int lock_save(const struct tools_lock *lock, const char *path);

#endif
