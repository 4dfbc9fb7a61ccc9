#include "mcp/revision.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
	[REVISION_2025_03_26] = "2025-03-26",
	[REVISION_2025_06_18] = "2025-06-18",
	[REVISION_2025_11_25] = "2025-11-25",
	[REVISION_2026_07_28] = "2026-07-28",
};

const char *revision_name(enum revision r)
{
	return names[r];
}

bool revision_parse(const char *s, enum revision *out)
{
	for (size_t i = 0; s && i < sizeof names / sizeof *names; i++) {
		if (strcmp(s, names[i]) == 0) {
			*out = (enum revision)i;
			return true;
		}
	}
	return false;
}
