/* SPDX-License-Identifier: MIT */
/*
 * probe.c: the driver of a probe. It alone knows the order of the steps (see
 * `order`) and what a step's requests are (see `requests`): it begins a step,
 * does what the step returns (steps/step.h), and brings it each reply, until
 * one fails or all have ended.
 */
#include "probe.h"

#include "auth/challenge.h"
#include "base/clock.h"
#include "base/lines.h"
#include "base/xalloc.h"
#include "base/text.h"
#include "http/address.h"
#include "redaction/redaction.h"
#include "steps/steps.h"

#include <math.h>
#include <openssl/rand.h>

/* Closing a session may take this long, beyond the deadline if need be. */
#define CLOSE_MS 2000.0
/* In this time all other probes have had a turn. */
#define TURN_MS 1.0
/* libcurl's timers may fire this much early. */
#define EARLY_MS 2.0
/* The largest body of a request. */
#define BODY_MAX (2 * MIB)

/*
 * The eight steps: how each begins, and how it makes anew what was refused or
 * put off. Steps 1 and 2 have no beginning of their own: the first request of
 * step 3 makes them, and they end while it is on its way (steps.h).
 */
static const struct {
	struct next (*begin)(struct probe *p);
	struct next (*again)(struct probe *p);
} order[STEP_COUNT + 1] = {
	[STEP_DNS] = {NULL, NULL},
	[STEP_TLS] = {NULL, NULL},
	[STEP_INITIALIZE] = {handshake_begin, NULL},
	[STEP_OAUTH_DISCOVERY] = {authorization_begin, NULL},
	[STEP_AUTH_INITIALIZE] = {authorization_show, handshake_begin},
	[STEP_TOOLS_LIST] = {tools_list_begin, tools_list_again},
	[STEP_TOOLS_CALL] = {tools_call_begin, tools_call_again},
	[STEP_TOOL_HASH] = {tools_hash_begin, tools_hash_now},
};

/* The requests of the steps: who writes them, and who reads the replies. */
static const struct {
	const char *method; /* of JSON-RPC; or what people call the request */
	/* NULL: open the event stream of HTTP+SSE. */
	void (*write)(struct probe *p, struct wire_message *m, struct buf *b);
	struct next (*reply)(struct probe *p, const struct reply *r);
	/* The step can go on without it: `reply` takes whatever comes, and
	   NULL where the request cannot be sent. */
	bool optional;
} requests[] = {
	[REQUEST_DISCOVER] = {"server/discover", handshake_write_discover,
		handshake_discovered, false},
	[REQUEST_INITIALIZE] = {"initialize", handshake_write_initialize,
		handshake_initialize, false},
	[REQUEST_INITIALIZED] = {"notifications/initialized",
		handshake_write_initialized, handshake_initialized, false},
	[REQUEST_LISTEN] = {"a GET for an event stream", NULL,
		handshake_listened, false},
	[REQUEST_PING] = {"ping", handshake_write_ping, handshake_pinged,
		false},
	[REQUEST_TOOLS_LIST] = {"tools/list", tools_list_write,
		tools_list_reply, false},
	[REQUEST_TOOLS_CALL] = {"tools/call", tools_call_write,
		tools_call_reply, false},
	[REQUEST_CACHE_CHECK] = {"tools/list", stale_cache_write,
		tools_cache_reply, true},
};

struct driver {
	struct probe probe; /* what the steps see */
	struct probe_job job;
	enum request request; /* the one whose reply is awaited */
	bool over;	      /* everything is reported */
	bool closing;	      /* the session is being closed */
	char *why;	      /* what this machine failed at, or NULL */
};

/* ---- The end of a probe. */

/* Free a probe that is over, once none of its transfers runs any more. */
static void release_probe(struct driver *d)
{
	struct probe *p = &d->probe;

	if (!d->over || d->closing || p->transport.streams)
		return;
	d->job.end(d->job.arg, d->why);
	wire_release(&p->wire);
	free(d->why);
	free(d);
}

static void on_closed(void *arg, const struct reply *r)
{
	struct driver *d = arg;

	(void)r;
	d->closing = false;
	release_probe(d);
}

static void on_gone(void *arg)
{
	release_probe(arg);
}

