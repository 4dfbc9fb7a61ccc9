/*
 * owner.h: the name of this process, and whether another one still lives.
 */
#ifndef DELIVERY_OWNER_H
#define DELIVERY_OWNER_H

#include <stdbool.h>

/* Room for a name and its NUL. */
#define OWNER_SIZE 160

/*
 * owner_name(out): host, process namespace, process number, and when it
 * started, for numbers are used again.
 */
void owner_name(char *out);

/*
 * owner_gone(us, them): whether the process named `them` (what it put behind
 * its name and a slash does not count) has certainly ended: its host and
 * namespace are those of `us`, our own name, and it does not exist or is a
 * zombie. False for other hosts.
 */
bool owner_gone(const char *us, const char *them);

#endif
