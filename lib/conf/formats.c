/* SPDX-License-Identifier: MIT */
#include "conf/formats.h"

#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/zone.h"
#include "conf/ca.h"
#include "conf/conf.h"
#include "terms/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The limit of mcp-probe, with the NUL. */
#define URL_SIZE 2048

/* All days of struct conf_hours. */
#define EVERY_DAY 0x7fU

/* The most characters of a value that a message shows. */
#define SHOWN_CHARS 40
#define DIGITS "0123456789"

const char *conf_shown(const char *s, char *out)
{
	size_t n = text_clean(s, strlen(s), out, CONF_SHOWN - 4, SHOWN_CHARS);

	if (n < strlen(s))
		snprintf(out + n, CONF_SHOWN - n, "…");
	return out;
}

const char *conf_duration(double seconds, char *out)
{
	if (seconds >= 3600 && fmod(seconds, 3600) == 0)
		snprintf(out, CONF_SHOWN, "%.0fh", seconds / 3600);
	else if (seconds >= 120 && fmod(seconds, 60) == 0)
		snprintf(out, CONF_SHOWN, "%.0fm", seconds / 60);
	else
		snprintf(out, CONF_SHOWN, "%.10gs", seconds);
	return out;
}

static bool fail(char *why, const char *what)
{
	snprintf(why, CONF_WHY, "%s", what);
	return false;
}

/* "expected P1, P2 or P3, found P4" */
static bool no_choice(const char *const *choices, const char *text, char *why)
{
	char shown[CONF_SHOWN];
	struct buf b;

	buf_init(&b, CONF_WHY - 1);
	for (size_t i = 0; choices[i]; i++) {
		buf_str(&b, i == 0 ? "expected "
				: choices[i + 1] ? ", "
						 : " or ");
		buf_str(&b, choices[i]);
	}
	buf_fmt(&b, ", found %s", conf_shown(text, shown));
	for (size_t i = 0; choices[i]; i++) {
		if (!spelling_enough(text, choices[i]))
			continue;
		buf_fmt(&b, " (did you mean %s?)", choices[i]);
		break;
	}
	fail(why, b.p);
	buf_release(&b);
	return false;
}

static bool choose(const char *const *choices, const char *text,
	unsigned *out, char *why)
{
	for (unsigned i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) != 0)
			continue;
		*out = i;
		return true;
	}
	return no_choice(choices, text, why);
}

static bool choice(const struct conf_key *key, const char *text, bool plain,
	void *field, char *why)
{
	unsigned i;

	(void)plain;
	if (!choose(key->choices, text, &i, why))
		return false;
	/* Without negative values, an enum is stored as unsigned. */
	memcpy(field, &i, sizeof i);
	return true;
}

/* Lines of PEM, which may be more than the name of a file. */
static bool pem(const char *s, void *field, char *why)
{
	char *copy;

	if (strlen(s) > CONF_CA_MAX)
		return fail(why, "too long");
	for (const char *p = s; *p; p++)
		if (!isprint((unsigned char)*p) && !isspace((unsigned char)*p))
			return fail(why, "not PEM");
	copy = xstrdup(s);
	memcpy(field, &copy, sizeof copy);
	return true;
}

static bool text(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	char clean[4 * 2048 + 1];
	const char *wrong;
	unsigned i;
	char *copy;

	(void)plain;
	if (!*s)
		return fail(why, "is empty");
	if (key->pem && strchr(s, '\n'))
		return pem(s, field, why);
	text_clean(s, strlen(s), clean, sizeof clean,
		key->type == CONF_TEXT ? (size_t)key->max : TEXT_MAX);
	if (strncmp(s, clean, strlen(clean)) != 0)
		return fail(why, "contains a control character");
	if (strlen(clean) < strlen(s))
		return fail(why, "too long");
	wrong = key->wrong ? key->wrong(s) : NULL;
	if (wrong)
		return fail(why, wrong);
	if (key->choices && !choose(key->choices, s, &i, why))
		return false;
	copy = xstrdup(s);
	memcpy(field, &copy, sizeof copy);
	return true;
}

static bool integer(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	char shown[CONF_SHOWN];
	long long v = 0;

	conf_shown(s, shown);
	if (!plain || !num_parse(s, LLONG_MIN, LLONG_MAX, &v))
		snprintf(why, CONF_WHY, "expected a whole number, found %s%s",
			shown, plain ? "" : " in quotes");
	else if ((double)v < key->min)
		snprintf(why, CONF_WHY, "%s is below %.0f", shown, key->min);
	else if ((double)v > key->max)
		snprintf(why, CONF_WHY, "%s is above %.0f", shown, key->max);
	else if (key->size == sizeof(int64_t))
		memcpy(field, &(int64_t) {v}, sizeof(int64_t));
	else
		memcpy(field, &(int) {(int)v}, sizeof(int));
	return !*why;
}

