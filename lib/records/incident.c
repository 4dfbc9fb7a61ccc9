/* SPDX-License-Identifier: MIT */
#include "records/incident.h"

#include "base/clock.h"
#include "base/num.h"
#include "json/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct field ack_fields[] = {
	ROW_ACK_BY(struct incident_ack, by, 0),
	ROW_ACK_AT(struct incident_ack, at, 0),
	{.type = FIELD_END},
};

static const struct field quiet_fields[] = {
	ROW_QUIET_SINCE(struct incident_quiet, since, 0),
	{.type = FIELD_END},
};

static const struct field incident_fields[] = {
	FIELD("kind", struct incident_record, kind, FIELD_NEEDED,
		.words = &alert_kind_words),
	ROW_FOLDED(struct incident_record, folded, 0),
	ROW_HELD(struct incident_record, held, 0),
	ROW_CHECKS_REFUSED(struct incident_record, checks_refused, 0),
	ROW_FIRST(struct incident_record, first, 0),
	ROW_PASSED_SINCE(struct incident_record, passed_since, 0),
	ROW_REGIONS(struct incident_record, regions, FIELD_SOME),
	ROW_SILENT(struct incident_record, silent, FIELD_SOME),
	ROW_QUIET(struct incident_record, quiet, quiet_fields, 0),
	ROW_TITLE(struct incident_record, title, 0, .max = UPDATE_TITLE_MAX),
	ROW_PRIVATE(struct incident_record, is_private, 0),
	ROW_PROGRESS(struct incident_record, progress, FIELD_LAX),
	ROW_ACK(struct incident_record, ack, ack_fields, 0),
	ROW_EPOCH("usual", struct incident_record, usual, FIELD_LAX),
	FIELD("above", struct incident_record, above, FIELD_LAX, .max = 1e9),
	{.type = FIELD_END},
};

static const struct field told_fields[] = {
	ROW_TOLD_AT(struct told_record, at, 0),
	ROW_TOLD_FIRST(struct told_record, first, 0),
	ROW_REGIONS(struct told_record, regions, FIELD_SOME),
	ROW_TOLD_RESOLVED_AT(struct told_record, resolved_at, 0),
	ROW_CHECKS_REFUSED(struct told_record, checks_refused, 0),
	{.type = FIELD_END},
};

bool incident_take(const cJSON *o, struct incident_record *r)
{
	char why[FIELD_WHY];

	*r = (struct incident_record) {0};
	return fields_take(incident_fields, o, r, why);
}

void incident_record_release(struct incident_record *r)
{
	fields_release(incident_fields, r);
}

bool told_take(const cJSON *o, struct told_record *r)
{
	const char *key = json_str(o, "key"), *what = json_str(o, "what");
	char why[FIELD_WHY];

	*r = (struct told_record) {0};
	if (!fields_take(told_fields, o, r, why))
		return false;
	r->phase = what ? alert_event_phase(what) : ALERT_ONCE;
	if (key)
		return alert_key_parse(key, &r->kind, &r->first);
	if (!r->first && !json_get(o, "text"))
		r->first = (int64_t)r->at;
	return r->first && what && alert_event_parse(what, &r->kind);
}

void told_release(struct told_record *r)
{
	fields_release(told_fields, r);
}

/* The words are parts of addresses that others have kept: none may change. */
static const struct {
	const char *word, *title;
} kinds[] = {
	[ALERT_DOWNTIME] = {"outage", "Outage"},
	[ALERT_REGIONAL] = {"regional-outage", "Outage in some locations"},
	[ALERT_RATE_LIMITED] = {"refused-requests",
		"Our checks were rate-limited"},
	[ALERT_OVERRUN] = {"late-maintenance", "Outage after maintenance"},
	[ALERT_ERROR_RATE] = {"failures", "More failures than usual"},
	[ALERT_LATENCY] = {"slow-answers", "Slow answers"},
	[ALERT_DIVERGENCE] = {"different-tools",
		"Different tools in different locations"},
	[ALERT_MANUAL] = {"incident", "Incident"},
};

const char *incident_word(enum alert_kind kind)
{
	return kind < sizeof kinds / sizeof *kinds ? kinds[kind].word : NULL;
}

const char *incident_title(enum alert_kind kind, bool checks_refused)
{
	return checks_refused ? "Our checks were refused" : kinds[kind].title;
}

const char *incident_id(enum alert_kind kind, int64_t first, char *out)
{
	char at[CLOCK_RFC3339];

	clock_rfc3339(first, at);
	snprintf(out, INCIDENT_ID, "%.10s-%.2s%.2s-%s", at, at + 11, at + 14,
		incident_word(kind));
	return out;
}

static const char *const whats[UPDATES] = {"started", "escalated", "reminder",
	"acknowledged", "updated", "resolved", "found", "note", "postmortem"};
static const struct word_table what_words = {whats, UPDATES};

static const struct field update_fields[] = {
	ROW_REGIONS(struct incident_update, regions, FIELD_SOME,
		FIELD_WHEN(struct incident_update, regions.n)),
	ROW_TOLD_RESOLVED_AT(struct incident_update, resolved_at, FIELD_OMIT),
	ROW_CHECKS_REFUSED(struct incident_update, checks_refused, FIELD_OMIT),
	FIELD("text", struct incident_update, text, FIELD_OMIT,
		.max = UPDATE_TEXT_MAX),
	FIELD("title", struct incident_update, title, FIELD_OMIT,
		.max = UPDATE_TITLE_MAX),
	ROW_PROGRESS(struct incident_update, progress, FIELD_LAX,
		FIELD_WHEN(struct incident_update, progress)),
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
			       strcmp(what + 1, whats[UPDATE_PROGRESS]) == 0 ||
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

/* The text is where there has to be one, and not where none can be. */
static bool text_fits(const struct incident_update *u)
{
	if (u->what == UPDATE_POSTMORTEM)
		return u->text && update_url_valid(u->text);
	if (u->what == UPDATE_PROGRESS || u->what == UPDATE_RESOLVED ||
		(u->what == UPDATE_STARTED && u->kind == ALERT_MANUAL))
		return true;
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
