/*
 * said.h: what the other side says of a request that it did not take. Pure.
 */
#ifndef TRANSPORT_SAID_H
#define TRANSPORT_SAID_H

#include <stdbool.h>

/* said_has(said, part): whether the part is in it, in letters of either case. */
bool said_has(const char *said, const char *part);

#endif
