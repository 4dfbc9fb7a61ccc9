/*
 * encoded_text.h: words that stand in a text in a form that people do not read:
 * base64 (RFC 4648), hexadecimal, escapes.
 */
#ifndef SIGNS_ENCODED_TEXT_H
#define SIGNS_ENCODED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * encoded_text_find(s, n, at, end): whether the n bytes at s hold such words,
 * and where the first do.
 */
bool encoded_text_find(const char *s, size_t n, size_t *at, size_t *end);

#endif
