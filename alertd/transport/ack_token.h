/*
 * ack_token.h: the last part of the address at which an incident can be
 * acknowledged. It names the incident and is signed, so that whoever was told
 * of it, and nobody else, can do so without an account.
 */
#ifndef TRANSPORT_ACK_TOKEN_H
#define TRANSPORT_ACK_TOKEN_H

#include "records/alert.h"

#include <stdint.h>

/* Room for a token and its NUL. */
#define ACK_TOKEN_SIZE 320
/* An address is good for so long; reminders bring new ones. */
#define ACK_TOKEN_S (3 * 86400)

enum ack_token_result { ACK_TOKEN_OK, ACK_TOKEN_WRONG, ACK_TOKEN_EXPIRED };

/*
 * ack_token_make(secret, key, end, out): that of the incident with that
 * dedup_key, good until the epoch second `end`; characters that an address can
 * hold as they are. out has ACK_TOKEN_SIZE bytes. False where OpenSSL cannot.
 */
bool ack_token_make(const char *secret, const char *key, int64_t end,
	char *out);

/*
 * ack_token_read(secret, token, now, key): the dedup_key that a token from a
 * stranger names, in ALERT_KEY_SIZE bytes, where it is one of ours.
 */
enum ack_token_result ack_token_read(const char *secret, const char *token,
	double now, char *key);

#endif
