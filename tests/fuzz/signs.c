/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a definition holds, its signs are told in clean text, so many of
 * each rule, and the same each time.
 */
#include "fuzz.h"

#include "base/text.h"
#include "json/json.h"
#include "poisoning/text.h"
#include "poisoning/poisoning.h"

struct seen {
	struct buf text;
	size_t n[POISONING_RULES];
};

static bool clean(const char *s)
{
	return text_harmless(s, strlen(s));
}

static void see(void *arg, const struct poisoning_sign *s)
{
	struct seen *seen = arg;

	need(s->rule < POISONING_RULES);
	need(++seen->n[s->rule] <= POISONING_SIGNS_MAX);
	need(clean(s->tool) && clean(s->path) && clean(s->excerpt));
	need(fuzz_line(s->why, strlen(s->why) + 1));
	need(strlen(s->excerpt) < 4096 && strlen(s->path) < 8192);
	buf_fmt(&seen->text, "%s %s %s\n", s->tool, s->path, s->excerpt);
}

static void look(const struct poisoning *p, uint32_t server, const cJSON *v,
	struct buf *out)
{
	struct seen seen = {0};

	buf_init(&seen.text, SIZE_MAX / 2);
	poisoning_signs(p, server, v, see, &seen);
	*out = seen.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[JSON_WHY];
	cJSON *list = json_parse((const char *)data, size, &json_reply, why);
	struct poisoning *p;
	const cJSON *v;
	uint32_t server = 0;
	size_t at, end;

	if (encoded_text_find((const char *)data, size, &at, &end))
		need(at < end && end <= size);
	if (!list)
		return 0;
	/* Each tool is of a server of its own. */
	p = poisoning_new();
	cJSON_ArrayForEach(v, list)
		poisoning_learn(p, server++, "other", v);
	server = 0;
	cJSON_ArrayForEach(v, list)
	{
		struct buf once, again;

		look(p, server, v, &once);
		look(p, server++, v, &again);
		need(fuzz_same(&once, &again));
		buf_release(&once);
		buf_release(&again);
	}
	poisoning_free(p);
	cJSON_Delete(list);
	return 0;
}
