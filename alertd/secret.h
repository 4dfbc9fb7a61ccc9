/*
 * secret.h: the key of a webhook's signature, from a credential file that only
 * its owner can read.
 */
#ifndef SECRET_H
#define SECRET_H

#include "secret_file.h"

/* Room for the reason why there is none; it never quotes the file. */
#define SECRET_WHY SECRET_FILE_WHY

/*
 * secret_read(folder, name, why): the value of the line "token = SECRET" of the
 * file `name` in the folder; secret_free it. NULL and why where there is no
 * such file, others can read it, or the line is missing, empty, or there twice.
 * The other lines of a credential are not looked at.
 */
char *secret_read(const char *folder, const char *name, char *why);

/* secret_free(s): overwrite and free; NULL is fine. */
void secret_free(char *s);

#endif
