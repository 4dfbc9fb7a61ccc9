/*
 * files.h: folders and files of our own, which nobody else may touch, for
 * what has to outlive a process and has no place in the store.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * private_folder(base, below, others, make): the folder at base and below,
 * opened. The folders that `below` names, which is "" or begins with a slash,
 * are made where they are missing, for us alone, if that is wanted. -1 where
 * base is NULL or not absolute, there is none, it is not ours, or it allows
 * others one of the mode bits of `others`.
 */
int private_folder(const char *base, const char *below, mode_t others,
	bool make);

/*
 * private_open(folder, name, flags): the regular file of that name, opened and
 * ours alone: no link is followed, nothing is waited for. O_CREAT makes it so.
 * -1 and errno.
 */
int private_open(int folder, const char *name, int flags);

#endif
