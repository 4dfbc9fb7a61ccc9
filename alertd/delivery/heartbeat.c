/* SPDX-License-Identifier: MIT */
/*
 * heartbeat.c: whether a round is complete, and the call that is made then.
 */
#include "delivery/delivery.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "store/beat.h"
#include "transport/credential.h"
#include "transport/transport.h"

#include <stdio.h>
#include <stdlib.h>

void round_complete_verdict(
	struct round_complete *p, const struct verdict *v, double now)
{
	size_t place;

	/* A verdict on a late minute says nothing of now. */
	if (v->judged_at > 0 ||
		stage_stale((double)v->window, now, STAGE_STALE_S))
		return;
	p->verdicts++;
	p->reporters += v->reporters > 0 ? (size_t)v->reporters : 0;
	place = conf_place(p->conf, v->slug);
	if (place == CONF_NOWHERE)
		return;
	if (!p->judged)
		p->judged = xcalloc(conf_count(p->conf), sizeof *p->judged);
	p->judged[place] = true;
}

/* The first server that nobody judged, or NULL. */
static const char *missing(const struct round_complete *p)
{
	for (size_t i = 0; i < conf_count(p->conf); i++)
		if (!p->judged || !p->judged[i])
			return conf_server_slug(p->conf, i);
	return NULL;
}

bool round_complete_complete(const struct round_complete *p, char *why)
{
	const char *slug = missing(p);

	if (p->refused)
		snprintf(why, ROUND_COMPLETE_WHY, "%zu lines were refused",
			p->refused);
	else if (slug || !p->verdicts)
		snprintf(why, ROUND_COMPLETE_WHY, "no verdict of now%s%s",
			slug ? " on " : "", slug ? slug : "");
	else if (!p->reporters)
		snprintf(why, ROUND_COMPLETE_WHY, "no region reports");
	else
		return true;
	return false;
}

void round_complete_clear(struct round_complete *p)
{
	free(p->judged);
	*p = (struct round_complete) {.conf = p->conf};
}

struct heartbeat {
	const struct conf_heartbeat *conf;
	const char *credentials;
	struct transfers *transfers;
	struct round_complete round;
	/* The call that is under way. */
	bool calling;
	struct http_request request;
	struct http_answer answer;
};

struct heartbeat *heartbeat_new(const struct conf *conf,
	const char *credentials, struct transfers *t)
{
	struct heartbeat *h;

	if (!conf || (!conf->heartbeat.url && !conf->heartbeat.secret))
		return NULL;
	h = xcalloc(1, sizeof *h);
	h->conf = &conf->heartbeat;
	h->credentials = credentials;
	h->transfers = t;
	h->round.conf = conf;
	return h;
}

static void await_call(struct heartbeat *h)
{
	while (h->calling)
		transfers_wait(h->transfers, -1, DELIVER_LIMIT_MS);
}

void heartbeat_free(struct heartbeat *h)
{
	if (!h)
		return;
	await_call(h);
	round_complete_clear(&h->round);
	free(h);
}

void heartbeat_verdict(struct heartbeat *h, const struct verdict *v, double now)
{
	if (h)
		round_complete_verdict(&h->round, v, now);
}

void heartbeat_refused(struct heartbeat *h)
{
	if (h)
		h->round.refused++;
}

/* Appends the address. False: it is not known, and the operator was notified.
   */
static bool find_url(const struct heartbeat *h, struct buf *url)
{
	char why[SECRET_WHY];
	struct secret *s = NULL;
	const char *text = h->conf->url;

	if (!text) {
		s = secret_open(h->credentials, h->conf->secret, why);
		text = s ? secret_get(s, "url", why) : NULL;
	}
	if (text)
		buf_str(url, text);
	else
		log_warn("heartbeat: its secret: %s", why);
	secret_close(s);
	return text;
}

static void call_done(void *arg)
{
	struct heartbeat *h = arg;
	const struct http_answer *a = &h->answer;

	if (a->status && (a->status < 200 || a->status > 299))
		log_warn("heartbeat: HTTP %d", a->status);
	else if (!a->status)
		log_warn("heartbeat: %s", a->why);
	http_answer_release(&h->answer);
	http_request_release(&h->request);
	h->calling = false;
}

static void call_url(struct heartbeat *h)
{
	http_request_init(&h->request);
	h->request.method = "GET";
	h->calling = true;
	h->answer = (struct http_answer) {.status = 0};
	if (!find_url(h, &h->request.url)) {
		http_request_release(&h->request);
		h->calling = false;
	} else if (!http_begin(h->transfers, &h->request, &h->answer, call_done,
			   h)) {
		call_done(h);
	}
}

void heartbeat_round(struct heartbeat *h, bool end, const char *trouble)
{
	char why[ROUND_COMPLETE_WHY];

	if (!h)
		return;
	if (end)
		await_call(h);
	if (round_complete_complete(&h->round, why) && !trouble) {
		if (h->calling)
			return;
		call_url(h);
		round_complete_clear(&h->round);
	} else if (end) {
		log_warn("no heartbeat: %s", trouble ? trouble : why);
	}
}
