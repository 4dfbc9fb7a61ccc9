/* SPDX-License-Identifier: MIT */
/*
 * secrets.h: files that hold secrets: nobody else can read them, by their
 * owner, mode, access control list and the members of their group, and their
 * text is wiped from memory after use. Their lines are "key = value", or begin
 * with "#". And a process that gives no secret away when it dies.
 */
#ifndef BASE_SECRETS_H
#define BASE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An access control list as Linux keeps it (acl(5)). */
#define READERS_ACL "system.posix_acl_access"
#define READERS_ACL_MAX 1024 /* bytes; a longer one is not read */

/*
 * Who asks, and who can read the file. Root and its owner always can; of other
 * users only `me` may, or, if root asks, one user.
 */
struct file_readers {
	uid_t owner, me;
	gid_t group;
	/* file_readers_note each member of a group. */
	void (*members)(struct file_readers *r, gid_t group);
	bool found, many;
	uid_t other;
};

/* file_readers_note(r, user): that user can read it. */
void file_readers_note(struct file_readers *r, uid_t user);

/*
 * file_readers_acl_alone(r, acl, n): whether an access control list of n bytes
 * lets nobody else read or write; false if it is malformed.
 */
bool file_readers_acl_alone(struct file_readers *r, const void *acl, size_t n);

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
 * secret_file_private(path, why): whether nobody else can read a file; false
 * and why if others can, or if it does not exist. Other files than regular
 * ones pass.
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
