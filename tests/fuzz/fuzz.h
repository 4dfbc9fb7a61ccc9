/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h: what the fuzz targets share. A target is one file with one function,
 * which libFuzzer calls with inputs that it makes up, and replay.c with those
 * of tests/fuzz/corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/buf.h"

#include <stdint.h>

/* Returns 0. What does not hold ends the program by need. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* need(ok): a property of the code under test; abort(3) where it is broken. */
#define need(ok) ((ok) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #ok))
_Noreturn void fuzz_broken(const char *file, int line, const char *what);

/*
 * fuzz_string(p, n): the n bytes at p up to the first NUL, as a string of
 * exactly its own size, so that a sanitizer sees a step beyond it; free it.
 */
char *fuzz_string(const void *p, size_t n);

/* fuzz_cut(p, n, at): how many of the n bytes stand before the first `at`. */
size_t fuzz_cut(const void *p, size_t n, char at);

/* fuzz_same(a, b): whether two buffers hold the same bytes. */
bool fuzz_same(const struct buf *a, const struct buf *b);

/*
 * fuzz_line(s, size): whether the `size` bytes at s hold a string that is a
 * message: not empty, and one line.
 */
bool fuzz_line(const char *s, size_t size);

/* fuzz_code(s, size): whether they hold a dotted code of mcp-probe(1). */
bool fuzz_code(const char *s, size_t size);

/* fuzz_clean(s, size): whether they hold what text_clean gives out. */
bool fuzz_clean(const char *s, size_t size);

#endif
