/* SPDX-License-Identifier: MIT */
/*
 * steps.h: the functions of the steps, for the two tables of probe.c: how each
 * step begins, how each appends the body of its request to b and fills m, and
 * what comes next after the reply r. No step calls another.
 */
#ifndef STEPS_STEPS_H
#define STEPS_STEPS_H

#include "auth/oauth.h"
#include "steps/step.h"

/* ---- handshake.c: steps 1 and 2, DNS and TLS. */

/*
 * connection_resolved(p, h), connection_ready(p, h): call them when the name
 * has an address and when the connection stands, for every connection of the
 * probe; only the first one ends the step.
 */
void connection_resolved(struct probe *p, const struct http_response *h);
void connection_ready(struct probe *p, const struct http_response *h);

/* connection_failed(p, r): what comes next where the first connection failed; r
   says why. */
struct next connection_failed(struct probe *p, const struct reply *r);

/* ---- handshake.c: steps 3 and 5. */

/*
 * handshake_begin(p): the first request of a handshake; with a credential it is
 * the one that the server refused. In the session of an earlier piece it is a ping,
 * and only if that is not answered follows a handshake.
 */
struct next handshake_begin(struct probe *p);

/* Each appends the body of its request to b and fills m; see probe.c. */
void handshake_write_discover(struct probe *p, struct wire_message *m,
	struct buf *b);
void handshake_write_initialize(struct probe *p, struct wire_message *m,
	struct buf *b);
void handshake_write_initialized(struct probe *p, struct wire_message *m,
	struct buf *b);
void handshake_write_ping(struct probe *p, struct wire_message *m,
	struct buf *b);

/* The next request, after the reply r to that one. */
struct next handshake_discovered(struct probe *p, const struct reply *r);
struct next handshake_initialize(struct probe *p, const struct reply *r);
struct next handshake_initialized(struct probe *p, const struct reply *r);
struct next handshake_pinged(struct probe *p, const struct reply *r);
/* The event stream of HTTP+SSE named its endpoint, or r says why it did not. */
struct next handshake_listened(struct probe *p, const struct reply *r);

/* ---- authorization.c: step 4, and a server that wants a credential. */

/*
 * authorization_reply(p, r): what comes after a reply that is no answer to the
 * step's request: the server asks for a credential, or the step fails.
 */
struct next authorization_reply(struct probe *p, const struct reply *r);

/*
 * authorization_certificate(p, r): the server wants a client certificate, or
 * another one. Ends the steps up to 4 that have not ended.
 */
struct next authorization_certificate(struct probe *p, const struct reply *r);

/* authorization_begin(p): step 4 begins. */
struct next authorization_begin(struct probe *p);

/* authorization_show(p): step 5 begins: show the credential, if one is held. */
struct next authorization_show(struct probe *p);

/* The next request after the result of NEXT_DISCOVERY, of NEXT_ISSUER, and of
   NEXT_TOKEN or NEXT_NEW_TOKEN. */
struct next authorization_discovered(struct probe *p,
	const struct discovery_result *r);
struct next authorization_issuer(struct probe *p,
	const struct discovery_result *r);
struct next authorization_token(struct probe *p, const struct token_result *r);

/* ---- tools.c: steps 6 to 8. */

/* Steps 6, 7 and 8 begin. */
struct next tools_list_begin(struct probe *p);
struct next tools_call_begin(struct probe *p);
/* A large list is hashed later, so that other probes have their turn first. */
struct next tools_hash_begin(struct probe *p);

/*
 * Each makes its request anew where a server asked for a credential instead of
 * answering it: as it was, with its id, which is what the SDK does.
 */
struct next tools_list_again(struct probe *p);
struct next tools_call_again(struct probe *p);

/* tools_hash_now(p): make the hash, however large the list is. */
struct next tools_hash_now(struct probe *p);

/* Each appends the body of its request to b and fills m; see probe.c. */
void tools_list_write(struct probe *p, struct wire_message *m, struct buf *b);
void tools_call_write(struct probe *p, struct wire_message *m, struct buf *b);

/* The next request, after the reply r to that one. */
struct next tools_list_reply(struct probe *p, const struct reply *r);
struct next tools_call_reply(struct probe *p, const struct reply *r);
/* To REQUEST_CACHE_CHECK; r may be NULL: there is none. */
struct next tools_cache_reply(struct probe *p, const struct reply *r);

/* ---- stale_cache.c: the check for stale caches, a part of step 8. */

/* stale_cache_note(p, h): h answered the tools/list of step 6. */
void stale_cache_note(struct probe *p, const struct http_response *h);

/* stale_cache_due(p): whether the list of step 6 is to be checked, as far as
   its replies so far tell. */
bool stale_cache_due(const struct probe *p);

/*
 * stale_cache_begin(p): begin the check of the list whose hash is p->hash, if
 * it is due. True where REQUEST_CACHE_CHECK is to be sent next. False: the
 * check is over, and its result is in p->cache; the time it took counts for no
 * step.
 */
bool stale_cache_begin(struct probe *p);

/* stale_cache_take(p, r): a reply to that request, or NULL for none. Returns as
   stale_cache_begin. */
bool stale_cache_take(struct probe *p, const struct reply *r);

/* stale_cache_write(p, m, b): append that request to b, and fill m. */
void stale_cache_write(struct probe *p, struct wire_message *m, struct buf *b);

/* stale_cache_detail(p, b): append the check, if made, as a member of a
   detail. */
void stale_cache_detail(const struct probe *p, struct buf *b);

/* stale_cache_release(p): free what the check holds. */
void stale_cache_release(struct probe *p);

#endif
