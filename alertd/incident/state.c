/* SPDX-License-Identifier: MIT */
/*
 * state.c: a state, and its JSON in the key alert:<slug>, by tables of its
 * members. What is read was written by us, and yet comes from a store that
 * others can write to: every member is checked. Members that came later than
 * the first version may be missing, and so may those that a reader can infer:
 * see leave_out and fill_in.
 */
#include "incident/state.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/incident.h"
#include "records/maintenance.h"

#include <stdlib.h>
#include <string.h>

/* Steps of an escalation, requests of a delivery. */
#define STEPS_MAX 1000
#define NUMBER_MAX 9007199254740992.0 /* 2 to the 53rd */

static const struct word_table digest_words = {conf_digests, CONF_DIGESTS};

#define EPOCH(key, T, m, ...)                                                  \
	FIELD(key, T, m, __VA_ARGS__, .max = NUM_EPOCH_MAX)
#define COUNT(key, T, m) FIELD(key, T, m, FIELD_NEEDED)
#define STRING(key, T, m, ...) FIELD(key, T, m, FIELD_NEEDED | __VA_ARGS__)
#define OBJECT(key, T, m, rows, ...)                                           \
	FIELD(key, T, m, __VA_ARGS__, .table = rows)
#define STRINGS(key, T, m, ...)                                                \
	FIELD_STRINGS(key, T, m.v, m.n, __VA_ARGS__)
#define LIST(key, T, m, n, rows, ...)                                          \
	FIELD_COUNTED(FIELD_LIST, key, T, m, n, __VA_ARGS__, .table = rows)
#define ARRAY(key, T, m, n, max, rows, ...)                                    \
	FIELD_COUNTED(FIELD_ARRAY, key, T, m, n, __VA_ARGS__, .most = max,     \
		.table = rows)
#define END                                                                    \
	{                                                                      \
		.type = FIELD_END                                              \
	}

static const struct field streak_fields[] = {
	COUNT("n", struct streak, n),
	EPOCH("since", struct streak, since, FIELD_NEEDED),
	EPOCH("counted", struct streak, counted, FIELD_NEEDED),
	END,
};

static const struct field region_fields[] = {
	STRING("region", struct region_tally, name, 0, .valid = region_valid),
	OBJECT("failing", struct region_tally, failing, streak_fields,
		FIELD_NEEDED),
	OBJECT("throttled", struct region_tally, throttled, streak_fields,
		FIELD_NEEDED),
	OBJECT("silent", struct region_tally, silent, streak_fields, 0),
	EPOCH("reported", struct region_tally, reported, FIELD_OMIT),
	END,
};

static const struct field failure_fields[] = {
	STRING("region", struct region_failure, region, 0,
		.valid = region_valid),
	STRING("error", struct region_failure, error, FIELD_NULL),
	EPOCH("at", struct region_failure, at, FIELD_NEEDED),
	END,
};

static const struct field ack_fields[] = {
	ROW_ACK_BY(struct ack, by, FIELD_NEEDED),
	STRING("reason", struct ack, reason, FIELD_NULL),
	ROW_ACK_AT(struct ack, at, FIELD_NEEDED),
	EPOCH("until", struct ack, until, FIELD_NEEDED, .digits = 3),
	END,
};

static const struct field escalation_fields[] = {
	STRING("ladder", struct escalation, ladder, 0),
	FIELD("match", struct escalation, match, FIELD_OMIT | FIELD_LAX),
	FIELD("step", struct escalation, step, FIELD_NEEDED, .max = STEPS_MAX),
	EPOCH("since", struct escalation, since, FIELD_NEEDED, .digits = 3),
	EPOCH("stopped", struct escalation, stopped, FIELD_OMIT, .digits = 3),
	END,
};

static const struct field words_fields[] = {
	STRING("tool", struct tool_words, tool, 0),
	STRING("path", struct tool_words, path, 0),
	STRING("before", struct tool_words, before, 0),
	STRING("after", struct tool_words, after, 0),
	END,
};

