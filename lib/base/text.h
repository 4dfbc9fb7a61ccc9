/* SPDX-License-Identifier: MIT */
/*
 * text.h: UTF-8; text from strangers, made fit to be shown; lists of names.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * text_utf8(p, n, cp): the length in bytes of the UTF-8 character at the start
 * of the n bytes at p, and the character in *cp; 0 if there is none (RFC 3629:
 * no overlong form, no surrogate, nothing above U+10FFFF).
 */
size_t text_utf8(const char *p, size_t n, uint32_t *cp);

/* text_ascii(p, n): how many of the n bytes come before one above 0x7f. */
size_t text_ascii(const char *p, size_t n);

/* text_is_utf8(p, n): whether all n bytes are UTF-8. */
bool text_is_utf8(const char *p, size_t n);

/* text_copy(out, size, s): copy a string, cut to the size of out, which is not
   0: as snprintf(3) with %s, and cheaper. */
void text_copy(char *out, size_t size, const char *s);

/*
 * text_put_utf8(cp, out): encode a character into out, which has 4 bytes;
 * returns how many were used. Surrogates are encoded like any other character
 * of three bytes, which text_utf8 then refuses.
 */
size_t text_put_utf8(uint32_t cp, char *out);

/*
 * text_harmless(p, n): whether all n bytes are UTF-8, and none of them a
 * character that text_clean replaces.
 */
bool text_harmless(const char *p, size_t n);

/*
 * text_unseen(cp): whether a character shows nothing of its own: one that
 * text_clean replaces, or one that Unicode calls default ignorable (UAX 44), such
 * as the zero-width ones, variation selectors and tags; or that annotates others; or
 * the blank Braille pattern.
 */
bool text_unseen(uint32_t cp);

/* The most characters of foreign text that a record carries. */
#define TEXT_MAX 1000
/* Room for TEXT_MAX characters of UTF-8 and the NUL. */
#define TEXT_SIZE (4 * TEXT_MAX + 1)

/*
 * text_clean(p, n, out, size, max): copy at most `max` characters of the n
 * bytes at p to out, which has `size` bytes, with a NUL behind them. Control
 * characters, line separators, bidirectional controls and what is not UTF-8
 * become '?'. Never cuts a character in two. Returns the length in bytes.
 */
size_t text_clean(const char *p, size_t n, char *out, size_t size, size_t max);

/*
 * text_visible(p, n, out, size, max): like text_clean, but no two names become
 * the same text: what text_clean replaces becomes \u{202E} or, where it is no
 * UTF-8, \x{FF}; so does the U+0000 of a tree of json/json.h. A backslash that
 * could be mistaken for the beginning of these, or of \#{, becomes \u{5C}.
 * Returns whether the whole name fitted.
 */
bool text_visible(const char *p, size_t n, char *out, size_t size, size_t max);

/*
 * text_shown(p, n, out): write the first character of the n bytes at p, one at
 * the least, to out as a person may see it, with a NUL: as text_visible does, but
 * it escapes all that text_unseen knows. text_visible escapes less, for it makes
 * names in records, which stay as they are. Returns how many bytes of p that took.
 */
#define TEXT_SHOWN 16
size_t text_shown(const char *p, size_t n, char out[TEXT_SHOWN]);

/*
 * text_comma(i, n): what stands before the i-th, from 0, of n names in a
 * sentence: "a", "a and b", "a, b and c".
 */
const char *text_comma(size_t i, size_t n);

#endif
