/*
 * ack_token.c: "SLUG~KIND~WINDOW~END~MAC", of which the first three are the
 * dedup_key with '~' for ':'. No slug and no kind holds a '~'.
 */
#include "transport/ack_token.h"

#include "base/num.h"
#include "base/sha256.h"

#include <inttypes.h>
#include <string.h>

/* The signed text begins with this, so that it can serve no other purpose. */
#define PURPOSE "ack~"

static void swap(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

/* Sign the text, which begins with PURPOSE. */
static void sign(const char *secret, const char *text, char *hex)
{
	char signed_text[sizeof PURPOSE + ACK_TOKEN_SIZE];

	snprintf(signed_text, sizeof signed_text, PURPOSE "%s", text);
	sha256_hmac(secret, signed_text, hex);
}

bool ack_token_make(const char *secret, const char *key, int64_t end, char *out)
{
	char hex[SHA256_HEX];
	int n = snprintf(out, ACK_TOKEN_SIZE, "%s~%" PRId64, key, end);

	if (n < 0 || n + SHA256_HEX >= ACK_TOKEN_SIZE)
		return false;
	swap(out, ':', '~');
	sign(secret, out, hex);
	snprintf(out + n, (size_t)(ACK_TOKEN_SIZE - n), "~%s", hex);
	return true;
}

enum ack_token_result ack_token_read(const char *secret, const char *token,
	double now, char *key, int64_t *good_until)
{
	char text[ACK_TOKEN_SIZE], hex[SHA256_HEX], *mac, *end;
	long long until;

	if (strlen(token) >= sizeof text)
		return ACK_TOKEN_WRONG;
	memcpy(text, token, strlen(token) + 1);
	mac = strrchr(text, '~');
	if (!mac)
		return ACK_TOKEN_WRONG;
	*mac++ = '\0';
	end = strrchr(text, '~');
	if (strlen(mac) != SHA256_HEX - 1 || !end)
		return ACK_TOKEN_WRONG;
	sign(secret, text, hex);
	if (!sha256_same(mac, hex))
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
