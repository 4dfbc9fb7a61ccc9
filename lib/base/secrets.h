/*
 * secrets.h: files that hold secrets: nobody else can read them, and their
 * text is wiped from memory after use. Their lines are "key = value", or begin
 * with "#". And a process that gives no secret away when it dies.
 */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

#include <stdbool.h>

/* Room for the reason why a file was refused; it never quotes the file. */
#define SECRET_FILE_WHY 160

/*
 * secret_seal(): from now on the process leaves no core dump, neither a file
 * nor to a program that collects them, and other processes of its user cannot
 * trace it; they can again after execve(2).
 */
void secret_seal(void);

/*
 * secret_file_read(path, why): the text of a file of at most 64 KiB, which
 * secret_file_free frees. NULL, and why, where it cannot be read, others can
 * read it, or it holds a NUL byte.
 */
char *secret_file_read(const char *path, char *why);

/*
 * secret_file_private(path, why): whether nobody else can read a file (see
 * file_readers_alone); false and why if others can, or if it does not exist.
 */
bool secret_file_private(const char *path, char *why);

/* secret_file_trim(s): cut the blanks off both ends of s, in place. */
char *secret_file_trim(char *s);

/*
 * secret_file_line(rest, number, key, value): the next line of the text at
 * *rest that is neither empty nor a comment, split in place; *value is NULL
 * where it has no "=". *number counts all lines. False at the end.
 */
bool secret_file_line(char **rest, int *number, char **key, char **value);

/*
 * secret_file_free(text): overwrite what secret_file_read returned, and free
 * it; NULL is fine.
 */
void secret_file_free(char *text);

#endif
