/* SPDX-License-Identifier: MIT */
/*
 * signature.c: signed events and requests; and the token of a link:
 * "SLUG~KIND~WINDOW~ END~MAC", of which the first three are the dedup_key with
 * '~' for ':'. No slug and no kind holds a '~'.
 */
#include "transport/signature.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/sha256.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT (1024 * 1024)

bool sign_field(const char *secret, int64_t t, const char *body, char *out)
{
	char hex[SHA256_HEX];
	struct buf b;
	bool ok;

	buf_init(&b, TEXT_LIMIT);
	buf_fmt(&b, "%" PRId64 ".", t);
	buf_str(&b, body);
	ok = buf_ok(&b);
	if (ok)
		sha256_hmac(secret, b.p, hex);
	buf_release(&b);
	if (ok)
		snprintf(out, SIGN_SIZE, "X-MCP-Signature: t=%" PRId64 ",v1=%s",
			t, hex);
	return ok;
}

static bool same_mac(const char *wanted, const char *got)
{
	size_t n = strlen(wanted);

	return got && strlen(got) == n && CRYPTO_memcmp(wanted, got, n) == 0;
}

bool signed_sha256(const char *secret, const char *text, const char *hex)
{
	char wanted[SHA256_HEX];

	sha256_hmac(secret, text, wanted);
	return same_mac(wanted, hex);
}

bool signed_sha1(const char *secret, const char *text, const char *base64)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	/* Four characters for each three bytes, and a NUL. */
	unsigned char wanted[EVP_MAX_MD_SIZE * 4 / 3 + 5];
	unsigned n = 0;

	if (!HMAC(EVP_sha1(), secret, (int)strlen(secret),
		    (const unsigned char *)text, strlen(text), mac, &n))
		return false;
	EVP_EncodeBlock(wanted, mac, (int)n);
	return same_mac((const char *)wanted, base64);
}

/* The signed text begins with this, so that it can serve no other purpose. */
#define PURPOSE "ack~"

static void swap_chars(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

/* Sign the text, which begins with PURPOSE. */
static void sign_token(const char *secret, const char *text, char *hex)
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
	swap_chars(out, ':', '~');
	sign_token(secret, out, hex);
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
	sign_token(secret, text, hex);
	if (!sha256_same(mac, hex))
		return ACK_TOKEN_WRONG;
	*end++ = '\0';
	if (!num_parse(end, 0, INT64_MAX, &until) ||
		strlen(text) >= ALERT_KEY_SIZE)
		return ACK_TOKEN_WRONG;
	swap_chars(text, '~', ':');
	memcpy(key, text, strlen(text) + 1);
	if (good_until)
		*good_until = until;
	return now < (double)until ? ACK_TOKEN_OK : ACK_TOKEN_EXPIRED;
}

/* The texts that are signed for an id begin with one of these, so that no MAC
   of one is a MAC of another, or of a token. */
#define SHORT_INCIDENT "short~"
#define SHORT_TEST "test~"
#define SHORT_OWN "own~"

/* n characters of the MAC of what and text, each one of 62; the bias is
   1e-9. */
static void short_mac(const char *secret, const char *what, const char *text,
	char *out, size_t n)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	char said[sizeof SHORT_INCIDENT + sizeof SHORT_OWN + ALERT_KEY_SIZE];
	char hex[SHA256_HEX];
	uint64_t bits;

	snprintf(said, sizeof said, "%s%s", what, text);
	sha256_hmac(secret, said, hex);
	hex[15] = '\0';
	bits = strtoull(hex, NULL, 16);
	for (size_t i = 0; i < n; i++, bits /= sizeof letters - 1)
		out[i] = letters[bits % (sizeof letters - 1)];
	out[n] = '\0';
}

/* The end of an id, of a test or an incident, from its beginning. */
static void short_own(const char *secret, const char *id, bool test, char *out)
{
	char begin[ACK_SHORT + 1];

	snprintf(begin, sizeof begin, "%.*s", ACK_SHORT - ACK_SHORT_OWN, id);
	short_mac(secret,
		test ? SHORT_OWN SHORT_TEST : SHORT_OWN SHORT_INCIDENT, begin,
		out, ACK_SHORT_OWN);
}

void ack_short_make(const char *secret, const char *key,
	char out[ACK_SHORT + 1])
{
	enum alert_kind kind;
	int64_t start;
	bool test = alert_key_parse(key, &kind, &start) && kind == ALERT_TEST;

	short_mac(secret, test ? SHORT_TEST : SHORT_INCIDENT, key, out,
		ACK_SHORT - ACK_SHORT_OWN);
	short_own(secret, out, test, out + ACK_SHORT - ACK_SHORT_OWN);
}

/* Whether n characters are equal; the time does not show where they differ. */
static bool equal_chars(const char *a, const char *b, size_t n)
{
	unsigned char different = 0;

	for (size_t i = 0; i < n; i++)
		different |= (unsigned char)(a[i] ^ b[i]);
	return !different;
}

enum ack_short ack_short_read(const char *secret, const char *id)
{
	char own[ACK_SHORT_OWN + 1];
	enum ack_short got = ACK_SHORT_WRONG;

	if (strlen(id) != ACK_SHORT)
		return got;
	for (int test = 0; test < 2; test++) {
		short_own(secret, id, test, own);
		if (equal_chars(own, id + ACK_SHORT - ACK_SHORT_OWN,
			    ACK_SHORT_OWN))
			got = test ? ACK_SHORT_TEST : ACK_SHORT_INCIDENT;
	}
	return got;
}

bool ack_short_of(const char *secret, const char *id, const char *key)
{
	char right[ACK_SHORT + 1];

	ack_short_make(secret, key, right);
	return strlen(id) == ACK_SHORT && equal_chars(right, id, ACK_SHORT);
}
