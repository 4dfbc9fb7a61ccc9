/*
 * store.h: the shared store, a Redis, as commands that go out together and
 * replies that are all checked. The only file that knows hiredis is store.c;
 * the only one that knows key names is keys.h.
 *
 * Every write of this project is safe to repeat, so a batch that was cut off by
 * a lost connection is sent once more, whole.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>

struct store;
struct store_reply;

/* Room for the reason why something failed; never holds a password. */
#define STORE_WHY 256

/*
 * store_open(url, why): connect. url is unix:///path, redis://host[:port][/db]
 * or NULL for $MCP_STORE. A password is read from the file that
 * $MCP_STORE_PASSWORD_FILE names, which only its owner may read. NULL and why,
 * which has STORE_WHY bytes.
 */
struct store *store_open(const char *url, char *why);

/*
 * store_open_hasty(url, patience_ms, why): the same for one who has no time: no
 * connection and no read takes longer than that, now and later on.
 */
struct store *store_open_hasty(const char *url, int patience_ms, char *why);
void store_close(struct store *s);

/*
 * store_add(s, arg, …, NULL): queue a command of strings, copied.
 * store_add_argv(s, n, args): the same from an array. store_try_argv(s, n,
 * args): the same of a command that may fail for a reason of its own, as a
 * script does that stumbles, or finds a key of another type: that is no failure
 * of store_run, and store_error of its reply, of which this returns the number,
 * says what it was.
 */
void store_add(struct store *s, const char *arg, ...)
	__attribute__((sentinel));
void store_add_argv(struct store *s, size_t n, const char *const *args);
size_t store_try_argv(struct store *s, size_t n, const char *const *args);

/*
 * store_run(s): send what is queued and wait for the replies, at most a few
 * seconds. 0, and then store_reply(s, i) is the reply to the command queued as
 * i, from 0, until the next store_add. -1 where the store cannot be reached,
 * does not answer in time, or answers one of them with an error: store_why(s)
 * says so. The queue is empty afterwards. Nothing queued: 0.
 */
int store_run(struct store *s);
const char *store_why(const struct store *s);
const struct store_reply *store_reply(const struct store *s, size_t i);

/* store_failed(s): log store_why(s), for a caller that gives up. Returns -1. */
int store_failed(const struct store *s);

/*
 * What a reply holds; r may be NULL, and then it holds nothing.
 * store_text: a string, or NULL for nil and other types; store_size: how many
 * bytes it has, NULs among them, 0 for NULL. store_int: an integer,
 * or a string that is one; `otherwise` if it is none. store_count, store_item:
 * the elements of an array. store_error: why the command failed, or NULL.
 */
const char *store_error(const struct store_reply *r);
const char *store_text(const struct store_reply *r);
size_t store_size(const struct store_reply *r);
long long store_int(const struct store_reply *r, long long otherwise);
size_t store_count(const struct store_reply *r);
const struct store_reply *store_item(const struct store_reply *r, size_t i);

/*
 * store_one(s, arg, …, NULL): queue one command, run it, and return its reply;
 * NULL where that failed.
 */
const struct store_reply *store_one(struct store *s, const char *arg, ...)
	__attribute__((sentinel));

/*
 * store_load(s, script, sha): have the store load a Lua script, and write the
 * name by which EVALSHA runs it to sha. -1: that failed, and is logged.
 */
#define STORE_SHA 64
int store_load(struct store *s, const char *script, char sha[STORE_SHA]);

#endif