static const struct field change_fields[] = {
	STRING("from", struct tool_change, from, 0, .valid = hash_valid),
	STRING("to", struct tool_change, to, 0, .valid = hash_valid),
	EPOCH("since", struct tool_change, since, FIELD_NEEDED),
	STRINGS("added", struct tool_change, added, FIELD_NEEDED),
	STRINGS("removed", struct tool_change, removed, FIELD_NEEDED),
	STRINGS("changed", struct tool_change, changed, FIELD_NEEDED),
	STRINGS("redescribed", struct tool_change, redescribed, FIELD_NEEDED),
	LIST("words", struct tool_change, words, n_words, words_fields, 0,
		FIELD_WHEN(struct tool_change, n_words), .most = ALERT_WORDS),
	END,
};

static const struct field flaps_fields[] = {
	EPOCH("since", struct flaps, since, FIELD_NEEDED),
	COUNT("times", struct flaps, times),
	EPOCH("failed_s", struct flaps, failed_s, FIELD_NEEDED),
	EPOCH("longest_s", struct flaps, longest_s, FIELD_NEEDED),
	EPOCH("spell", struct flaps, spell, FIELD_NEEDED),
	END,
};

/* A part of an incident that is written only if this member is set. */
#define IF(m) FIELD_WHEN(struct incident, m)

static const struct field incident_fields[] = {
	ROW_FOLDED(struct incident, superseded, FIELD_NEEDED),
	ROW_HELD(struct incident, suppressed, 0),
	FIELD("silence", struct incident, silence, FIELD_OMIT | FIELD_LAX,
		.valid = maintenance_id_valid),
	EPOCH("silenced_at", struct incident, silenced_at, 0, IF(silence)),
	FIELD("unheard", struct incident, unnotified, 0),
	FIELD("late", struct incident, late, FIELD_OMIT),
	FIELD("severity", struct incident, severity, FIELD_NEEDED,
		.words = &severity_words),
	FIELD("tier", struct incident, tier, FIELD_NEEDED,
		.words = &tier_words),
	FIELD("step", struct incident, step, FIELD_NEEDED | FIELD_NULL,
		.words = &step_words),
	FIELD("layer", struct incident, layer, FIELD_NEEDED | FIELD_NULL,
		.words = &failure_layer_words),
	ROW_FIRST(struct incident, first, FIELD_NEEDED),
	EPOCH("opened_at", struct incident, opened_at, FIELD_NEEDED),
	EPOCH("reminded_at", struct incident, reminded_at, FIELD_NEEDED),
	EPOCH("failed", struct incident, failed, FIELD_NEEDED),
	EPOCH("passed", struct incident, passed, FIELD_NEEDED),
	ROW_PASSED_SINCE(struct incident, passed_since, FIELD_NEEDED),
	COUNT("passes", struct incident, passes),
	COUNT("probe_count", struct incident, probe_count),
	COUNT("expected", struct incident, expected),
	STRING("error", struct incident, error, FIELD_NULL),
	ROW_REGIONS(struct incident, regions, FIELD_NEEDED),
	STRINGS("reached", struct incident, reached, FIELD_NEEDED,
		.valid = region_valid),
	STRINGS("told", struct incident, notified, FIELD_NEEDED),
	STRINGS("waiting", struct incident, waiting, 0, IF(waiting.n)),
	STRINGS("refused", struct incident, refused, 0, IF(refused.n)),
	ROW_ACK(struct incident, ack, ack_fields, IF(ack.by)),
	EPOCH("answered_at", struct incident, answered_at, FIELD_OMIT,
		.digits = 3),
	OBJECT("climb", struct incident, escalation, escalation_fields, 0,
		IF(escalation.ladder)),
	FIELD("flaps", struct incident, flaps, 0),
	OBJECT("flapping", struct incident, flapping, flaps_fields, 0,
		IF(flapping.times)),
	FIELD("row", struct incident, row, FIELD_OMIT, .min = -1e9),
	STRINGS("still", struct incident, still, 0, .valid = region_valid,
		IF(still.n)),
	FIELD("said", struct incident, said, FIELD_OMIT | FIELD_LAX),
	ROW_QUIET(struct incident, quiet, streak_fields, IF(quiet.n)),
	ROW_SILENT(struct incident, silent, IF(silent.n)),
	STRINGS("passing", struct incident, passing, 0, .valid = region_valid,
		IF(passing.n)),
	EPOCH("seen", struct incident, seen, FIELD_OMIT),
	FIELD("unseen", struct incident, unseen, FIELD_OMIT),
	FIELD("follows", struct incident, follows, FIELD_OMIT | FIELD_LAX),
	ROW_PROGRESS(struct incident, progress, FIELD_LAX, IF(progress)),
	EPOCH("state_at", struct incident, progress_at, FIELD_OMIT,
		.digits = 3),
	ROW_TITLE(struct incident, title, FIELD_OMIT | FIELD_LAX),
	FIELD("opener", struct incident, opener, FIELD_OMIT | FIELD_LAX),
	ROW_PRIVATE(struct incident, is_private, FIELD_OMIT),
	FIELD("group", struct incident, group, FIELD_OMIT | FIELD_LAX),
	/* To the last digit: it is compared to what a record says. */
	EPOCH("value", struct incident, value, 0, IF(usual)),
	EPOCH("usual", struct incident, usual, FIELD_WITH, IF(usual)),
	FIELD("rate_window", struct incident, rate_window, FIELD_WITH,
		.words = &rate_words, IF(usual)),
	OBJECT("change", struct incident, change, change_fields, 0,
		IF(change.to)),
	FIELD("class", struct incident, class, 0,
		.words = &change_class_words, IF(classed)),
	ROW_CHECKS_REFUSED(struct incident, checks_refused, FIELD_OMIT),
	FIELD("above", struct incident, above, FIELD_OMIT, .max = NUMBER_MAX),
	EPOCH("stale_age_s", struct incident, stale_age_s, 0, .digits = 3,
		IF(stale)),
	FIELD("stale_more", struct incident, stale_more, FIELD_WITH, IF(stale)),
	END,
};

