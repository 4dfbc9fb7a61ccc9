/* SPDX-License-Identifier: MIT */
/*
 * upload_buffer.c: memory for libcurl. Over TLS it holds a buffer of 16 KiB for
 * each request until the answer is there, and writes to the first few hundred
 * bytes of it. From malloc(3), which gives it pieces that others wrote to, all
 * of it would take memory; here only the pages that are written to do.
 */
#include "http/transfer.h"

#include "base/xalloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Each begins a page. */
#define STRIDE ((size_t)20 * 1024)

static struct {
	char *base; /* NULL: none are reserved */
	size_t n;
	char **free; /* the last one given back is taken first */
	size_t n_free;
} reserved;

void upload_buffers_reserve(size_t n)
{
	char *base = mmap(NULL, n * STRIDE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (reserved.base || base == MAP_FAILED)
		return;
	reserved.base = base;
	reserved.n = n;
	reserved.free = xcalloc(n, sizeof *reserved.free);
	while (n)
		reserved.free[reserved.n_free++] = base + --n * STRIDE;
}

static bool is_reserved(const char *p)
{
	return reserved.base && p >= reserved.base &&
	       p < reserved.base + reserved.n * STRIDE;
}

void *upload_buffer_malloc(size_t size)
{
	return size == UPLOAD_BUFFER && reserved.n_free
		       ? reserved.free[--reserved.n_free]
		       : malloc(size);
}

void upload_buffer_free(void *p)
{
	if (is_reserved(p))
		reserved.free[reserved.n_free++] = p;
	else
		free(p);
}

void *upload_buffer_realloc(void *p, size_t size)
{
	void *new;

	if (!is_reserved(p))
		return realloc(p, size);
	new = malloc(size);
	if (new) {
		memcpy(new, p, size < UPLOAD_BUFFER ? size : UPLOAD_BUFFER);
		upload_buffer_free(p);
	}
	return new;
}
