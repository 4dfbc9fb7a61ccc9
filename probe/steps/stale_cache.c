/* SPDX-License-Identifier: MIT */
/*
 * stale_cache.c: a part of step 8: whether a cache that keeps answers by the
 * body of the request gives clients an older list of tools than the server has.
 *
 * Step 6 requested the list with the bytes that clients send. The check
 * requests it once more, with an id that nobody has used and no cache can know.
 * If the two lists differ, it may be a cache; or a deploy between them; or
 * several servers behind one address. So both requests are repeated many times,
 * in an order that a coin decides. It is a cache only if each request always
 * gets its own list: a server that does not look at the id would have to guess
 * every throw of the coin.
 */
#include "steps/steps.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"

#include <math.h>
#include <openssl/rand.h>

/* Throws of the coin: one in a million servers guesses all of them. */
#define THROWS 20
/* The check ends after this, even if the probe has time left. */
#define CHECK_MS 10000.0

struct stale_cache {
	double began, deadline_ms; /* monotonic */
	struct siphash_key key;
	unsigned char coins[(THROWS + 7) / 8];
	int lists;  /* how many were read to the end */
	bool fresh; /* the list being read is requested with fresh ids */
	struct listing server; /* the first list with fresh ids */
	struct tools_hash hash;
	struct listing again; /* any later list */
};

/* The list that is being read. */
static struct listing *list_in_reading(struct stale_cache *c)
{
	return c->lists ? &c->again : &c->server;
}

/* The check is over, and the probe goes on as if no time had passed: false. */
static bool end_check(struct probe *p, enum cache_result result)
{
	struct stale_cache *c = p->check;
	double took = clock_mono_ms() - c->began;

	p->cache.result = result;
	p->steps.started_ms += took;
	p->steps.since_ms += took;
	return false;
}

/* Name the tools in which two lists differ; both are in the order of names. */
static void name_changes(struct cache_check *c,
	const struct tools_hash *clients, const struct tools_hash *server)
{
	size_t i = 0, k = 0;

	while (i < clients->n || k < server->n) {
		const struct tool_digest *a = &clients->digests[i];
		const struct tool_digest *b = &server->digests[k];
		int order = i == clients->n  ? 1
			    : k == server->n ? -1
					     : jcs_compare(a->name, b->name);

		if (order < 0)
			cache_check_note(c, CACHE_REMOVED, a->name);
		else if (order > 0)
			cache_check_note(c, CACHE_ADDED, b->name);
		else if (strcmp(a->contract, b->contract) != 0)
			cache_check_note(c, CACHE_CHANGED, a->name);
		else if (strcmp(a->full, b->full) != 0)
			cache_check_note(c, CACHE_REDESCRIBED, a->name);
		i += order <= 0;
		k += order >= 0;
	}
}

/* Each request got its own list in all throws. */
static bool end_stale(struct probe *p)
{
	const struct tools_hash *server = &p->check->hash;
	struct cache_check *c = &p->cache;

	c->age_s = p->cache_age_s;
	memcpy(c->tool_hash, server->contract, sizeof c->tool_hash);
	memcpy(c->full_hash, server->full, sizeof c->full_hash);
	name_changes(c, &p->hash, server);
	return end_check(p, CACHE_STALE);
}

static bool same_hashes(const struct tools_hash *a, const struct tools_hash *b)
{
	return strcmp(a->contract, b->contract) == 0 &&
	       strcmp(a->full, b->full) == 0;
}

/* Whether the list is the one that this request got before. */
static bool list_unchanged(struct probe *p)
{
	struct stale_cache *c = p->check;
	struct tools_hash h;
	struct failure f;
	bool ok;

	ok = tools_hash(&c->again.tools, &h, &f) &&
	     same_hashes(&h, c->fresh ? &c->hash : &p->hash);
	free(h.digests);
	listing_release(&c->again);
	return ok;
}

/* A list was read to its end. True where another one is to be read. */
static bool list_whole(struct probe *p)
{
	struct stale_cache *c = p->check;
	struct failure f;

	if (c->lists++ == 0) {
		if (!tools_hash(&c->server.tools, &c->hash, &f))
			return end_check(p, CACHE_UNKNOWN);
		if (same_hashes(&c->hash, &p->hash))
			return end_check(p, CACHE_EQUAL);
	} else if (!list_unchanged(p)) {
		return end_check(p, CACHE_UNKNOWN);
	}
	if (c->lists > THROWS)
		return end_stale(p);
	c->fresh = c->coins[(c->lists - 1) / 8] >> (c->lists - 1) % 8 & 1;
	listing_init(&c->again, NULL, &c->key, &p->budget);
	return true;
}

