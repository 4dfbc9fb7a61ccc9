#include "sign.h"

#include "buf.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define TEXT_LIMIT (1024 * 1024)

bool sign_field(const char *secret, int64_t t, const char *body, char *out)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t at;
	struct buf b;
	bool ok;

	buf_init(&b, TEXT_LIMIT);
	buf_fmt(&b, "%" PRId64 ".", t);
	buf_str(&b, body);
	ok = buf_ok(&b) &&
		HMAC(EVP_sha256(), secret, (int)strlen(secret),
			(const unsigned char *)b.p, b.len, mac, &n) &&
		n == 32;
	buf_release(&b);
	if (!ok)
		return false;
	at = (size_t)snprintf(out, SIGN_SIZE,
		"X-MCP-Signature: t=%" PRId64 ",v1=", t);
	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, SIGN_SIZE - at, "%02x",
			mac[i]);
	return true;
}