static const struct field delivery_fields[] = {
	COUNT("attempts", struct delivery, attempts),
	STRING("route", struct delivery, route, 0),
	EPOCH("next_try", struct delivery, next_try, FIELD_NEEDED, .digits = 3),
	STRING("holder", struct delivery, holder, FIELD_NULL),
	EPOCH("tried", struct delivery, tried, FIELD_OMIT, .digits = 3),
	FIELD("done", struct delivery, done, FIELD_OMIT, .max = STEPS_MAX),
	FIELD("owed", struct delivery, owed, FIELD_OMIT, .max = UINT32_MAX),
	FIELD("digest", struct delivery, digest, 0, .words = &digest_words,
		FIELD_WHEN(struct delivery, digest)),
	FIELD("over", struct delivery, over, FIELD_WITH,
		FIELD_WHEN(struct delivery, digest)),
	EPOCH("boundary", struct delivery, boundary, FIELD_WITH,
		FIELD_WHEN(struct delivery, digest)),
	FIELD("why", struct delivery, why, FIELD_OMIT),
	FIELD("refused", struct delivery, refused, FIELD_OMIT),
	EPOCH("elsewhere", struct delivery, fallback_at, FIELD_OMIT,
		.digits = 3),
	EPOCH("said", struct delivery, said, FIELD_OMIT, .digits = 3),
	END,
};

static const struct field pending_fields[] = {
	FIELD("number", struct pending, number, FIELD_NEEDED,
		.max = NUMBER_MAX),
	STRING("key", struct pending, key, 0),
	STRING("event", struct pending, event, 0),
	STRING("body", struct pending, body, 0),
	EPOCH("created", struct pending, created, FIELD_NEEDED, .digits = 3),
	LIST("deliveries", struct pending, deliveries, n_deliveries,
		delivery_fields, FIELD_NEEDED),
	END,
};

static const struct field expiry_notice_fields[] = {
	FIELD("what", struct expiry_notice, what, FIELD_NEEDED,
		.words = &expiry_what_words),
	FIELD("expires_at", struct expiry_notice, expires_at, FIELD_NEEDED,
		.max = EXPIRY_NEVER),
	COUNT("within", struct expiry_notice, within),
	END,
};

