/*
 * transfer.h: what client.c and the callbacks of libcurl share; nobody else
 * includes it.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "http/client.h"
#include "http/setup.h"
#include "http/sockets.h"

#include <curl/curl.h>

#define HTTP_HEADERS_MAX (128 * 1024) /* all header fields of a response */

struct http_transfer {
	struct http *http;
	struct http_transfer *prev, *next;
	CURL *easy;
	struct http_setup setup;
	struct http_tls *tls;
	struct trace *trace; /* NULL for none */
	struct http_handler handler;
	void *arg;
	struct http_response response;
	double started_ms, timeout_ms;
	double stop_at_ms;  /* NAN until the answer is here */
	struct http_sockets *sockets;
	int socket; /* -1 while it is not known which */
	size_t network_max;
	size_t network_last; /* what its connection had brought */
	bool deny_private, only_connect;
	bool denied;		 /* the last address was refused */
	/*
	 * Asks why the name did not resolve; or, of what is unsent, where a
	 * proxy would be led by it.
	 */
	struct dns *resolve;
	bool unsent;
	double resolve_by_ms; /* monotonic: until then */
	char error[CURL_ERROR_SIZE];
};

/* http_transfer_elapsed(t): milliseconds since it was started. */
double http_transfer_elapsed(const struct http_transfer *t);

/* http_transfer_note_tcp(t): TCP stood as TLS began, or when all was ready. */
void http_transfer_note_tcp(struct http_transfer *t);

/*
 * http_transfer_watch(t): have libcurl tell t what happens. False where it
 * refuses.
 */
bool http_transfer_watch(struct http_transfer *t);

#endif
