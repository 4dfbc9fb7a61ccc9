/*
 * change_class.h: what a change of a tool does to who uses it.
 */
#ifndef TERMS_CHANGE_CLASS_H
#define TERMS_CHANGE_CLASS_H

#include "json/fields.h"

/* The worst first. */
enum change_class {
	CHANGE_BREAKING,   /* a caller that worked before may now fail */
	CHANGE_COMPATIBLE, /* it works as before */
	CHANGE_WORDS,	   /* only what no validator looks at */
	CHANGE_ORDER	   /* it means the same, written otherwise */
};
extern const struct word_table change_class_words;
const char *change_class_name(enum change_class c);
bool change_class_parse(const char *s, enum change_class *out);

/*
 * change_class_graver(a, b): of two, the one that matters more to who approved
 * the tools: breaking, words, compatible, order. Other words may be other
 * instructions to a model, so that they must not hide behind what is compatible.
 */
enum change_class change_class_graver(enum change_class a, enum change_class b);

#endif