static const struct field sighting_fields[] = {
	STRING("region", struct sighting, region, 0, .valid = region_valid),
	FIELD_AS(FIELD_CHARS, "hash", struct sighting, hash, FIELD_OMIT,
		.valid = hash_valid),
	EPOCH("since", struct sighting, since, FIELD_OMIT),
	EPOCH("at", struct sighting, at, FIELD_NEEDED),
	EPOCH("window", struct sighting, window, FIELD_OMIT),
	END,
};

static const struct field tool_set_fields[] = {
	FIELD_AS(FIELD_CHARS, "hash", struct tool_set, hash, FIELD_NEEDED,
		.valid = hash_valid),
	EPOCH("since", struct tool_set, since, FIELD_NEEDED),
	FIELD("era", struct tool_set, era, FIELD_OMIT | FIELD_LAX,
		.words = &era_words),
	END,
};

static bool hash_or_era(const char *s)
{
	enum era era;

	return hash_valid(s) || era_parse(s, &era);
}

static const struct field drift_fields[] = {
	FIELD_AS(FIELD_CHARS, "from", struct drift_notice, from, FIELD_OMIT,
		.valid = hash_or_era),
	FIELD_AS(FIELD_CHARS, "to", struct drift_notice, to, FIELD_NEEDED,
		.valid = hash_or_era),
	EPOCH("at", struct drift_notice, at, FIELD_NEEDED),
	END,
};

static const struct field flap_start_fields[] = {
	FIELD("kind", struct flap_start, kind, FIELD_NEEDED,
		.words = &alert_kind_words),
	EPOCH("at", struct flap_start, at, FIELD_NEEDED),
	COUNT("times", struct flap_start, times),
	EPOCH("failed_s", struct flap_start, failed_s, FIELD_NEEDED),
	END,
};

static const struct field closing_fields[] = {
	FIELD("kind", struct closing, kind, FIELD_NEEDED,
		.words = &alert_kind_words),
	EPOCH("at", struct closing, at, FIELD_NEEDED, .digits = 3),
	EPOCH("first", struct closing, first, FIELD_NEEDED),
	END,
};

static const struct field hold_fields[] = {
	STRING("id", struct maintenance_hold, id, 0),
	STRING("reason", struct maintenance_hold, reason, FIELD_NULL),
	EPOCH("start", struct maintenance_hold, start, FIELD_NEEDED),
	EPOCH("end", struct maintenance_hold, end, FIELD_NEEDED),
	FIELD("active", struct maintenance_hold, active, FIELD_NEEDED),
	END,
};

static const struct field external_id_fields[] = {
	STRING("key", struct handle, key, 0, .max = HANDLE_TEXT_MAX),
	STRING("route", struct handle, route, 0, .max = HANDLE_TEXT_MAX),
	STRING("handle", struct handle, text, 0, .max = HANDLE_TEXT_MAX),
	END,
};

/* Only older versions wrote the key of an event. */
static bool put_no_key(struct buf *b, const void *s,
	const struct field_limits *l)
{
	(void)b, (void)s, (void)l;
	return false;
}

static const char *take_key(const cJSON *v, void *s)
{
	struct timeline_entry *e = s;
	enum alert_kind kind;

	if (!cJSON_IsString(v))
		return "not a string";
	if (!alert_key_parse(v->valuestring, &kind, &e->first))
		e->first = 0;
	return NULL;
}

const struct field timeline_fields[] = {
	ROW_TOLD_AT(struct timeline_entry, at, FIELD_NEEDED),
	STRING("what", struct timeline_entry, what, 0),
	FIELD("text", struct timeline_entry, text, FIELD_OMIT),
	ROW_TOLD_FIRST(struct timeline_entry, first, FIELD_OMIT),
	FIELD_MADE("key", FIELD_LAX, .put = put_no_key, .take = take_key),
	ROW_REGIONS(struct timeline_entry, regions, 0,
		FIELD_WHEN(struct timeline_entry, regions.n)),
	ROW_TOLD_RESOLVED_AT(struct timeline_entry, resolved_at, FIELD_OMIT),
	ROW_CHECKS_REFUSED(struct timeline_entry, checks_refused, FIELD_OMIT),
	END,
};

