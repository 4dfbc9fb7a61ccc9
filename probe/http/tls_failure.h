/*
 * tls_failure.h: what a failure of TLS means; transfer_failure.c asks.
 */
#ifndef HTTP_TLS_FAILURE_H
#define HTTP_TLS_FAILURE_H

#include "http/transfer_failure.h"

/* http_fail_certificate(r, f): the server's was not accepted. */
void http_fail_certificate(struct http_response *r,
	const struct http_failure *f);

/* http_fail_handshake(r, f): the handshake ended in another way. */
void http_fail_handshake(struct http_response *r, const struct http_failure *f);

/*
 * http_fail_client(r, f): whether it was for want of a certificate of
 * ours, which in TLS 1.3 shows only when the response is read.
 */
bool http_fail_client(struct http_response *r, const struct http_failure *f);

#endif
