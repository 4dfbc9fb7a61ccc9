#include "data/brand.h"

#include "json/json.h"

#include <string.h>

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool is_url(const char *s)
{
	return begins(s, "https://") || begins(s, "http://");
}

static bool is_colour(const char *s)
{
	return *s == '#' && strlen(s) == 7 &&
		strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

static bool is_text(const char *s)
{
	return *s;
}

static bool is_contact(const char *s)
{
	return begins(s, "https://") || begins(s, "mailto:");
}

/* The scheme and authority of an https URL, if a policy can name it. */
static size_t origin(const char *s)
{
	static const char scheme[] = "https://";
	size_t at = sizeof scheme - 1, n;

	if (!begins(s, scheme))
		return 0;
	n = strspn(s + at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789.-_:");
	return n && n < BRAND_HOST && (!s[at + n] || s[at + n] == '/')
		? at + n : 0;
}

static bool is_logo(const char *s)
{
	return (*s == '/' && s[1] != '/') || origin(s);
}

static const struct {
	const char *key;
	size_t at; /* in struct brand */
	bool (*fits)(const char *s);
} texts[] = {
	{"title", offsetof(struct brand, title), is_text},
	{"link", offsetof(struct brand, link), is_url},
	{"url", offsetof(struct brand, url), is_url},
	{"colour", offsetof(struct brand, colour), is_colour},
	{"logo", offsetof(struct brand, logo), is_logo},
	{"intro", offsetof(struct brand, intro), is_text},
	{"imprint", offsetof(struct brand, imprint), is_contact},
	{"privacy", offsetof(struct brand, privacy), is_contact},
	{"support", offsetof(struct brand, support), is_contact},
};

void brand_read(const char *json, struct brand *s)
{
	char why[JSON_WHY];
	double max;

	*s = (struct brand) {.title = BRAND_TITLE,
		.link = "/",
		.url = "",
		.colour = BRAND_COLOUR,
		.maintenance_s = BRAND_MAINTENANCE_S,
		.maintenance_counts = true};
	if (json)
		s->doc = json_parse(json, strlen(json), &json_record, why);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = json_str(s->doc, texts[i].key);

		if (text && texts[i].fits(text))
			memcpy((char *)s + texts[i].at, &text, sizeof text);
	}
	if (json_num(s->doc, "maintenance_max", &max) && max > 0)
		s->maintenance_s = max;
	if (cJSON_IsFalse(json_get(s->doc, "maintenance_counts")))
		s->maintenance_counts = false;
}

size_t brand_origin(const struct brand *s)
{
	return s->logo ? origin(s->logo) : 0;
}

void brand_release(struct brand *s)
{
	cJSON_Delete(s->doc);
	s->doc = NULL;
}
