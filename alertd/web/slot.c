/* SPDX-License-Identifier: MIT */
/*
 * slot.c: a slot is a file of FILES in mcp-alert(1); who has locked it has it.
 */
#include "web/web.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "state/backend.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define NAME "web-%d"
/* Between two looks for a free slot. */
#define PAUSE_MS 20

enum look { LOOK_TAKEN, LOOK_BUSY, LOOK_UNUSABLE };

/* Lock the first file that nobody has locked. */
static enum look look_for_slot(int folder, int most, int *slot)
{
	enum look found = LOOK_UNUSABLE;

	for (int i = 1; i <= most; i++) {
		char name[16];
		int fd;

		snprintf(name, sizeof name, NAME, i);
		fd = private_open(folder, name, O_RDWR | O_CREAT);
		if (fd < 0)
			continue;
		if (!flock(fd, LOCK_EX | LOCK_NB)) {
			*slot = fd;
			return LOOK_TAKEN;
		}
		close(fd);
		found = LOOK_BUSY;
	}
	return found;
}

static enum look wait_for(int folder, double patience_ms, int most, int *slot)
{
	double end = clock_mono_ms() + patience_ms;
	enum look found = look_for_slot(folder, most, slot);

	while (found == LOOK_BUSY && clock_mono_ms() < end) {
		poll(NULL, 0, PAUSE_MS);
		found = look_for_slot(folder, most, slot);
	}
	return found;
}

bool slot_take(double patience_ms, int most, int *slot)
{
	enum look found = LOOK_UNUSABLE;

	*slot = -1;
	for (int f = FOLDER_RUN; f < FOLDERS && found == LOOK_UNUSABLE; f++) {
		int folder = folder_open((enum folder)f, true);

		if (folder < 0)
			continue;
		found = wait_for(folder, patience_ms, most, slot);
		close(folder);
	}
	if (found == LOOK_BUSY)
		log_warn("a request waited %.0f s while %d others were worked "
			 "on, and got 503",
			patience_ms / 1000, most);
	if (found == LOOK_UNUSABLE)
		log_warn("no folder for the locks of requests: any number of "
			 "them is worked on at once; see FILES in mcp-alert(1)");
	return found != LOOK_BUSY;
}

void slot_free(int slot)
{
	if (slot >= 0)
		close(slot);
}
