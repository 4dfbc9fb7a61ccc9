/* SPDX-License-Identifier: MIT */
/*
 * console_session.c: signed sessions, links to sign in, and forms that work once;
 * which servers a session may see, and the name that is recorded.
 */
#include "web/console.h"

#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The signed text begins with its purpose, so that it serves no other. */
#define SESSION "console session~"
#define FORMS "console forms~"
#define LINK "console link~"
#define FORM "console form~"
#define UNTIL_MAX 999999999999LL
#define TEXT 512

/* The prefix keeps other hosts of the domain from setting it. */
static const char *cookie_name(bool tls)
{
	return tls ? "__Host-mcp-console" : "mcp-console";
}

/* Without entropy the number is 0, which works for one form or link alone. */
static void number_new(char *out)
{
	uint64_t random;

	if (getentropy(&random, sizeof random))
		random = 0;
	snprintf(out, CONSOLE_NONCE + 1, "%016" PRIx64, random);
}

static void put_hex(const char *s, char *out)
{
	for (; *s; s++, out += 2)
		snprintf(out, 3, "%02x", (unsigned char)*s);
	*out = '\0';
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A name as put_hex writes it; false where it is none, or no clean line. */
static bool read_who(const char *s, char *who)
{
	char raw[CONSOLE_WHO + 1];
	size_t n = strlen(s) / 2;

	if (strlen(s) % 2 || !n || n > CONSOLE_WHO)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		raw[i] = (char)(high * 16 + low);
	}
	if (!text_harmless(raw, n) || memchr(raw, '\0', n))
		return false;
	memcpy(who, raw, n);
	who[n] = '\0';
	return true;
}

/* Of the secret, the session and the token of its account. */
static void sign_session(const struct console_session *s, const char *secret,
	const char *digest, char *mac)
{
	char text[TEXT], who[2 * CONSOLE_WHO + 1];

	put_hex(s->who, who);
	snprintf(text, sizeof text, SESSION "%lld:%s:%s:%s:%s", s->until,
		s->nonce, who, s->account, digest);
	sha256_hmac(secret, text, mac);
}

static void set_forms(struct console_session *s, const char *secret)
{
	char text[TEXT];

	snprintf(text, sizeof text, FORMS "%s", s->mac);
	sha256_hmac(secret, text, s->forms);
}

void console_session_new(struct console_session *s, const char *secret,
	const char *who, const char *digest, double now)
{
	text_copy(s->who, sizeof s->who, who);
	s->until = (long long)now + CONSOLE_SESSION_S;
	number_new(s->nonce);
	sign_session(s, secret, digest, s->mac);
	set_forms(s, secret);
	s->fresh = true;
}

/* "until:number:who:account:mac" */
static bool read_value(const char *p, size_t n, struct console_session *s)
{
	char text[TEXT], *rest = text, *part[5];

	if (n >= sizeof text)
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	for (size_t i = 0; i < 5; i++)
		if (!(part[i] = strsep(&rest, ":")))
			return false;
	if (rest || !num_parse(part[0], 1, UNTIL_MAX, &s->until) ||
		strlen(part[1]) != CONSOLE_NONCE || !read_who(part[2], s->who) ||
		strlen(part[3]) > SLUG_MAX || strlen(part[4]) != SHA256_HEX - 1)
		return false;
	memcpy(s->nonce, part[1], CONSOLE_NONCE + 1);
	memcpy(s->account, part[3], strlen(part[3]) + 1);
	memcpy(s->mac, part[4], SHA256_HEX);
	return true;
}

bool console_session_of(
	struct console_session *s, const char *cookies, bool tls)
{
	const char *name = cookie_name(tls), *p = cookies;
	size_t before = strlen(name), n;

	for (; p && *p; p += n + (p[n] == ';')) {
		p += strspn(p, " \t");
		n = strcspn(p, ";");
		if (n > before && p[before] == '=' &&
			strncmp(p, name, before) == 0)
			return read_value(p + before + 1, n - before - 1, s);
	}
	return false;
}

bool console_session_good(struct console_session *s, const char *secret,
	const char *digest, double now)
{
	char mac[SHA256_HEX];

	sign_session(s, secret, digest, mac);
	if (!sha256_same(mac, s->mac) || now >= (double)s->until)
		return false;
	set_forms(s, secret);
	return true;
}

