/* SPDX-License-Identifier: MIT */
/*
 * console_verdicts.c: the colour of each server, by its last verdict.
 */
#include "web/console.h"

#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A verdict that is older says nothing of now, seconds. */
#define OLD_S 900

static void read_verdict(const char *text, struct console_verdict *v)
{
	char why[RECORD_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);
	const char *colour = doc ? json_str(doc, "verdict") : NULL;
	const cJSON *failing = doc ? json_get(doc, "failing") : NULL, *region;

	if (colour && verdict_colour_parse(colour, &v->colour) &&
		json_num(doc, "window", &v->at)) {
		cJSON_ArrayForEach(region, failing)
			if (cJSON_IsString(region))
				strings_add(&v->failing, region->valuestring);
	} else {
		v->at = NAN;
	}
	cJSON_Delete(doc);
}

void console_verdicts(const struct cgi *c, const struct strings *slugs,
	struct console_verdict *out)
{
	char key[KEY_MAX];
	const char *ask[] = {"GET", key}, *text;
	size_t first = 0, at;
	bool asked;

	for (size_t i = 0; i < slugs->n; i++) {
		key_verdict(key, slugs->v[i]);
		at = store_ask_argv(c->store, 2, ask);
		first = i ? first : at;
		out[i] = (struct console_verdict) {.at = NAN};
	}
	/* The user of the store may not be allowed to. */
	asked = slugs->n && !store_run(c->store);
	for (size_t i = 0; asked && i < slugs->n; i++) {
		text = store_text(store_reply(c->store, first + i));
		if (text)
			read_verdict(text, &out[i]);
	}
}

bool console_colour(
	struct buf *b, const struct cgi *c, const struct console_verdict *v)
{
	const char *name = verdict_colour_name(v->colour);

	if (isnan(v->at) || v->at < c->now - OLD_S)
		return false;
	console_fmt(b, "<b class='%s'>%s</b>", name, name);
	return true;
}

void console_colours(struct buf *b)
{
	buf_str(b, "<small>green: no region fails; amber: some fail, and too few "
		   "agree; red: they agree, or all fail; unknown: too few "
		   "report</small>");
}
