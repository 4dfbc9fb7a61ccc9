/*
 * resp.h: a command as it goes to Redis (Redis serialization protocol, "Sending
 * commands to a Redis server"): written, and taken apart again. Replies are
 * parsed by hiredis, see connection.h. Pure.
 */
#ifndef STORE_RESP_H
#define STORE_RESP_H

#include "base/buf.h"

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

#endif
