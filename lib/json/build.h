/*
 * build.h: JSON by a text with places for values, as printf(3) has them.
 */
#ifndef JSON_BUILD_H
#define JSON_BUILD_H

#include "base/buf.h"

/*
 * json_fmt(b, fmt, …): append the text fmt, in which ' stands for a quotation mark, and
 *
 *	%s	for a string, escaped, between quotation marks; NULL for null
 *	%d, %zu	for an integer
 *	%g	for a double as json_put_num has it
 *	%i	for true or false
 *
 * A comma at its beginning is left out where a list or an object has just begun.
 */
void json_fmt(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
