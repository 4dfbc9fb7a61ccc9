/*
 * phrase_table.h: the phrases of phrases.h. A phrase is elements between spaces,
 * an element words between bars, of which one must stand there. ~N before an
 * element: up to N other words may stand between it and the one before. A word
 * may begin with a dot, as files do. Of Chinese and Japanese, each character is
 * a word.
 */
#ifndef SIGNS_PHRASE_TABLE_H
#define SIGNS_PHRASE_TABLE_H

#include "poisoning/phrases.h"

struct phrase_row {
	enum phrase_kind kind;
	const char *text;
	const char *business; /* see struct phrase_hit */
};

extern const struct phrase_row phrase_table[];
extern const size_t phrase_table_size;

#endif
