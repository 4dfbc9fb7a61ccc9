/*
 * key_pair.h: a client certificate and its key, as PEM files.
 */
#ifndef AUTH_KEY_PAIR_H
#define AUTH_KEY_PAIR_H

#include <stdbool.h>

/* Room for the reason why a pair is none. */
#define KEY_PAIR_WHY 180

/*
 * key_pair_check(cert, key, why): whether the files hold a certificate and the
 * key that belongs to it, not encrypted, and only its owner can read the key.
 * False and why otherwise.
 */
bool key_pair_check(const char *cert, const char *key, char *why);

#endif