/* The bytes that a tool takes in a record, besides its name. */
#define DIGESTS_SIZE (2 * HASH_HEX + 10)

/* Whether the digests of all the tools fit into a record. */
static bool fits_record(const struct tools_hash *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n && n <= LINE_MAX_BYTES; i++)
		n += DIGESTS_SIZE + strlen(h->digests[i].name);
	return n <= LINE_MAX_BYTES;
}

/* Count the definitions that the target line does not know. */
static size_t count_unknown(const struct probe *p)
{
	size_t n = 0;

	if (!p->target->known_definitions)
		return 0;
	/* Without a form of I-JSON there is no definition. */
	if (!p->hash.digests)
		return p->steps.failed == STEP_TOOL_HASH ? p->list.tools.n : 0;
	for (size_t i = 0; i < p->hash.n; i++)
		n += !target_knows(p->target, p->hash.digests[i].full);
	return n;
}

/* Report the definitions that are not known. Returns how many do not fit. */
static size_t report_definitions(struct probe *p)
{
	struct tool_record r = {.key = p->steps.key};
	size_t left_out = 0;
	struct buf b;

	buf_init(&b, RECORD_DEFINITION_MAX);
	for (size_t i = 0; i < p->hash.n; i++) {
		if (target_knows(p->target, p->hash.digests[i].full))
			continue;
		buf_clear(&b);
		tools_definition(&p->list.tools, i, &b);
		r.name = p->hash.digests[i].name;
		r.digest = p->hash.digests[i].full;
		r.definition = b.p;
		left_out += !buf_ok(&b) ||
			!p->steps.sink.tool(p->steps.sink.arg, &r);
	}
	buf_release(&b);
	return left_out;
}

static void report_summary(struct probe *p)
{
	const struct target *t = p->target;
	bool hashed = p->hash.digests != NULL;
	size_t unknown = count_unknown(p);
	struct probe_record r = {.key = p->steps.key,
		.url = t->url->shown,
		.state = steps_state(&p->steps),
		.failed_step = p->steps.failed,
		.error = p->steps.failed ? p->steps.error : NULL,
		.found.said = *p->steps.said ? p->steps.said : NULL,
		.total_ms = p->steps.since_ms - p->steps.started_ms,
		.protocol = *p->wire.revision ? p->wire.revision : NULL,
		.era = p->era,
		.tool_hash = hashed ? p->hash.contract : NULL,
		.full_hash = hashed ? p->hash.full : NULL,
		.tool_count = p->listed ? (int)p->list.tools.n : -1,
		.cache = p->cache.result ? &p->cache : NULL,
		.found.clients_refused = p->handshake.clients_refused};

	r.definitions_left_out = (int)unknown;
	if (hashed &&
		(unknown || strcmp(t->known_hash, p->hash.contract) != 0) &&
		fits_record(&p->hash)) {
		r.tools = p->hash.digests;
		r.n_tools = p->hash.n;
		if (unknown && p->steps.sink.tool)
			r.definitions_left_out = (int)report_definitions(p);
	}
	p->steps.sink.summary(p->steps.sink.arg, &r);
}

/*
 * Report what the next piece needs, and whether it goes on in the session: that of an
 * open server, as no credential travels; and none in which a secret is.
 */
static bool hand_on(struct probe *p)
{
	char *clean = redact_text(p->wire.session);
	bool goes_on = p->era == ERA_SESSION && !p->auth &&
		(!clean || strcmp(clean, p->wire.session) == 0);
	struct piece next = {.ms = p->steps.since_ms - p->steps.started_ms,
		.session = goes_on ? p->wire.session : NULL,
		.ids = p->ids,
		.has_tools = p->hello.has_tools,
		.clients_refused = p->handshake.clients_refused};

	if (goes_on)
		text_copy(next.revision, sizeof next.revision,
			p->wire.revision);
	p->steps.sink.resume(p->steps.sink.arg, &p->steps.key, &next);
	free(clean);
	return goes_on;
}

/* Free what only the steps and the summary need. */
static void release_steps(struct probe *p)
{
	stale_cache_release(p);
	known_answer_drop(&p->answer);
	free(p->auth);
	free(p->hash.digests);
	free(p->failures);
	free(p->message);
	listing_release(&p->list);
	buf_release(&p->detail);
	buf_release(&p->key);
}

