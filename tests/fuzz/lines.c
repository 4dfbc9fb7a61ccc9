/* SPDX-License-Identifier: MIT */
/*
 * Goal: lines are the same in whatever pieces they arrive, and a line that is
 * too long costs itself and no other.
 *
 * Each byte of an input stands for itself, but 0x80 to 0xff, which stand for a
 * run of 'x' that is the longer the higher they are. Where lines.c calls
 * read(2), it gets the function below (see the Makefile).
 */
#include "fuzz.h"

#include "base/lines.h"

#include <errno.h>
#include <sys/types.h>

ssize_t __wrap_read(int fd, void *p, size_t n);

/* What is there to be read, and how it comes. */
static struct {
	struct buf all;
	size_t at;
	size_t step;	  /* so many bytes at a time */
	bool interrupted; /* every other time */
	bool fails;	  /* at the end */
	unsigned calls;
} source;

ssize_t __wrap_read(int fd, void *p, size_t n)
{
	size_t left = source.all.len - source.at;

	need(fd == 42 && n > 0);
	if (source.calls++ % 2 == 0 && source.interrupted) {
		errno = EINTR;
		return -1;
	}
	if (!left && source.fails) {
		errno = EIO;
		return -1;
	}
	if (n > left)
		n = left;
	if (n > source.step)
		n = source.step;
	memcpy(p, source.all.p + source.at, n);
	source.at += n;
	return (ssize_t)n;
}

static void expand(const uint8_t *data, size_t size)
{
	static char run[64 * 1024];

	memset(run, 'x', sizeof run);
	for (size_t i = 0; i < size; i++) {
		size_t n = data[i] < 0x80 ? 0 : (size_t)(data[i] - 0x7f) * 512;

		if (n)
			buf_add(&source.all, run, n - (size_t)(data[i] % 2));
		else
			buf_char(&source.all, (char)data[i]);
	}
}

/* The next line as it must be, from *at on. */
static void compare(enum lines_result got, const char *p, size_t n, size_t *at)
{
	const char *from = source.all.p + *at;
	size_t len = fuzz_cut(from, source.all.len - *at, '\n');

	/* The limit counts the newline. */
	need(got == (len < LINE_MAX_BYTES ? LINES_LINE : LINES_TOO_LONG));
	if (got == LINES_LINE) {
		need(n == len && memcmp(p, from, n) == 0);
		need(p[n] == '\0');
	}
	*at += len + 1;
}

static void read_all(void)
{
	struct lines *l = lines_new(42);
	enum lines_result got;
	unsigned long number = 0;
	const char *p = NULL;
	size_t n = 0, at = 0;

	source.at = source.calls = 0;
	while ((got = lines_next(l, &p, &n)) < LINES_END) {
		need(at < source.all.len);
		compare(got, p, n, &at);
		need(lines_number(l) == ++number);
	}
	need(got == (source.fails ? LINES_ERROR : LINES_END));
	need(source.fails || at >= source.all.len);
	lines_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = {1 << 16, 3, 4096, 1 << 20};
	unsigned way = size ? data[0] : 0;

	buf_init(&source.all, 4 * LINE_MAX_BYTES);
	expand(data, size);
	source.step = steps[way % 4];
	/* Small steps are for small texts. */
	if (source.step * 20000 < source.all.len)
		source.step = 1 << 16;
	source.interrupted = way & 4;
	source.fails = way & 8;
	read_all();
	buf_release(&source.all);
	return 0;
}
