/*
 * owner.h: the name of this process, and whether another one still lives.
 */
#ifndef DELIVERY_OWNER_H
#define DELIVERY_OWNER_H

#include <stdbool.h>

/* Room for a name and its NUL. */
#define HOLDER_SIZE 160

/*
 * holder_name(out): host, process namespace, process number, and when it
 * started, for numbers are used again.
 */
void holder_name(char *out);

/*
 * holder_gone(us, them): whether `them` has certainly ended: it was of the same
 * host and namespace as `us`, our own name, and there is no such process, or
 * only what is left of one. Of other hosts nobody knows: false.
 */
bool holder_gone(const char *us, const char *them);

#endif
