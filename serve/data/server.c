#include "data/server.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "mcp/names.h"

#include <math.h>
#include <string.h>

static int fail(struct server *s, char *why, const char *what)
{
	snprintf(why, SERVER_WHY, "%s", what);
	server_release(s);
	return -1;
}

static void read_position(const cJSON *v, struct server_region *r)
{
	const cJSON *p = json_get(v, "position");
	const cJSON *north = cJSON_GetArrayItem(p, 0);
	const cJSON *east = cJSON_GetArrayItem(p, 1);

	if (!cJSON_IsArray(p) || !cJSON_IsNumber(north) ||
		!cJSON_IsNumber(east))
		return;
	r->latitude = north->valuedouble;
	r->longitude = east->valuedouble;
	r->located = fabs(r->latitude) <= 90 && fabs(r->longitude) <= 180;
}

static void read_regions(struct server *s)
{
	const cJSON *list = json_get(s->doc, "regions"), *v;

	if (!cJSON_IsArray(list))
		return;
	s->regions = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
		sizeof *s->regions);
	cJSON_ArrayForEach(v, list)
	{
		const char *name = json_str(v, "name");

		if (!name)
			continue;
		s->regions[s->n_regions] = (struct server_region) {
			.name = name, .city = json_str(v, "city")};
		read_position(v, &s->regions[s->n_regions++]);
	}
}

int server_read(const char *json, struct server *s, char *why)
{
	char json_why[JSON_WHY];

	memset(s, 0, sizeof *s);
	s->doc = json_parse(json, strlen(json), &json_record, json_why);
	if (!s->doc)
		return fail(s, why, json_why);
	if (!json_bool(s->doc, "private", &s->is_private))
		return fail(s, why, "private: missing or not a boolean");
	s->token_sha256 = json_str(s->doc, "token_sha256");
	if (s->token_sha256 && !hash_valid(s->token_sha256))
		return fail(s, why, "token_sha256: not a SHA-256");
	s->title = json_str(s->doc, "title");
	if (s->title && !*s->title)
		s->title = NULL;
	s->account = json_str(s->doc, "account");
	if (!json_num(s->doc, "interval", &s->interval_s))
		s->interval_s = NAN;
	read_regions(s);
	return 0;
}

void server_release(struct server *s)
{
	cJSON_Delete(s->doc);
	free(s->regions);
	memset(s, 0, sizeof *s);
}
