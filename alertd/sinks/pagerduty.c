/* SPDX-License-Identifier: MIT */
/*
 * pagerduty.c: PagerDuty, Events API v2: POST /v2/enqueue, answered with
 * 202; the whole story of an incident goes under its dedup_key. 400 says that
 * the event is invalid, and 429 that it comes too fast. After "Send an alert
 * event" and "Events API v2 overview"; and for what people answer there, "V3
 * webhooks overview" and "Verifying signatures", developer.pagerduty.com.
 */
#include "sinks/sink.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "cgi/request.h"
#include "json/json.h"
#include "transport/signature.h"
#include "transport/transport.h"

#include <string.h>

#define BASE "https://events.pagerduty.com"
#define SUMMARY_MAX 1024
#define KEY_MAX 255

static void put_cut(struct buf *b, const char *key, const char *s, size_t max)
{
	if (!s || !*s)
		return;
	json_put_key(b, key);
	sink_put_cut(b, s, max);
}

/* The action of the n-th request of an event; NULL: there is none. */
static const char *action(const struct sink_event *e, int n)
{
	if (n > 0)
		return n == 1 && sink_event_tests(e) ? "resolve" : NULL;
	if (!e->digest && e->phase == ALERT_RESOLVED)
		return "resolve";
	if (!e->digest && e->phase == ALERT_ACKNOWLEDGED)
		return "acknowledge";
	return "trigger";
}

static const char *severity(const struct message *m)
{
	if (m->mood == MESSAGE_BAD && !m->partial)
		return "critical";
	return m->mood == MESSAGE_BAD || m->mood == MESSAGE_WORRY ? "error"
								  : "warning";
}

/* The details that a person sees when the alert is opened. */
static void put_details(struct buf *b, const struct sink_job *job)
{
	const struct message *m = job->message;
	struct buf says;

	buf_init(&says, HTTP_REQUEST_MAX);
	message_says(&says, m);
	buf_str(b, ",\"custom_details\":{\"Event\":");
	sink_put_cut(b, says.p, 12000);
	buf_release(&says);
	for (size_t i = 0; i < m->n; i++) {
		buf_char(b, ',');
		json_put_str(b, m->lines[i].label);
		buf_char(b, ':');
		sink_put_cut(b, m->lines[i].text, SUMMARY_MAX);
	}
	buf_char(b, '}');
}

static void put_payload(struct buf *b, const struct sink_job *job)
{
	const struct sink_event *e = job->event;
	const struct message *m = job->message;
	char at[CLOCK_RFC3339];

	clock_rfc3339((int64_t)e->at, at);
	buf_str(b, ",\"payload\":{\"summary\":");
	sink_put_cut(b, m->title, SUMMARY_MAX);
	put_cut(b, "source", e->digest ? "mcp-alert" : e->slug, KEY_MAX);
	put_cut(b, "severity", e->digest ? "info" : severity(m), KEY_MAX);
	put_cut(b, "timestamp", at, KEY_MAX);
	put_cut(b, "component", e->step, KEY_MAX);
	put_cut(b, "group", e->layer, KEY_MAX);
	put_cut(b, "class", e->kind, KEY_MAX);
	put_details(b, job);
	buf_char(b, '}');
}

static void put_links(struct buf *b, const struct message *m)
{
	buf_str(b, ",\"links\":[");
	for (size_t i = 0; i < m->n_links; i++) {
		buf_str(b, i ? ",{\"href\":" : "{\"href\":");
		json_put_str(b, m->links[i].text);
		put_cut(b, "text", m->links[i].label, KEY_MAX);
		buf_char(b, '}');
	}
	buf_str(b, "],\"client\":\"mcp-alert\"");
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const char *url = job->route->url, *what = action(job->event, n);

	if (!what)
		return false;
	http_join(&r->url, url ? url : BASE, "/v2/enqueue");
	buf_fmt(&r->body, "{\"event_action\":\"%s\"", what);
	put_cut(&r->body, "routing_key", secret_get(job->secret, "token", NULL),
		KEY_MAX);
	put_cut(&r->body, "dedup_key", job->event->key, KEY_MAX);
	if (*what == 't') {
		put_payload(&r->body, job);
		put_links(&r->body, job->message);
		put_cut(&r->body, "client_url", job->event->dashboard_url,
			2048);
	}
	buf_char(&r->body, '}');
	return true;
}

/* PagerDuty answers 400 to a wrong key, too. */
static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	static const char *const of_key[] = {"routing key", "routing_key",
		"service key", "service_key", "integration", "api key",
		"token", "authori", "account", "disabled", NULL};

	(void)job;
	(void)n;
	if (d->ok && a->status != 202)
		sink_unsound(d, "PagerDuty's");
	else if (d->refused && error_text_has_one(d->said, of_key))
		sink_mend(d);
}

static const char *odd_key(const struct sink_job *job)
{
	const char *token = secret_get(job->secret, "token", NULL);

	return !sink_vendors(job, "pagerduty.com") ||
			sink_key_fits(token, SINK_ALNUM32)
		? NULL
		: "its token is no integration key of the Events API v2, which "
		  "has 32 letters and digits";
}

/* "v1=HEX,v1=HEX": a secret that is being replaced signs beside the new one. */
static bool signed_by(const char *secret, const char *body, const char *field)
{
	char one[SHA256_HEX];
	bool ok = false;

	for (size_t n; field && *field; field += n + (field[n] == ',')) {
		n = strcspn(field, ",");
		if (n != sizeof one + 2 || strncmp(field, "v1=", 3) != 0)
			continue;
		memcpy(one, field + 3, sizeof one - 1);
		one[sizeof one - 1] = '\0';
		ok = signed_sha256(secret, body, one) || ok;
	}
	return ok;
}

/*
 * Read what a user did; our own requests come back as done by an
 * integration. PagerDuty repeats a webhook for 20 minutes.
 */
static void read_event(const cJSON *event, struct sink_answer *a)
{
	const char *type = json_str(event, "event_type");
	const char *at = json_str(event, "occurred_at");
	const cJSON *agent = json_get(event, "agent");
	const char *who = json_str(agent, "type");
	int64_t t;

	if (!type || !at || !clock_rfc3339_parse(at, &t))
		return;
	a->said_at = (double)t;
	a->withdrawn = strcmp(type, "incident.unacknowledged") == 0;
	if (strcmp(type, "incident.resolved") == 0)
		a->reason = "resolved in PagerDuty";
	else if (!a->withdrawn && strcmp(type, "incident.acknowledged") != 0)
		return;
	if (!a->withdrawn && (!who || strcmp(who, "user_reference") != 0))
		return;
	sink_answer_by(a, json_str(agent, "summary"), "PagerDuty");
	sink_answer_key(a, json_str(json_get(event, "data"), "incident_key"));
}

static bool answer(const struct sink_call *c, struct sink_answer *a)
{
	const char *field = request_env(c->env, "HTTP_X_PAGERDUTY_SIGNATURE");
	char why[JSON_WHY];
	cJSON *body;

	if (!signed_by(c->secret, c->body, field))
		return false;
	body = json_parse(c->body, strlen(c->body), &json_reply, why);
	read_event(json_get(body, "event"), a);
	cJSON_Delete(body);
	return true;
}

static const char *const needs[] = {"token", NULL};

const struct sink sink_pagerduty = {
	.opens = true,
	.build = build,
	.judge = judge,
	.odd = odd_key,
	.needs = needs,
	.answer = answer,
};
