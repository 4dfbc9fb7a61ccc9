/* SPDX-License-Identifier: MIT */
/*
 * opsgenie.c: Opsgenie, Alert API v2: POST /v2/alerts with an alias, under
 * which it is acknowledged, noted on, and closed by POST. Each is taken with
 * 202 and carried out later; 422 is a request that it cannot process. After
 * "Alert API"; and for what people answer there, "Webhook Integration" and
 * "Alert Action Data", docs.opsgenie.com. Opsgenie signs nothing, but sends a
 * header field that its user sets: a bearer token.
 */
#include "sinks/sink.h"

#include "base/num.h"
#include "cgi/request.h"
#include "json/json.h"
#include "transport/transport.h"

#include <string.h>

#define BASE "https://api.opsgenie.com"
/* The limits of the fields. */
#define MESSAGE_MAX 130
#define ALIAS_MAX 512
#define DESCRIPTION_MAX 15000
#define NOTE_MAX 20000
#define ENTITY_MAX 512
#define TAG_MAX 50
/* Longer details are left out: a cut link is useless, and all take 8,000. */
#define DETAIL_MAX 700
#define USER "mcp-alert"

static void put_detail(
	struct buf *b, const char *key, const char *s, size_t max)
{
	if (!s || !*s)
		return;
	buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", key);
	sink_put_cut(b, s, max);
}

static void put_tags(struct buf *b, const struct sink_event *e)
{
	const char *const tags[] = {"mcp", e->kind, e->layer, e->tier};
	const char *comma = "";

	buf_str(b, ",\"tags\":[");
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		if (!tags[i])
			continue;
		buf_str(b, comma);
		sink_put_cut(b, tags[i], TAG_MAX);
		comma = ",";
	}
	buf_char(b, ']');
}

static void put_details(struct buf *b, const struct message *m)
{
	const char *comma = "";

	buf_str(b, ",\"details\":{");
	for (size_t i = 0; i < m->n + m->n_links; i++) {
		const struct message_line *l = i < m->n ? &m->lines[i]
							: &m->links[i - m->n];

		if (strlen(l->text) > DETAIL_MAX)
			continue;
		buf_str(b, comma);
		json_put_str(b, l->label);
		buf_char(b, ':');
		json_put_str(b, l->text);
		comma = ",";
	}
	buf_char(b, '}');
}

static const char *priority(const struct sink_job *job)
{
	const struct sink_event *e = job->event;

	if (e->digest)
		return "P5";
	return severity_name(e->severity == SEVERITY_P1 && job->message->partial
			? SEVERITY_P2
			: e->severity);
}

static void create(const struct sink_job *job, struct buf *b)
{
	const struct sink_event *e = job->event;
	const struct message *m = job->message;
	struct buf text;

	put_detail(b, "message", m->title, MESSAGE_MAX);
	put_detail(b, "alias", e->key, ALIAS_MAX);
	buf_init(&text, HTTP_REQUEST_MAX);
	message_plain(&text, m);
	put_detail(b, "description", text.p, DESCRIPTION_MAX);
	buf_release(&text);
	put_detail(b, "priority", priority(job), 2);
	put_detail(b, "source", USER, TAG_MAX);
	if (e->digest)
		return;
	put_detail(b, "entity", e->slug, ENTITY_MAX);
	put_tags(b, e);
	put_details(b, m);
}

/* A request on an existing alert, by its alias, with a note. */
static void act(const struct sink_job *job, const char *action,
	struct http_request *r)
{
	const char *url = job->route->url;

	http_join(&r->url, url ? url : BASE, "/v2/alerts/");
	http_escape(&r->url, job->event->key);
	buf_fmt(&r->url, "/%s?identifierType=alias", action);
	if (strcmp(action, "priority") == 0) {
		r->method = "PUT";
		put_detail(&r->body, "priority", priority(job), 2);
		return;
	}
	put_detail(&r->body, "user", USER, TAG_MAX);
	put_detail(&r->body, "source", USER, TAG_MAX);
	put_detail(&r->body, "note", job->message->title, NOTE_MAX);
}

/*
 * The n-th request of an event: "" creates the alert. Escalations and reminders
 * create it first, in case it is missing; creating it again only counts it up.
 */
