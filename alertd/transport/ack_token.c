/*
 * ack_token.c: "SLUG~KIND~WINDOW~END~MAC", of which the first three are the
 * dedup_key with '~' for ':'. No slug and no kind holds a '~'.
 */
#include "transport/ack_token.h"

#include "base/num.h"
#include "transport/signature.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <string.h>

/* The signed text begins with this, so that it can serve no other purpose. */
#define PURPOSE "ack~"
#define HEX 64

static void swap(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

/* Sign the text, which begins with PURPOSE. */
static bool sign(const char *secret, const char *text, char *hex)
{
	char signed_text[sizeof PURPOSE + ACK_TOKEN_SIZE];

	snprintf(signed_text, sizeof signed_text, PURPOSE "%s", text);
	return sign_hex(secret, signed_text, hex);
}

bool ack_token_make(const char *secret, const char *key, int64_t end, char *out)
{
	char hex[SIGN_HEX_SIZE];
	int n = snprintf(out, ACK_TOKEN_SIZE, "%s~%" PRId64, key, end);

	if (n < 0 || n + 1 + HEX >= ACK_TOKEN_SIZE)
		return false;
	swap(out, ':', '~');
	if (!sign(secret, out, hex))
		return false;
	snprintf(out + n, (size_t)(ACK_TOKEN_SIZE - n), "~%s", hex);
	return true;
}

enum ack_token_result ack_token_read(const char *secret, const char *token,
	double now, char *key, int64_t *good_until)
{
	char text[ACK_TOKEN_SIZE], hex[SIGN_HEX_SIZE], *mac, *end;
	long long until;

	if (strlen(token) >= sizeof text)
		return ACK_TOKEN_WRONG;
	memcpy(text, token, strlen(token) + 1);
	mac = strrchr(text, '~');
	if (!mac)
		return ACK_TOKEN_WRONG;
	*mac++ = '\0';
	end = strrchr(text, '~');
	if (strlen(mac) != HEX || !end || !sign(secret, text, hex) ||
		CRYPTO_memcmp(mac, hex, HEX) != 0)
		return ACK_TOKEN_WRONG;
	*end++ = '\0';
	if (!num_parse(end, 0, INT64_MAX, &until) ||
		strlen(text) >= ALERT_KEY_SIZE)
		return ACK_TOKEN_WRONG;
	swap(text, '~', ':');
	memcpy(key, text, strlen(text) + 1);
	if (good_until)
		*good_until = until;
	return now < (double)until ? ACK_TOKEN_OK : ACK_TOKEN_EXPIRED;
}