/* Sum up, and close the session. d may be gone afterwards. */
static void finish_probe(struct driver *d)
{
	struct probe *p = &d->probe;
	static const struct exchange_handler handler = {.done = on_closed};
	bool goes_on = false;

	/* Steps that were not made leave nothing to sum up. */
	if (!d->why && p->steps.is_piece && p->steps.next <= STEP_TOOL_HASH)
		goes_on = hand_on(p);
	else if (!d->why && (p->steps.is_piece || d->job.last == STEP_TOOL_HASH ||
				    p->steps.failed))
		report_summary(p);
	transport_hang_up(&p->transport);
	d->over = true;
	release_steps(p);
	d->closing = p->wire.session && !goes_on &&
		!wire_delete(&p->wire, CLOSE_MS, &handler, d);
	release_probe(d);
}

/* ---- Doing what the steps return. */

static void go_on(struct driver *d, struct next n);

/* The deadline came: fail, unless this machine lost the time. */
static struct next end_late(
	struct probe *p, const struct reply *r, const struct failure *f)
{
	char why[DEADLINE_WHY];

	return deadline_held_up(&p->wire.deadline, why) ? step_ours(p, why)
							: step_fail(p, r, f);
}

static struct next fail_deadline(struct probe *p, const char *method)
{
	struct failure f;

	failure_set(&f, "deadline",
		"the %g s for the whole probe passed without an answer to %s",
		p->wire.deadline.total_s, method);
	return end_late(p, NULL, &f);
}

/* Send a request. Returns NEXT_WAIT, or what comes next as it cannot be
   sent. */
static struct next send_request(struct driver *d, enum request request)
{
	struct probe *p = &d->probe;
	struct wire_message m = {
		.method = requests[request].method, .timeout_ms = INFINITY};
	double left = deadline_left(&p->wire.deadline);
	struct buf b;
	int rc = -1;

	d->request = request;
	if (left < 1 && !requests[request].optional)
		return fail_deadline(p, m.method);
	if (requests[request].write) {
		buf_init(&b, BODY_MAX);
		requests[request].write(p, &m, &b);
		m.body = b.p;
		m.timeout_ms = fmin(m.timeout_ms, left);
		if (m.timeout_ms >= 1 || !requests[request].optional)
			rc = transport_send(&p->transport, &m);
		buf_release(&b);
	} else {
		rc = transport_listen(&p->transport, left);
	}
	if (!rc)
		return step_next(NEXT_WAIT);
	if (requests[request].optional)
		return requests[request].reply(p, NULL);
	return step_ours(p, "libcurl refuses the request");
}

static void on_discovered(void *arg, const struct discovery_result *r)
{
	struct driver *d = arg;

	go_on(d, authorization_discovered(&d->probe, r));
}

static void on_issuer(void *arg, const struct discovery_result *r)
{
	struct driver *d = arg;

	go_on(d, authorization_issuer(&d->probe, r));
}

static void on_token(void *arg, const struct token_result *r)
{
	struct driver *d = arg;

	go_on(d, authorization_token(&d->probe, r));
}

static void on_turn(void *arg)
{
	struct driver *d = arg;

	go_on(d, order[d->probe.steps.next].again(&d->probe));
}

/* Start a search for OAuth metadata, or a request for an access token. */
static void start_authorization(struct driver *d, enum next_kind kind)
{
	struct probe *p = &d->probe;
	const struct credential *held = p->target->credential;
	const struct credential_client *c =
		held ? credential_client(held) : NULL;
	struct token_request rq = {.credential = p->target->credential,
		.server = &p->auth->oauth,
		.scope = c && c->scope ? c->scope : "",
		.anew = kind == NEXT_NEW_TOKEN};

	if (kind == NEXT_DISCOVERY)
		discovery_start(&p->wire, &p->auth->challenge, on_discovered, d);
	else if (kind == NEXT_ISSUER)
		discovery_issuer(&p->wire, c->issuer, on_issuer, d);
	else
		token_get(&p->wire, &rq, on_token, d);
}

