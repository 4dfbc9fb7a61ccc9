#include "cgi/bearer.h"

#include <string.h>
#include <strings.h>

/* The time taken must not show where they differ. */
static bool same_digest(const char *a, const char *b)
{
	unsigned char differ = 0;

	for (size_t i = 0; i < SHA256_HEX - 1; i++)
		differ = (unsigned char)(differ | (a[i] ^ b[i]));
	return !differ;
}

bool bearer_token(const char *authorization, char *sha256)
{
	static const char scheme[] = "Bearer ";
	const char *token;

	if (!authorization ||
		strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return false;
	token = authorization + sizeof scheme - 1;
	token += strspn(token, " ");
	if (sha256)
		sha256_hex(token, strlen(token), sha256);
	return true;
}

bool bearer_is(const char *authorization, const char *sha256)
{
	char digest[SHA256_HEX];

	return bearer_token(authorization, digest) &&
		same_digest(digest, sha256);
}