static bool number(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	char shown[CONF_SHOWN];
	size_t whole = strspn(s, DIGITS);
	const char *end = s + whole;
	double v;

	conf_shown(s, shown);
	if (whole && *end == '.')
		end += 1 + strspn(end + 1, DIGITS);
	if (!plain || !whole || *end || end[-1] == '.') {
		snprintf(why, CONF_WHY, "expected a number, found %s%s", shown,
			plain ? "" : " in quotes");
		return false;
	}
	v = strtod(s, NULL);
	if (v < key->min)
		snprintf(why, CONF_WHY, "%s is below %g", shown, key->min);
	else if (v > key->max)
		snprintf(why, CONF_WHY, "%s is above %g", shown, key->max);
	else
		memcpy(field, &v, sizeof v);
	return !*why;
}

static bool seconds(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	char shown[CONF_SHOWN], limit[CONF_SHOWN];
	double v = 0;

	(void)plain;
	conf_shown(s, shown);
	if (num_bare(s))
		snprintf(why, CONF_WHY, "%s has no unit: write %ss", shown,
			shown);
	else if (!num_duration(s, 0, HUGE_VAL, &v))
		snprintf(why, CONF_WHY,
			"expected a duration such as 60s, 5m or 72h, found %s",
			shown);
	else if (v < key->min)
		snprintf(why, CONF_WHY, "%s is below %s", shown,
			conf_duration(key->min, limit));
	else if (v > key->max)
		snprintf(why, CONF_WHY, "%s is above %s", shown,
			conf_duration(key->max, limit));
	else
		memcpy(field, &v, sizeof v);
	return !*why;
}

static bool boolean(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	char shown[CONF_SHOWN];
	bool yes = strcmp(s, "true") == 0 || strcmp(s, "True") == 0 ||
		strcmp(s, "TRUE") == 0;
	bool no = strcmp(s, "false") == 0 || strcmp(s, "False") == 0 ||
		strcmp(s, "FALSE") == 0;

	(void)key;
	if (!plain || (!yes && !no)) {
		snprintf(why, CONF_WHY, "expected true or false, found %s%s",
			conf_shown(s, shown), plain ? "" : " in quotes");
		return false;
	}
	memcpy(field, &yes, sizeof yes);
	return true;
}

bool conf_value(const struct conf_key *key, const char *s, bool plain,
	void *field, char *why)
{
	*why = '\0';
	switch (key->type) {
	case CONF_TEXT:
	case CONF_TEXTS:
		return text(key, s, plain, field, why);
	case CONF_CHOICE:
		return choice(key, s, plain, field, why);
	case CONF_INT:
		return integer(key, s, plain, field, why);
	case CONF_NUMBER:
		return number(key, s, plain, field, why);
	case CONF_SECONDS:
		return seconds(key, s, plain, field, why);
	case CONF_BOOL:
		return boolean(key, s, plain, field, why);
	default:
		return fail(why, "not a single value");
	}
}

const char *conf_bad_slug(const char *s)
{
	return slug_valid(s) ? NULL
			     : "not a name: lower-case letters, digits, '.', "
			       "'_' and '-', up to 80, beginning with a "
			       "letter or digit";
}

/* An IPv6 address. No zone: that has a meaning on one machine only. */
static bool is_v6(const char *s, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (n >= sizeof text)
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, bytes) == 1;
}

/* Beyond ASCII, libcurl decides. */
static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x80 &&
			!strchr("abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.-_",
				s[i]))
			return false;
	return true;
}

/* The host of an https URL need not be known to be checked for its form. */
static const char *bad_authority(const char *s, size_t n)
{
	char text[256];
	const char *port;
	long long v;

	if (memchr(s, '@', n))
		return "a URL must not contain a user name or password";
	if (n >= sizeof text)
		return "the host is too long";
	memcpy(text, s, n);
	text[n] = '\0';
	port = text + strcspn(text, ":");
	if (*text == '[') {
		port = strchr(text, ']');
		if (!port || !is_v6(text + 1, (size_t)(port - text - 1)))
			return "the brackets do not contain an IPv6 address";
		port++;
	} else if (!is_name(text, (size_t)(port - text))) {
		return "the host contains an invalid character";
	}
	if (port == text)
		return "the host is missing";
	if (*port && (*port != ':' || !num_parse(port + 1, 1, 65535, &v)))
		return "the port is not a number from 1 to 65535";
	return NULL;
}

/* A URL whose scheme is `scheme` or that with an s. */
static const char *bad_url(const char *s, const char *scheme,
	const char *neither)
{
	size_t n = strlen(scheme);

	if (strchr("\"'", *s) && *s)
		return "begins with a quote; remove the quotes around it";
	if (strncmp(s, scheme, n) != 0)
		return neither;
	n += s[n] == 's';
	if (strncmp(s + n, "://", 3) != 0)
		return neither;
	if (strlen(s) >= URL_SIZE)
		return "too long";
	if (strpbrk(s, " \\"))
		return "contains a space or backslash";
	return bad_authority(s + n + 3, strcspn(s + n + 3, "/?#"));
}

