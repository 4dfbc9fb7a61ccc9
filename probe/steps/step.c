/* SPDX-License-Identifier: MIT */
#include "steps/step.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/framing.h"
#include "json/json.h"
#include "protocol/exchange.h"

#include <math.h>
#include <stdarg.h>

/* A message may hold a URL. */
#define MESSAGE_SIZE (URL_MAX + 200)
/* The most bytes of a server's name and version in a detail. */
#define BEHIND 700

struct step_failures *step_failures(struct probe *p)
{
	if (!p->failures)
		p->failures = xcalloc(1, sizeof *p->failures);
	return p->failures;
}

struct next step_next(enum next_kind kind)
{
	return (struct next) {.kind = kind, .at_ms = NAN};
}

struct next step_send(enum request request)
{
	return (struct next) {.kind = NEXT_SEND, .request = request};
}

/* message is taken over. */
static struct next pass_message(struct probe *p, double at_ms, char *message)
{
	free(p->message);
	p->message = message;
	return (struct next) {
		.kind = NEXT_PASS, .at_ms = at_ms, .message = message};
}

struct next step_pass(struct probe *p, double at_ms, const char *fmt, ...)
{
	char text[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return pass_message(p, at_ms, xstrdup(text));
}

struct next step_pass_text(struct probe *p, double at_ms, struct buf *text)
{
	return pass_message(p, at_ms, buf_take(text));
}

struct next step_skip(const char *why)
{
	return (struct next) {
		.kind = NEXT_SKIP, .at_ms = NAN, .message = why};
}

struct next step_skip_at(struct probe *p, double at_ms, const char *why)
{
	struct next next = step_pass(p, at_ms, "%s", why);

	next.kind = NEXT_SKIP;
	return next;
}

struct next step_skip_rest(const char *why)
{
	return (struct next) {
		.kind = NEXT_SKIP_REST, .at_ms = NAN, .message = why};
}

struct next step_fail_kept(struct probe *p, const struct failure *f)
{
	step_failures(p)->last = *f;
	return (struct next) {.kind = NEXT_FAIL, .at_ms = clock_mono_ms()};
}

struct next step_fail(struct probe *p, const struct reply *r,
	const struct failure *f)
{
	struct next next = step_fail_kept(p, f);

	buf_clear(&p->detail);
	if (r) {
		next.at_ms = r->at_ms;
		step_detail_reply(p, r);
	}
	return next;
}

struct next step_ours(struct probe *p, const char *why)
{
	failure_set(&step_failures(p)->last, "", "%s", why);
	return step_next(NEXT_OURS);
}

void step_clients(const struct probe *p, struct buf *b)
{
	if (p->handshake.clients_refused)
		buf_fmt(b, "those of " REVISION_STATELESS
			" are refused; server/discover: %.200s",
			p->failures->discover.message);
}

const char *step_refuses(const struct probe *p)
{
	return p->handshake.clients_refused
		? "; clients of " REVISION_STATELESS " are refused"
		: "";
}

/* Say which clients refuse a response, or did not get it. */
static void put_clients(struct probe *p, const struct http_response *h)
{
	unsigned odd = h->odd | framing_port(p->target->url->port);
	char clean[4 * 500 + 1];
	struct buf b;

	buf_init(&b, 600);
	/* The steps that shake hands. */
	if (p->steps.next == STEP_INITIALIZE ||
		p->steps.next == STEP_AUTH_INITIALIZE)
		step_clients(p, &b);
	if (odd) {
		buf_str(&b, b.len ? "; " : "");
		buf_str(&b, "those on node are refused: ");
		framing_words(odd, &b);
	}
	/* A response with another status and without a type is not read. */
	if (h->status == 200 && !*http_fields(h)->content_type)
		buf_fmt(&b, "%sthose of the official SDK are refused: the "
			"response has no Content-Type", b.len ? "; " : "");
	/* Only where it leaves room for the members that a step adds. */
	if (b.len && p->detail.max - p->detail.len > 2 * b.len + BEHIND) {
		text_clean(b.p, b.len, clean, sizeof clean, 500);
		json_put_key(&p->detail, "clients");
		json_put_str(&p->detail, clean);
	}
	buf_release(&b);
}

void step_detail(struct probe *p, const struct http_response *h)
{
	buf_clear(&p->detail);
	buf_char(&p->detail, '{');
	diagnose_detail(h, &p->detail);
	put_clients(p, h);
}

void step_detail_reply(struct probe *p, const struct reply *r)
{
	step_detail(p, r->http);
	if (r->kind == REPLY_ERROR)
		diagnose_error_data(r->message, &p->detail);
	buf_char(&p->detail, '}');
}

const char *step_request_id(struct probe *p)
{
	snprintf(p->request_id, sizeof p->request_id, "%d", p->ids++);
	return p->request_id;
}

/* Whether a list of that meaning need not be read for its definitions. */
static bool definitions_known(
	const struct target *t, const struct tools_hash *h)
{
	if (!t->known_definitions)
		return true;
	for (size_t i = 0; i < h->n; i++)
		if (!target_knows(t, h->digests[i].full))
			return false;
	return true;
}

static bool known_before(void *arg, const char *text, size_t n)
{
	struct probe *p = arg;
	const struct known_meaning *m =
		known_answers_find(p->known, &p->answer, text, n);

	/* An event before this one may have been kept. */
	known_answer_drop(&p->answer);
	/* A known answer costs as much as before, so that no outcome
	   changes. */
	if (!m || m->values > p->budget.json.values) {
		known_answer_keep(&p->answer, text, n);
		p->values = p->budget.json.values;
		return false;
	}
	if (!definitions_known(p->target, &m->hash))
		return false;
	p->budget.json.values -= m->values;
	if (p->answer.kind == KNOWN_HELLO)
		p->hello = m->hello;
	else
		tools_adopt(&p->list.tools, &m->hash);
	return true;
}

void step_look_for(struct probe *p, enum known_kind kind)
{
	struct known_answer *a = &p->answer;

	known_answer_drop(a);
	if (!p->known)
		return;
	a->kind = kind;
	a->stateless = p->wire.stateless;
	text_copy(a->id, sizeof a->id, p->request_id);
	p->budget.known = known_before;
	p->budget.known_arg = p;
}

void step_learn(struct probe *p, enum known_kind kind)
{
	struct known_meaning m = {.hello = p->hello,
		.values = p->values - p->budget.json.values};

	if (!p->answer.text || p->answer.kind != kind)
		return;
	if (kind == KNOWN_LIST)
		m.hash = p->hash;
	known_answers_add(p->known, &p->answer, &m);
}

void step_batch_failure(struct failure *f)
{
	failure_set(f, "mcp.batch",
		"the answer is a JSON-RPC batch, which only revision "
		"2025-03-26 allows");
}
