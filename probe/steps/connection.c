/* SPDX-License-Identifier: MIT */
/*
 * connection.c: steps 1 and 2, DNS and TLS. The first request of step 3 makes
 * both, and they end while it is on its way.
 */
#include "steps/steps.h"

#include "base/clock.h"
#include "http/address.h"
#include "json/json.h"
#include "protocol/exchange.h"

void connection_resolved(struct probe *p, const struct http_response *h)
{
	if (p->steps.next == STEP_DNS)
		steps_pass(&p->steps, clock_mono_ms(), h->address, NULL);
}

static void connection_detail(struct probe *p, const struct http_response *h)
{
	bool tls = p->target->url->https;
	char end[CLOCK_RFC3339];

	buf_clear(&p->detail);
	buf_str(&p->detail, tls ? "{\"tls\":true,\"address\":"
				: "{\"tls\":false,\"address\":");
	json_put_str(&p->detail, h->address);
	buf_str(&p->detail, ",\"port\":");
	buf_int(&p->detail, h->port);
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
 * A URL that the server names may be private only if the server itself is, on
 * every connection. Where a proxy hides its address, its URL has to say so.
 */
static void note_peer(struct probe *p, const struct http_response *h)
{
	bool private = h->proxied
		? address_private_host(p->target->url->host)
		: address_private_text(h->address);

	p->wire.proxied |= h->proxied;
	p->wire.deny_private |= !private;
}

void connection_ready(struct probe *p, const struct http_response *h)
{
	char text[96], end[CLOCK_RFC3339] = "unknown";

	note_peer(p, h);
	if (p->connected)
		return;
	p->connected = true;
	connection_resolved(p, h);
	connection_detail(p, h);
	if (!p->target->url->https) {
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

struct next connection_failed(struct probe *p, const struct reply *r)
{
	bool dns = strncmp(r->failure.code, "dns.", 4) == 0;

	if (!dns && p->steps.next == STEP_DNS)
		steps_pass(&p->steps, r->at_ms, NULL, NULL);
	if ((dns || strcmp(r->failure.code, "tcp.unreachable") == 0) &&
		address_network_down())
		return step_ours(p, "this machine has no network");
	return step_fail(p, r, &r->failure);
}
