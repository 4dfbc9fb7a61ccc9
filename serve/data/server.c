#include "data/server.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "json/json_pull.h"
#include "terms/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int fail(struct server *s, char *why, const char *what)
{
	snprintf(why, SERVER_WHY, "%s", what);
	server_release(s);
	return -1;
}

/* Where the next string goes: text has room for all of them. */
struct room {
	char *p;
	size_t n;
};

/* NULL where the value is no string. */
static const char *text(struct pull *j, struct room *room)
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
			r.name = text(j, room);
		else if (pull_is(key, "city"))
			r.city = text(j, room);
		else if (pull_is(key, "position"))
			read_position(j, &r);
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
		const char *tag = text(j, room);

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
	const char *json, bool regions, struct server *s, bool *told)
{
	static const char *const names[] = {"private", "token_sha256", "title",
		"account", "group", "url", "auth", "interval", "tags",
		"endpoint_private", "tools_private", "regions", NULL};
	struct room room = {s->text, strlen(json) + 1};
	const char **const texts[] = {&s->token_sha256, &s->title, &s->account,
		&s->group, &s->url, &s->auth};
	bool *const marks[] = {&s->endpoint_private, &s->tools_private};
	struct pull j = pull_begin(json);
	unsigned seen = 0;
	size_t cap = 0;
	int i;

	if (!pull_object(&j))
		return pull_end(&j);
	while ((i = pull_which(&j, names, &seen)) >= 0) {
		if (i == 0)
			*told = pull_bool(&j, &s->is_private);
		else if (i <= 6)
			*texts[i - 1] = text(&j, &room);
		else if (i == 7)
			s->interval_s = pull_number(&j);
		else if (i == 8)
			s->tags = read_tags(&j, &room);
		else if (i > 11)
			pull_skip(&j);
		/* What is no boolean hides it, too. */
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

/* Where a list names servers, none takes the room of the others. */
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
	bool told = false;
	char *title;

	*s = (struct server) {.interval_s = NAN};
	s->text = xmalloc(strlen(json) + 1);
	if (!read_text(json, regions, s, &told))
		return fail(s, why, "not JSON, or a key repeats");
	if (!told)
		return fail(s, why, "private: missing or not a boolean");
	if (s->token_sha256 && !hash_valid(s->token_sha256))
		return fail(s, why, "token_sha256: not a SHA-256");
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
