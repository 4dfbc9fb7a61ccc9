/* SPDX-License-Identifier: MIT */
/*
 * Goal: lines that are taken from a list of servers make whole servers, whose
 * target records are lines that make the same; every fault is one line that
 * names the list.
 */
#include "fuzz.h"

#include "base/text.h"
#include "conf/check.h"
#include "conf/formats.h"
#include "conf/lists.h"
#include "conf/schema.h"
#include "terms/names.h"

static const char fleet[] =
	"regions: [{name: ra}, {name: rb}]\n"
	"accounts: [{name: acme, token_sha256: "
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n"
	"servers: [{slug: own, url: 'https://x/'}]\n"
	"defaults:\n"
	"- {match: ['a*'], account: acme, interval: 5m, regions: [rb],\n"
	"   thresholds: {quorum: 4}, auth: {credential: k, bare_401: true}}\n"
	"- {match: ['?', 'ab'], timeout: 20s, auth: {mode: none},\n"
	"   health_tool: {name: t, arguments: {a: [1, b]}}}\n";

static void hear(void *arg, bool fatal, const char *message)
{
	int *faults = arg;

	need(*message && !strchr(message, '\n'));
	need(strncmp(message, "l:", 2) == 0 || strncmp(message, "f:", 2) == 0);
	*faults += fatal;
}

static struct conf *configure(const char *text)
{
	int faults = 0;
	struct conf *c = conf_parse("f", text, strlen(text), hear, &faults);

	need(c && !faults);
	return c;
}

/* No NUL behind it: a sanitizer sees every byte too many. */
static void take(struct conf *c, size_t number, const void *p, size_t n,
	struct conf_errors *r)
{
	char *copy = malloc(n);

	need(copy);
	memcpy(copy, p, n);
	conf_take_line(c, "l", number, copy, n, r);
	free(copy);
}

static bool sound(struct conf_errors *r)
{
	int faults = 0;

	conf_tell(r, "f", hear, &faults);
	need(!faults == conf_sound(r));
	return !faults;
}

/* A configuration without `defaults` reads what they gave as its own. */
static void round_trip(const struct conf_server *s)
{
	struct conf *c = configure("regions: [{name: ra}, {name: rb}]\n");
	struct conf_errors *r = conf_errors_new();
	struct conf_server read;
	struct buf once, twice;

	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	conf_target(s, "ra", NULL, NULL, NULL, &once);
	need(text_is_utf8(once.p, once.len));
	need(fuzz_cut(once.p, once.len, '\n') == once.len - 1);
	take(c, 1, once.p, once.len - 1, r);
	need(sound(r) && conf_count(c) == 1);
	read = conf_server_at(c, 0);
	conf_target(&read, "ra", NULL, NULL, NULL, &twice);
	need(fuzz_same(&once, &twice));
	conf_errors_free(r);
	conf_free(c);
	buf_release(&once);
	buf_release(&twice);
}

static void check_server(const struct conf *c, const struct conf_server *s)
{
	const struct conf_thresholds *t = &s->thresholds;

	need(slug_valid(s->slug) && !conf_bad_url(s->url));
	need(s->n_regions > 0);
	for (size_t i = 0; i < s->n_regions; i++)
		need(conf_region(c, s->regions[i]));
	need(!s->account || conf_account(c, s->account));
	need(s->interval_s >= 30 && s->interval_s <= 3600);
	need(s->timeout_s > 0 && s->timeout_s <= s->interval_s);
	need(t->lookback_s >= s->interval_s && t->tolerance_s <= t->lookback_s);
	need(t->quorum > 0 && t->hard_outage >= t->step_alert);
	need(!s->auth.credential == (s->auth.mode == CONF_AUTH_NONE));
	round_trip(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c = configure(fleet);
	struct conf_errors *r = conf_errors_new();

	for (size_t number = 1, n; size; number++) {
		n = fuzz_cut(data, size, '\n');
		if (n)
			take(c, number, data, n, r);
		data += n;
		size -= n;
		data += size > 0;
		size -= size > 0;
	}
	conf_check_slugs(c, r);
	for (size_t i = 1; sound(r) && i < conf_count(c); i++) {
		const struct conf_server s = conf_server_at(c, i);

		check_server(c, &s);
	}
	conf_errors_free(r);
	conf_free(c);
	return 0;
}
