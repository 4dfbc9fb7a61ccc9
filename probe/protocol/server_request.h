/*
 * server_request.h: requests that a server sends on an event stream, and what a
 * client without capabilities answers (each revision before 2026-07-28, "Ping"
 * and "Lifecycle"). Pure: trees and texts in, texts out.
 */
#ifndef PROTOCOL_SERVER_REQUEST_H
#define PROTOCOL_SERVER_REQUEST_H

#include <cjson/cJSON.h>

/* Called with the answer to a request, a JSON text that lives until this
   returns. */
typedef void server_request_fn(void *arg, const char *answer);

/*
 * server_requests(m, text, fn, arg): call fn for each request in m, a message
 * or a batch, which was parsed from the text. The id of a request is answered
 * byte for byte. A request is not answered if its id is longer than 16 KiB, or
 * neither a string nor a number.
 */
void server_requests(const cJSON *m, const char *text, server_request_fn *fn,
	void *arg);

#endif
