/* SPDX-License-Identifier: MIT */
#include "records/silence.h"

#include "json/json.h"
#include "records/probe.h"
#include "terms/names.h"

#include <fnmatch.h>
#include <string.h>

/* A kind that was removed since may be in the store; it matches nothing. */
static bool kind_valid(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz_")];
}

static bool step_valid(const char *s)
{
	enum step step;

	return step_parse(s, &step);
}

#define NAMES(key, m, n, check)                                                \
	FIELD_STRINGS(key, struct silence, m, n, FIELD_LAX,                    \
		.most = MAINTENANCE_NAMES, .valid = check)

const struct field silence_fields[] = {
	FIELD_AS(FIELD_CHARS, "id", struct silence, id, FIELD_NULL,
		.valid = maintenance_id_valid),
	NAMES("slugs", slugs, n_slugs, maintenance_pattern_valid),
	NAMES("kinds", kinds, n_kinds, kind_valid),
	NAMES("regions", regions, n_regions, region_valid),
	NAMES("steps", steps, n_steps, step_valid),
	/* These are read as text, too. */
	FIELD("starts_at", struct silence, starts_at, FIELD_OUT),
	FIELD("ends_at", struct silence, ends_at, FIELD_OUT),
	FIELD("reason", struct silence, reason, FIELD_NEEDED | FIELD_CLEAN),
	FIELD("by", struct silence, by, FIELD_NULL | FIELD_CLEAN),
	FIELD("ended_at", struct silence, ended_at, FIELD_NULL | FIELD_OUT),
	{.type = FIELD_END},
};

void silence_write(struct buf *b, const struct silence *s)
{
	record_put(b, "silence", silence_fields, s, NULL);
}

static bool read_times(const cJSON *o, struct silence *s, char *why)
{
	if (!maintenance_instant(o, "starts_at", true, &s->starts_at, why) ||
		!maintenance_instant(o, "ends_at", true, &s->ends_at, why) ||
		!maintenance_instant(o, "ended_at", false, &s->ended_at, why))
		return false;
	if (s->ends_at <= s->starts_at)
		return field_fail(why, "ends_at", "not after starts_at");
	return s->ends_at - s->starts_at <= SILENCE_MAX_S ||
		field_fail(why, "ends_at", "more than 35 days after starts_at");
}

bool silence_take(cJSON *doc, struct silence *s, char *why)
{
	*s = (struct silence) {.doc = doc};
	if (fields_take(silence_fields, doc, s, why) &&
		(s->n_slugs || s->n_kinds || s->n_regions || s->n_steps ||
			field_fail(why, "slugs", "no server, kind, region or "
						 "step is named")) &&
		read_times(doc, s, why))
		return true;
	silence_release(s);
	return false;
}

void silence_release(struct silence *s)
{
	/* The lists of one that was not read belong to somebody else. */
	if (s->doc)
		fields_release(silence_fields, s);
	cJSON_Delete(s->doc);
	*s = (struct silence) {0};
}

int64_t silence_end(const struct silence *s)
{
	return s->ended_at && s->ended_at < s->ends_at ? s->ended_at
						       : s->ends_at;
}

bool silence_covers(const struct silence *s, double t)
{
	return (double)s->starts_at <= t && t < (double)silence_end(s);
}

/* A subject may have no step. */
static bool lists(const char *const *v, size_t n, const char *name)
{
	return name && strings_among(v, n, name);
}

bool silence_for(const struct silence *s, const char *slug)
{
	for (size_t i = 0; i < s->n_slugs; i++)
		if (fnmatch(s->slugs[i], slug, 0) == 0)
			return true;
	return s->n_slugs == 0;
}

static bool hides_servers(const struct silence *s,
	const struct silence_subject *about)
{
	const struct strings *l = about->servers;

	if (!l || !l->n)
		return silence_for(s, about->slug);
	for (size_t i = 0; i < l->n; i++)
		if (!silence_for(s, l->v[i]))
			return false;
	return true;
}

static bool hides_regions(const struct silence *s, const struct strings *l)
{
	for (size_t i = 0; s->n_regions && i < l->n; i++)
		if (!lists(s->regions, s->n_regions, l->v[i]))
			return false;
	return s->n_regions == 0 || l->n > 0;
}

bool silence_hides(const struct silence *s,
	const struct silence_subject *about)
{
	bool by_name = about->kind == ALERT_TEST ||
		(about->kind == ALERT_STALLED &&
			about->severity == SEVERITY_P1);

	if (s->n_kinds || by_name)
		if (!lists(s->kinds, s->n_kinds, alert_kind_name(about->kind)))
			return false;
	return (!s->n_steps ||
		       lists(s->steps, s->n_steps, step_name(about->step))) &&
		hides_servers(s, about) && hides_regions(s, about->regions);
}

static void put_list(struct buf *b, const char *before, const char *const *v,
	size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "%s%s", i ? ", " : before, v[i]);
}

void silence_put_what(struct buf *b, const struct silence *s)
{
	if (!s->n_slugs)
		buf_str(b, "all servers");
	put_list(b, "", s->slugs, s->n_slugs);
	put_list(b, ", ", s->kinds, s->n_kinds);
	put_list(b, ", from ", s->regions, s->n_regions);
	put_list(b, ", at ", s->steps, s->n_steps);
}