static const char *action(const struct sink_event *e, int n)
{
	static const char *const worse[] = {"", "notes", "priority", NULL};
	static const char *const still[] = {"", "notes", NULL};
	static const char *const taken[] = {"acknowledge", NULL};
	static const char *const over[] = {"close", NULL};
	static const char *const begun[] = {"", NULL};
	static const char *const test[] = {"", "close", NULL};
	static const char *const *const actions[] = {
		[ALERT_STARTED] = begun,
		[ALERT_ESCALATED] = worse,
		[ALERT_REMINDER] = still,
		[ALERT_ACKNOWLEDGED] = taken,
		[ALERT_UPDATED] = still,
		[ALERT_RESOLVED] = over,
		[ALERT_ONCE] = begun,
	};
	const char *const *l = e->digest ? begun
		: sink_event_tests(e)	 ? test
					 : actions[e->phase];

	for (int i = 0; i < n && *l; i++)
		l++;
	return *l;
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const char *what = action(job->event, n), *url = job->route->url;

	if (!what)
		return false;
	buf_fmt(&r->field, "Authorization: GenieKey %s",
		secret_get(job->secret, "token", NULL));
	buf_char(&r->body, '{');
	if (*what) {
		act(job, what, r);
	} else {
		http_join(&r->url, url ? url : BASE, "/v2/alerts");
		create(job, &r->body);
	}
	buf_char(&r->body, '}');
	return true;
}

/*
 * Whether Opsgenie refuses the key, to which it answers 422, too. "errors"
 * names the members of an event that are wrong.
 */
static bool about_key(const struct http_answer *a, const char *said)
{
	static const char *const of_key[] = {"key", "authenticat", "authori",
		"integration", "account", "customer", "plan", "expired",
		"disabled", "permission", "not allowed", "forbidden", NULL};
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const cJSON *errors = json_get(o, "errors");
	bool of_event = errors && errors->child &&
		!json_get(errors, "apiKey") && !json_get(errors, "key");

	cJSON_Delete(o);
	return !of_event && error_text_has_one(said, of_key);
}

/* Nothing has to be done to an alert that is gone. */
static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	const char *what = action(job->event, n);

	if (a->status == 404 && what && *what)
		*d = (struct delivered) {.ok = true};
	else if (d->ok && a->status != 202)
		sink_unsound(d, "Opsgenie's");
	else if (d->refused && about_key(a, d->said))
		sink_mend(d);
}

static const char *odd_key(const struct sink_job *job)
{
	return !sink_vendors(job, "opsgenie.com") ||
			sink_key_fits(secret_get(job->secret, "token", NULL),
				"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh")
		? NULL
		: "its token is no key of an API integration, such as "
		  "eb243592-faa2-4ba2-a551-1afdf565c889";
}

/* Numbers of an alert are in seconds, milliseconds or smaller; 0: in
   neither. */
static double seconds(double t)
{
	for (int i = 0; i < 3 && t > NUM_EPOCH_MAX; i++)
		t /= 1000;
	return t <= NUM_EPOCH_MAX ? t : 0;
}

/* Our own requests come back, too. */
static void read_action(const cJSON *body, struct sink_answer *a)
{
	const char *what = json_str(body, "action");
	const cJSON *alert = json_get(body, "alert");
	const char *who = json_str(alert, "username");
	double at;

	if (!what || (who && strcmp(who, USER) == 0))
		return;
	if (json_num(alert, "updatedAt", &at) && at > 0)
		a->said_at = seconds(at);
	a->withdrawn = strcmp(what, "UnAcknowledge") == 0;
	if (strcmp(what, "Close") == 0)
		a->reason = "closed in Opsgenie";
	else if (!a->withdrawn && strcmp(what, "Acknowledge") != 0)
		return;
	sink_answer_by(a, who, "Opsgenie");
	sink_answer_key(a, json_str(alert, "alias"));
}

static bool answer(const struct sink_call *c, struct sink_answer *a)
{
	char sha256[SHA256_HEX], why[JSON_WHY];
	cJSON *body;

	sha256_hex(c->secret, strlen(c->secret), sha256);
	if (!bearer_is(request_env(c->env, "HTTP_AUTHORIZATION"), sha256))
		return false;
	body = json_parse(c->body, strlen(c->body), &json_reply, why);
	read_action(body, a);
	cJSON_Delete(body);
	return true;
}

static const char *const needs[] = {"token", NULL};

const struct sink sink_opsgenie = {
	.opens = true,
	.build = build,
	.judge = judge,
	.odd = odd_key,
	.needs = needs,
	.answer = answer,
};