/* A step has ended: begin the next one, if it is asked for. */
static struct next begin_next(struct probe *p)
{
	return steps_over(&p->steps) ? step_next(NEXT_END)
				     : order[p->steps.next].begin(p);
}

/* A step passes for some clients: show which ones it does not pass for. */
static void note_clients(const struct probe *p)
{
	struct buf b;

	if (p->steps.next != STEP_INITIALIZE &&
		p->steps.next != STEP_AUTH_INITIALIZE)
		return;
	buf_init(&b, 400);
	buf_str(&b, "Clients: ");
	step_clients(p, &b);
	if (p->handshake.clients_refused)
		http_note(p->wire.http, p->target->slug, b.p);
	buf_release(&b);
}

/* Do what a step returned, and return what comes next at once. */
static struct next do_next(struct driver *d, struct next n)
{
	struct probe *p = &d->probe;
	const char *detail = p->detail.len ? p->detail.p : NULL;

	switch (n.kind) {
	case NEXT_SEND:
		return send_request(d, n.request);
	case NEXT_PASS:
		note_clients(p);
		steps_pass(&p->steps, n.at_ms, n.message, detail);
		return begin_next(p);
	case NEXT_SKIP:
		if (isnan(n.at_ms))
			steps_skip(&p->steps, n.message);
		else
			steps_skip_timed(&p->steps, n.at_ms, n.message, detail);
		return begin_next(p);
	case NEXT_AGAIN:
		return order[p->steps.next].again(p);
	case NEXT_LATER:
		http_after(p->wire.http, TURN_MS, on_turn, d);
		break;
	case NEXT_DISCOVERY:
	case NEXT_ISSUER:
	case NEXT_TOKEN:
	case NEXT_NEW_TOKEN:
		start_authorization(d, n.kind);
		break;
	case NEXT_SKIP_REST:
		steps_skip_rest(&p->steps, n.message);
		finish_probe(d);
		break;
	case NEXT_FAIL:
		steps_fail(&p->steps, n.at_ms, &p->failures->last, detail);
		finish_probe(d);
		break;
	case NEXT_OURS:
		d->why = xstrdup(p->failures->last.message);
		finish_probe(d);
		break;
	case NEXT_END:
		finish_probe(d);
		break;
	case NEXT_REFUSED:
	case NEXT_WAIT:
		break;
	}
	return step_next(NEXT_WAIT);
}

/* d may be gone afterwards. */
static void go_on(struct driver *d, struct next n)
{
	while (n.kind != NEXT_WAIT)
		n = do_next(d, n);
}

/* ---- The replies. */

/* The deadline came while the reply was awaited. */
static struct next fail_late(struct probe *p, const struct reply *r)
{
	struct failure f;

	failure_set(&f, "deadline",
		"the %g s for the whole probe passed; %s: %s",
		p->wire.deadline.total_s, step_name(p->steps.next),
		r->failure.message);
	return end_late(p, r, &f);
}

/* Revisions after 2025-03-26 have no batches; up to it JSON-RPC allows them. */
static bool batch_refused(const struct probe *p, const struct reply *r)
{
	return r->batch &&
		(p->wire.stateless ||
			strcmp(p->wire.revision, "2025-03-26") > 0);
}

/* The next request after the reply to one that is not optional. */
static struct next take_reply(struct driver *d, const struct reply *r)
{
	struct probe *p = &d->probe;
	struct next n;

	if (r->ours)
		return step_ours(p, r->failure.message);
	if (wall_certificate(r))
		return authorization_certificate(p, r);
	if (r->kind == REPLY_FAILED && !p->connected)
		return connection_failed(p, r);
	if (r->kind == REPLY_FAILED &&
		deadline_left(&p->wire.deadline) <= EARLY_MS)
		return fail_late(p, r);
	n = requests[d->request].reply(p, r);
	return n.kind == NEXT_REFUSED ? authorization_reply(p, r) : n;
}

static void on_reply(void *arg, const struct reply *r)
{
	struct driver *d = arg;
	struct probe *p = &d->probe;
	struct reply refused = *r;

	p->budget.known = NULL;
	if (batch_refused(p, r)) {
		refused.kind = REPLY_FAILED;
		step_batch_failure(&refused.failure);
		r = &refused;
	}
	p->cert_wanted |= r->http->cert_wanted;
	go_on(d, requests[d->request].optional
			? requests[d->request].reply(p, r)
			: take_reply(d, r));
}

