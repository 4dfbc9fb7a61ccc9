/*
 * token_cache.h: access tokens that are still good, kept for this process and,
 * where there is a private folder, for the next ones. See FILES in
 * mcp-probe(1). Without a folder everything works, but nothing is kept.
 */
#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include "base/sha256.h"

/*
 * token_cache_name(parts, name): the name that a token is kept under, which
 * tells nothing of the strings in parts (NULL at the end); name has SHA256_HEX
 * bytes.
 */
void token_cache_name(const char *const *parts, char *name);

/*
 * token_cache_get(name, now): a token that is good beyond `now` in epoch
 * seconds, or NULL; the caller wipes it and frees it.
 */
char *token_cache_get(const char *name, double now);

/*
 * token_cache_put(name, token, until): keep it until then, epoch seconds;
 * INFINITY: as long as this process lives.
 */
void token_cache_put(const char *name, const char *token, double until);

/* token_cache_drop(name): a server does not take this one any more. */
void token_cache_drop(const char *name);

/* token_cache_wipe(): forget what this process keeps. */
void token_cache_wipe(void);

#endif
