/*
 * files.h: private folders and files, for what has to outlive a process and has
 * no place in the store.
 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <sys/types.h>

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

#endif
