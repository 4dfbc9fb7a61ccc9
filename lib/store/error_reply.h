/*
 * error_reply.h: what the error replies of a store mean, and how they are said.
 * Pure.
 */
#ifndef STORE_ERROR_REPLY_H
#define STORE_ERROR_REPLY_H

#include "store/url.h"

enum error_reply {
	ERROR_REPLY_OWN,    /* about the command, and not about the store */
	ERROR_REPLY_MOVED,  /* another node has the slot: MOVED */
	ERROR_REPLY_ASK,    /* this once another node is to be asked: ASK */
	ERROR_REPLY_LATER,  /* it may succeed in a moment: LOADING, TRYAGAIN … */
	ERROR_REPLY_MASTER, /* this server is no master now: READONLY … */
	ERROR_REPLY_SCRIPT, /* the server does not know the script: NOSCRIPT */
	ERROR_REPLY_LASTING /* a person has to mend it: OOM, NOAUTH … */
};

/* error_reply_kind(error): what kind of error a reply tells of. */
enum error_reply error_reply_kind(const char *error);

/*
 * error_reply_say(error, out, size): write a sentence for the error to out,
 * which has `size` bytes: what is so, and the word of the store for it.
 */
void error_reply_say(const char *error, char *out, size_t size);

/*
 * error_reply_redirection(error, name, port): where "MOVED slot host:port", or
 * ASK, leads to: the host goes to `name`, which has STORE_HOST_MAX + 1 bytes,
 * and is "" for the one that was asked. False where it is not that.
 */
bool error_reply_redirection(const char *error, char *name, int *port);

#endif
