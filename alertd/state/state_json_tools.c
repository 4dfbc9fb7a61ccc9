#include "state/state_json_tools.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <string.h>

void state_read_change(struct members *in, struct tool_change *c)
{
	struct members one = {.o = json_get(in->o, "change")};

	if (!one.o)
		return;
	string_set(&c->from, member_str(&one, "from"));
	string_set(&c->to, member_str(&one, "to"));
	c->since = member_epoch(&one, "since");
	member_strings(&one, "added", NULL, &c->added);
	member_strings(&one, "removed", NULL, &c->removed);
	member_strings(&one, "changed", NULL, &c->changed);
	member_strings(&one, "redescribed", NULL, &c->redescribed);
	if (one.bad || !hash_valid(c->from) || !hash_valid(c->to))
		member_wrong(in, "change");
}

/* A hash, or what may stand for one; 64 characters and a NUL. */
static void get_hash(struct members *in, const char *key,
	bool (*valid)(const char *), char *out)
{
	const char *s = member_str(in, key);

	if (valid(s))
		snprintf(out, HASH_HEX + 1, "%s", s);
	else
		member_wrong(in, key);
}

static void read_sightings(struct members *in, struct tools_seen *t)
{
	for (const cJSON *e = member_array(in, "sightings"); e; e = e->next) {
		struct members one = {.o = e};
		struct sighting s = {
			.since = member_time(&one, "since"),
			.at = member_time(&one, "at"),
			.window = member_epoch(&one, "window"),
		};
		const char *region = member_str(&one, "region");

		get_hash(&one, "hash", hash_valid, s.hash);
		if (one.bad || !region_valid(region)) {
			member_wrong(in, "sightings");
			continue;
		}
		s.region = xstrdup(region);
		t->v = xgrow(t->v, &t->cap, t->n + 1, sizeof *t->v);
		t->v[t->n++] = s;
	}
}

static void read_tool_sets(struct members *in, struct tools_seen *t)
{
	for (const cJSON *e = member_array(in, "tool_sets"); e; e = e->next) {
		struct members one = {.o = e};
		struct tool_set set = {.since = member_time(&one, "since")};

		get_hash(&one, "hash", hash_valid, set.hash);
		if (!json_has_null(e, "era") &&
			!era_parse(member_str(&one, "era"), &set.era))
			member_wrong(&one, "era");
		if (one.bad || t->n_sets == TOOL_SETS_MAX)
			member_wrong(in, "tool_sets");
		else
			t->sets[t->n_sets++] = set;
	}
}

static bool hash_or_era(const char *s)
{
	enum era era;

	return hash_valid(s) || era_parse(s, &era);
}

static void read_drifts(struct members *in, struct alert_state *st)
{
	for (const cJSON *e = member_array(in, "drifts"); e; e = e->next) {
		struct members one = {.o = e};
		struct drift_told t = {.at = member_epoch(&one, "at")};

		get_hash(&one, "from", hash_or_era, t.from);
		get_hash(&one, "to", hash_or_era, t.to);
		if (one.bad || st->n_drifts == DRIFTS_MAX)
			member_wrong(in, "drifts");
		else
			st->drifts[st->n_drifts++] = t;
	}
}

/* What the regions see, all of it or nothing. */
void state_read_tools(struct members *in, struct alert_state *st)
{
	if (!member_has(in, "sightings"))
		return;
	st->judged = member_epoch(in, "judged");
	if (member_has(in, "untested"))
		st->untested = member_epoch(in, "untested");
	read_sightings(in, &st->tools);
	read_tool_sets(in, &st->tools);
	st->tools.differ = member_tally(in, "differ");
	read_drifts(in, st);
}
