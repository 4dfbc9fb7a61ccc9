/* SPDX-License-Identifier: MIT */
#include "access/credentials.h"

#include "base/num.h"
#include "cgi/request.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

enum credentials credentials_read(const char *authorization, char *sha256)
{
	enum credentials kind = CREDENTIALS_NONE;
	struct basic basic;

	if (bearer_token(authorization, sha256))
		return CREDENTIALS_BEARER;
	if (basic_read(authorization, &basic)) {
		kind = CREDENTIALS_BASIC;
		if (sha256)
			sha256_hex(basic.password, strlen(basic.password),
				sha256);
	}
	basic_wipe(&basic);
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
