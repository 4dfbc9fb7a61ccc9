#include "conf/values.h"

#include "base/num.h"
#include "base/spelling.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/ca.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

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
		return fail(why, "a control character in it");
	if (strlen(clean) < strlen(s))
		return fail(why, "too long");
	if (key->choices && !choose(key->choices, s, &i, why))
		return false;
	wrong = key->wrong ? key->wrong(s) : NULL;
	if (wrong)
		return fail(why, wrong);
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
