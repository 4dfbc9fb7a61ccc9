/*
 * transfer.h: a transfer, for client.c and the callbacks of libcurl in
 * transfer.c alone.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "http/client.h"
#include "http/deadline.h"
#include "http/framing.h"
#include "http/setup.h"
#include "http/sockets.h"

#include <curl/curl.h>
#include <stdint.h>

#define HTTP_HEADERS_MAX (128 * 1024) /* all header fields of a response */

struct http_transfer {
	struct http *http;
	struct http_transfer *prev, *next;
	struct http_tls *tls;
	struct trace *trace; /* NULL for none */
	struct http_handler handler;
	void *arg;
	double started_ms;
	struct deadline deadline;
	double stop_at_ms;  /* NAN until the answer is here */
	struct http_sockets *sockets;
	bool *aside; /* set: one has to be looked at, see stop_at_ms */
	int socket; /* -1 while not known */
	unsigned opened; /* how many sockets this one opened */
	size_t network_max;
	const uint64_t *turns; /* counts the times that libcurl was called */
	uint64_t turn;	       /* the last in which network_last was set */
	size_t network_last; /* bytes its connection had brought by then */
	bool deny_private, only_connect;
	bool denied;		 /* the last address was refused */
	struct decoding *decoding; /* NULL: there is nothing to decode */
	bool undecoded;		   /* what came is not what its coding says */
	struct framing framing; /* of the head that is being read */
	bool head_over; /* what follows are trailers (RFC 9110, section 6.5.1) */
	int lacked; /* errno: no socket could be opened; or 0 */
	/*
	 * Finds out why the name did not resolve; or, for an unsent request,
	 * whether its host is public, so that a proxy may be asked for it.
	 */
	struct dns *resolve;
	bool unsent;
	char error[CURL_ERROR_SIZE];
	struct http_response response; /* http_fields_clear frees its fields */
	/* From here on, what is there from an earlier request stays. */
	CURL *easy;
	struct http_setup setup;
};

/* http_transfer_elapsed(t): milliseconds since it was started. */
double http_transfer_elapsed(const struct http_transfer *t);

/* http_transfer_note_tcp(t): set tcp_ms: when TLS began, or without TLS when
   the request could be sent. */
void http_transfer_note_tcp(struct http_transfer *t);

/* http_transfer_stop(t, ms): end it that many milliseconds from now. */
void http_transfer_stop(struct http_transfer *t, double ms);

/*
 * http_transfer_watch(t): set libcurl's callbacks, where an earlier request of
 * the easy handle did not. False where libcurl refuses.
 */
bool http_transfer_watch(struct http_transfer *t);

/* http_transfer_debug(t): have on_debug called, for a proxy or a trace. */
bool http_transfer_debug(struct http_transfer *t);

#endif
