#include "cgi/bearer.h"

#include <string.h>
#include <strings.h>

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
		sha256_same(digest, sha256);
}