const char *conf_bad_url(const char *s)
{
	return bad_url(s, "http", "neither http:// nor https://");
}

const char *conf_bad_smtp(const char *s)
{
	const char *wrong = bad_url(s, "smtp", "neither smtp:// nor smtps://");

	return !wrong && strpbrk(strchr(s, ':') + 3, "/?#")
		? "nothing is allowed after the host and its port"
		: wrong;
}

/*
 * Read "09:30" as minutes; returns what follows, or NULL where it is no time.
 */
static const char *time_of_day(const char *s, int *out)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return NULL;
	*out = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 +
		s[4] - '0';
	return s[3] < '6' && *out <= 24 * 60 ? s + 5 : NULL;
}

/* Read the name of a weekday; returns its number, or -1. */
static int weekday(const char *s)
{
	for (int d = 0; zone_weekdays[d]; d++)
		if (strncmp(s, zone_weekdays[d], 3) == 0)
			return d;
	return -1;
}

/*
 * Read "mon-fri " or "sat,sun "; returns what follows, or NULL where it is
 * neither. A range may pass Sunday.
 */
static const char *days_of_week(const char *s, unsigned *out)
{
	for (;; s++) {
		int from = weekday(s), to = from;

		if (from >= 0 && s[3] == '-')
			to = weekday(s += 4);
		if (from < 0 || to < 0)
			return NULL;
		for (; from != to; from = (from + 1) % 7)
			*out |= 1U << from;
		*out |= 1U << to;
		s += 3;
		if (*s != ',')
			return *s == ' ' ? s + 1 : NULL;
	}
}

bool conf_hours(const char *s, struct conf_hours *out)
{
	*out = (struct conf_hours) {0};
	if (*s >= 'a')
		s = days_of_week(s, &out->days);
	else
		out->days = EVERY_DAY;
	s = s ? time_of_day(s, &out->from) : NULL;
	if (!s || *s != '-')
		return false;
	s = time_of_day(s + 1, &out->to);
	return s && !*s && out->from != out->to && out->from < 24 * 60;
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ATEXT ALNUM "!#$%&'*+-/=?^_`{|}~"
#define LOCAL_MAX 64
#define LABEL_MAX 63

/* Words of these characters, with single dots between them. */
static bool dotted(const char *s, size_t n, const char *chars, size_t longest)
{
	size_t word = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i == n || s[i] == '.') {
			if (!word || word > longest)
				return false;
			word = 0;
		} else if (!s[i] || !strchr(chars, s[i])) {
			return false;
		} else {
			word++;
		}
	}
	return true;
}

static const char *bad_address(const char *s, size_t n)
{
	const char *at = memchr(s, '@', n);
	size_t local = at ? (size_t)(at - s) : 0;

	if (!at || !dotted(s, local, ATEXT, LOCAL_MAX) || local > LOCAL_MAX)
		return "not an address such as ops@example.com";
	if (n - local - 1 > 255 ||
		!dotted(at + 1, n - local - 1, ALNUM "-", LABEL_MAX))
		return "no domain after the @";
	return NULL;
}

static const char *take_name(const char *s, size_t n, struct mailbox *out)
{
	uint32_t cp;

	while (n && s[n - 1] == ' ')
		n--;
	if (n > 1 && *s == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	}
	if (n >= MAILBOX_NAME)
		return "the name is too long";
	for (size_t i = 0, step; i < n; i += step) {
		step = text_utf8(s + i, n - i, &cp);
		if (!step || cp < ' ' || cp == 0x7f || cp == '"' ||
			cp == '<' || cp == '>' || cp == '\\')
			return "the name contains an invalid character";
	}
	snprintf(out->name, sizeof out->name, "%.*s", (int)n, s);
	return NULL;
}

const char *mailbox_parse(const char *s, struct mailbox *out)
{
	const char *open = strchr(s, '<'), *wrong = NULL;
	size_t n = strlen(s);

	*out = (struct mailbox) {0};
	if (open) {
		if (s[n - 1] != '>')
			return "no > after the address";
		wrong = take_name(s, (size_t)(open - s), out);
		n = (size_t)(s + n - 1 - (open + 1));
		s = open + 1;
	}
	if (!wrong)
		wrong = bad_address(s, n);
	if (!wrong)
		snprintf(out->address, sizeof out->address, "%.*s", (int)n, s);
	return wrong;
}

const char *mailbox_domain(const struct mailbox *m)
{
	const char *at = strchr(m->address, '@');

	return at ? at + 1 : "";
}
