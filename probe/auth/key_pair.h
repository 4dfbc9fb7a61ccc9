/*
 * key_pair.h: a client certificate and its key, as PEM files.
 */
#ifndef AUTH_KEY_PAIR_H
#define AUTH_KEY_PAIR_H

#include <stdbool.h>

/* Room for the reason why a pair was refused. */
#define KEY_PAIR_WHY 180

/*
 * key_pair_check(cert, key, why): whether the files hold a certificate and its
 * key, unencrypted, and only its owner can read the key. False and why, of
 * KEY_PAIR_WHY bytes, otherwise.
 */
bool key_pair_check(const char *cert, const char *key, char *why);

#endif
