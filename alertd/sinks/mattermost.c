/* SPDX-License-Identifier: MIT */
/*
 * mattermost.c: an incoming webhook of Mattermost, answered with "ok". Each
 * event is a message of its own: the answer does not name it, so nothing can
 * follow it. After "Incoming webhooks" and "Message attachments",
 * docs.mattermost.com, and "Format messages" there.
 */
#include "sinks/sink.h"

#include "json/json.h"

#include <ctype.h>
#include <string.h>

/*
 * The attachments may have 7600 characters of JSON in all, where each of ours
 * may take three: a backslash, which JSON writes as two, and itself.
 */
#define MESSAGE_LIMIT 1700
#define TITLE_LIMIT 250
#define TEXT_LIMIT 1400
#define FIELD_LIMIT 300
#define LINK_LIMIT 500

/*
 * Only these signs may follow a backslash. A space of no width keeps an @ from
 * being a mention, <, :// and www. from being a link, and <!channel> from
 * being Slack's for @channel.
 */
static void put_plain(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\`*{}[]()#+-!_>~|", *s))
			buf_char(b, '\\');
		buf_char(b, *s);
		if (strchr("@<", *s) || (*s == ':' && s[1] == '/') ||
			strncasecmp(s, "w.", 2) == 0)
			buf_str(b, "\u200b");
	}
}

/* An address as code: to be copied, and no link. */
static void put_address(struct buf *b, const char *s)
{
	buf_fmt(b, "`%s`", s);
}

static void put_value(struct buf *b, const char *s, size_t *left)
{
	bool address = strncmp(s, "http", 4) == 0 && !strchr(s, '`');
	struct buf text;

	buf_init(&text, HTTP_REQUEST_MAX);
	sink_text_within(&text, s, FIELD_LIMIT, left,
		address ? put_address : put_plain);
	json_put_str(b, text.p);
	buf_release(&text);
}

static void put_fields(struct buf *b, const struct message *m, size_t *left)
{
	buf_str(b, ",\"fields\":[");
	for (size_t i = 0; i < m->n; i++) {
		buf_fmt(b, "%s{\"title\":\"%s\",\"short\":false,\"value\":",
			i ? "," : "", m->lines[i].label);
		put_value(b, m->lines[i].text, left);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

/* The event and a line of links: a button would need a plugin. */
static void put_said(struct buf *b, const struct message *m, size_t *left)
{
	struct buf text, says;
	const char *before = "";

	buf_init(&text, HTTP_REQUEST_MAX);
	buf_init(&says, HTTP_REQUEST_MAX);
	message_says(&says, m);
	if (says.len)
		sink_text_within(&text, says.p, TEXT_LIMIT, left, put_plain);
	if (text.len)
		before = "\n\n";
	for (size_t i = 0; i < m->n_links; i++) {
		if (strlen(m->links[i].text) > LINK_LIMIT)
			continue;
		buf_fmt(&text, "%s[%s](%s)", before, m->links[i].label,
			m->links[i].text);
		before = " \u00b7 ";
	}
	json_put_str(b, text.p);
	buf_release(&says);
	buf_release(&text);
}

static void put_title(struct buf *b, const struct message *m)
{
	size_t left = TITLE_LIMIT;
	struct buf title;

	buf_init(&title, HTTP_REQUEST_MAX);
	buf_fmt(&title, "%s **", message_dot(m->mood));
	sink_text_within(&title, m->title, TITLE_LIMIT, &left, put_plain);
	buf_str(&title, "**");
	json_put_str(b, title.p);
	buf_release(&title);
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const struct message *m = job->message;
	size_t left = MESSAGE_LIMIT;

	if (n > 0)
		return false;
	buf_str(&r->url, secret_get(job->secret, "url", NULL));
	buf_str(&r->body, "{\"text\":");
	put_title(&r->body, m);
	if (job->route->channel)
		json_put_member(&r->body, "channel", job->route->channel);
	buf_fmt(&r->body, ",\"attachments\":[{\"color\":\"%s\",\"fallback\":",
		message_colour(m->mood));
	sink_put_cut(&r->body, m->title, TITLE_LIMIT);
	buf_str(&r->body, ",\"text\":");
	put_said(&r->body, m, &left);
	put_fields(&r->body, m, &left);
	buf_str(&r->body, "}]}");
	return true;
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	/* Parts of "id"; the message may be in any language. */
	static const char *const of_hook[] = {"webhook.invalid", "channel",
		"webhook.user", "permission", "disabled", "team", NULL};
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const char *id = json_str(o, "id");

	(void)job;
	(void)n;
	/* 501: webhooks are disabled there. */
	if (!d->ok && (d->refused || a->status == 501) && id &&
		error_text_has_one(id, of_hook))
		sink_mend(d);
	if (d->ok && (a->body.len != 2 || strcmp(a->body.p, "ok") != 0))
		sink_unsound(d, "Mattermost's");
	cJSON_Delete(o);
}

static const char *odd_hook(const struct sink_job *job)
{
	const char *url = secret_get(job->secret, "url", NULL);
	const char *key = url ? strstr(url, "/hooks/") : NULL;
	size_t n = 0;

	for (key = key ? key + 7 : ""; isalnum((unsigned char)key[n]); n++)
		;
	return n >= 26 && !key[n]
		? NULL
		: "its url is no incoming webhook, such as "
		  "https://chat.example.com/hooks/...";
}

static const char *const needs[] = {"url", NULL};

const struct sink sink_mattermost = {
	.build = build, .judge = judge, .odd = odd_hook, .needs = needs};
