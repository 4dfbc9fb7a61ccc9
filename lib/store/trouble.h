/*
 * trouble.h: what the error replies of a store mean, and how they are said.
 * Pure.
 */
#ifndef STORE_TROUBLE_H
#define STORE_TROUBLE_H

#include "store/url.h"

enum trouble {
	TROUBLE_OWN,	/* about the command, and not about the store */
	TROUBLE_MOVED,	/* another node has the slot: MOVED */
	TROUBLE_ASK,	/* this once another node is to be asked: ASK */
	TROUBLE_LATER,	/* it may succeed in a moment: LOADING, TRYAGAIN … */
	TROUBLE_MASTER, /* this server is the master no more: READONLY … */
	TROUBLE_SCRIPT, /* the server does not know the script: NOSCRIPT */
	TROUBLE_LASTING /* a person has to mend it: OOM, NOAUTH … */
};

/* trouble_read(error): what kind of trouble an error reply tells of. */
enum trouble trouble_read(const char *error);

/*
 * trouble_say(error, out, size): write a sentence for the error to out, which
 * has `size` bytes: what is so, and the word of the store for it.
 */
void trouble_say(const char *error, char *out, size_t size);

/*
 * trouble_node(error, slot, name, port): read "MOVED slot host:port", or ASK;
 * the host goes to `name`, which has STORE_HOST_MAX + 1 bytes, and is "" for
 * the one that was asked. False where it is not that.
 */
bool trouble_node(const char *error, unsigned *slot, char *name, int *port);

#endif
