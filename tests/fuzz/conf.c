/* SPDX-License-Identifier: MIT */
/*
 * Goal: a fleet.yaml that is taken is whole; what it says as JSON is a
 * fleet.yaml that says the same; and its target records are taken by a probe.
 */
#include "fuzz.h"

#include "target.h"

#include "base/text.h"
#include "conf/conf.h"
#include "json/json.h"

static void hear(void *arg, bool fatal, const char *message)
{
	int *faults = arg;

	need(*message && !strchr(message, '\n'));
	need(strncmp(message, "f:", 2) == 0);
	*faults += fatal;
}

/* No NUL behind it: a sanitizer sees every byte too many. */
static struct conf *parse(const void *p, size_t n)
{
	char *copy = malloc(n ? n : 1);
	struct conf *c;
	int faults = 0;

	need(copy);
	if (n)
		memcpy(copy, p, n);
	c = conf_parse("f", copy, n, hear, &faults);
	free(copy);
	need(!c == (faults > 0));
	return c;
}

static void check_server(const struct conf *c, const struct conf_server *s)
{
	struct buf line;
	struct target t;
	char why[TARGET_WHY];

	need(slug_valid(s->slug) && conf_place(c, s->slug) == (size_t)(s - c->servers));
	need(s->n_regions > 0);
	for (size_t i = 0; i < s->n_regions; i++)
		need(conf_region(c, s->regions[i]));
	need(!s->account || conf_account(c, s->account));
	need(s->interval_s >= 30 && s->interval_s <= 3600);
	need(s->timeout_s > 0);
	buf_init(&line, SIZE_MAX / 2);
	conf_target(s, s->regions[0], NULL, NULL, "session", &line);
	need(buf_ok(&line) && text_is_utf8(line.p, line.len));
	need(fuzz_cut(line.p, line.len, '\n') == line.len - 1);
	/* A probe reads the credential, and there is none here. */
	if (!s->auth.credential) {
		need(!target_read(line.p, line.len - 1, "x", &t, why));
		need(strcmp(t.slug, s->slug) == 0);
		need(strcmp(t.region, s->regions[0]) == 0);
		target_release(&t);
	}
	buf_release(&line);
}

static void round_trip(const struct conf *c)
{
	struct buf once, twice;
	struct conf *again;
	char why[JSON_WHY];
	cJSON *doc;

	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	conf_json(c, &once);
	need(text_is_utf8(once.p, once.len));
	doc = json_parse(once.p, once.len, &json_record, why);
	need(doc);
	cJSON_Delete(doc);
	again = parse(once.p, once.len);
	need(again);
	conf_json(again, &twice);
	need(fuzz_same(&once, &twice));
	conf_free(again);
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c;

	unsetenv("MCP_CREDENTIALS");
	unsetenv("CREDENTIALS_DIRECTORY");
	c = parse(data, size);
	if (!c)
		return 0;
	for (size_t i = 0; i < c->n_servers; i++)
		check_server(c, &c->servers[i]);
	round_trip(c);
	conf_free(c);
	return 0;
}