/* The open incidents, at most one of each kind. */
static bool put_incidents(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct alert_state *st = s;
	const char *before = "[";

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		if (!st->incidents[k].open)
			continue;
		buf_fmt(b, "%s{\"kind\":\"%s\"", before,
			alert_kind_name((enum alert_kind)k));
		fields_put(b, incident_fields, &st->incidents[k], l);
		buf_char(b, '}');
		before = ",";
	}
	buf_str(b, *before == '[' ? "[]" : "]");
	return true;
}

static bool read_incidents(const cJSON *list, struct alert_state *st, char *why)
{
	if (!cJSON_IsArray(list))
		return field_fail(why, "incidents", "not an array");
	for (const cJSON *e = list->child; e; e = e->next) {
		const char *name = json_str(e, "kind");
		struct incident *inc;
		enum alert_kind kind;

		if (!name || !alert_kind_parse(name, &kind) ||
			kind >= ALERT_KINDS || st->incidents[kind].open)
			return field_fail(why, "kind", "of no incident");
		inc = &st->incidents[kind];
		inc->open = true;
		if (!fields_take(incident_fields, e, inc, why))
			return false;
		if (kind == ALERT_MANUAL && !inc->title)
			return field_fail(why, "title", "missing");
		inc->stale = json_get(e, "stale_age_s") != NULL;
		inc->classed = json_get(e, "class") != NULL;
		/* Older versions did not count how often it failed. */
		if (!inc->flapping.times)
			inc->flapping = (struct flaps) {
				.times = inc->flaps + 1, .spell = inc->first};
		if (!inc->row)
			inc->row = inc->passes;
	}
	return true;
}

static const struct field state_head_fields[] = {
	FIELD("revision", struct alert_state, revision, FIELD_NEEDED,
		.max = NUMBER_MAX),
	STRING("writer", struct alert_state, writer, FIELD_NULL),
	END,
};

