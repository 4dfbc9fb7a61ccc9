#include "transport/signature.h"

#include "base/buf.h"
#include "base/sha256.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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

static bool same(const char *wanted, const char *got)
{
	size_t n = strlen(wanted);

	return got && strlen(got) == n && CRYPTO_memcmp(wanted, got, n) == 0;
}

bool signed_sha256(const char *secret, const char *text, const char *hex)
{
	char wanted[SHA256_HEX];

	sha256_hmac(secret, text, wanted);
	return same(wanted, hex);
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
	return same((const char *)wanted, base64);
}
