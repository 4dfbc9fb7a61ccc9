/* SPDX-License-Identifier: MIT */
/*
 * chars.h: ASCII characters by their class, whatever the locale says, and the
 * hexadecimal digits and %XX that stand for bytes.
 */
#ifndef BASE_CHARS_H
#define BASE_CHARS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether c is a decimal digit, a lower-case letter, an upper-case letter. */
bool chars_digit(char c);
bool chars_lower(char c);
bool chars_upper(char c);

/* chars_hex(c): the value of a hexadecimal digit, in either case; else -1. */
int chars_hex(char c);

/*
 * chars_hex_number(p, n, digits): the number that so many hexadecimal digits,
 * 4 at most, mean at the n bytes at p; -1 where there are fewer.
 */
int chars_hex_number(const char *p, size_t n, size_t digits);

/*
 * chars_percent(p, n): the byte that "%XX" means at the n bytes at p; -1 where
 * they do not begin with one. Of a string n may be 3: nothing behind its NUL
 * is read.
 */
int chars_percent(const char *p, size_t n);

#endif
