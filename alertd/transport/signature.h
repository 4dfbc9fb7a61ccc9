/* SPDX-License-Identifier: MIT */
/*
 * signature.h: signatures prove that an event comes from us, and when it was
 * sent; those of vendors, that a request comes from them; and that of a link,
 * that we made it. Pure.
 */
#ifndef TRANSPORT_SIGNATURE_H
#define TRANSPORT_SIGNATURE_H

#include "records/alert.h"

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

/*
 * A token is the last part of the URL at which an incident can be
 * acknowledged. It names the incident and is signed, so that people who were
 * notified of the incident, and nobody else, can acknowledge it without an
 * account.
 */

/* Room for a token and its NUL. */
#define ACK_TOKEN_SIZE 320
/* How long a URL is good; reminders bring new ones. */
#define ACK_TOKEN_S (3 * 86400)

enum ack_token_result { ACK_TOKEN_OK, ACK_TOKEN_WRONG, ACK_TOKEN_EXPIRED };

/*
 * ack_token_make(secret, key, end, out): make the token of the incident with
 * that dedup_key, good until the epoch second `end`, of characters that need no
 * escaping in a URL. out has ACK_TOKEN_SIZE bytes. False where that is too few.
 */
bool ack_token_make(const char *secret, const char *key, int64_t end,
	char *out);

/*
 * ack_token_read(secret, token, now, key, end): check a token that a stranger
 * sent. key has ALERT_KEY_SIZE bytes, and gets the dedup_key if the token is
 * ours and has not expired; *end, where end is not NULL, until when it is good.
 */
enum ack_token_result ack_token_read(const char *secret, const char *token,
	double now, char *key, int64_t *end);

/*
 * The short form of such a URL, for a text message: "/a/" and ACK_SHORT letters
 * and digits. It is good while the incident is open, and for all of that time
 * the same.
 *
 * It is 47 bits of a MAC under the same secret: nobody else can make one, and a
 * guess needs 2e14 / N tries for one of N open incidents. At a thousand tries a
 * second, and a hundred incidents that are open day and night, that takes
 * seventy years in the mean. A hit would acknowledge one of them, which all who
 * were notified see, until somebody hands it back. The last ACK_SHORT_OWN
 * characters are a MAC of those before them, by which all but one of 238,000
 * guesses is turned away before the store is asked, so that guessing costs us
 * little; the files for nginx let an address try once a second. The incident of
 * an id is looked up among the open ones alone.
 */
#define ACK_SHORT 8
#define ACK_SHORT_OWN 3

enum ack_short {
	ACK_SHORT_WRONG,
	ACK_SHORT_INCIDENT, /* of some incident, open or over */
	ACK_SHORT_TEST	    /* of a test: there is nothing to acknowledge */
};

/* ack_short_make(secret, key, out): the id of the incident with that
   dedup_key. */
void ack_short_make(const char *secret, const char *key,
	char out[ACK_SHORT + 1]);

/* ack_short_read(secret, id): judge what a stranger sent. */
enum ack_short ack_short_read(const char *secret, const char *id);

/* ack_short_of(secret, id, key): whether an id is that of the incident. */
bool ack_short_of(const char *secret, const char *id, const char *key);

#endif
