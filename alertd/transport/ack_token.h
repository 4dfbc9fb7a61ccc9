/*
 * ack_token.h: the last part of the URL at which an incident can be
 * acknowledged. It names the incident and is signed, so that people who were
 * told of the incident, and nobody else, can acknowledge it without an account.
 */
#ifndef TRANSPORT_ACK_TOKEN_H
#define TRANSPORT_ACK_TOKEN_H

#include "records/alert.h"

#include <stdint.h>

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

#endif
