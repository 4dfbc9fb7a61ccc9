/* SPDX-License-Identifier: MIT */
/*
 * strings.h: a short list of strings of its own; and whether one word may be a
 * misspelling of another.
 */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strings {
	char **v;
	size_t n, cap;
};

/* strings_add(l, s): append a copy. strings_note: unless it is there. strings_fmt(l,
   fmt, …): append what sprintf(3) makes of that. */
void strings_add(struct strings *l, const char *s);
void strings_note(struct strings *l, const char *s);
void strings_fmt(struct strings *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* strings_drop(l, s): take out the first one that equals s, if there is one. */
void strings_drop(struct strings *l, const char *s);

/* strings_note_all(l, v, n): strings_note the n strings at v, in order. */
void strings_note_all(struct strings *l, const char *const *v, size_t n);

/* strings_has(l, s): whether s is in it. */
bool strings_has(const struct strings *l, const char *s);

/* strings_among(v, n, s): whether s is one of n strings. */
bool strings_among(const char *const *v, size_t n, const char *s);

/* strings_gained(before, now): whether `now` has one that `before` has not. */
bool strings_gained(const struct strings *before, const struct strings *now);

/* strings_copy(to, from): make `to` hold what `from` holds. */
void strings_copy(struct strings *to, const struct strings *from);

/* strings_sort(l): by name, as verdicts list regions. */
void strings_sort(struct strings *l);

/* strings_unique(l): sort it, each string once. */
void strings_unique(struct strings *l);

/* strings_clear(l): forget all. strings_release(l): and the room. */
void strings_clear(struct strings *l);
void strings_release(struct strings *l);

/* strings_order(a, b): compare two strings, or structs, by the char * that they
   begin with; for qsort(3) and bsearch(3). */
int strings_order(const void *a, const void *b);

/*
 * strings_place(v, n, size, s): in an array of n things of that size, each of
 * which begins with a char *, by which they are in order: where s is, or
 * belongs.
 */
size_t strings_place(const void *v, size_t n, size_t size, const char *s);

/*
 * Of a list that is in order: strings_has_sorted(l, s): whether s is in it;
 * strings_insert(l, s): put a copy in its place, unless it is there.
 */
bool strings_has_sorted(const struct strings *l, const char *s);
void strings_insert(struct strings *l, const char *s);

/* string_set(out, s): replace *out, which may be NULL like s, by a copy. */
void string_set(char **out, const char *s);

/* In no word more letters are taken for slips. */
#define SPELLING_SLIPS 3

/* A word that others are compared with: where each letter stands in it. */
struct spelling {
	uint64_t at[256]; /* bit i: the letter is the i-th, in either case */
	size_t n;
};

/*
 * spelling_of(s, word): learn a word. spelling_fits(s, other): whether the word
 * becomes `other` by a few letters added, left out, swapped or replaced: one in
 * a short word, up to three in a long one. Case does not count. Words of more
 * than 48 letters fit none.
 */
void spelling_of(struct spelling *s, const char *word);
bool spelling_fits(const struct spelling *s, const char *other);

/* spelling_enough(a, b): the same of two words. */
bool spelling_enough(const char *a, const char *b);

#endif
