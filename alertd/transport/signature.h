/*
 * signature.h: signatures prove that an event comes from us, and when it was
 * sent; and those of vendors that a request comes from them.
 */
#ifndef TRANSPORT_SIGNATURE_H
#define TRANSPORT_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

/* Room for a signature header field and its NUL. */
#define SIGN_SIZE 128

/*
 * sign_field(secret, t, body, out): "X-MCP-Signature: t=<t>,v1=<hex>" where the
 * hex is HMAC-SHA256 (RFC 2104) of "<t>.<body>" under the secret. out has
 * SIGN_SIZE bytes. False where the body is too long.
 */
bool sign_field(const char *secret, int64_t t, const char *body, char *out);

/*
 * signed_sha256(secret, text, hex), signed_sha1(secret, text, base64): whether
 * that is the HMAC-SHA256 or the HMAC-SHA1 of the text, in the form that the
 * vendor sends, which may be any string or NULL. The time taken does not show
 * where they differ.
 */
bool signed_sha256(const char *secret, const char *text, const char *hex);
bool signed_sha1(const char *secret, const char *text, const char *base64);

#endif
