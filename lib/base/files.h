/* SPDX-License-Identifier: MIT */
/*
 * files.h: private folders and files, for what has to outlive a process and has
 * no place in the store; and files that are read whole.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;

/*
 * private_folder(base, below, others, make): open the folder base + below,
 * where below is "" or begins with a slash. With `make`, the folders of `below`
 * that are missing are made, for this user alone. -1 where base is NULL or not
 * absolute, or the folder does not exist, belongs to somebody else, or has one
 * of the mode bits `others`.
 */
int private_folder(const char *base, const char *below, mode_t others,
	bool make);

/*
 * private_open(folder, name, flags): open a regular file of this user that
 * others may neither read nor write; with O_CREAT, make it so. Follows no link,
 * and never blocks. -1 and errno.
 */
int private_open(int folder, const char *name, int flags);

/*
 * file_text(path, max, n, why): what is in a regular file, *n bytes, max + 1 of
 * them at most, and a NUL; there is room for a byte more. Free it. It never
 * blocks. NULL, and *why.
 */
char *file_text(const char *path, size_t max, size_t *n, const char **why);

/*
 * file_rest(b, fd): append to b all that is left to read of fd; once something
 * has no room, b is bad, and nothing more is read. -1 and errno.
 * file_whole(b, path): append all of a file to b, likewise.
 */
int file_rest(struct buf *b, int fd);
int file_whole(struct buf *b, const char *path);

/*
 * file_replace(path, p, n): make a file hold n bytes, by a temporary file beside it:
 * a reader finds the old bytes or the new ones. -1 and errno; the old file stays.
 */
int file_replace(const char *path, const char *p, size_t n);

#endif
