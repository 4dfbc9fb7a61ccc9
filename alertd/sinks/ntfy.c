/* SPDX-License-Identifier: MIT */
/*
 * ntfy.c: ntfy, published as JSON. What begins, gets worse or reminds is a
 * notification of its own, for the application stays silent when one that it
 * shows is updated; an acknowledgement and the end update the last of these,
 * from ntfy 2.16 on, in its applications for Android and the web. Texts are
 * plain. After "Publish as JSON", "Message priority", "Action buttons",
 * "Updating notifications", "Authentication" and "Limitations", docs.ntfy.sh.
 */
#include "sinks/sink.h"

#include "json/json.h"

#include <string.h>

/*
 * All in bytes. A longer message becomes an attachment, a longer title is
 * refused; and so is a body of more than 8192 bytes, in which a byte of text
 * may take two.
 */
#define MESSAGE_LIMIT 2400
#define TITLE_LIMIT 200
#define TAG_LIMIT 100
#define LINK_LIMIT 400
#define TOPIC_LIMIT 64
#define NAMES                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* The topic in the address of the route. */
static const char *topic(const struct sink_job *job)
{
	return strrchr(secret_get(job->secret, "url", NULL), '/') + 1;
}

/* The id of the notification that is there; NULL: there is none. */
static const char *known(const struct sink_job *job)
{
	const char *h = job->handle;

	return h && *h && *h != '-' && strlen(h) <= 64 && !h[strspn(h, NAMES)]
		? h
		: NULL;
}

static void put_bytes(struct buf *b, const char *key, const char *s,
	size_t max)
{
	char out[MESSAGE_LIMIT + 1];

	json_put_member(b, key, sink_cut(s, max, out, max + 1));
}

static void put_texts(struct buf *b, const struct message *m)
{
	struct buf text;

	put_bytes(b, "title", m->title, TITLE_LIMIT);
	buf_init(&text, HTTP_REQUEST_MAX);
	message_says(&text, m);
	for (size_t i = 0; i < m->n; i++)
		buf_fmt(&text, "%s%s: %s", text.len ? "\n" : "",
			m->lines[i].label, m->lines[i].text);
	put_bytes(b, "message", text.len ? text.p : m->title, MESSAGE_LIMIT);
	buf_release(&text);
}

/* How loud it is, and the signs before its title. */
static void put_urgency(struct buf *b, const struct sink_event *e,
	enum message_mood mood)
{
	static const struct {
		int priority;
		const char *tag;
	} moods[] = {
		[MESSAGE_BAD] = {5, "rotating_light"},
		[MESSAGE_WORRY] = {4, "warning"},
		[MESSAGE_NEWS] = {3, "information_source"},
		[MESSAGE_TAKEN] = {2, "eyes"},
		[MESSAGE_GOOD] = {3, "white_check_mark"},
	};

	buf_fmt(b, ",\"priority\":%d,\"tags\":[\"%s\"", moods[mood].priority,
		moods[mood].tag);
	if (!e->digest && *e->slug != '*') {
		buf_char(b, ',');
		sink_put_cut(b, e->slug, TAG_LIMIT);
	}
	buf_char(b, ']');
}

static void put_links(struct buf *b, const struct message *m)
{
	buf_str(b, ",\"actions\":[");
	for (size_t i = 0; i < m->n_links; i++) {
		if (strlen(m->links[i].text) <= LINK_LIMIT)
			json_fmt(b, ",{\"action\":\"view\",\"label\":%s,"
				    "\"url\":%s}", m->links[i].label,
				m->links[i].text);
	}
	buf_char(b, ']');
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const char *url = secret_get(job->secret, "url", NULL);
	const char *token = secret_get(job->secret, "token", NULL);
	const struct sink_event *e = job->event;

	if (n > 0)
		return false;
	buf_add(&r->url, url, (size_t)(topic(job) - url));
	if (token)
		buf_fmt(&r->field, "Authorization: Bearer %s", token);
	r->user = token ? NULL : secret_get(job->secret, "user", NULL);
	r->password = token ? NULL : secret_get(job->secret, "password", NULL);
	buf_str(&r->body, "{\"topic\":");
	json_put_str(&r->body, topic(job));
	put_texts(&r->body, job->message);
	put_urgency(&r->body, e, job->message->mood);
	if (known(job) && !sink_loud(e))
		json_put_member(&r->body, "sequence_id", known(job));
	if (e->dashboard_url && strlen(e->dashboard_url) <= LINK_LIMIT)
		json_put_member(&r->body, "click", e->dashboard_url);
	put_links(&r->body, job->message);
	buf_char(&r->body, '}');
	return true;
}

/* "topic invalid" and "topic name is disallowed", errors of ntfy. */
static bool about_topic(const cJSON *o)
{
	double code;

	return json_num(o, "code", &code) && code > 40008.5 && code < 40010.5;
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const char *id = json_str(o, "id"), *event = json_str(o, "event");

	(void)n;
	if (d->refused && about_topic(o))
		sink_mend(d);
	if (!d->ok)
		; /* sink_judge knows */
	else if (a->status != 200 || !event || strcmp(event, "message") != 0 ||
		!id || !*id || strlen(id) > 64 || id[strspn(id, NAMES)])
		sink_unsound(d, "ntfy's");
	else if (sink_follows(job->event) &&
		(!known(job) || sink_loud(job->event)))
		snprintf(d->handle, sizeof d->handle, "%s", id);
	cJSON_Delete(o);
}

static const char *odd_token(const struct sink_job *job)
{
	const char *token = secret_get(job->secret, "token", NULL);

	return !token || strncmp(token, "tk_", 3) == 0 ? NULL
		: "its token is no access token, such as tk_...";
}

static const char *wrong(const struct sink_job *job)
{
	const char *url = secret_get(job->secret, "url", NULL);
	bool user = secret_get(job->secret, "user", NULL) != NULL;
	bool password = secret_get(job->secret, "password", NULL) != NULL;
	const char *path = url ? strstr(url, "://") : NULL;
	const char *last = path ? strrchr(path + 3, '/') : NULL;
	size_t len = last ? strspn(last + 1, NAMES) : 0;

	if (!len || len > TOPIC_LIMIT || last[1 + len])
		return "its secret: the url does not end with a topic";
	return user == password ? NULL
		: "its secret: needs both user and password";
}

static const char *const needs[] = {"url", NULL};

const struct sink sink_ntfy = {.build = build,
	.judge = judge,
	.odd = odd_token,
	.wrong = wrong,
	.needs = needs};
