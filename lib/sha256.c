#include "sha256.h"

#include "log.h"

#include <openssl/evp.h>

void sha256_hex(const void *p, size_t n, char *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	/* Fails for want of memory or of a provider; no digest is no answer. */
	if (!EVP_Digest(p, n, md, &len, EVP_sha256(), NULL) ||
		len != (SHA256_HEX - 1) / 2) {
		log_error("OpenSSL has no SHA-256");
		abort();
	}
	for (unsigned i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", (unsigned)md[i]);
}
