/*
 * lock_digests.h: the digests of tools.lock without what tools say, for what
 * reads them every round: some hundred bytes of a server are kept, however much
 * its tools say. The whole of one server is read where it is needed.
 */
#ifndef LOCK_LOCK_DIGESTS_H
#define LOCK_LOCK_DIGESTS_H

#include "pinned/tools_lock.h"

/* Opaque. */
struct lock_digests;

/* What is pinned of a server; full is "" where that is not known. */
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

#endif
