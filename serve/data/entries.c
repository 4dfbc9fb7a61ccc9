/* SPDX-License-Identifier: MIT */
#include "data/entries.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "json/json_pull.h"
#include "terms/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int refuse_server(struct server *s, char *why, const char *what)
{
	snprintf(why, SERVER_WHY, "%s", what);
	server_release(s);
	return -1;
}

/* The rest of a text that has room for all strings: the next one goes there. */
struct room {
	char *p;
	size_t n;
};

/* NULL where the value is no string. */
static const char *pull_text(struct pull *j, struct room *room)
{
	char *s = room->p;
	size_t n;

	if (!pull_string(j, s, room->n))
		return NULL;
	n = strlen(s) + 1;
	room->p += n;
	room->n -= n;
	return s;
}

static void read_position(struct pull *j, struct server_region *r)
{
	double at[2] = {NAN, NAN};

	if (pull_array(j))
		for (size_t i = 0; pull_item(j); i++) {
			double v = pull_number(j);

			if (i < 2)
				at[i] = v;
		}
	if (isnan(at[0]) || isnan(at[1]))
		return;
	r->latitude = at[0];
	r->longitude = at[1];
	r->located = fabs(r->latitude) <= 90 && fabs(r->longitude) <= 180;
}

static void read_region(
	struct pull *j, struct room *room, struct server *s, size_t *cap)
{
	struct server_region r = {.name = NULL};
	const char *key;

	if (!pull_object(j))
		return;
	while (pull_key(j, &key)) {
		if (pull_is(key, "name"))
			r.name = pull_text(j, room);
		else if (pull_is(key, "city"))
			r.city = pull_text(j, room);
		else if (pull_is(key, "position"))
			read_position(j, &r);
		else if (pull_is(key, "here"))
			pull_bool(j, &r.here);
		else
			pull_skip(j);
	}
	if (!r.name)
		return;
	s->regions =
		xgrow(s->regions, cap, s->n_regions + 1, sizeof *s->regions);
	s->regions[s->n_regions++] = r;
}

/* One behind the other; no tag has a comma. */
static const char *read_tags(struct pull *j, struct room *room)
{
	const char *tags = NULL;
	char *end = NULL;

	if (!pull_array(j))
		return NULL;
	while (pull_item(j)) {
		const char *tag = pull_text(j, room);

		if (!tag || strchr(tag, ',') || !*tag)
			continue;
		/* Only of strings, which stand one behind the other. */
		if (end)
			*end = ',';
		else
			tags = tag;
		end = room->p - 1;
	}
	return tags;
}

static bool read_text(
	const char *json, bool regions, struct server *s, bool *says_private)
{
	static const char *const names[] = {"private", "token_sha256", "title",
		"account", "group", "url", "auth", "interval", "tags",
		"endpoint_private", "tools_private", "regions", NULL};
	size_t n = strlen(json);
	struct room room = {s->text, n + 1};
	const char **const texts[] = {&s->token_sha256, &s->title, &s->account,
		&s->group, &s->url, &s->auth};
	bool *const marks[] = {&s->endpoint_private, &s->tools_private};
	struct pull j = pull_begin(json, n);
	unsigned seen = 0;
	size_t cap = 0;
	int i;

	if (!pull_object(&j))
		return pull_end(&j);
	while ((i = pull_which(&j, names, &seen)) >= 0) {
		if (i == 0)
			*says_private = pull_bool(&j, &s->is_private);
		else if (i <= 6)
			*texts[i - 1] = pull_text(&j, &room);
		else if (i == 7)
			s->interval_s = pull_number(&j);
		else if (i == 8)
			s->tags = read_tags(&j, &room);
		else if (i > 11)
			pull_skip(&j);
		/* A value that is no boolean hides it, too. */
		else if (i < 11)
			*marks[i - 9] = !pull_bool(&j, marks[i - 9]) ||
				*marks[i - 9];
		else if (!regions)
			pull_pass(&j);
		else if (pull_array(&j))
			while (pull_item(&j))
				read_region(&j, &room, s, &cap);
	}
	return pull_end(&j);
}

/* A long title must not crowd out the other servers of a list. */
static void cut_title(char *title)
{
	size_t left = strlen(title), step;
	uint32_t cp;

	for (int i = 0; i < SERVER_TITLE_MAX && left; i++) {
		step = text_utf8(title, left, &cp);
		step += !step;
		title += step;
		left -= step;
	}
	*title = '\0';
}

int server_read(
	const char *json, bool regions, struct server *s, char *why)
{
	bool says_private = false;
	char *title;

	*s = (struct server) {.interval_s = NAN};
	s->text = xmalloc(strlen(json) + 1);
	if (!read_text(json, regions, s, &says_private))
		return refuse_server(s, why, "not JSON, or a key repeats");
	if (!says_private)
		return refuse_server(
			s, why, "private: missing or not a boolean");
	if (s->token_sha256 && !hash_valid(s->token_sha256))
		return refuse_server(s, why, "token_sha256: not a SHA-256");
	/* It stands in our own text. */
	title = s->title ? s->text + (s->title - s->text) : NULL;
	if (title && !*title)
		s->title = NULL;
	else if (title)
		cut_title(title);
	return 0;
}

void server_release(struct server *s)
{
	free(s->text);
	free(s->regions);
	memset(s, 0, sizeof *s);
}

static int refuse_account(struct account *a, char *why, const char *what)
{
	snprintf(why, ACCOUNT_WHY, "%s", what);
	account_release(a);
	return -1;
}

int account_read(const char *json, struct account *a, char *why)
{
	char json_why[JSON_WHY];
	const cJSON *list, *v;

	memset(a, 0, sizeof *a);
	a->doc = json_parse(json, strlen(json), &json_record, json_why);
	if (!a->doc)
		return refuse_account(a, why, json_why);
	a->token_sha256 = json_str(a->doc, "token_sha256");
	if (!a->token_sha256 || !hash_valid(a->token_sha256))
		return refuse_account(a, why, "token_sha256: not a SHA-256");
	list = json_get(a->doc, "slugs");
	if (!cJSON_IsArray(list))
		return refuse_account(a, why, "slugs: not a list");
	a->slugs = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
		sizeof *a->slugs);
	cJSON_ArrayForEach(v, list)
	{
		const char *slug = cJSON_GetStringValue(v);

		if (!slug || !slug_valid(slug))
			return refuse_account(
				a, why, "slugs: not a list of slugs");
		a->slugs[a->n++] = slug;
	}
	return 0;
}

void account_release(struct account *a)
{
	cJSON_Delete(a->doc);
	free(a->slugs);
	memset(a, 0, sizeof *a);
}

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

static bool is_path(const char *s)
{
	return *s == '/' && s[1] != '/';
}

static bool is_logo(const char *s)
{
	return is_path(s) || origin(s);
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
	{"stylesheet", offsetof(struct brand, stylesheet), is_path},
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
	s->manual = cJSON_IsTrue(json_get(s->doc, "manual"));
	s->subscribe = cJSON_IsTrue(json_get(s->doc, "subscribe"));
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
