/* SPDX-License-Identifier: MIT */
/*
 * basic.c: a password by HTTP Basic (RFC 7617).
 */
#include "cgi/basic.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

static int base64_value(char c)
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
static bool base64_decode(const char *s, char *out, size_t size)
{
	unsigned bits = 0;
	size_t n = 0, used = 0;

	for (; base64_value(s[n]) >= 0; n++) {
		bits = bits << 6 | (unsigned)base64_value(s[n]);
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

/* Without the blanks around it. */
static char *trimmed(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return s;
}

bool basic_read(const char *authorization, struct basic *out)
{
	static const char scheme[] = "Basic ";
	char *colon;

	*out = (struct basic) {.user = "", .password = ""};
	if (!authorization ||
		strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return false;
	authorization += sizeof scheme - 1;
	authorization += strspn(authorization, " ");
	if (!base64_decode(authorization, out->pair, sizeof out->pair))
		return false;
	colon = strchr(out->pair, ':');
	if (!colon)
		return false;
	*colon = '\0';
	out->user = trimmed(out->pair);
	out->password = trimmed(colon + 1);
	return *out->password;
}

void basic_wipe(struct basic *b)
{
	OPENSSL_cleanse(b->pair, sizeof b->pair);
	b->user = b->password = "";
}
