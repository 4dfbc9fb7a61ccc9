/*
 * flow.h: what the files that make up a probe's course share; nobody else
 * includes it. probe.c begins and ends; flow.c sends; handshake.c finds the
 * era; wall.c handles a server that wants a credential; tool_steps.c its tools;
 * stale_cache.c whether clients get old ones.
 */
#ifndef PROBE_FLOW_H
#define PROBE_FLOW_H

#include "auth/challenge.h"
#include "auth/oauth.h"
#include "auth/wall_kind.h"
#include "base/buf.h"
#include "mcp/exchange.h"
#include "mcp/listing.h"
#include "mcp/rpc.h"
#include "mcp/stream.h"
#include "mcp/wire.h"
#include "probe.h"
#include "steps.h"

struct probe {
	struct probe_job job;
	struct wire wire;
	struct steps steps;
	double deadline_ms; /* monotonic */
	struct budget budget;
	char id[40];
	int requests; /* sent, to number them */
	int ids;      /* of them have had an id since the handshake began */
	int resumes;  /* of them, to go on with a stream that was left */
	const char *method; /* of the last one, for people; static */
	struct pending *pending; /* the one under way; see flow.c */
	bool connected; /* the first connection stood */
	struct stream *stream; /* of HTTP+SSE, while it is open */
	int streams;	       /* such transfers, closing ones too */
	bool over;	       /* everything is told */
	bool closing;	       /* the session is being ended */
	enum era era;
	struct rpc_hello hello;
	enum era asking; /* the one of the last question */
	bool asked_discover, asked_twice, asked_initialize, asked_listen;
	struct failure first_failure; /* of initialize, detail is about it */
	bool may_listen; /* and it leaves HTTP+SSE open */
	struct failure listen_failure; /* of a GET before initialize */
	struct challenge challenge;
	struct oauth_facts oauth; /* that its documents led to */
	bool token_kept;  /* the token that is shown is an old one */
	bool cert_wanted; /* the server asked for a client certificate */
	struct listing list;
	int list_id;		/* the id of its first page */
	struct tools_hash hash; /* digests NULL while there is none */
	bool listed;		/* all pages were read */
	struct stale_cache *check; /* see stale_cache.c; NULL: none was made */
	unsigned cache_signs; /* a bit for each that an answer to it had */
	double cache_age_s;   /* the age that the oldest of them had, or 0 */
	struct cache_check cache; /* what came of the check */
	struct buf detail; /* of the step that runs */
	char *why;	   /* our own failure */
};

/*
 * flow_send(p, m, cap_ms, next): send a message with what is left of the
 * deadline, but no more than cap_ms; next(p, r) handles the answer, unless none
 * can come.
 */
void flow_send(struct probe *p, struct wire_message *m, double cap_ms,
	void (*next)(struct probe *p, const struct reply *r));

/*
 * flow_try(p, m, cap_ms, next): the same of a message of which nothing depends:
 * whatever becomes of it is for next, which gets NULL where it cannot be sent.
 */
void flow_try(struct probe *p, struct wire_message *m, double cap_ms,
	void (*next)(struct probe *p, const struct reply *r));

/*
 * flow_listen(p, next): open the event stream of HTTP+SSE; next(p, r) is
 * called when p->stream has an endpoint, or says why it has none.
 */
void flow_listen(struct probe *p,
	void (*next)(struct probe *p, const struct reply *r));

/* flow_hang_up(p): close that stream, if there is one. */
void flow_hang_up(struct probe *p);

/* flow_resolved(p, h), flow_connected(p, h): steps 1 and 2 end. */
void flow_resolved(struct probe *p, const struct http_response *h);
void flow_connected(struct probe *p, const struct http_response *h);

/*
 * flow_request_id(p, out): the next id, as the SDK counts them: from 0 with
 * each handshake. out has 64 bytes.
 */
const char *flow_request_id(struct probe *p, char *out);

/* Each of these ends the probe. r may be NULL. */
void flow_finish(struct probe *p);
void flow_finish_ours(struct probe *p, const char *why);
void flow_fail(struct probe *p, const struct reply *r,
	const struct failure *f);
/* The same with p->detail as it is. */
void flow_fail_kept(struct probe *p, const struct failure *f);
void flow_fail_deadline(struct probe *p);

/* flow_released(p): free it once nothing of it runs any more. */
void flow_released(struct probe *p);

/* flow_batch_failure(f): the answer is a batch, and must not be one. */
void flow_batch_failure(struct failure *f);

/* flow_detail(p, h): begin p->detail anew, with what h says; open ended. */
void flow_detail(struct probe *p, const struct http_response *h);

/* handshake_start(p): find the era and shake hands; ends in tool_steps_start.
 */
void handshake_start(struct probe *p);

/*
 * wall_reply(p, r): whatever is not the answer that was hoped for: a wall, or a
 * failure.
 */
void wall_reply(struct probe *p, const struct reply *r);

/* wall_certify(p, r): the server wants a client certificate, or another one. */
void wall_certify(struct probe *p, const struct reply *r);

/* wall_none(p): why there was no wall. */
const char *wall_none(const struct probe *p);

/* tool_steps_start(p): steps 6 to 8, over the connection that stands. */
void tool_steps_start(struct probe *p);

/* stale_cache_note(p, h): an answer to the tools/list of step 6. */
void stale_cache_note(struct probe *p, const struct http_response *h);

/*
 * stale_cache_check(p, next): find out, where it is time for that, whether the
 * list whose hash is p->hash is older than the server's; then next(p). What
 * comes of it is in p->cache, and its time counts for no step.
 */
void stale_cache_check(struct probe *p, void (*next)(struct probe *p));

/* stale_cache_detail(p, b): append its member of a detail, if there is one. */
void stale_cache_detail(const struct probe *p, struct buf *b);

/* stale_cache_release(p): free what it holds. */
void stale_cache_release(struct probe *p);

/* tool_steps_again(p): send the request anew that was refused in step 6 or 7.
 */
void tool_steps_again(struct probe *p);

#endif
