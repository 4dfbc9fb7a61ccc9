/*
 * list_words.h: where two lists of tools differ, in a few words. Pure.
 */
#ifndef WORDS_LIST_WORDS_H
#define WORDS_LIST_WORDS_H

#include "base/buf.h"
#include "terms/names.h"

struct definitions;

/*
 * list_words_put(b, before, after): append the object of verdict_words_put with
 * the first LIST_WORDS places in which tools that are in both lists differ, what
 * breaks or says something else before the rest. Returns the gravest class of what
 * changed, as change_class_graver has it; CHANGE_ORDER where nothing did. Tools
 * that either list refused are not compared.
 */
#define LIST_WORDS 3
enum change_class list_words_put(struct buf *b,
	const struct definitions *before, const struct definitions *after);

#endif
