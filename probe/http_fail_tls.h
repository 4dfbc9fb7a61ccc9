/*
 * http_fail_tls.h: what a failure of TLS means; http_fail.c asks.
 */
#ifndef HTTP_FAIL_TLS_H
#define HTTP_FAIL_TLS_H

#include "http_fail.h"

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
