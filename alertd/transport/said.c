#include "transport/said.h"

#include <string.h>
#include <strings.h>

bool said_has(const char *said, const char *part)
{
	size_t n = strlen(part);

	for (; strlen(said) >= n; said++)
		if (strncasecmp(said, part, n) == 0)
			return true;
	return false;
}
