/* SPDX-License-Identifier: MIT */
/*
 * reply.h: commands and replies as they go over the wire. A command is text as
 * Redis reads it (Redis serialization protocol, "Sending commands to a Redis
 * server"): written, and taken apart again. Replies are parsed by hiredis,
 * which only reply.c and connection.c know; store.h has what callers ask of a
 * reply. Pure.
 */
#ifndef STORE_REPLY_H
#define STORE_REPLY_H

#include "base/buf.h"
#include "store/store.h"
#include "store/url.h"

/*
 * resp_begin(out, n): begin a command of n arguments, its name among them, which
 * follow, each by a resp_arg(out, p, n): n bytes at p.
 */
void resp_begin(struct buf *out, size_t n);
void resp_arg(struct buf *out, const char *p, size_t n);

/*
 * resp_args(at, n): how many arguments a command has that those made; returns
 * where the first one is. resp_next(at, p, n): the argument there, n bytes at p;
 * returns where the next one is.
 */
const char *resp_args(const char *at, size_t *n);
const char *resp_next(const char *at, const char **p, size_t *n);

/* A cluster has so many slots, of which each node has some. */
#define SLOTS 16384

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
 * reply_edit(r, edit): have every string of an array changed by edit, which gets
 * the string and its length and returns a length that is not greater.
 */
void reply_edit(struct store_reply *r, size_t (*edit)(char *s, size_t n));

#endif
