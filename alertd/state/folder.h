/*
 * folder.h: the folders in which this program has files, see FILES in
 * mcp-alert(1).
 */
#ifndef STATE_FOLDER_H
#define STATE_FOLDER_H

#include <stdbool.h>

/* For what outlives a reboot; for what does not; in memory. */
enum folder { FOLDER_STATE, FOLDER_RUN, FOLDER_MEMORY, FOLDERS };

/*
 * folder_open(f, make): open that folder, which only this user can write to;
 * others may see the names in it. With `make`, it is made where it is missing.
 * -1: it cannot be used.
 */
int folder_open(enum folder f, bool make);

#endif
