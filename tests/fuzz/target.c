/* SPDX-License-Identifier: MIT */
/*
 * Goal: a target record that is taken is whole and in bounds, and what was
 * taken of it makes the same target when it is written and read again.
 */
#include "fuzz.h"

#include "target.h"

#include "json/json.h"

#include <inttypes.h>

static void member(struct buf *b, const char *key, const char *s)
{
	if (!s || !*s)
		return;
	buf_fmt(b, ",\"%s\":", key);
	json_put_str(b, s);
}

static void put(struct buf *b, const struct target *t)
{
	buf_str(b, "{\"v\":1,\"type\":\"target\"");
	member(b, "slug", t->slug);
	member(b, "url", t->url->text);
	member(b, "region", t->region);
	member(b, "protocol_hint", era_name(t->hint));
	member(b, "known_hash", t->known_hash);
	member(b, "pinned_hash", t->pinned_hash);
	if (t->known_definitions) {
		buf_str(b, ",\"known_definitions\":[");
		for (size_t i = 0; i < t->n_known_definitions; i++)
			buf_fmt(b, "%s\"%016" PRIx64 "\"", i ? "," : "",
				t->known_definitions[i]);
		buf_char(b, ']');
	}
	if (t->timeout_s > 0) {
		buf_str(b, ",\"timeout\":");
		json_put_num(b, t->timeout_s);
	}
	if (t->interval_s > 0) {
		buf_str(b, ",\"interval\":");
		json_put_num(b, t->interval_s);
	}
	if (t->cache_check == CACHE_CHECK_NEVER)
		buf_str(b, ",\"cache_check\":false");
	if (t->http2)
		buf_str(b, ",\"http_version\":2");
	member(b, "ca", t->ca ? t->ca : "");
	if (t->deny_private)
		buf_str(b, ",\"deny_private\":true");
	if (t->bare_401_ok)
		buf_str(b, ",\"auth\":{\"mode\":\"none\",\"bare_401\":true}");
	if (t->health_tool) {
		buf_str(b, ",\"health_tool\":{\"name\":");
		json_put_str(b, t->health_tool);
		buf_str(b, ",\"arguments\":");
		json_put(b, t->health_args);
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

static void check(const struct target *t)
{
	need(slug_valid(t->slug) && region_valid(t->region));
	need(!*t->known_hash || hash_valid(t->known_hash));
	need(!*t->pinned_hash || hash_valid(t->pinned_hash));
	need(t->timeout_s >= 0 && t->timeout_s <= TIMEOUT_MAX_S);
	need(t->url->port > 0 && *t->url->host && *t->url->path == '/');
	need(!t->health_tool || *t->health_tool);
	need(!t->health_args || cJSON_IsObject(t->health_args));
	need(!t->credential);
	for (size_t i = 1; i < t->n_known_definitions; i++)
		need(t->known_definitions[i - 1] <= t->known_definitions[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target t, u;
	struct buf once, twice;
	char why[TARGET_WHY];

	unsetenv("MCP_CREDENTIALS");
	unsetenv("CREDENTIALS_DIRECTORY");
	memset(why, 0xaa, sizeof why);
	if (target_read((const char *)data, size, "home", &t, why)) {
		need(fuzz_line(why, sizeof why));
		return 0;
	}
	check(&t);
	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	put(&once, &t);
	need(target_read(once.p, once.len, "away", &u, why) == 0);
	put(&twice, &u);
	need(fuzz_same(&once, &twice));
	target_release(&t);
	target_release(&u);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
