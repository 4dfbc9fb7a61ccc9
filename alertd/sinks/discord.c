/* SPDX-License-Identifier: MIT */
/*
 * discord.c: a webhook of Discord. The first message of an incident is
 * posted with "wait", so that the answer names it; later events change it by
 * PATCH, red to green. A change notifies nobody, so escalations and reminders
 * are posted as well. Only the configured role is mentioned, once. After
 * "Execute Webhook", "Edit Webhook Message", "Embed Limits", "Allowed Mentions"
 * and "Rate Limits", docs.discord.com.
 */
#include "sinks/sink.h"

#include "base/clock.h"
#include "json/json.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The text of an embed is at most 6,000 characters, and each may need a
 * backslash.
 */
#define TITLE_LIMIT 120
#define TEXT_LIMIT 700
#define DIGEST_LIMIT 2000
#define FIELD_LIMIT 200
#define LINKS_LIMIT 900
#define DIGITS "0123456789"

/*
 * The codes of what is wrong with the webhook, its channel or a thread there,
 * and not with the message. After "JSON Error Codes".
 */
static const int of_hook[] = {10003, 10004, 10008, 10015, 20016, 30007, 40001,
	40060, 50001, 50008, 50013, 50024, 50027, 50083, 50101, 160005, 220001,
	220002, 220003, 220004};

/* The code of the error "Unknown Message". */
#define UNKNOWN_MESSAGE 10008

/* The id of the message that is there; NULL: there is none. */
static const char *known(const struct sink_job *job)
{
	const char *h = job->handle;

	return h && *h && strlen(h) < 32 && !h[strspn(h, DIGITS)] ? h : NULL;
}

static void put_text(struct buf *b, const char *s, size_t max)
{
	sink_put_escaped(b, s, max, sink_text_discord);
}

static void put_links(struct buf *b, const struct message *m)
{
	struct buf text;

	buf_init(&text, HTTP_REQUEST_MAX);
	for (size_t i = 0; i < m->n_links; i++)
		if (text.len + strlen(m->links[i].text) < LINKS_LIMIT)
			buf_fmt(&text, "%s[%s](%s)", text.len ? " \u00b7 " : "",
				m->links[i].label, m->links[i].text);
	if (text.len) {
		buf_fmt(b, "%s{\"name\":\"Links\",\"value\":",
			m->n ? "," : "");
		json_put_str(b, text.p);
		buf_str(b, ",\"inline\":false}");
	}
	buf_release(&text);
}

static void put_fields(struct buf *b, const struct message *m)
{
	buf_str(b, ",\"fields\":[");
	for (size_t i = 0; i < m->n; i++) {
		buf_fmt(b, "%s{\"name\":\"%s\",\"value\":", i ? "," : "",
			m->lines[i].label);
		put_text(b, m->lines[i].text, FIELD_LIMIT);
		buf_str(b, ",\"inline\":false}");
	}
	put_links(b, m);
	buf_char(b, ']');
}

static void put_embed(struct buf *b, const struct sink_job *job)
{
	const struct message *m = job->message;
	char at[CLOCK_RFC3339];
	struct buf says;

	clock_rfc3339((int64_t)job->event->at, at);
	buf_init(&says, HTTP_REQUEST_MAX);
	message_says(&says, m);
	buf_str(b, "\"embeds\":[{\"title\":");
	put_text(b, m->title, TITLE_LIMIT);
	buf_str(b, ",\"description\":");
	put_text(b, says.p, job->event->digest ? DIGEST_LIMIT : TEXT_LIMIT);
	buf_release(&says);
	buf_fmt(b, ",\"color\":%ld,\"timestamp\":\"%s\"",
		strtol(message_colour(m->mood) + 1, NULL, 16), at);
	put_fields(b, m);
	buf_str(b, "}]");
}

