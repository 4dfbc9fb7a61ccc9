/*
 * store.h: the shared store, a Redis: commands are queued and sent together,
 * and every reply is checked. Only store.c knows hiredis, and only keys.h the
 * names of keys.
 *
 * Every write of this project is safe to repeat: where the connection is lost,
 * the whole batch is sent once more.
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
 * store_open_hasty(url, patience_ms, why): store_open for a program in a hurry:
 * no connecting and no read takes longer than that, now or later.
 */
struct store *store_open_hasty(const char *url, int patience_ms, char *why);
void store_close(struct store *s);

/*
 * store_add(s, arg, …, NULL): queue a command; the strings are copied.
 * store_add_argv(s, n, args): the same from an array. store_try_argv(s, n,
 * args): the same for a command that may fail by itself, as a script may that
 * finds a key of another type: then store_run succeeds, and store_error of its
 * reply says why. store_begin(s, n): such a command whose n arguments follow,
 * each by a store_arg(s, p, n). Both return the number of that reply, for
 * store_reply. store_queued(s): the number of the reply to the next command.
 */
void store_add(struct store *s, const char *arg, ...)
	__attribute__((sentinel));
void store_add_argv(struct store *s, size_t n, const char *const *args);
size_t store_try_argv(struct store *s, size_t n, const char *const *args);
size_t store_begin(struct store *s, size_t n);
void store_arg(struct store *s, const char *p, size_t n);
size_t store_queued(const struct store *s);

/*
 * store_run(s): send what is queued and wait for the replies, at most a few
 * seconds. 0, and until the next store_run or store_finish store_reply(s, i) is
 * the reply to the i-th command, from 0. -1 where the store cannot be reached, does not
 * answer in time, or answers a command with an error: store_why(s) says so. The
 * queue is empty afterwards. 0 where nothing was queued.
 */
int store_run(struct store *s);

/*
 * store_start(s): store_run in the background. Until store_finish(s), which
 * returns what store_run would have, s may only be given commands for the next
 * one. store_finish returns 0 where nothing was started.
 */
void store_start(struct store *s);
int store_finish(struct store *s);
const char *store_why(const struct store *s);
const struct store_reply *store_reply(const struct store *s, size_t i);

/* store_failed(s): log store_why(s), for a caller that gives up. Returns -1. */
int store_failed(const struct store *s);

/*
 * What a reply holds; r may be NULL, and then it holds nothing. store_error(r):
 * why the command failed, or NULL. store_text(r): a string; NULL for nil and
 * other types. store_size(r): its length in bytes, with any NULs among them; 0
 * for NULL. store_int(r, otherwise): an integer, or a string that is one;
 * `otherwise` for all else. store_count(r), store_item(r, i): the elements of
 * an array.
 */
const char *store_error(const struct store_reply *r);
const char *store_text(const struct store_reply *r);
size_t store_size(const struct store_reply *r);
long long store_int(const struct store_reply *r, long long otherwise);
size_t store_count(const struct store_reply *r);
const struct store_reply *store_item(const struct store_reply *r, size_t i);

/*
 * store_one(s, arg, …, NULL): queue one command, run it, and return its reply;
 * NULL where store_run failed.
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
