/*
 * reading.h: reads a text whose escaping is not known: as it is, or escaped as
 * in JSON, URLs or HTML, perhaps more than once. Pure.
 */
#ifndef REDACTION_READING_H
#define REDACTION_READING_H

#include <stddef.h>

/* A character, and how many bytes of the text stand for it. */
struct reading {
	char c;
	size_t len;
};

#define READINGS_MAX 6

/*
 * reading_all(p, n, out): each way to read the first character of the n bytes
 * at p, n > 0. Returns how many; out has room for READINGS_MAX.
 */
size_t reading_all(const char *p, size_t n, struct reading *out);

/*
 * reading_break(p, n): the length of a line break at p, with the "data:" of an
 * event stream and the white space that begin the next line; 0 where there is
 * none.
 */
size_t reading_break(const char *p, size_t n);

#endif
