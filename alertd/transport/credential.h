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
 * secret_open(folder, name, why): read the lines "key = value" of the file
 * `name` in the folder; secret_close it. NULL and why: there is no folder or no
 * such file, or others than its owner can read it.
 */
struct secret *secret_open(const char *folder, const char *name, char *why);

/*
 * secret_get(s, key, why): the value of a key, valid until secret_close. NULL
 * and why, which may be NULL: its line is missing, empty, or there twice; or s
 * is NULL.
 */
const char *secret_get(const struct secret *s, const char *key, char *why);

/* secret_close(s): overwrite and free; NULL is fine. */
void secret_close(struct secret *s);

/*
 * secret_read(folder, name, why): the value of the key "token" alone;
 * secret_free it. NULL and why as above.
 */
char *secret_read(const char *folder, const char *name, char *why);

/* secret_free(s): overwrite and free; NULL is fine. */
void secret_free(char *s);

#endif