#define ST struct alert_state
static const struct field state_fields[] = {
	FIELD("slug", ST, slug, FIELD_OUT),
	STRING("url", ST, url, FIELD_NULL),
	EPOCH("window", ST, window, FIELD_NEEDED),
	EPOCH("judged", ST, judged, 0),
	EPOCH("taken", ST, taken, FIELD_OMIT),
	EPOCH("untested", ST, fleet.untested, FIELD_OMIT),
	FIELD("number", ST, number, FIELD_NEEDED, .max = NUMBER_MAX),
	LIST("regions", ST, regions, n_regions, region_fields, 0,
		FIELD_WHEN(ST, n_regions)),
	LIST("failures", ST, failures, n_failures, failure_fields, 0,
		FIELD_WHEN(ST, n_failures)),
	FIELD_MADE("incidents", FIELD_OUT, .put = put_incidents),
	OBJECT("away", ST, fleet.away, streak_fields, 0,
		FIELD_WHEN(ST, fleet.away.counted)),
	OBJECT("all_silent", ST, fleet.all_silent, streak_fields, 0,
		FIELD_WHEN(ST, fleet.all_silent.counted)),
	OBJECT("most_silent", ST, fleet.most_silent, streak_fields, 0,
		FIELD_WHEN(ST, fleet.most_silent.counted)),
	STRINGS("silent", ST, fleet.silent, 0,
		FIELD_WHEN(ST, fleet.most_silent.counted)),
	ARRAY("expiries", ST, expiries, n_expiries, EXPIRIES_MAX,
		expiry_notice_fields, 0, FIELD_WHEN(ST, n_expiries)),
	LIST("sightings", ST, tools.v, tools.n, sighting_fields, 0,
		FIELD_WHEN(ST, tools.n)),
	ARRAY("tool_sets", ST, tools.sets, tools.n_sets, TOOL_SETS_MAX,
		tool_set_fields, 0, FIELD_WHEN(ST, tools.n_sets)),
	OBJECT("differ", ST, tools.differ, streak_fields, 0,
		FIELD_WHEN(ST, tools.differ.counted)),
	ARRAY("drifts", ST, drifts, n_drifts, DRIFTS_MAX, drift_fields, 0,
		FIELD_WHEN(ST, n_drifts)),
	OBJECT("maintenance", ST, maintenance, hold_fields, 0,
		FIELD_WHEN(ST, maintenance.id)),
	STRINGS("servers", ST, shared.servers, 0, .valid = slug_valid,
		FIELD_WHEN(ST, shared.servers.n)),
	STRINGS("left", ST, shared.left, FIELD_WITH, .valid = slug_valid,
		FIELD_WHEN(ST, shared.servers.n)),
	ARRAY("starts", ST, starts, n_starts, FLAP_STARTS_MAX,
		flap_start_fields, 0, FIELD_WHEN(ST, n_starts)),
	ARRAY("closings", ST, closings, n_closings, ALERT_KINDS,
		closing_fields, 0, FIELD_WHEN(ST, n_closings)),
	FIELD("refusal_closed", ST, fleet.refusal_closed, FIELD_OMIT),
	FIELD("ended_key", ST, ended_key, FIELD_OMIT | FIELD_LAX),
	EPOCH("ended_since", ST, ended_since, 0, FIELD_WHEN(ST, ended_since)),
	EPOCH("down_at", ST, down_at, FIELD_OMIT),
	EPOCH("cold", ST, cold, FIELD_OMIT),
	OBJECT("slow", ST, slow, streak_fields, 0,
		FIELD_WHEN(ST, slow.counted)),
	OBJECT("above", ST, above, streak_fields, 0,
		FIELD_WHEN(ST, above.counted)),
	OBJECT("burning", ST, burning, streak_fields, 0,
		FIELD_WHEN(ST, burning.counted)),
	EPOCH("clients_refused", ST, clients_refused, FIELD_OMIT),
	LIST("handles", ST, handles.v, handles.n, external_id_fields, 0,
		FIELD_WHEN(ST, handles.n)),
	LIST("outbox", ST, outbox, n_outbox, pending_fields, FIELD_NEEDED),
	ARRAY("timeline", ST, timeline, n_timeline, TIMELINE_MAX,
		timeline_fields, FIELD_NEEDED),
	END,
};

void state_write_head(struct buf *b, const struct alert_state *st)
{
	buf_str(b, "{\"v\":");
	buf_int(b, STATE_VERSION);
	fields_put(b, state_head_fields, st, NULL);
}

/* The set of tools that a sighting is of where it does not say so: the newest
   one. Or NULL. */
static const struct tool_set *newest_set(const struct alert_state *st)
{
	size_t n = st->tools.n_sets;

	return n ? &st->tools.sets[n - 1] : NULL;
}

/*
 * Leave out of a copy of a state what a reader can infer: that a region sees
 * the newest tools, since they are there, in this window; that tools changed
 * from what they had changed to; that an event was sent in the window of its
 * key. The sightings become a copy.
 */
static void leave_out(struct alert_state *st)
{
	const struct tool_set *newest = newest_set(st);
	size_t bytes = st->tools.n * sizeof *st->tools.v;

	st->tools.v = bytes ? memcpy(xmalloc(bytes), st->tools.v, bytes) : NULL;
	for (size_t i = 0; i < st->tools.n; i++) {
		struct sighting *s = &st->tools.v[i];

		if (s->window == st->window)
			s->window = 0;
		if (!newest || strcmp(s->hash, newest->hash) != 0)
			continue;
		*s->hash = '\0';
		if (s->since >= newest->since && s->since <= newest->since)
			s->since = 0;
	}
	for (size_t i = st->n_drifts; i-- > 1;)
		if (strcmp(st->drifts[i].from, st->drifts[i - 1].to) == 0)
			*st->drifts[i].from = '\0';
	for (size_t i = 0; i < st->n_timeline; i++) {
		struct timeline_entry *e = &st->timeline[i];

		if (!e->text && e->first == (int64_t)e->at)
			e->first = 0;
	}
}

