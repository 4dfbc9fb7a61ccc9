/* SPDX-License-Identifier: MIT */
/*
 * step.h: what a step and the driver (probe.c) tell each other. A step looks at
 * what is known of the server so far (struct probe) and returns what comes next
 * (struct next). It sends nothing itself and knows no other step: probe.c has
 * the table of the steps and the one of their requests.
 */
#ifndef STEPS_STEP_H
#define STEPS_STEP_H

#include "auth/challenge.h"
#include "auth/oauth.h"
#include "base/buf.h"
#include "protocol/known_answers.h"
#include "protocol/rpc.h"
#include "protocol/tools.h"
#include "protocol/transport.h"
#include "steps/step_results.h"
#include "target.h"

/* The requests that steps may want sent; see the table in probe.c. */
enum request {
	REQUEST_DISCOVER,
	REQUEST_INITIALIZE,
	REQUEST_INITIALIZED,
	REQUEST_LISTEN,
	REQUEST_PING,
	REQUEST_TOOLS_LIST,
	REQUEST_TOOLS_CALL,
	REQUEST_CACHE_CHECK
};

/* Findings so far: a step fills in what later ones read. */
struct probe {
	const struct target *target;
	struct wire wire;
	struct transport transport;
	struct steps steps;
	struct budget budget;
	char id[PROBE_ID_MAX + 1];
	struct buf key; /* is steps.key.text */
	int ids; /* requests that had an id since the handshake began */
	char request_id[80]; /* the id of the last request, as JSON text */
	/* The session of an earlier piece, while it is to go on; or NULL. */
	const struct piece *resume;
	bool connected;	     /* the first connection was made */
	bool cert_wanted;    /* the server asked for a client certificate */
	enum era era;
	struct rpc_hello hello;
	struct handshake {
		enum era asking; /* the era of the last request */
		bool asked_discover, asked_twice, asked_initialize,
			asked_listen;
		bool may_listen; /* initialize failed, as with HTTP+SSE */
		/*
		 * What server/discover was answered, and why is in
		 * failures->discover: clients of 2026-07-28 give up; if the
		 * server refuses initialize, it is a wall, or fails for that.
		 */
		bool discover_refused, discover_walled, discover_decides;
		bool asked_wall; /* discover_walled, and it was asked again */
		bool clients_refused; /* those of 2026-07-28, and no others */
	} handshake;
	struct authorization {
		bool asked; /* the server asked for a credential in step 3 */
		struct challenge challenge;
		struct oauth_facts oauth; /* what the OAuth metadata say */
		bool token_kept; /* the access token is from the cache */
	} *auth; /* owned by the driver; NULL until it asks for one */
	struct listing list;
	int list_id;		/* the id of the request for its first page */
	bool listed;		/* all pages were read */
	struct tools_hash hash; /* digests NULL while there is none */
	struct known_answers *known; /* NULL: none is kept */
	struct known_answer answer; /* the last that step_look_for looked for */
	size_t values; /* what was left of the budget before it was read */
	struct stale_cache *check; /* see stale_cache.c; NULL: not made */
	unsigned cache_signs; /* a bit for each enum cache_sign in a reply */
	double cache_age_s;   /* the largest Age of those replies, or 0 */
	struct cache_check cache; /* the result of the check */
	/* Owned by the driver; NULL until there is one: see step_failures. */
	struct step_failures {
		struct failure discover; /* why that was refused */
		struct failure first;  /* why initialize failed; see detail */
		struct failure listen; /* why there is no event stream */
		struct failure last;   /* of the step that runs */
	} *failures;
	/* Of the step that runs: */
	struct buf detail; /* a JSON object; empty for none */
	char *message;	   /* owned by the driver; NULL for none */
};