bool stale_cache_take(struct probe *p, const struct reply *r)
{
	struct listing *l = list_in_reading(p->check);
	enum listing_state state = LISTING_BAD;
	struct failure f;

	if (r && r->kind == REPLY_RESULT)
		state = listing_take(l, json_get(r->message, "result"),
			p->wire.stateless, &f);
	if (state == LISTING_MORE)
		return true;
	return state == LISTING_WHOLE ? list_whole(p)
				      : end_check(p, CACHE_UNKNOWN);
}

/* A fresh id, or the id that clients use for that page. */
static void make_id(
	const struct probe *p, const struct listing *l, char *out, size_t size)
{
	unsigned long long number;

	if (!p->check->fresh)
		snprintf(out, size, "%d", p->list_id + (int)l->n_cursors);
	else if (RAND_bytes((unsigned char *)&number, sizeof number) == 1)
		snprintf(out, size, "\"probe-%016llx\"", number);
	else
		snprintf(out, size, "\"probe-%s-%d\"", p->id, p->transport.requests);
}

void stale_cache_write(struct probe *p, struct wire_message *m, struct buf *b)
{
	const struct listing *l = list_in_reading(p->check);

	make_id(p, l, p->request_id, sizeof p->request_id);
	m->id = p->request_id;
	m->timeout_ms = p->check->deadline_ms - clock_mono_ms();
	rpc_tools_list(b, m->id, p->wire.stateless, listing_cursor(l));
}

void stale_cache_note(struct probe *p, const struct http_response *h)
{
	const struct http_fields *fields = http_fields(h);
	const char *age = fields->signs[CACHE_SIGN_AGE];

	for (int i = 0; i < CACHE_SIGNS; i++)
		if (*fields->signs[i])
			p->cache_signs |= 1U << i;
	if (strspn(age, "0123456789") == strlen(age) && strlen(age) < 10)
		p->cache_age_s = fmax(p->cache_age_s, strtod(age, NULL));
}

bool stale_cache_due(const struct probe *p)
{
	const struct target *t = p->target;

	if (t->cache_check != CACHE_CHECK_TURNS)
		return t->cache_check == CACHE_CHECK_ALWAYS;
	return p->cache_signs ||
	       cache_check_due(t->slug, t->interval_s, p->steps.key.started_at);
}

bool stale_cache_begin(struct probe *p)
{
	struct stale_cache *c;

	if (!stale_cache_due(p))
		return false;
	c = p->check = xcalloc(1, sizeof *c);
	c->began = clock_mono_ms();
	c->deadline_ms = c->began + CHECK_MS;
	c->fresh = true;
	if (RAND_bytes((unsigned char *)&c->key, sizeof c->key) != 1 ||
		RAND_bytes(c->coins, sizeof c->coins) != 1)
		return end_check(p, CACHE_UNKNOWN);
	listing_init(&c->server, NULL, &c->key, &p->budget);
	return true;
}

void stale_cache_detail(const struct probe *p, struct buf *b)
{
	const char *comma = "";

	if (!p->check)
		return;
	buf_str(b, ",\"cache\":{");
	if (p->cache.result)
		cache_check_write(b, &p->cache, CACHE_NAMES);
	else
		buf_fmt(b, "\"result\":\"%s\"",
			p->check->hash.digests ? "unsettled" : "failed");
	buf_str(b, ",\"signs\":[");
	for (int i = 0; i < CACHE_SIGNS; i++) {
		if (!(p->cache_signs >> i & 1))
			continue;
		buf_fmt(b, "%s\"%s\"", comma,
			cache_sign_name((enum cache_sign)i));
		comma = ",";
	}
	buf_str(b, "]}");
}

void stale_cache_release(struct probe *p)
{
	struct stale_cache *c = p->check;

	if (!c)
		return;
	/* In reverse: each restores what the budget held before it. */
	listing_release(&c->again);
	free(c->hash.digests);
	listing_release(&c->server);
	free(c);
}
