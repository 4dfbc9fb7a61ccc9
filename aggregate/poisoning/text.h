/* SPDX-License-Identifier: MIT */
/*
 * text.h: text as a reader takes it in, for poisoning.c: its characters, words in a
 * form that people do not read, phrases, and names of tools.
 */
#ifndef POISONING_TEXT_H
#define POISONING_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ---- Characters, folding.c: case, accents, letters that look like Latin ones, and
 * characters that cannot be seen make no difference. Besides, which characters cannot
 * be seen, or change what is seen.
 */

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

/*
 * ---- Words that stand in a text in a form that people do not read, folding.c:
 * base64 (RFC 4648), hexadecimal, escapes.
 */

/*
 * encoded_text_find(s, n, at, end): whether the n bytes at s hold such words,
 * and where the first do.
 */
bool encoded_text_find(const char *s, size_t n, size_t *at, size_t *end);

/*
 * ---- Phrases, phrases.c: found in time linear in the length of the text: words are
 * compared folded, a phrase may have gaps of a few words, and none goes beyond its
 * sentence.
 */

/* The subject of a phrase. */
enum phrase_kind {
	PHRASE_MODEL,	/* it tells the model what to do, or to hide */
	PHRASE_SECRET,	/* it reaches for a secret, or passes one on */
	PHRASE_CHANNEL, /* it asks for what the model knows */
	PHRASE_CONTENT, /* the same, in words that are common elsewhere, too */
	PHRASE_KINDS
};

/* Opaque: the table of phrases, ready for use. */
struct phrases;

struct phrases *phrases_new(void);
void phrases_free(struct phrases *ph);

/* A phrase in a text, in bytes. */
struct phrase_hit {
	enum phrase_kind kind;
	size_t at, end;
	/* For a secret: words, between spaces; a tool that has one in its name
	   may ask for that secret. */
	const char *business;
};

/* phrases_find calls it with its `arg` for each phrase; false: no more. */
typedef bool phrase_found(void *arg, const struct phrase_hit *hit);

/*
 * phrases_find(ph, s, n, humps, found, arg): find phrases in the n bytes at s;
 * `humps`: a capital letter begins a word, as in names.
 */
void phrases_find(const struct phrases *ph, const char *s, size_t n,
	bool humps, phrase_found *found, void *arg);

/*
 * The phrases, phrase_table.c. A phrase is elements between spaces,
 * an element words between bars, of which one must stand there. ~N before an
 * element: up to N other words may stand between it and the one before. A word
 * may begin with a dot, as files do. Of Chinese and Japanese, each character is
 * a word.
 */
struct phrase_row {
	enum phrase_kind kind;
	const char *text;
	const char *business; /* see struct phrase_hit */
};

extern const struct phrase_row phrase_table[];
extern const size_t phrase_table_size;

/*
 * ---- The names of the tools of several servers, tool_names.c, and which of them
 * another text names, or another name resembles. A look-up costs no more for many
 * names than for few.
 */

struct tool_name {
	char *name;
	char *plain;	 /* as fold_name has it */
	uint32_t server; /* its number */
};

/* Opaque. */
struct tool_names;

struct tool_names *tool_names_new(void);
void tool_names_free(struct tool_names *t);

/*
 * tool_names_add(t, server, name): learn that a server, by its number, has a
 * tool of that name, which is copied.
 */
void tool_names_add(struct tool_names *t, uint32_t server, const char *name);

/*
 * tool_names_foreign(t, server, name, n): the tool whose name the n bytes are,
 * where only servers other than `server` have such a one; else NULL.
 */
const struct tool_name *tool_names_foreign(const struct tool_names *t,
	uint32_t server, const char *name, size_t n);

/* How one name resembles another. */
enum likeness {
	LIKENESS_LOOKS,	 /* it looks the same, or differs in case or accents */
	LIKENESS_LETTER, /* one letter is another, missing, added or swapped */
};

/*
 * tool_names_alike(t, server, name, how): a tool of a server with a lower number
 * whose name this one resembles, and is not; NULL where there is none, or where
 * `server` has a tool of that other name, too.
 */
const struct tool_name *tool_names_alike(const struct tool_names *t,
	uint32_t server, const char *name, enum likeness *how);

#endif
