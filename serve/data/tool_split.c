#include "data/tool_split.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

static void read_side(const cJSON *o, struct tool_split_side *side)
{
	const cJSON *r;
	double t;

	if (json_num(o, "first_seen", &t) && t > 0 && t <= NUM_EPOCH_MAX)
		side->first_seen = (int64_t)t;
	side->regions = xcalloc(TOOL_SPLIT_REGIONS, sizeof *side->regions);
	cJSON_ArrayForEach(r, json_get(o, "regions"))
	{
		const char *name = cJSON_GetStringValue(r);

		if (name && region_valid(name) &&
			side->n_regions < TOOL_SPLIT_REGIONS)
			snprintf(side->regions[side->n_regions++],
				sizeof *side->regions, "%s", name);
	}
}

void tool_split_read(const char *json, struct tool_split *s)
{
	char why[JSON_WHY];
	const cJSON *o;
	cJSON *doc;

	*s = (struct tool_split) {0};
	doc = json ? json_parse(json, strlen(json), &json_record, why) : NULL;
	cJSON_ArrayForEach(o, json_get(doc, "sides"))
	{
		if (s->n == TOOL_SPLIT_SIDES)
			break;
		read_side(o, &s->v[s->n++]);
	}
	if (s->n < 2)
		tool_split_release(s);
	cJSON_Delete(doc);
}

void tool_split_release(struct tool_split *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].regions);
	*s = (struct tool_split) {0};
}
