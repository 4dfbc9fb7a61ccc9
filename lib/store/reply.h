/*
 * reply.h: the replies of a store, of which store.h has what callers ask. Only
 * reply.c and connection.c know hiredis.
 */
#ifndef STORE_REPLY_H
#define STORE_REPLY_H

#include "store/store.h"

/* reply_free(r): free what connection_next returned; NULL is fine. */
void reply_free(struct store_reply *r);

/*
 * reply_merge(a, b, least): what two servers answered to one command, as one
 * reply, which takes the place of both; a may be NULL. Of two integers, as of
 * DBSIZE, their sum, or where `least` the lower one; of two strings, as of
 * INFO, one behind the other, unless they are the same; of two arrays, as of
 * CONFIG GET, likewise; an error before all else; of all else a.
 */
struct store_reply *reply_merge(
	struct store_reply *a, struct store_reply *b, bool least);

/*
 * reply_strip_braces(r): remove from the strings of an array the braces that
 * slots_put_braces put there.
 */
void reply_strip_braces(struct store_reply *r);

#endif
