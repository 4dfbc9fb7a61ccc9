/* SPDX-License-Identifier: MIT */
/*
 * rpc.h: the JSON-RPC messages of MCP: those that a probe sends, and what it
 * makes of the answers. Pure: trees and bytes in, bytes and judgements out.
 *
 * Two eras: "stateless" is revision 2026-07-28, where every request says who is
 * asking; "session" are the revisions before it, which begin with `initialize`.
 */
#ifndef PROTOCOL_RPC_H
#define PROTOCOL_RPC_H

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
#define RPC_INVALID_REQUEST -32600
#define RPC_INVALID_PARAMS -32602
/* The code with which servers ask for a credential. */
#define RPC_UNAUTHORIZED -32001

/*
 * Each appends a request to b as one JSON text. Apart from clientInfo it has
 * the bytes of the official TypeScript SDK, so that a cache that keeps answers
 * by the body of the POST gives us what it gives to clients. id: the JSON text
 * of an id, a string or an integer.
 */
void rpc_discover(struct buf *b, const char *id);
void rpc_initialize(struct buf *b, const char *id);
void rpc_initialized(struct buf *b);
void rpc_ping(struct buf *b, const char *id);
/* cursor: of the page, NULL for the first; "" is a cursor too. */
void rpc_tools_list(struct buf *b, const char *id, bool stateless,
	const char *cursor);
/* arguments: an object, or NULL for none. */
void rpc_tools_call(struct buf *b, const char *id, bool stateless,
	const char *name, const cJSON *arguments);

/* rpc_has_id(m, id): whether m has that id; 1 and "1" are different ids. */
bool rpc_has_id(const cJSON *m, const char *id);

enum rpc_match { RPC_NOT_OURS, RPC_RESULT, RPC_ERROR };

/* Which errors answer a request. */
enum rpc_errors {
	RPC_ERRORS_OURS, /* those that carry its id */
	RPC_ERRORS_NULL, /* also those without an id, or with null */
	RPC_ERRORS_ALL	 /* any: the status of the response is an error too */
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
 * answer to `id`, by JSON-RPC 2.0 or the schema of MCP; NULL where nothing is
 * wrong or the message is not meant for us. Always NULL with RPC_ERRORS_ALL:
 * the status of the response says more.
 */
const char *rpc_fault(const cJSON *m, const char *id, enum rpc_errors errors);

/* rpc_error_code(m): the code of the error message m; 0 where it has none. */
int rpc_error_code(const cJSON *m);

/* rpc_error_message(m): the message of the error message m, or NULL. */
const char *rpc_error_message(const cJSON *m);

/*
 * rpc_error_data(m, out): the data of the error message m, without secrets,
 * cleaned and cut: a string as it is, any other value as JSON. "" where there
 * is none, or null. Returns its length.
 */
#define RPC_DATA_SIZE 201
size_t rpc_error_data(const cJSON *m, char out[RPC_DATA_SIZE]);

/*
 * rpc_error_words(m, out): the server's own words for the error m, cut: its
 * message, and its data behind "; data: "; "" where it has neither.
 */
#define RPC_WORDS_SIZE 520
void rpc_error_words(const cJSON *m, char out[RPC_WORDS_SIZE]);

/*
 * rpc_error_failure(m, f): set *f to the failure "jsonrpc.<code>": what the
 * code means, if it is known, and the server's own words. Returns false.
 */
bool rpc_error_failure(const cJSON *m, struct failure *f);

/* The versions that a server says it speaks. */
enum rpc_versions {
	VERSIONS_NONE,	    /* no list, or no version that we know */
	VERSIONS_SESSION,   /* of the versions that we know, only older ones */
	VERSIONS_STATELESS  /* 2026-07-28 is among them */
};

/* rpc_versions(list): list: an array of strings, or NULL. */
enum rpc_versions rpc_versions(const cJSON *list);

/* rpc_known_session(v): whether v is a revision that begins with initialize. */
bool rpc_known_session(const char *v);

/* A server's description of itself. Strings are cut to fit. */
struct rpc_hello {
	char revision[32];
	char server_name[128];
	char server_version[64];
	bool has_tools;
};

/*
 * rpc_judge_initialize(result, h, f): check the result of `initialize` (2025
 * revisions, "Lifecycle"): a protocolVersion that we know, serverInfo with a
 * name and a version, capabilities, each member of the type that the schema
 * says; and fill *h. False and *f where something is missing or of another
 * type.
 */
bool rpc_judge_initialize(const cJSON *result, struct rpc_hello *h,
	struct failure *f);

/* rpc_judge_discover(result, h, f): the same for the result of server/discover
   of revision 2026-07-28. */
bool rpc_judge_discover(const cJSON *result, struct rpc_hello *h,
	struct failure *f);

/*
 * rpc_judge_call(result, stateless, f, needs_input): check the result of
 * tools/call. False and *f where the call failed. *needs_input: the tool works
 * and asks its caller for input, which a result may do in revision 2026-07-28.
 */
bool rpc_judge_call(const cJSON *result, bool stateless, struct failure *f,
	bool *needs_input);

/*
 * rpc_judge_list(result, stateless, f): check the members of a result of
 * tools/list besides its tools and its cursor, and in revision 2026-07-28 its
 * resultType. False and *f where clients refuse one.
 */
bool rpc_judge_list(const cJSON *result, bool stateless, struct failure *f);

#endif
