#include "data/brand.h"

#include "json/json.h"

#include <string.h>

static bool is_url(const char *s)
{
	return s && (strncmp(s, "https://", 8) == 0 ||
			    strncmp(s, "http://", 7) == 0);
}

static bool is_colour(const char *s)
{
	return s && *s == '#' && strlen(s) == 7 &&
		strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

void brand_read(const char *json, struct brand *s)
{
	char why[JSON_WHY];
	const char *text;
	double max;

	*s = (struct brand) {.title = BRAND_TITLE,
		.link = "/",
		.url = "",
		.colour = BRAND_COLOUR,
		.maintenance_s = BRAND_MAINTENANCE_S,
		.maintenance_counts = true};
	if (json)
		s->doc = json_parse(json, strlen(json), &json_record, why);
	text = json_str(s->doc, "title");
	if (text && *text)
		s->title = text;
	text = json_str(s->doc, "link");
	if (is_url(text))
		s->link = text;
	text = json_str(s->doc, "url");
	if (is_url(text))
		s->url = text;
	text = json_str(s->doc, "colour");
	if (is_colour(text))
		s->colour = text;
	if (json_num(s->doc, "maintenance_max", &max) && max > 0)
		s->maintenance_s = max;
	if (cJSON_IsFalse(json_get(s->doc, "maintenance_counts")))
		s->maintenance_counts = false;
}

void brand_release(struct brand *s)
{
	cJSON_Delete(s->doc);
	s->doc = NULL;
}
