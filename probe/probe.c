/*
 * probe.c: how a probe begins and ends. Its course is a chain of functions,
 * each of which handles the answer to one request and sends the next; see
 * flow.h.
 */
#include "flow.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "json/json.h"
#include "mcp/diagnosis.h"

#include <openssl/rand.h>

/* Closing a session may take this long, beyond the deadline if need be. */
#define CLOSE_MS 2000.0

static void release_probe(struct probe *p)
{
	p->job.end(p->job.arg, p->why);
	stale_cache_release(p);
	free(p->hash.digests);
	listing_release(&p->list);
	buf_release(&p->detail);
	free(p->why);
	free(p);
}

void flow_released(struct probe *p)
{
	if (p->over && !p->closing && !p->streams)
		release_probe(p);
}

static void on_closed(void *arg, const struct reply *r)
{
	struct probe *p = arg;

	(void)r;
	p->closing = false;
	flow_released(p);
}

/* What a tool takes in a record, beside its name. */
#define DIGESTS_SIZE (2 * HASH_HEX + 10)

/* Whether the digests of all the tools fit into a record. */
static bool tellable(const struct tools_hash *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n && n <= LINE_MAX_BYTES; i++)
		n += DIGESTS_SIZE + strlen(h->digests[i].name);
	return n <= LINE_MAX_BYTES;
}

static void summarise(struct probe *p)
{
	const struct target *t = p->job.target;
	bool hashed = p->hash.digests != NULL;
	struct probe_record r = {.key = p->steps.key,
		.url = t->url.shown,
		.state = steps_state(&p->steps),
		.failed_step = p->steps.failed,
		.error = p->steps.failed ? p->steps.error : NULL,
		.total_ms = p->steps.since_ms - p->steps.started_ms,
		.protocol = *p->wire.revision ? p->wire.revision : NULL,
		.era = p->era,
		.tool_hash = hashed ? p->hash.contract : NULL,
		.full_hash = hashed ? p->hash.full : NULL,
		.tool_count = p->listed ? (int)p->list.tools.n : -1,
		.cache = p->cache.result ? &p->cache : NULL};

	if (hashed && strcmp(t->known_hash, p->hash.contract) != 0 &&
		tellable(&p->hash)) {
		r.tools = p->hash.digests;
		r.n_tools = p->hash.n;
	}
	p->steps.sink.summary(p->steps.sink.arg, &r);
}

void flow_finish(struct probe *p)
{
	static const struct exchange_handler handler = {.done = on_closed};

	/* Steps that were not made leave nothing to sum up. */
	if (!p->why && (p->job.last == STEP_TOOL_HASH || p->steps.failed))
		summarise(p);
	flow_hang_up(p);
	p->over = true;
	p->closing = *p->wire.session &&
		!wire_delete(&p->wire, CLOSE_MS, &handler, p);
	flow_released(p);
}

void flow_finish_ours(struct probe *p, const char *why)
{
	p->why = xstrdup(why);
	flow_finish(p);
}

void flow_detail(struct probe *p, const struct http_response *h)
{
	buf_clear(&p->detail);
	buf_char(&p->detail, '{');
	diagnose_detail(h, &p->detail);
}

void flow_fail(struct probe *p, const struct reply *r,
	const struct failure *f)
{
	if (r) {
		flow_detail(p, r->http);
		buf_char(&p->detail, '}');
	}
	steps_fail(&p->steps, r ? r->at_ms : clock_mono_ms(), f,
		r ? p->detail.p : NULL);
	flow_finish(p);
}

void flow_fail_kept(struct probe *p, const struct failure *f)
{
	steps_fail(&p->steps, clock_mono_ms(), f, p->detail.p);
	flow_finish(p);
}

void flow_fail_deadline(struct probe *p)
{
	struct failure f;

	failure_set(&f, "deadline",
		"the %g s for the whole probe are over without an answer to "
		"%s",
		p->job.target->timeout_s, p->method);
	flow_fail(p, NULL, &f);
}