enum next_kind {
	NEXT_SEND,	/* send a request: its reply goes to the same step */
	NEXT_PASS,	/* the step passes */
	NEXT_SKIP,	/* the step is skipped */
	NEXT_SKIP_REST, /* it and all that follow are; the probe ends */
	NEXT_FAIL,	/* the step fails, for failures->last; the probe ends */
	NEXT_END,	/* the probe ends: all steps asked for have ended */
	NEXT_OURS,	/* the probe ends: this machine cannot go on */
	NEXT_REFUSED,	/* the reply is no answer: see authorization_reply */
	NEXT_DISCOVERY, /* follow the OAuth metadata */
	NEXT_ISSUER,	/* read the metadata of the credential's issuer */
	NEXT_TOKEN,	/* get an access token */
	NEXT_NEW_TOKEN, /* get one, and not from the cache */
	NEXT_AGAIN,	/* repeat the request that was refused */
	NEXT_LATER,	/* repeat it once other probes have had a turn */
	NEXT_WAIT	/* nothing, until a reply comes */
};

struct next {
	enum next_kind kind;
	enum request request; /* of NEXT_SEND */
	double at_ms; /* monotonic: the step's end; NAN where it took no time */
	const char *message; /* static, or in the probe; NULL for none */
};

/* step_failures(p): p->failures, which are made where there are none. */
struct step_failures *step_failures(struct probe *p);

/* step_next(kind): a struct next of this kind, without a message. */
struct next step_next(enum next_kind kind);

/* step_send(request): NEXT_SEND. */
struct next step_send(enum request request);

/* step_pass(p, at_ms, fmt, ...): NEXT_PASS, with p->detail. */
struct next step_pass(struct probe *p, double at_ms, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* step_pass_text(p, at_ms, text): as step_pass; the text is taken over. */
struct next step_pass_text(struct probe *p, double at_ms, struct buf *text);

/* step_skip(why), step_skip_rest(why): why is static. */
struct next step_skip(const char *why);
struct next step_skip_rest(const char *why);

/*
 * step_skip_at(p, at_ms, why): NEXT_SKIP, with p->detail, of a step that took
 * until at_ms to find that there is nothing to do. why is copied.
 */
struct next step_skip_at(struct probe *p, double at_ms, const char *why);

/*
 * step_fail(p, r, f): NEXT_FAIL for *f, which is copied, with the detail of the
 * response that r came in; r may be NULL: now, and without detail.
 */
struct next step_fail(struct probe *p, const struct reply *r,
	const struct failure *f);

/* step_fail_kept(p, f): NEXT_FAIL for *f, with p->detail as it is. */
struct next step_fail_kept(struct probe *p, const struct failure *f);

/* step_ours(p, why): NEXT_OURS; why is copied. */
struct next step_ours(struct probe *p, const char *why);

/* step_detail(p, h): begin p->detail anew with that of a response; the caller
   ends it with "}". step_detail_reply(p, r): with all of a reply, and ended. */
void step_detail(struct probe *p, const struct http_response *h);
void step_detail_reply(struct probe *p, const struct reply *r);

/*
 * step_request_id(p): set p->request_id to the next id, counted as the SDK
 * does: from 0 in each handshake. Returns it.
 */
const char *step_request_id(struct probe *p);

/*
 * step_look_for(p, kind): the answer to the request that is being written may
 * be known. Then p->hello or p->list.tools is what it means, and its reply is
 * marked so; else p->answer is kept for step_learn.
 * step_learn(p, kind): p->answer means what p->hello or p->hash says, where it
 * was looked for as this kind, and is not known yet.
 */
void step_look_for(struct probe *p, enum known_kind kind);
void step_learn(struct probe *p, enum known_kind kind);

/*
 * step_clients(p, b): append which clients the server refuses, and why; nothing
 * where it refuses none, or all of them. step_refuses(p): the same as the end
 * of a message, in few words, or "".
 */
void step_clients(const struct probe *p, struct buf *b);
const char *step_refuses(const struct probe *p);

/* step_batch_failure(f): set *f: the answer is a batch, and must not be. */
void step_batch_failure(struct failure *f);

#endif
