/*
 * token_cache.h: the token cache: keeps access tokens that are still good, for
 * this process and, in a private folder, for later ones: see FILES in
 * mcp-probe(1). Without such a folder they are kept for this process alone.
 */
#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include "base/sha256.h"

/*
 * token_cache_name(parts, name): the name that a token is kept under: a digest
 * of the strings in parts (NULL at the end). name has SHA256_HEX bytes. A
 * secret may be among them: so a new one does not get the token of the old.
 */
void token_cache_name(const char *const *parts, char *name);

/*
 * token_cache_get(name, now): a token that is good after `now`, in epoch
 * seconds, or NULL. The caller overwrites and frees it.
 */
char *token_cache_get(const char *name, double now);

/*
 * token_cache_put(name, token, until): keep a copy of the token until then, in
 * epoch seconds; INFINITY: as long as this process lives.
 */
void token_cache_put(const char *name, const char *token, double until);

/* token_cache_drop(name): forget this token, everywhere. */
void token_cache_drop(const char *name);

/* token_cache_wipe(): overwrite and free what this process keeps. */
void token_cache_wipe(void);

#endif
