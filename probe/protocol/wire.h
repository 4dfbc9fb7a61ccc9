/* SPDX-License-Identifier: MIT */
/*
 * wire.h: MCP's messages over HTTP: which header fields go with which message
 * in which revision ("Transports", Streamable HTTP). They are those of the
 * official TypeScript SDK, in its order, and those that say who asks. What
 * node's fetch adds is in http/setup.c.
 */
#ifndef PROTOCOL_WIRE_H
#define PROTOCOL_WIRE_H

#include "http/deadline.h"
#include "http/url.h"
#include "protocol/exchange.h"

#include <stdbool.h>

/* The server that messages go to, as its target has it; what these point to
   must outlive the wire. */
struct wire_target {
	const struct url *url;
	const char *slug, *region;
	/* The authorization server that the operator named; or NULL. */
	const char *issuer;
	/* PEM files of the client certificate for this server; or NULL. */
	const char *cert, *key;
	struct http_trust *trust;
	bool http2;	   /* see struct http_request */
	bool deny_private; /* no request may reach a private address */
};

/* The agreement of a probe and its server so far. */
struct wire {
	struct http *http;
	struct wire_target target;
	struct Curl_URL *parts; /* of the target's URL: url_parts; owned */
	struct budget *budget; /* of the probe */
	struct deadline deadline;
	bool stateless;	    /* revision 2026-07-28 and its header fields */
	char revision[32];  /* agreed on; "" before */
	char *session;  /* Mcp-Session-Id; owned; NULL for none */
	char *endpoint; /* where HTTP+SSE wants messages; owned; NULL before */
	/* The header field that shows it, whose owner keeps it; NULL: it is not
	   shown. Never log it. */
	const char *credential;
	bool deny_private; /* URLs from the server may not be private */
	bool proxied;	   /* the server is reached through a proxy */
};

struct wire_message {
	const char *method; /* of JSON-RPC */
	const char *name;   /* of the tool, for tools/call; else NULL */
	const cJSON *tool;  /* its definition, for Mcp-Param-*; or NULL */
	const cJSON *arguments;
	const char *body;
	const char *id; /* as in rpc.h; NULL for a notification */
	double timeout_ms;
	bool fresh; /* over a new connection */
	const struct http_watch *watch; /* see struct http_request */
	/* Static: no message follows unless its answer holds this; or NULL. */
	const char *last_unless;
};

/* wire_release(w): free what it owns. */
void wire_release(struct wire *w);

/* wire_post(w, m, handler, arg): send a message. Returns as exchange_start. */
int wire_post(const struct wire *w, const struct wire_message *m,
	const struct exchange_handler *handler, void *arg);

/*
 * wire_listen(w, m, handler, arg): open the event stream of HTTP+SSE
 * (2024-11-05), with WANT_EVENTS; of m only timeout_ms, fresh and watch count.
 * Returns as exchange_start.
 */
int wire_listen(const struct wire *w, const struct wire_message *m,
	const struct exchange_handler *handler, void *arg);

/*
 * wire_resume(w, last_id, id, timeout_ms, handler, arg): resume an event stream
 * that the server closed after the event last_id, to get the answer to the
 * request `id` (2025-11-25, "Resumability and Redelivery"). Returns as
 * exchange_start.
 */
int wire_resume(const struct wire *w, const char *last_id, const char *id,
	double timeout_ms, const struct exchange_handler *handler, void *arg);

/* wire_delete(w, timeout_ms, handler, arg): end the session. Returns as
   exchange_start. */
int wire_delete(const struct wire *w, double timeout_ms,
	const struct exchange_handler *handler, void *arg);

/*
 * wire_request(w, method, url, timeout_ms): a request to a URL that the server
 * chose, without header fields. It must lead to a public address where the server
 * has one; but not where a proxy hides the address and the operator named the
 * URL's origin, that of the target or of the issuer of its credential.
 */
struct http_request wire_request(const struct wire *w, const char *method,
	const char *url, double timeout_ms);

/* wire_get(w, url, timeout_ms, handler, arg): read a JSON document, without
   showing the credential. Returns as exchange_start. */
int wire_get(const struct wire *w, const char *url, double timeout_ms,
	const struct exchange_handler *handler, void *arg);

/*
 * wire_session_valid(id): whether a session id is visible ASCII, not empty, and
 * short enough to be sent back.
 */
bool wire_session_valid(const char *id);

#endif
