#include "records/incident_update.h"

#include "base/num.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const whats[UPDATES] = {"started", "escalated", "reminder",
	"acknowledged", "resolved", "found", "note", "postmortem"};
static const struct word_table what_words = {whats, UPDATES};

static const struct field update_fields[] = {
	ROW_REGIONS(struct incident_update, regions, FIELD_SOME,
		FIELD_WHEN(struct incident_update, regions.n)),
	ROW_TOLD_RESOLVED_AT(struct incident_update, resolved_at, FIELD_OMIT),
	ROW_CHECKS_REFUSED(struct incident_update, checks_refused, FIELD_OMIT),
	FIELD("text", struct incident_update, text, FIELD_OMIT,
		.max = UPDATE_TEXT_MAX),
	{.type = FIELD_END},
};

const char *update_name(enum update_what what)
{
	return whats[what];
}

const char *incident_update_field(const struct incident_update *u, char *out)
{
	snprintf(out, UPDATE_FIELD, "%" PRId64 ":%s:%.0f:%s", u->first,
		alert_kind_name(u->kind), floor(u->at * 1000 + .5),
		whats[u->what]);
	return out;
}

int64_t incident_update_first(const char *field)
{
	return strtoll(field, NULL, 10);
}

bool incident_update_of(const char *field, enum alert_kind kind, int64_t first)
{
	char begin[UPDATE_FIELD];
	int n = snprintf(begin, sizeof begin, "%" PRId64 ":%s:", first,
		alert_kind_name(kind));

	return strncmp(field, begin, (size_t)n) == 0;
}

bool incident_update_said(const char *field)
{
	const char *what = strrchr(field, ':');

	return what && (strcmp(what + 1, whats[UPDATE_NOTE]) == 0 ||
			       strcmp(what + 1, whats[UPDATE_POSTMORTEM]) == 0);
}

void incident_update_write(struct buf *b, const struct incident_update *u)
{
	buf_char(b, '{');
	fields_put(b, update_fields, u, NULL);
	buf_char(b, '}');
}

/* Cut the part of a field before its next colon, and move on. */
static bool next_part(const char **field, char out[UPDATE_FIELD])
{
	size_t n = strcspn(*field, ":");

	if (n >= UPDATE_FIELD)
		return false;
	memcpy(out, *field, n);
	out[n] = '\0';
	*field += n + ((*field)[n] == ':');
	return true;
}

static bool read_field(const char *field, struct incident_update *u)
{
	char first[UPDATE_FIELD], kind[UPDATE_FIELD], ms[UPDATE_FIELD];
	long long window, at;
	unsigned what;

	if (!next_part(&field, first) || !next_part(&field, kind) ||
		!next_part(&field, ms) ||
		!num_parse(first, 1, (long long)NUM_EPOCH_MAX, &window) ||
		!num_parse(ms, 0, (long long)NUM_EPOCH_MAX * 1000, &at) ||
		!alert_kind_parse(kind, &u->kind) ||
		!words_find(&what_words, field, &what))
		return false;
	u->first = window;
	u->at = (double)at / 1000;
	u->what = (enum update_what)what;
	return true;
}

/* The text is where there has to be one, and nowhere else. */
static bool text_fits(const struct incident_update *u)
{
	if (u->what == UPDATE_POSTMORTEM)
		return u->text && update_url_valid(u->text);
	return (u->what == UPDATE_NOTE) == (u->text && *u->text);
}

bool incident_update_take(const char *field, const cJSON *o,
	struct incident_update *u)
{
	char why[FIELD_WHY];

	*u = (struct incident_update) {0};
	return read_field(field, u) && cJSON_IsObject(o) &&
		fields_take(update_fields, o, u, why) && text_fits(u);
}

void incident_update_release(struct incident_update *u)
{
	fields_release(update_fields, u);
}

bool update_url_valid(const char *s)
{
	/* The characters of RFC 3986, section 2. */
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~:/?#[]@!$&'()*+,;=%";
	size_t scheme = strncmp(s, "https://", 8) == 0 ? 8
		: strncmp(s, "http://", 7) == 0	       ? 7
						       : 0;
	const char *host = s + scheme;
	size_t n = strcspn(host, "/?#");

	/* Nobody's name and password stand before the host. */
	return scheme && n && !memchr(host, '@', n) &&
		strlen(s) <= UPDATE_TEXT_MAX && !s[strspn(s, allowed)];
}
