/* SPDX-License-Identifier: MIT */
#include "base/sha256.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* OpenSSL fails only for want of memory or of a provider: nothing can go on. */
static void need(bool ok)
{
	if (ok)
		return;
	log_error("OpenSSL has no SHA-256");
	abort();
}

/* The algorithm, which EVP_sha256() would look up at each digest. */
static const EVP_MD *algorithm(void)
{
	static EVP_MD *found;

	if (!found)
		found = EVP_MD_fetch(NULL, "SHA256", NULL);
	need(found);
	return found;
}

static void put_hex(const unsigned char *md, unsigned len, char *out)
{
	static const char hex[] = "0123456789abcdef";

	need(len == (SHA256_HEX - 1) / 2);
	for (unsigned i = 0; i < len; i++) {
		*out++ = hex[md[i] >> 4];
		*out++ = hex[md[i] & 15];
	}
	*out = '\0';
}

void sha256_hex(const void *p, size_t n, char *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	need(EVP_Digest(p, n, md, &len, algorithm(), NULL));
	put_hex(md, len, out);
}

void sha256_hmac(const char *key, const char *text, char *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	need(HMAC(algorithm(), key, (int)strlen(key),
		(const unsigned char *)text, strlen(text), md, &len) != NULL);
	put_hex(md, len, out);
}

bool sha256_same(const char *a, const char *b)
{
	return CRYPTO_memcmp(a, b, SHA256_HEX - 1) == 0;
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = xmalloc(sizeof *s);

	s->ctx = EVP_MD_CTX_new();
	need(s->ctx && EVP_DigestInit_ex(s->ctx, algorithm(), NULL));
	return s;
}

void sha256_free(struct sha256 *s)
{
	if (s)
		EVP_MD_CTX_free(s->ctx);
	free(s);
}

void sha256_add(struct sha256 *s, const void *p, size_t n)
{
	need(EVP_DigestUpdate(s->ctx, p, n));
}

void sha256_end(struct sha256 *s, char *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	need(EVP_DigestFinal_ex(s->ctx, md, &len));
	put_hex(md, len, out);
	need(EVP_DigestInit_ex(s->ctx, NULL, NULL));
}
