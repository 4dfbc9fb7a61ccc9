/*
 * said.h: what the other side says of a request that it did not take. Pure.
 */
#ifndef TRANSPORT_SAID_H
#define TRANSPORT_SAID_H

#include "transport/result.h"

#include <stddef.h>

/* said_has(said, part): whether the part is in it, in letters of either case. */
bool said_has(const char *said, const char *part);

/* said_has_one(said, parts): whether one of them is; NULL is behind the last. */
bool said_has_one(const char *said, const char *const *parts);

/*
 * said_read(p, n, out): the words of the n bytes of an answer, cut and clean, in
 * out, which has DELIVER_SAID bytes: the message and the errors of a JSON
 * object, or the first line of a text. "": there are none, as in a page of HTML.
 */
void said_read(const char *p, size_t n, char *out);

/* said_copy(p, n, out): the same of a text that is known to be words. */
void said_copy(const char *p, size_t n, char *out);

/*
 * said_why(d, out): why it failed, with the words if there are any, in out,
 * which has DELIVER_SAID_WHY bytes.
 */
#define DELIVER_SAID_WHY (DELIVER_WHY + DELIVER_SAID + 10)
const char *said_why(const struct delivered *d, char *out);

#endif
