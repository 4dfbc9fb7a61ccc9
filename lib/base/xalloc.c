/* SPDX-License-Identifier: MIT */
#include "base/xalloc.h"

#include "base/exits.h"
#include "base/log.h"

#include <stdint.h>
#include <unistd.h>

static void *checked(void *p)
{
	if (!p) {
		log_error("out of memory");
		_exit(EXIT_ENV);
	}
	return p;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrndup(const char *s, size_t max)
{
	return checked(strndup(s, max));
}

void *xgrow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap;

	if (need <= n)
		return p;
	if (n < 8)
		n = 8;
	while (n < need) {
		if (n > SIZE_MAX / 2)
			checked(NULL);
		n *= 2;
	}
	if (n > SIZE_MAX / size)
		checked(NULL);
	p = checked(realloc(p, n * size));
	*cap = n;
	return p;
}
