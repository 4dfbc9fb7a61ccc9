/*
 * key_name.c: a table of the forms that names have, with words in capitals for
 * what varies. The first that fits is meant.
 */
#include "store/key_name.h"

#include "base/clock.h"
#include "store/keys.h"

#include <string.h>

static const char *const types[] = {"string", "hash", "list", "set"};

WORDS(key_type, key_type, types)

static const struct form {
	const char *text;
	enum key_type type;
	int rank;
} forms[] = {
	{"probe:SLUG:latest", KEY_HASH, 0},
	{"probe:SLUG:verdict", KEY_STRING, 0},
	{"probe:SLUG:private", KEY_STRING, 0},
	{"probe:SLUG:minutes", KEY_HASH, 0},
	{"probe:SLUG:late", KEY_HASH, 0},
	{"probe:SLUG:baseline", KEY_STRING, 0},
	{"probe:SLUG:tools", KEY_HASH, 0},
	{"probe:SLUG:definitions", KEY_HASH, 0},
	{"probe:SLUG:places", KEY_HASH, 0},
	{"probe:SLUG:latency:HOUR", KEY_HASH, 0},
	{"probe:SLUG:latency:dDAY", KEY_HASH, 0},
	{"probe:SLUG:errors:HOUR", KEY_HASH, 0},
	{"probe:SLUG:errors:dDAY", KEY_HASH, 0},
	{"probe:SLUG:REGION:tool-hash", KEY_STRING, 0},
	{"probe:SLUG:WINDOW:reporters", KEY_SET, 0},
	{"probe:SLUG:DAY:counted", KEY_STRING, 0},
	{"probe:SLUG:HOUR:REGION", KEY_STRING, 0},
	{"probe:SLUG:WINDOW:REGION", KEY_STRING, 1},
	{"probe:SLUG:WINDOW:REGION:head", KEY_STRING, 1},
	{"alert:SLUG", KEY_STRING, 0},
	{"alert:SLUG:incidents", KEY_HASH, 0},
	{"fleet:budget:ROUTE:HOUR", KEY_SET, 0},
	{"fleet:digest:ROUTE", KEY_STRING, 0},
	{"fleet:history:DAY", KEY_LIST, 0},
	{"fleet:report:MONTH", KEY_HASH, 0},
	{"fleet:inbox:REGION:SLOT", KEY_STRING, 0},
	{"fleet:targets:REGION", KEY_LIST, 0},
	{KEY_HEARTBEATS, KEY_HASH, 0},
	{KEY_REGIONS, KEY_STRING, 0},
	{KEY_WATCHED, KEY_STRING, 0},
	{KEY_TESTS, KEY_HASH, 0},
	{KEY_UNDELIVERED, KEY_SET, 0},
	{KEY_OPEN, KEY_SET, 0},
	{KEY_RUNNERS, KEY_HASH, 0},
	{KEY_ISOLATED, KEY_HASH, 0},
	{KEY_SPOOLS, KEY_HASH, 0},
	{KEY_MAINTENANCE, KEY_HASH, 0},
	{KEY_SILENCE, KEY_HASH, 0},
	{KEY_SITE, KEY_STRING, 1},
	{KEY_ACCOUNTS, KEY_HASH, 1},
	{KEY_PRIVATE, KEY_HASH, 1},
	{KEY_LISTING, KEY_HASH, 0},
	{KEY_SERVERS, KEY_HASH, 1},
};

/* A number of up to `most` digits, as printf(3) writes it. */
static bool is_number(const char *s, size_t most)
{
	size_t n = strspn(s, "0123456789");

	return n && n <= most && !s[n] && (*s != '0' || n == 1);
}

/* Of a state of mcp-alert also what stands for several servers. */
static bool take_slug(const char *part, struct key_name *out)
{
	bool several = strncmp(out->form, "alert:", 6) == 0 &&
		(strcmp(part, SLUG_FLEET) == 0 || slug_shared(part));

	if (!several && !slug_valid(part))
		return false;
	memcpy(out->slug, part, strlen(part) + 1);
	return true;
}

static bool take_region(const char *part, struct key_name *out)
{
	if (!region_valid(part))
		return false;
	memcpy(out->region, part, strlen(part) + 1);
	return true;
}

/* Whether a part of a name may stand where its form has a word. */
static bool take_part(const char *word, const char *part, struct key_name *out)
{
	if (strcmp(word, "SLUG") == 0)
		return take_slug(part, out);
	if (strcmp(word, "REGION") == 0)
		return take_region(part, out);
	if (strcmp(word, "ROUTE") == 0)
		return slug_valid(part);
	/* So it is no minute, which is in seconds. */
	if (strcmp(word, "HOUR") == 0)
		return is_number(part, 8);
	if (strcmp(word, "WINDOW") == 0 || strcmp(word, "DAY") == 0)
		return is_number(part, 12);
	if (strcmp(word, "SLOT") == 0)
		return *part && !part[1] && strchr("0123456789abcdef", *part);
	if (strcmp(word, "MONTH") == 0)
		return month_valid(part);
	if (strcmp(word, "dDAY") == 0)
		return *part == 'd' && is_number(part + 1, 12);
	return strcmp(word, part) == 0;
}

/* Cut the text up to the next colon, and move on; false: there is no more. */
static bool next_part(const char **text, char out[KEY_MAX])
{
	size_t n;

	if (!*text)
		return false;
	n = strcspn(*text, ":");
	memcpy(out, *text, n);
	out[n] = '\0';
	*text = (*text)[n] ? *text + n + 1 : NULL;
	return true;
}

static bool fits(const struct form *form, const char *key,
	struct key_name *out)
{
	char word[KEY_MAX], part[KEY_MAX];
	const char *words = form->text;

	*out = (struct key_name) {.form = form->text,
		.type = form->type,
		.rank = form->rank};
	while (next_part(&words, word))
		if (!next_part(&key, part) || !take_part(word, part, out))
			return false;
	return !key;
}

bool key_name_read(const char *key, size_t n, struct key_name *out)
{
	if (n >= KEY_MAX || strlen(key) != n)
		return false;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (fits(&forms[i], key, out))
			return true;
	return false;
}
