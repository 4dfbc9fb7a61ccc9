/*
 * change_class.h: what a change of a tool does to who uses it.
 */
#ifndef MCP_CHANGE_CLASS_H
#define MCP_CHANGE_CLASS_H

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

#endif
