/*
 * rpc.h: the JSON-RPC messages of MCP: those that a probe sends, and what it
 * makes of the answers. Pure: trees and bytes in, bytes and judgements out.
 *
 * Two eras: "stateless" is revision 2026-07-28, where every request says who is
 * asking; "session" are the revisions before it, which begin with `initialize`.
 */
#ifndef MCP_RPC_H
#define MCP_RPC_H

#include "base/buf.h"
#include "http/failure.h"

#include <cjson/cJSON.h>

/* The newest revision of each era. */
#define REVISION_STATELESS "2026-07-28"
#define REVISION_SESSION "2025-11-25"

/* Codes that the 2026-07-28 revision gives a meaning (its section "Errors"). */
#define RPC_HEADER_MISMATCH -32020
#define RPC_MISSING_CAPABILITY -32021
#define RPC_UNSUPPORTED_VERSION -32022
#define RPC_METHOD_NOT_FOUND -32601
/* What servers answer to a call that wants a credential. */
#define RPC_UNAUTHORIZED -32001

/*
 * The requests, each appended to b as one JSON text: clientInfo apart, the
 * bytes of the official TypeScript SDK, so that whoever keeps an answer by the
 * body of its POST gives us what it gives to clients. id: the JSON text of an
 * id, a string or an integer.
 */
void rpc_discover(struct buf *b, const char *id);
void rpc_initialize(struct buf *b, const char *id);
void rpc_initialized(struct buf *b);
/* cursor: of the page, NULL for the first; "" is a cursor too. */
void rpc_tools_list(struct buf *b, const char *id, bool stateless,
	const char *cursor);
/* arguments: an object, or NULL for none. */
void rpc_tools_call(struct buf *b, const char *id, bool stateless,
	const char *name, const cJSON *arguments);

/* rpc_has_id(m, id): whether m carries that id: its type counts, too. */
bool rpc_has_id(const cJSON *m, const char *id);

enum rpc_match { RPC_NOT_OURS, RPC_RESULT, RPC_ERROR };

/* Which errors answer a request. */
enum rpc_errors {
	RPC_ERRORS_OURS, /* those that carry its id */
	RPC_ERRORS_NULL, /* and those without an id, or with a null one */
	RPC_ERRORS_ALL	 /* any, as in a response whose status says so too */
};

/*
 * rpc_match(m, id, errors): whether the message m answers the request `id`.
 * An error without an id, or with a null one, is what a server answers to a
 * request whose id it could not tell.
 */
enum rpc_match rpc_match(const cJSON *m, const char *id,
	enum rpc_errors errors);

/*
 * rpc_fault(m, id, errors): what is wrong with a message that is meant as the
 * answer to `id` and is none by JSON-RPC 2.0 or the schema of MCP; NULL where
 * nothing is, or it is not meant for us. With RPC_ERRORS_ALL always NULL: the
 * status of the response says more.
 */
const char *rpc_fault(const cJSON *m, const char *id, enum rpc_errors errors);

/* rpc_error_code(m): the code of an error message; 0 where it is no number. */
int rpc_error_code(const cJSON *m);

/*
 * rpc_error_failure(m, f): the failure "jsonrpc.<code>": what the code means,
 * where it has a meaning, and the server's own words. Returns false.
 */
bool rpc_error_failure(const cJSON *m, struct failure *f);

/* What versions a server says it speaks. */
enum rpc_versions {
	VERSIONS_NONE,	    /* no list, or none that we know */
	VERSIONS_SESSION,   /* of those we know, only older ones */
	VERSIONS_STATELESS  /* 2026-07-28 is among them */
};

/* rpc_versions(list): of an array of strings; NULL is VERSIONS_NONE. */
enum rpc_versions rpc_versions(const cJSON *list);

/* rpc_known_session(v): whether v is a revision that begins with initialize. */
bool rpc_known_session(const char *v);

/* What a server says of itself. Strings are cut to fit. */
struct rpc_hello {
	char revision[32];
	char server_name[128];
	char server_version[64];
	bool has_tools;
};

/*
 * rpc_judge_initialize(result, h, f): check the result of `initialize` (2025
 * revisions, "Lifecycle"): protocolVersion that we know, serverInfo with a
 * name, capabilities. False and *f where something is missing.
 */
bool rpc_judge_initialize(const cJSON *result, struct rpc_hello *h,
	struct failure *f);

/* The same for the result of `server/discover` of revision 2026-07-28. */
bool rpc_judge_discover(const cJSON *result, struct rpc_hello *h,
	struct failure *f);

/*
 * rpc_judge_call(result, stateless, f, needs_input): check the result of
 * `tools/call`. *needs_input: the tool works and wants to ask its caller
 * something, which revision 2026-07-28 lets it do by its result.
 */
bool rpc_judge_call(const cJSON *result, bool stateless, struct failure *f,
	bool *needs_input);

/*
 * rpc_judge_result_type(result, f): a result of revision 2026-07-28 must be
 * "complete", which a missing resultType means too.
 */
bool rpc_judge_result_type(const cJSON *result, struct failure *f);

#endif
