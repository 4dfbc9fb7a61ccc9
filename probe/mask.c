#include "mask.h"

#include <string.h>
#include <strings.h>

size_t mask_longest(const char *const *secrets)
{
	size_t longest = 0;

	for (; secrets && *secrets; secrets++)
		if (strlen(*secrets) > longest)
			longest = strlen(*secrets);
	return longest;
}

static size_t secret_at(const char *p, size_t n, const char *const *secrets)
{
	size_t longest = 0;

	for (; secrets && *secrets; secrets++) {
		size_t len = strlen(*secrets);

		if (len > longest && len <= n && memcmp(p, *secrets, len) == 0)
			longest = len;
	}
	return longest;
}

/* Of "sessionId=", as the transport of 2024-11-05 writes it, or its like. */
static size_t session_at(const char *p, size_t n)
{
	static const char *const names[] = {"sessionid=", "session_id="};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len = strlen(names[i]);

		if (n >= len && strncasecmp(p, names[i], len) == 0)
			return len;
	}
	return 0;
}

void mask(struct buf *out, const char *p, size_t n, size_t end,
	const char *const *secrets)
{
	size_t i = 0;

	if (end > n)
		end = n;
	while (i < end) {
		size_t len = secret_at(p + i, n - i, secrets);

		if (len) {
			buf_str(out, "***");
			i += len;
			continue;
		}
		len = session_at(p + i, n - i);
		if (!len) {
			buf_char(out, p[i++]);
			continue;
		}
		buf_add(out, p + i, len);
		buf_str(out, "***");
		for (i += len; i < n && !strchr("&\"'<> \r\n", p[i]); i++)
			;
	}
}
