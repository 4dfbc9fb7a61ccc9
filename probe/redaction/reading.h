/*
 * reading.h: what a text may mean where nobody knows how it was written: as it
 * stands, or escaped as in JSON, URLs or HTML, perhaps more than once. Pure.
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
 * reading_all(p, n, out): each way to read the character at the start of the n
 * bytes at p, n > 0; returns how many. out has READINGS_MAX of them.
 */
size_t reading_all(const char *p, size_t n, struct reading *out);

/*
 * reading_break(p, n): how long the break between two lines at p is, with the
 * "data:" of an event stream and the white space that the next begins with; 0
 * where there is none.
 */
size_t reading_break(const char *p, size_t n);

/*
 * reading_hex(p, n, digits): the number that so many hexadecimal digits at p
 * mean, up to FFFF; -1 where they are none.
 */
int reading_hex(const char *p, size_t n, size_t digits);

#endif
