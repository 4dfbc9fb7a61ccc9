/* SPDX-License-Identifier: MIT */
/*
 * basic.h: the name and the password that HTTP Basic shows (RFC 7617). Pure.
 */
#ifndef CGI_BASIC_H
#define CGI_BASIC_H

#include <stdbool.h>

/* The user name, a colon and the password: longer ones are none of ours. */
#define BASIC_MAX 1024

struct basic {
	const char *user, *password; /* within pair, without blanks around */
	char pair[BASIC_MAX];
};

/*
 * basic_read(authorization, out): whether an Authorization field, which may be
 * NULL, shows a password; an empty one is none. basic_wipe(b) afterwards: both
 * are "" then.
 */
bool basic_read(const char *authorization, struct basic *out);
void basic_wipe(struct basic *b);

#endif