static void put_field(const char *value, int life_s, bool tls, char *out)
{
	snprintf(out, CGI_COOKIE,
		"%s=%s; Max-Age=%d; Path=/; %sHttpOnly; SameSite=Strict",
		cookie_name(tls), value, life_s, tls ? "Secure; " : "");
}

void console_session_field(
	const struct console_session *s, bool tls, char *out)
{
	char value[TEXT / 2 + SHA256_HEX + SLUG_MAX],
		who[2 * CONSOLE_WHO + 1];

	put_hex(s->who, who);
	snprintf(value, sizeof value, "%lld:%s:%s:%s:%s", s->until, s->nonce,
		who, s->account, s->mac);
	put_field(value, CONSOLE_SESSION_S, tls, out);
}

void console_session_end(bool tls, char *out)
{
	put_field("", 0, tls, out);
}

/* "until-number-subject-mac", where the key signs the purpose and the rest. */
static void put_token(const char *key, const char *purpose,
	const struct console_once *once, const char *subject, char *out)
{
	char text[TEXT], mac[SHA256_HEX];

	snprintf(out, CONSOLE_TOKEN, "%lld-%s-%s", once->until, once->number,
		subject);
	snprintf(text, sizeof text, "%s%s", purpose, out);
	sha256_hmac(key, text, mac);
	snprintf(out + strlen(out), CONSOLE_TOKEN - strlen(out), "-%s", mac);
}

/* False: it is not ours, or has ended. Its subject is in `subject`. */
static bool read_token(const char *key, const char *purpose, const char *token,
	double now, struct console_once *once, char *subject)
{
	char text[CONSOLE_TOKEN], signed_text[TEXT], mac[SHA256_HEX], *cut;
	char *rest = text, *until, *number;

	if (strlen(token) >= sizeof text)
		return false;
	memcpy(text, token, strlen(token) + 1);
	cut = strrchr(text, '-');
	if (!cut || strlen(cut + 1) != SHA256_HEX - 1)
		return false;
	*cut = '\0';
	snprintf(signed_text, sizeof signed_text, "%s%s", purpose, text);
	sha256_hmac(key, signed_text, mac);
	if (!sha256_same(mac, cut + 1))
		return false;
	until = strsep(&rest, "-");
	number = strsep(&rest, "-");
	if (!rest || strlen(number) != CONSOLE_NONCE ||
		!num_parse(until, 1, UNTIL_MAX, &once->until))
		return false;
	memcpy(once->number, number, CONSOLE_NONCE + 1);
	memcpy(subject, rest, strlen(rest) + 1);
	return now < (double)once->until;
}

void console_link_make(
	const char *secret, const char *who, long long until, char *out)
{
	struct console_once once = {.until = until};
	char hex[2 * CONSOLE_WHO + 1];

	number_new(once.number);
	put_hex(who, hex);
	put_token(secret, LINK, &once, hex, out);
}

bool console_link_read(const char *secret, const char *token, double now,
	char *who, struct console_once *once)
{
	char subject[CONSOLE_TOKEN];

	return read_token(secret, LINK, token, now, once, subject) &&
		read_who(subject, who);
}

void console_form_make(const struct console_session *s, double now, char *out)
{
	struct console_once once = {
		.until = (long long)now + CONSOLE_SESSION_S};

	number_new(once.number);
	put_token(s->forms, FORM, &once, "f", out);
}

bool console_form_read(const struct console_session *s, const char *token,
	double now, struct console_once *once)
{
	char subject[CONSOLE_TOKEN];

	return read_token(s->forms, FORM, token, now, once, subject);
}

bool console_all(const struct cgi *c)
{
	return !*c->console.account;
}

bool console_may(const struct cgi *c, const char *slug)
{
	struct conf_server s;

	return console_all(c) ||
		(conf_server(c->conf, slug, &s) && s.account &&
			strcmp(s.account, c->console.account) == 0);
}

void console_by(const struct cgi *c, char *out)
{
	if (console_all(c))
		text_copy(out, CONSOLE_BY, c->console.who);
	else
		snprintf(out, CONSOLE_BY, "%s (account %s)", c->console.who,
			c->console.account);
}

bool console_tls(const struct cgi *c)
{
	const char *https = request_env(c->env, "HTTPS");

	return (https && strcmp(https, "on") == 0) ||
		(c->conf->site_url &&
			strncmp(c->conf->site_url, "https://", 8) == 0);
}
