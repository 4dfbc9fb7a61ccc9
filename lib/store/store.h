/* SPDX-License-Identifier: MIT */
/*
 * store.h: the shared store, a Redis, or several that Redis Sentinel or Redis
 * Cluster hold together: commands are queued and sent together, and every reply
 * is checked. No caller knows which kind it is; only keys.h knows the names of
 * keys.
 *
 * A command touches one key, and a script those of one server, all of which it
 * is given as KEYS. Where a command has no key (PING, DBSIZE, INFO, CLIENT,
 * CONFIG, SCRIPT, TIME, WAIT), every server answers: integers are added, those of
 * WAIT apart, of which the lowest counts; texts and lists stand one behind the
 * other.
 *
 * Every write of this project is safe to repeat: where a connection is lost, or
 * another server becomes the master, the batch is sent once more.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct store_reply;

/* Room for the reason why something failed; never holds a password. */
#define STORE_WHY 256

/*
 * store_open(url, ca, why): connect, within 5 s. url is what url.h describes,
 * or NULL for $MCP_STORE; `ca` a file of the certificates that TLS trusts, or
 * NULL, see tls_new. A password is read from the file that
 * $MCP_STORE_PASSWORD_FILE names, which only its owner may read; one for
 * sentinels alone from that of $MCP_STORE_SENTINEL_PASSWORD_FILE. NULL and why,
 * which has STORE_WHY bytes.
 */
struct store *store_open(const char *url, const char *ca, char *why);

/*
 * store_open_hasty(url, patience_ms, why): store_open for a program in a hurry:
 * no connecting and no read takes longer than that, now or later. It may ask
 * anew at once after that; else a store that has not answered for long is not
 * asked for a while, and what is run meanwhile fails.
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
 * store_ask_argv(s, n, args): store_try_argv of a command on whose answer nothing
 * depends: whatever is wrong with it, even that the user may not ask, store_run
 * goes on.
 */
size_t store_ask_argv(struct store *s, size_t n, const char *const *args);

/*
 * store_barrier(s): what is queued from now on is carried out after all that is
 * queued before it, also by another server, which is not asked where that
 * failed. Commands to one server, as on one key, are in order without it.
 */
void store_barrier(struct store *s);

/*
 * store_confirm(s, replicas, timeout_s): what store_add_wait is to wait for.
 * store_add_wait(s): queue the question whether that many replicas of each
 * server have what was queued before it, and wait for that time at most; the
 * number of that reply, or STORE_NO_REPLY and nothing, where that is not wanted.
 * store_check_wait(s): after store_run, warn the operator where they had it not,
 * once.
 */
#define STORE_NO_REPLY SIZE_MAX
void store_confirm(struct store *s, int replicas, double timeout_s);
size_t store_add_wait(struct store *s);
void store_check_wait(struct store *s);

/*
 * store_run(s): send what is queued and wait for the replies, 5 s for each sign
 * of life. 0, and until the next store_run or store_finish store_reply(s, i) is
 * the reply to the i-th command, from 0. -1 where the store cannot be reached,
 * does not answer in time, or answers a command with an error: store_why(s)
 * says so. The queue is empty afterwards. 0 where nothing was queued.
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
 * The content of a reply; r may be NULL: a reply without content. store_error(r):
 * why the command failed, or NULL. store_text(r): a string; NULL for nil and
 * other types. store_size(r): its length in bytes, with any NULs among them; 0
 * for NULL. store_int(r, otherwise): an integer, or a string that is one;
 * `otherwise` for all else. store_count(r), store_item(r, i): the elements of
 * an array. store_field(r, f): the next field of a hash, the first where *f is
 * zero; false after the last. store_value(r, name): the text of a field, or
 * NULL.
 */
struct store_field {
	const char *name, *text;
	const struct store_reply *value; /* whose text that is */
	size_t next;
};
const char *store_error(const struct store_reply *r);
const char *store_text(const struct store_reply *r);
size_t store_size(const struct store_reply *r);
long long store_int(const struct store_reply *r, long long otherwise);
size_t store_count(const struct store_reply *r);
const struct store_reply *store_item(const struct store_reply *r, size_t i);
bool store_field(const struct store_reply *r, struct store_field *f);
const char *store_value(const struct store_reply *r, const char *name);

/*
 * store_gone(s): whether, since store_open, a server went away that had written
 * something in an earlier store_run: what was not yet on its disk by then may be
 * lost, though other servers, or its next process, have answered since. -1, and
 * store_why, where one did.
 */
int store_gone(struct store *s);

/*
 * store_one(s, arg, …, NULL): queue one command, run it, and return its reply;
 * NULL where store_run failed.
 */
const struct store_reply *store_one(struct store *s, const char *arg, ...)
	__attribute__((sentinel));

/*
 * store_scan(s, at, pattern): the next of all keys, or of those that match the
 * pattern, a list; NULL where the store failed. `at` begins as zeros; at->done
 * is set with the last ones. A key may come twice.
 */
struct store_scan {
	char cursor[32];
	size_t node; /* of a cluster */
	bool done;
};
const struct store_reply *store_scan(
	struct store *s, struct store_scan *at, const char *pattern);

/*
 * store_load(s, script, sha): have the store load a Lua script, unless this
 * connection has, and write the name by which EVALSHA runs it to sha. A server
 * that has lost it since, or is new, is given it when that is needed. -1: that
 * failed, and is logged.
 */
#define STORE_SHA 64
int store_load(struct store *s, const char *script, char sha[STORE_SHA]);

#endif
