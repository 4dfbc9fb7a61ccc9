/*
 * server_request.h: requests that a server sends on an event stream, and what a
 * client without capabilities answers (each revision before 2026-07-28, "Ping"
 * and "Lifecycle"). Pure: trees and texts in, texts out.
 */
#ifndef MCP_SERVER_REQUEST_H
#define MCP_SERVER_REQUEST_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* Called with the answer to a request, a JSON text that lives until this
   returns. */
typedef void server_request_fn(void *arg, const char *answer);

/*
 * server_requests(m, text, n, fn, arg): call fn for each request in the message
 * m, or in the batch m, which was parsed of the n bytes of text. The id of a
 * request is answered byte for byte; one that is longer than 16 KiB,
 * or neither a string nor a number, is not answered.
 */
void server_requests(const cJSON *m, const char *text, size_t n,
	server_request_fn *fn, void *arg);

#endif
