/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "base/text.h"
#include "base/xalloc.h"

_Noreturn void fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	fflush(NULL);
	abort();
}

size_t fuzz_cut(const void *p, size_t n, char at)
{
	const char *found = n ? memchr(p, at, n) : NULL;

	return found ? (size_t)(found - (const char *)p) : n;
}

char *fuzz_string(const void *p, size_t n)
{
	size_t len = fuzz_cut(p, n, '\0');
	char *s = xmalloc(len + 1);

	if (len)
		memcpy(s, p, len);
	s[len] = '\0';
	return s;
}

bool fuzz_same(const struct buf *a, const struct buf *b)
{
	return buf_ok(a) && buf_ok(b) && a->len == b->len &&
		memcmp(a->p, b->p, a->len) == 0;
}

bool fuzz_line(const char *s, size_t size)
{
	size_t n = strnlen(s, size);

	return n && n < size && !memchr(s, '\n', n);
}

bool fuzz_code(const char *s, size_t size)
{
	size_t n = strnlen(s, size);
	size_t head = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return n < size && head && s[head] == '.' && n > head + 1 &&
		strspn(s + head + 1, "-0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
			n - head - 1;
}

bool fuzz_clean(const char *s, size_t size)
{
	size_t n = strnlen(s, size);
	char again[TEXT_SIZE];

	if (n >= size || n >= sizeof again)
		return false;
	return text_clean(s, n, again, sizeof again, TEXT_MAX) == n &&
		strcmp(again, s) == 0 && text_is_utf8(s, n);
}