/* The role is mentioned only when an incident begins. */
static void put_mention(struct buf *b, const struct sink_job *job, bool first)
{
	const char *role = first && !job->event->digest &&
			job->event->phase != ALERT_RESOLVED &&
			job->event->phase != ALERT_ACKNOWLEDGED
		? job->route->mention
		: NULL;

	if (role)
		buf_fmt(b, "\"content\":\"<@&%s>\",", role);
	buf_str(b, "\"allowed_mentions\":{\"parse\":[]");
	if (role)
		buf_fmt(b, ",\"roles\":[\"%s\"]", role);
	buf_str(b, "},");
}

/* The address may have a query, such as a thread. */
static void put_url(struct buf *url, const char *base, const char *message)
{
	const char *query = strchr(base, '?');
	size_t n = query ? (size_t)(query - base) : strlen(base);

	while (n && base[n - 1] == '/')
		n--;
	buf_add(url, base, n);
	if (message)
		buf_fmt(url, "/messages/%s", message);
	if (query)
		buf_str(url, query);
	if (!message)
		buf_fmt(url, "%swait=true", query ? "&" : "?");
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const char *there = known(job);

	if (n > (there && sink_loud(job->event) ? 1 : 0))
		return false;
	if (there && n == 0)
		r->method = "PATCH";
	put_url(&r->url, secret_get(job->secret, "url", NULL),
		there && n == 0 ? there : NULL);
	buf_char(&r->body, '{');
	put_mention(&r->body, job, !there);
	put_embed(&r->body, job);
	buf_char(&r->body, '}');
	return true;
}

/* Whether the webhook, or the thread that its URL names, is wrong. */
static bool about_hook(const cJSON *o)
{
	const cJSON *errors = json_get(o, "errors");
	double code = 0;

	if (json_get(errors, "webhook_id") || json_get(errors, "thread_id") ||
		json_get(errors, "webhook_token"))
		return true;
	if (!json_num(o, "code", &code) || code < 0 || code > INT_MAX)
		return false;
	for (size_t i = 0; i < sizeof of_hook / sizeof *of_hook; i++)
		if ((int)code == of_hook[i])
			return true;
	return false;
}

static void judge_failure(const struct sink_job *job, int n, const cJSON *o,
	const struct http_answer *a, struct delivered *d)
{
	double after, code;

	/* The body is more exact than the header field. */
	if (a->status == 429 && json_num(o, "retry_after", &after) &&
		after > d->retry_after_s && after < 86400)
		d->retry_after_s = ceil(after);
	/* Somebody deleted the message: post it anew. */
	if (a->status == 404 && known(job) && n == 0 &&
		json_num(o, "code", &code) && code == UNKNOWN_MESSAGE) {
		*d = (struct delivered) {.handle = "-"};
		snprintf(d->why, sizeof d->why, "its message was deleted");
	}
	if (d->refused && about_hook(o))
		sink_mend(d);
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const char *id = json_str(o, "id");

	if (!d->ok)
		judge_failure(job, n, o, a, d);
	else if (a->status != 200 || !id || !*id || strlen(id) > 20 ||
		id[strspn(id, DIGITS)])
		sink_unsound(d, "Discord's");
	else if (!known(job) && sink_follows(job->event))
		snprintf(d->handle, sizeof d->handle, "%s", id);
	cJSON_Delete(o);
}

static const char *odd(const struct sink_job *job)
{
	static const char path[] = "/webhooks/";
	const char *url = secret_get(job->secret, "url", NULL);
	const char *at = url ? strstr(url, path) : NULL;
	size_t id;

	if (!url || (!strstr(url, "discord.com/") &&
			    !strstr(url, "discordapp.com/")))
		return NULL;
	at = at ? at + strlen(path) : "";
	id = strspn(at, DIGITS);
	return id >= 17 && id <= 20 && at[id] == '/' &&
			strcspn(at + id + 1, "/?#") >= 60
		? NULL
		: "its url is no webhook, such as "
		  "https://discord.com/api/webhooks/123.../...";
}

static const char *const needs[] = {"url", NULL};

const struct sink sink_discord = {
	.build = build, .judge = judge, .odd = odd, .needs = needs};
