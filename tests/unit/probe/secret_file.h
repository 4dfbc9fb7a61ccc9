/* SPDX-License-Identifier: MIT */
/*
 * secret_file.h: a folder of credentials with one file in it, "secret".
 */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include <stddef.h>
#include <sys/types.h>

extern char secret_folder[];
/* Its only file, which secret_file_write makes. */
extern char secret_file[];

/* The setup and the teardown of a group. */
int secret_folder_make(void **state);
int secret_folder_remove(void **state);

/* secret_file_write(p, n, mode): write the file anew, with n bytes. */
void secret_file_write(const char *p, size_t n, mode_t mode);

#endif