void flow_batch_failure(struct failure *f)
{
	failure_set(f, "mcp.batch",
		"the answer comes in a JSON-RPC batch, which only revision "
		"2025-03-26 has");
}

/* The name is resolved: step 1 ends. */
void flow_resolved(struct probe *p, const struct http_response *h)
{
	if (p->steps.next == STEP_DNS)
		steps_pass(&p->steps, clock_mono_ms(), h->address, NULL);
}

static void connection_detail(struct probe *p, const struct http_response *h)
{
	bool tls = p->job.target->url.https;
	char end[CLOCK_RFC3339];

	buf_clear(&p->detail);
	buf_fmt(&p->detail, "{\"tls\":%s,\"address\":", tls ? "true" : "false");
	json_put_str(&p->detail, h->address);
	buf_fmt(&p->detail, ",\"port\":%ld", h->port);
	diagnose_timings(h, &p->detail);
	if (tls) {
		buf_str(&p->detail, ",\"version\":");
		json_put_str(&p->detail, h->tls_version);
	}
	if (h->not_after > 0) {
		clock_rfc3339((int64_t)h->not_after, end);
		buf_fmt(&p->detail, ",\"not_after\":\"%s\"", end);
	}
	buf_char(&p->detail, '}');
}

/*
 * What a server hands us may be private only if the server itself is, on every
 * connection; of one beyond a proxy no more is known than what its URL says.
 */
static void note_peer(struct probe *p, const struct http_response *h)
{
	bool private = h->proxied
		? address_private_host(p->job.target->url.host)
		: address_private_text(h->address);

	p->wire.proxied |= h->proxied;
	p->wire.deny_private |= !private;
}

/* The connection stands: step 2 ends. */
void flow_connected(struct probe *p, const struct http_response *h)
{
	char text[96], end[CLOCK_RFC3339] = "unknown";

	note_peer(p, h);
	if (p->connected)
		return;
	p->connected = true;
	flow_resolved(p, h);
	connection_detail(p, h);
	if (!p->job.target->url.https) {
		steps_skip_timed(&p->steps, clock_mono_ms(), "http, no TLS",
			p->detail.p);
		return;
	}
	if (h->not_after > 0)
		clock_rfc3339((int64_t)h->not_after, end);
	snprintf(text, sizeof text, "%s, certificate until %.10s",
		h->tls_version, end);
	steps_pass(&p->steps, clock_mono_ms(), text, p->detail.p);
}

const char *flow_request_id(struct probe *p, char *out)
{
	snprintf(out, 64, "%d", p->ids++);
	return out;
}

static void make_id(char *out)
{
	unsigned char bytes[16];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		memset(bytes, 0, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void make_key(struct siphash_key *key)
{
	if (RAND_bytes((unsigned char *)key, sizeof *key) != 1)
		memset(key, 0, sizeof *key);
}

/* Whether the deadline of a probe is over. */
static bool late(void *arg)
{
	const struct probe *p = arg;

	return clock_mono_ms() >= p->deadline_ms;
}

void probe_start(const struct probe_job *job)
{
	struct probe *p = xcalloc(1, sizeof *p);
	const struct target *t = job->target;
	struct probe_key key = {.slug = t->slug,
		.region = t->region,
		.probe_id = p->id,
		.started_at = clock_wall()};
	double now = clock_mono_ms();
	struct siphash_key names;

	p->job = *job;
	p->wire.http = job->http;
	p->wire.target = t;
	p->deadline_ms = now + t->timeout_s * 1000;
	make_id(p->id);
	make_key(&names);
	budget_init(&p->budget, late, p);
	p->wire.budget = &p->budget;
	listing_init(&p->list, t->health_tool, &names, &p->budget);
	buf_init(&p->detail, RECORD_DETAIL_MAX);
	steps_init(&p->steps, &key, &job->sink, now);
	p->steps.first = job->first;
	p->steps.last = job->last;
	if (address_literal(t->url.host))
		steps_skip(&p->steps, "the URL holds an address");
	handshake_start(p);
}