/* The reverse, of what was read. False where something else is missing. */
static bool fill_in(struct alert_state *st, char *why)
{
	const struct tool_set *newest = newest_set(st);

	for (size_t i = 0; i < st->tools.n; i++) {
		struct sighting *s = &st->tools.v[i];

		if (!*s->hash && !newest)
			return field_fail(why, "sightings", "of no tools");
		if (!*s->hash)
			memcpy(s->hash, newest->hash, sizeof s->hash);
		if (!(s->since > 0) && newest)
			s->since = newest->since;
		if (!s->window)
			s->window = st->window;
	}
	for (size_t i = 0; i < st->n_drifts; i++) {
		struct drift_notice *d = &st->drifts[i];

		if (!*d->from && !i)
			return field_fail(why, "drifts", "from nothing");
		if (!*d->from)
			memcpy(d->from, d[-1].to, sizeof d->from);
	}
	for (size_t i = 0; i < st->n_timeline; i++) {
		struct timeline_entry *e = &st->timeline[i];

		if (!e->text && !e->first)
			e->first = (int64_t)e->at;
	}
	return true;
}

void state_write(struct buf *b, const struct alert_state *st)
{
	struct alert_state brief = *st;

	leave_out(&brief);
	state_write_head(b, st);
	fields_put(b, state_fields, &brief, NULL);
	buf_char(b, '}');
	free(brief.tools.v);
}

/* Keep the newest of more than we would have written. */
static void keep_last(cJSON *doc, const char *key, int most)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(doc, key);
	int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;

	while (n-- > most)
		cJSON_DeleteItemFromArray(list, 0);
}

static bool read_state(cJSON *doc, struct alert_state *st, char *why)
{
	const char *slug = json_str(doc, "slug");
	double v;

	if (!json_num(doc, "v", &v) || v != STATE_VERSION)
		return field_fail(why, "v", "missing or wrong");
	if (!slug || strcmp(slug, st->slug) != 0)
		return field_fail(why, "slug", "missing or wrong");
	keep_last(doc, "timeline", TIMELINE_MAX);
	keep_last(doc, "handles", EXTERNAL_IDS_MAX);
	return fields_take(state_head_fields, doc, st, why) &&
	       fields_take(state_fields, doc, st, why) && fill_in(st, why) &&
	       read_incidents(json_get(doc, "incidents"), st, why);
}

bool state_read(const char *p, size_t n, const char *slug,
	struct alert_state *st, char *why)
{
	static const struct json_limits limits = {16, 1000000, true};
	cJSON *doc = json_parse(p, n, &limits, why);
	bool ok;

	state_init(st, slug);
	if (!doc)
		return false;
	ok = read_state(doc, st, why);
	cJSON_Delete(doc);
	if (!ok) {
		state_release(st);
		state_init(st, slug);
	}
	return ok;
}

void state_init(struct alert_state *st, const char *slug)
{
	*st = (struct alert_state) {.slug = xstrdup(slug)};
}

void incident_release(struct incident *inc)
{
	fields_release(incident_fields, inc);
	*inc = (struct incident) {0};
}

void incident_copy(struct incident *to, const struct incident *from)
{
	*to = *from;
	to->silence = to->error = to->said = to->group = to->follows = NULL;
	to->title = to->opener = NULL;
	to->ack.by = to->ack.reason = NULL;
	to->escalation.ladder = to->escalation.match = NULL;
	to->regions = to->reached = to->still = to->passing = to->silent =
		to->notified = to->waiting = to->refused =
			(struct strings) {0};
	to->change = (struct tool_change) {0};
	string_set(&to->silence, from->silence);
	string_set(&to->error, from->error);
	string_set(&to->said, from->said);
	string_set(&to->group, from->group);
	string_set(&to->follows, from->follows);
	string_set(&to->title, from->title);
	string_set(&to->opener, from->opener);
	string_set(&to->ack.by, from->ack.by);
	string_set(&to->ack.reason, from->ack.reason);
	string_set(&to->escalation.ladder, from->escalation.ladder);
	string_set(&to->escalation.match, from->escalation.match);
	strings_copy(&to->regions, &from->regions);
	strings_copy(&to->reached, &from->reached);
	strings_copy(&to->still, &from->still);
	strings_copy(&to->passing, &from->passing);
	strings_copy(&to->silent, &from->silent);
	strings_copy(&to->notified, &from->notified);
	strings_copy(&to->waiting, &from->waiting);
	strings_copy(&to->refused, &from->refused);
	tool_change_copy(&to->change, &from->change);
}