static void on_resolved(void *arg, const struct http_response *h)
{
	connection_resolved(&((struct driver *)arg)->probe, h);
}

static void on_connected(void *arg, const struct http_response *h)
{
	connection_ready(&((struct driver *)arg)->probe, h);
}

/* ---- The beginning. */

/* Random bytes, which are drawn for many probes at once: that is dear. */
static void draw_random(void *out, size_t n)
{
	static unsigned char pool[2048];
	static size_t left;

	if (left < n && RAND_bytes(pool, sizeof pool) == 1)
		left = sizeof pool;
	memset(out, 0, n);
	if (left < n)
		return;
	left -= n;
	memcpy(out, pool + left, n);
	memset(pool + left, 0, n);
}

static void make_id(char *out)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[16];

	draw_random(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++) {
		*out++ = hex[bytes[i] >> 4];
		*out++ = hex[bytes[i] & 15];
	}
	*out = '\0';
}

/* Whether the deadline of a probe is over. */
static bool probe_is_late(void *arg)
{
	const struct probe *p = arg;

	return deadline_over(&p->wire.deadline);
}

/* The target without its secrets; its client certificate if it is for the
   URL. */
static struct wire_target wire_target(const struct target *t)
{
	const struct credential *held = t->credential;
	const struct credential_client *c =
		held ? credential_client(held) : NULL;
	bool show = held && credential_for(held, t->url);

	return (struct wire_target) {.url = t->url,
		.slug = t->slug,
		.region = t->region,
		.issuer = c ? c->issuer : NULL,
		.cert = show ? credential_cert(held) : NULL,
		.key = show ? credential_key(held) : NULL,
		.trust = t->trust,
		.http2 = t->http2,
		.deny_private = t->deny_private};
}

void probe_start(const struct probe_job *job)
{
	struct driver *d = xcalloc(1, sizeof *d);
	struct probe *p = &d->probe;
	const struct target *t = job->target;
	const struct piece *piece = &t->piece;
	struct probe_key key = {.slug = t->slug,
		.region = t->region,
		.probe_id = p->id,
		.started_at = clock_wall()};
	double now = clock_mono_ms();
	struct siphash_key names;

	d->job = *job;
	p->target = t;
	p->known = job->known;
	p->wire.http = job->http;
	p->wire.target = wire_target(t);
	p->wire.parts = url_parts(t->url);
	deadline_set(&p->wire.deadline, http_lost(job->http), t->timeout_s);
	/* All pieces together have that time. */
	p->wire.deadline.at_ms -= piece->ms;
	p->resume = *piece->revision ? piece : NULL;
	p->transport = (struct transport) {.wire = &p->wire,
		.watch = {on_resolved, on_connected, d},
		.handler = {.reply = on_reply, .gone = on_gone},
		.arg = d};
	make_id(p->id);
	if (job->earlier) {
		snprintf(p->id, sizeof p->id, "%s", job->earlier->probe_id);
		key.started_at = job->earlier->started_at;
	} else if (*piece->probe_id) {
		snprintf(p->id, sizeof p->id, "%s", piece->probe_id);
		key.started_at = piece->started_at;
	}
	draw_random(&names, sizeof names);
	budget_init(&p->budget, probe_is_late, p);
	p->wire.budget = &p->budget;
	listing_init(&p->list, t->health_tool, &names, &p->budget);
	buf_init(&p->detail, RECORD_DETAIL_MAX);
	buf_init(&p->key, LINE_MAX_BYTES);
	probe_key_write(&p->key, &key);
	key.text = p->key.p;
	steps_init(&p->steps, &key, &job->sink, now);
	p->steps.started_ms -= piece->ms;
	p->steps.is_piece = piece->first != STEP_NONE;
	p->steps.first = job->first;
	p->steps.last = job->last;
	if (address_literal(t->url->host))
		steps_skip(&p->steps, "the URL contains an IP address");
	go_on(d, order[STEP_INITIALIZE].begin(p));
}
