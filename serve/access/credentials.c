#include "access/credentials.h"

#include "base/num.h"
#include "cgi/request.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The user name, a colon and the password: longer ones are none of ours. */
#define PAIR_MAX 1024

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

/* The password_of within pair, "user:password"; NULL: there is none. */
static const char *password_of(char *pair)
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
	token = base64_decode(authorization, pair, sizeof pair)
			? password_of(pair) : NULL;
	if (token) {
		kind = CREDENTIALS_BASIC;
		if (sha256)
			sha256_hex(token, strlen(token), sha256);
	}
	OPENSSL_cleanse(pair, sizeof pair);
	return kind;
}

/* Epoch seconds of at most 12 digits: until the year 33658. */
#define UNTIL_MAX 999999999999LL
/* By how much the clocks of two machines that sign and check may differ. */
#define SKEW_S 300

void session_sign(enum session_use use, const char *account,
	const char *digest, long long until, char *out)
{
	/* The signed text begins with its purpose; no slug has a blank. */
	static const char *const purposes[] = {
		[SESSION_LINK] = "mcp-serve link",
		[SESSION_BROWSER] = "mcp-serve cookie"};
	char text[SLUG_MAX + 64], mac[SHA256_HEX];

	snprintf(text, sizeof text, "%s %s %lld", purposes[use], account,
		until);
	sha256_hmac(digest, text, mac);
	snprintf(out, SESSION_PASS, "%lld-%.*s", until, SESSION_MAC, mac);
}

bool session_of_link(const char *account, const char *pass, struct session *s)
{
	char end[SESSION_PASS];
	size_t n = strcspn(pass, "-");

	if (n >= sizeof end || pass[n] != '-' ||
		strlen(pass + n + 1) != SESSION_MAC || !slug_valid(account))
		return false;
	memcpy(end, pass, n);
	end[n] = '\0';
	memcpy(s->mac, pass + n + 1, SESSION_MAC + 1);
	memcpy(s->account, account, strlen(account) + 1);
	return num_parse(end, 1, UNTIL_MAX, &s->until);
}

/* The value of a cookie is "account:end-mac". */
static bool read_value(const char *p, size_t n, struct session *s)
{
	char value[SLUG_MAX + 1 + SESSION_PASS], *pass;

	if (n >= sizeof value)
		return false;
	memcpy(value, p, n);
	value[n] = '\0';
	pass = strchr(value, ':');
	if (!pass)
		return false;
	*pass++ = '\0';
	return session_of_link(value, pass, s);
}

bool session_of_cookie(const char *field, struct session *s)
{
	static const char name[] = SESSION_COOKIE "=";
	size_t before = sizeof name - 1, n;

	for (; field && *field; field += n + (field[n] == ';')) {
		field += strspn(field, " \t");
		n = strcspn(field, ";");
		if (n > before && strncmp(field, name, before) == 0)
			return read_value(field + before, n - before, s);
	}
	return false;
}

bool session_good(enum session_use use, const struct session *s,
	const char *digest, double now)
{
	static const int longest[] = {[SESSION_LINK] = SESSION_LINK_MAX_S,
		[SESSION_BROWSER] = SESSION_BROWSER_S};
	char own[SESSION_PASS];
	const char *mac;

	session_sign(use, s->account, digest, s->until, own);
	mac = strchr(own, '-') + 1;
	return CRYPTO_memcmp(mac, s->mac, SESSION_MAC) == 0 &&
		now < (double)s->until &&
		(double)s->until <= now + longest[use] + SKEW_S;
}

#define COOKIE_RULES "Path=/; Secure; HttpOnly; SameSite=Lax"

void session_set(const char *account, const char *digest, double now,
	int life_s, char *out)
{
	char pass[SESSION_PASS];

	session_sign(SESSION_BROWSER, account, digest,
		(long long)now + life_s, pass);
	snprintf(out, SESSION_FIELD,
		SESSION_COOKIE "=%s:%s; Max-Age=%d; " COOKIE_RULES, account,
		pass, life_s);
}

void session_unset(char *out)
{
	snprintf(out, SESSION_FIELD,
		SESSION_COOKIE "=; Max-Age=0; " COOKIE_RULES);
}
