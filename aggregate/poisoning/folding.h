/*
 * folding.h: text as a reader takes it in. Case, accents, letters that look
 * like Latin ones, and characters that cannot be seen make no difference.
 * Besides, which characters cannot be seen, or change what is seen.
 */
#ifndef SIGNS_FOLDING_H
#define SIGNS_FOLDING_H

#include "base/buf.h"

#include <stdint.h>

/* How a character takes part in a word. */
enum fold_class {
	FOLD_LETTER,	/* a letter or digit */
	FOLD_IDEOGRAPH, /* a word of its own: Chinese, Japanese, Korean */
	FOLD_NOTHING,	/* not seen, or an accent: as if it were not there */
	FOLD_SEPARATOR
};

/*
 * fold_char(cp, out): the class of a character; *out: its ASCII letter in lower
 * case or digit where it looks like one, else the character itself. A tag
 * character (U+E0020 to U+E007E) counts as the ASCII one that it stands for.
 */
enum fold_class fold_char(uint32_t cp, uint32_t *out);

/*
 * fold_name(b, s, alike): append a name as words separated by '_': in lower
 * case, without accents; where `alike`, also each of 1, i, l, | as 'l', each 0
 * as 'o', and 'rn' as 'm', because they look the same in many a font.
 */
void fold_name(struct buf *b, const char *s, bool alike);

/* char_next(p, n, cp): the length of the character at p, of n bytes (not 0), and
   the character; where there is no UTF-8: 1, and *cp is 0xfffd. */
size_t char_next(const char *p, size_t n, uint32_t *cp);

/*
 * char_hidden(cp): whether a character takes no room of its own where it is
 * shown: zero width, tag, variation selector, filler, soft hyphen.
 * char_bidi(cp): a bidirectional control (UAX 9). char_control(cp): C0 but for
 * tab and newlines, DEL, C1.
 */
bool char_hidden(uint32_t cp);
bool char_bidi(uint32_t cp);
bool char_control(uint32_t cp);

/*
 * char_misplaced(before, cp, after): whether a hidden character has no business
 * between these two (0: none there): emoji sequences, variants of a character,
 * and scripts that join letters or break lines by such characters need them.
 */
bool char_misplaced(uint32_t before, uint32_t cp, uint32_t after);

/* char_rtl(cp): whether a character is a letter that is written right to left.
 */
bool char_rtl(uint32_t cp);

/*
 * show_visible(b, s, n, max): append at most `max` characters of the n bytes at
 * s on one line: white space becomes a space, the rest is as text_shown has it.
 */
void show_visible(struct buf *b, const char *s, size_t n, size_t max);

#endif
