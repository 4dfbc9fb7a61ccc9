#include "state/backend.h"

#include "base/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 4096

/* The first of the folders that systemd.exec(5) names in the environment. */
static bool first_folder(const char *variable, char *path)
{
	const char *s = getenv(variable);

	if (!s || !*s)
		return false;
	snprintf(path, PATH_SIZE, "%.*s", (int)strcspn(s, ":"), s);
	return true;
}

/* A folder below the one that the environment names as an absolute path. */
static bool folder_below(const char *variable, char *path)
{
	const char *s = getenv(variable);

	if (!s || *s != '/')
		return false;
	snprintf(path, PATH_SIZE, "%s/mcp-fleet", s);
	return true;
}

int folder_open(enum folder f, bool make)
{
	char path[PATH_SIZE];

	if (f == FOLDER_MEMORY) {
		snprintf(path, sizeof path, "/mcp-fleet-%lu",
			(unsigned long)geteuid());
		return private_folder("/dev/shm", path, 022, make);
	}
	if (first_folder(f == FOLDER_STATE ? "STATE_DIRECTORY"
					  : "RUNTIME_DIRECTORY",
		    path))
		return private_folder(path, "", 022, make);
	if (folder_below(f == FOLDER_STATE ? "XDG_STATE_HOME" : "XDG_RUNTIME_DIR",
		    path))
		return private_folder("/", path, 022, make);
	if (f == FOLDER_RUN)
		return private_folder("/run", "/mcp-fleet", 022, make);
	return private_folder(getenv("HOME"), "/.local/state/mcp-fleet", 022,
		make);
}
