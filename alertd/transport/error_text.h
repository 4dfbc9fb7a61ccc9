/*
 * error_text.h: the words of a vendor or mail server about a request that it
 * refused. Pure.
 */
#ifndef TRANSPORT_ERROR_TEXT_H
#define TRANSPORT_ERROR_TEXT_H

#include "transport/result.h"

#include <stddef.h>

/* error_text_has(said, part): whether it contains the part; case is ignored. */
bool error_text_has(const char *said, const char *part);

/* error_text_has_one(said, parts): whether it contains one of the parts, a list
   that ends with NULL. */
bool error_text_has_one(const char *said, const char *const *parts);

/*
 * error_text_read(p, n, out): put the words of an answer of n bytes into out,
 * which has DELIVER_SAID bytes, shortened and without control characters: the
 * message and the errors of a JSON object, or the first line of a text. "" if
 * there are none, as in a page of HTML.
 */
void error_text_read(const char *p, size_t n, char *out);

/* error_text_copy(p, n, out): the same for a text that is all words. */
void error_text_copy(const char *p, size_t n, char *out);

/* error_text_why(d, out): put d->why, and the words if there are any, into out,
   which has DELIVER_SAID_WHY bytes; returns out. */
#define DELIVER_SAID_WHY (DELIVER_WHY + DELIVER_SAID + 10)
const char *error_text_why(const struct delivered *d, char *out);

#endif
