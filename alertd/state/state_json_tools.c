#include "state/state_json_tools.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <string.h>

void state_read_change(struct fields *in, struct tool_change *c)
{
	struct fields one = {.o = json_get(in->o, "change")};

	if (!one.o)
		return;
	string_set(&c->from, field_str(&one, "from"));
	string_set(&c->to, field_str(&one, "to"));
	c->since = field_epoch(&one, "since");
	field_strings(&one, "added", NULL, &c->added);
	field_strings(&one, "removed", NULL, &c->removed);
	field_strings(&one, "changed", NULL, &c->changed);
	field_strings(&one, "redescribed", NULL, &c->redescribed);
	if (one.bad || !hash_valid(c->from) || !hash_valid(c->to))
		field_wrong(in, "change");
}

/* A hash, or what may stand for one; 64 characters and a NUL. */
static void get_hash(struct fields *in, const char *key,
	bool (*valid)(const char *), char *out)
{
	const char *s = field_str(in, key);

	if (valid(s))
		snprintf(out, HASH_HEX + 1, "%s", s);
	else
		field_wrong(in, key);
}

static void read_sightings(struct fields *in, struct tools_seen *t)
{
	for (const cJSON *e = field_array(in, "sightings"); e; e = e->next) {
		struct fields one = {.o = e};
		struct sighting s = {
			.since = field_time(&one, "since"),
			.at = field_time(&one, "at"),
			.window = field_epoch(&one, "window"),
		};
		const char *region = field_str(&one, "region");

		get_hash(&one, "hash", hash_valid, s.hash);
		if (one.bad || !region_valid(region)) {
			field_wrong(in, "sightings");
			continue;
		}
		s.region = xstrdup(region);
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n++] = s;
	}
}

static void read_tool_sets(struct fields *in, struct tools_seen *t)
{
	for (const cJSON *e = field_array(in, "tool_sets"); e; e = e->next) {
		struct fields one = {.o = e};
		struct tool_set set = {.since = field_time(&one, "since")};

		get_hash(&one, "hash", hash_valid, set.hash);
		if (!json_has_null(e, "era") &&
			!era_parse(field_str(&one, "era"), &set.era))
			field_wrong(&one, "era");
		if (one.bad || t->n_sets == TOOL_SETS_MAX)
			field_wrong(in, "tool_sets");
		else
			t->sets[t->n_sets++] = set;
	}
}

static bool hash_or_era(const char *s)
{
	enum era era;

	return hash_valid(s) || era_parse(s, &era);
}

static void read_drifts(struct fields *in, struct alert_state *st)
{
	for (const cJSON *e = field_array(in, "drifts"); e; e = e->next) {
		struct fields one = {.o = e};
		struct drift_told t = {.at = field_epoch(&one, "at")};

		get_hash(&one, "from", hash_or_era, t.from);
		get_hash(&one, "to", hash_or_era, t.to);
		if (one.bad || st->n_drifts == DRIFTS_MAX)
			field_wrong(in, "drifts");
		else
			st->drifts[st->n_drifts++] = t;
	}
}

/* What the regions see, all of it or nothing. */
void state_read_tools(struct fields *in, struct alert_state *st)
{
	if (!field_has(in, "sightings"))
		return;
	st->judged = field_epoch(in, "judged");
	if (field_has(in, "untested"))
		st->untested = field_epoch(in, "untested");
	read_sightings(in, &st->tools);
	read_tool_sets(in, &st->tools);
	st->tools.differ = field_tally(in, "differ");
	read_drifts(in, st);
}
