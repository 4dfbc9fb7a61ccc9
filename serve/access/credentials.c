#include "access/credentials.h"

#include "cgi/request.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

/* The user name, a colon and the password: longer ones are none of ours. */
#define PAIR_MAX 1024

static int value(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/*
 * Decode base64 (RFC 4648, section 4), whose padding may be missing, to a
 * string; false where it is none, holds a NUL or does not fit.
 */
static bool decode(const char *s, char *out, size_t size)
{
	unsigned bits = 0;
	size_t n = 0, used = 0;

	for (; value(s[n]) >= 0; n++) {
		bits = bits << 6 | (unsigned)value(s[n]);
		if (n % 4 == 0)
			continue;
		if (used + 1 >= size)
			return false;
		out[used] = (char)(bits >> (6 - 2 * (n % 4)));
		if (!out[used++])
			return false;
	}
	out[used] = '\0';
	s += n;
	s += strspn(s, "=");
	return n % 4 != 1 && !s[strspn(s, " \t")];
}

/* The password within pair, "user:password"; NULL: there is none. */
static const char *password(char *pair)
{
	char *p = strchr(pair, ':'), *end;

	if (!p)
		return NULL;
	p++;
	p += strspn(p, " \t");
	end = p + strlen(p);
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return *p ? p : NULL;
}

enum credentials credentials_read(const char *authorization, char *sha256)
{
	static const char scheme[] = "Basic ";
	enum credentials kind = CREDENTIALS_NONE;
	char pair[PAIR_MAX];
	const char *token;

	if (bearer_token(authorization, sha256))
		return CREDENTIALS_BEARER;
	if (!authorization ||
		strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return CREDENTIALS_NONE;
	authorization += sizeof scheme - 1;
	authorization += strspn(authorization, " ");
	token = decode(authorization, pair, sizeof pair) ? password(pair)
							 : NULL;
	if (token) {
		kind = CREDENTIALS_BASIC;
		if (sha256)
			sha256_hex(token, strlen(token), sha256);
	}
	OPENSSL_cleanse(pair, sizeof pair);
	return kind;
}
