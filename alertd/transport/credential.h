/* SPDX-License-Identifier: MIT */
/*
 * credential.h: the secrets of routes and signatures, from credential files
 * that only their owner can read.
 */
#ifndef TRANSPORT_CREDENTIAL_H
#define TRANSPORT_CREDENTIAL_H

#include "base/secrets.h"

/* Room for the reason of a failure; it never quotes the file. */
#define SECRET_WHY 180

/*
 * credential_folder(): the folder of the credentials, from the environment; or
 * NULL.
 */
const char *credential_folder(void);

/* Opaque. */
struct secret;

/*
 * The secrets of servers, which mcp-probe(1) shows them, may have been written
 * with names that strangers chose; ours are in a folder of their own beside
 * that, SECRETS, and where it has no such file, in `folder`, as in older
 * fleets.
 *
 * secret_open(folder, name, why): read the lines "key = value" of the file
 * `name` in one of them; secret_close it. NULL and why: there is no folder or
 * no such file, others than its owner can read it, or it is that of a server,
 * as it says of which `origin`.
 *
 * secret_there(folder, name): whether there is such a file, whatever it holds.
 */
#define SECRETS "secrets"
bool secret_there(const char *folder, const char *name);
struct secret *secret_open(const char *folder, const char *name, char *why);

/*
 * secret_get(s, key, why): the value of a key, valid until secret_close. NULL
 * and why, which may be NULL: its line is missing, empty, or there twice; or s
 * is NULL.
 */
const char *secret_get(const struct secret *s, const char *key, char *why);

/*
 * secret_mask(s, text): put asterisks in place of each value of s in the text,
 * and of each part of a value that may be a secret by itself, as of a URL.
 */
void secret_mask(const struct secret *s, char *text);

/* secret_close(s): overwrite and free; NULL is fine. */
void secret_close(struct secret *s);

/*
 * secret_signing(folder, name, why): the value of the key "token" of a secret
 * that signs, of at least SECRET_SIGNING characters: 32 random bytes in base64
 * have as many; secret_free it. What it is for is in the key "for": its name.
 * It may be missing in `folder` itself alone. NULL and why as above.
 */
#define SECRET_SIGNING 43
char *secret_signing(const char *folder, const char *name, char *why);

/* secret_free(s): overwrite and free; NULL is fine. */
void secret_free(char *s);

#endif
