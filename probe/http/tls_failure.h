/*
 * tls_failure.h: what a failure of TLS means; transfer_failure.c asks.
 */
#ifndef HTTP_TLS_FAILURE_H
#define HTTP_TLS_FAILURE_H

#include "http/transfer_failure.h"

/* transfer_failure_certificate(r, f): the server's was not accepted. */
void transfer_failure_certificate(struct http_response *r,
	const struct http_failure *f);

/* transfer_failure_handshake(r, f): the handshake ended in another way. */
void transfer_failure_handshake(
	struct http_response *r, const struct http_failure *f);

/*
 * transfer_failure_client(r, f): whether it was for want of a certificate of
 * ours, which in TLS 1.3 shows only when the response is read.
 */
bool transfer_failure_client(
	struct http_response *r, const struct http_failure *f);

#endif
