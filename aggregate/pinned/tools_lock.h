/* SPDX-License-Identifier: MIT */
/*
 * tools_lock.h: tools.lock, the file beside fleet.yaml that says which tools
 * each server is to have: reviewed and committed by people, see
 * mcp-tools(7).
 */
#ifndef PINNED_TOOLS_LOCK_H
#define PINNED_TOOLS_LOCK_H

#include "records/probe.h"
#include "records/verdict.h"
#include "tools/definitions.h"

#include <cjson/cJSON.h>

struct tool_list;

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
 * lock_pin(lock, slug, tools, texts): pin a server, or pin it again. texts: the
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

/* ---- Only the digests: lock_digests.c. */

/*
 * The digests of tools.lock without what tools say, for what reads them every round:
 * some hundred bytes of a server are kept, however much its tools say. The whole of one
 * server is read where it is needed. Opaque.
 */
struct lock_digests;

/* The pinned digests of a server; full is "" where it is not known. */
struct pinned_digests {
	char contract[HASH_HEX + 1];
	char full[HASH_HEX + 1];
};

/*
 * lock_digests_read(path, why): the digests of a file of version 1 or 2;
 * lock_digests_free it. Empty where there is no such file; NULL, and why, which
 * has LOCK_WHY bytes, where there is one that cannot be used. What the members
 * `tools` hold is passed over: it may still be such that lock_load refuses it.
 */
struct lock_digests *lock_digests_read(const char *path, char *why);
void lock_digests_free(struct lock_digests *d);

/* lock_digests_find(d, slug, out): false where the server is not pinned. */
bool lock_digests_find(const struct lock_digests *d, const char *slug,
	struct pinned_digests *out);

/*
 * lock_digests_server(d, slug, why): all that is pinned of one server, as
 * lock_load would give it: for lock_tools and lock_definition; lock_free it. It
 * is of the file that lock_digests_read opened, though another may be in its
 * place by now. Empty where the server is not pinned; NULL, and why, where its
 * text cannot be used or read.
 */
struct tools_lock *lock_digests_server(
	const struct lock_digests *d, const char *slug, char *why);

/* ---- What tools of a server said, by digest. */

/* All zero has none. */
struct tool_texts {
	struct tool_text {
		char digest[DIGEST_HEAD + 1];
		char *text; /* of a definition, in the form of RFC 8785 */
	} *v;
	size_t n, cap;
};

/*
 * tool_texts_add(t, digest, text): add a copy of a definition, of whose digest at
 * least DIGEST_HEAD digits are given. tool_texts_sort(t): after the last one,
 * before tool_texts_find.
 */
void tool_texts_add(
	struct tool_texts *t, const char *digest, const char *text);
void tool_texts_sort(struct tool_texts *t);

/*
 * tool_texts_find(t, full): the text whose SHA-256 is the full digest, or NULL.
 * It lives until tool_texts_release.
 */
const char *tool_texts_find(const struct tool_texts *t, const char *full);
void tool_texts_release(struct tool_texts *t);

struct probe;
struct tool_digest;
struct tool_list;
struct tool_texts;
struct tools_lock;

/* How tools differ. All zero holds nothing. */
struct pin_comparison {
	const char *slug;
	const char *path; /* of the lock, for messages */
	struct tool_list *pinned; /* empty where the server is not pinned */
	struct verdict_drift drift;
	bool words; /* no contract differs */
	/*
	 * The definitions on both sides, sorted; without the tools that are on both
	 * sides, and known on one.
	 */
	struct definitions before, after;
	bool refused; /* the operator was told of text in the lock that is not
			 what its digest says */
};

/*
 * pin_differs(x, lock, seen): whether the tools differ from those that the server
 * x->slug is to have; a server that is not pinned is to have none. Where they do,
 * pin_read(x, lock, seen, texts) reads both sides into x; texts: of `seen`.
 * pin_release(x) in each case. x lives no longer than what the lock holds of the
 * server, and seen.
 */
bool pin_differs(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen);
void pin_read(struct pin_comparison *x, const struct tools_lock *lock,
	const struct probe *seen, const struct tool_texts *texts);
void pin_release(struct pin_comparison *x);

/* pin_find_tool(l, name): the tool of that name in a list, or NULL. */
const struct tool_digest *pin_find_tool(
	const struct tool_list *l, const char *name);

#endif