void ack_release(struct ack *a)
{
	free(a->by);
	free(a->reason);
	*a = (struct ack) {0};
}

void escalation_release(struct escalation *c)
{
	free(c->ladder);
	free(c->match);
	*c = (struct escalation) {0};
}

void tools_forget(struct tools_seen *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].region);
	free(t->v);
	*t = (struct tools_seen) {0};
}

void delivery_release(struct delivery *d)
{
	fields_release(delivery_fields, d);
	*d = (struct delivery) {0};
}

void pending_release(struct pending *p)
{
	fields_release(pending_fields, p);
	*p = (struct pending) {0};
}

void state_release(struct alert_state *st)
{
	for (size_t i = 0; i < ALERT_KINDS; i++)
		if (st->incidents[i].open)
			incident_release(&st->incidents[i]);
	fields_release(state_head_fields, st);
	fields_release(state_fields, st);
	strings_release(&st->history);
	strings_release(&st->updates);
	strings_release(&st->news);
	*st = (struct alert_state) {0};
}

struct region_tally *state_region(struct alert_state *st, const char *name)
{
	struct region_tally *r;

	for (size_t i = 0; i < st->n_regions; i++)
		if (strcmp(st->regions[i].name, name) == 0)
			return &st->regions[i];
	st->regions = xgrow(st->regions, &st->cap_regions, st->n_regions + 1,
		sizeof *st->regions);
	r = &st->regions[st->n_regions++];
	*r = (struct region_tally) {.name = xstrdup(name)};
	return r;
}

static bool any_open(const struct alert_state *st, unsigned kinds)
{
	for (unsigned k = 0; k < kinds; k++)
		if (st->incidents[k].open)
			return true;
	return false;
}

bool state_open(const struct alert_state *st)
{
	return any_open(st, ALERT_KINDS);
}

bool state_down(const struct alert_state *st)
{
	return any_open(st, ALERT_DOWN_KINDS);
}

void state_uncover(struct alert_state *st)
{
	if (st->incidents[ALERT_OVERRUN].open)
		return;
	for (unsigned k = 0; k < ALERT_DOWN_KINDS; k++)
		if (st->incidents[k].open) {
			st->incidents[k].superseded = false;
			return;
		}
}

int64_t incident_end(const struct incident *inc)
{
	return inc->passed_since > inc->first ? inc->passed_since : inc->first;
}

enum checks incident_checks(const struct incident *inc, enum alert_kind kind)
{
	if (kind == ALERT_RATE_LIMITED)
		return CHECKS_LIMITED;
	return inc->checks_refused ? CHECKS_REFUSED : CHECKS_FREE;
}

const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out)
{
	return alert_key(
		&(struct alert_record) {
			.slug = st->slug,
			.kind = kind,
			.started_at = st->incidents[kind].first,
		},
		out);
}

struct incident *incident_with(struct alert_state *st, const char *key)
{
	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		char own[ALERT_KEY_SIZE];

		if (st->incidents[k].open &&
			strcmp(dedup_key(st, (enum alert_kind)k, own), key) == 0)
			return &st->incidents[k];
	}
	return NULL;
}

void incident_notify(struct incident *inc, const char *route)
{
	if (strings_has(&inc->notified, route))
		return;
	strings_add(&inc->notified, route);
	strings_add(&inc->waiting, route);
}

void incident_taken(struct alert_state *st, const char *key, const char *route)
{
	struct incident *inc = incident_with(st, key);

	if (inc)
		strings_drop(&inc->waiting, route);
}
