/* SPDX-License-Identifier: MIT */
/*
 * teams.c: Microsoft Teams, by a workflow that begins when a webhook request is
 * received and posts its Adaptive Card. Each event is a card of its own: a
 * workflow does not name what it posted, so nothing can follow it. 202 means
 * that the workflow has begun, not that it has posted. After "Create incoming
 * webhooks with Workflows", "Adaptive Cards: RichTextBlock, TextRun,
 * Action.OpenUrl" and "Limits and specifications for Microsoft Teams",
 * learn.microsoft.com.
 */
#include "sinks/sink.h"

#include "json/json.h"

#include <string.h>

/* A card may have 28 KB: this many characters of four bytes, and the rest. */
#define CARD_LIMIT 4000
#define TITLE_LIMIT 250
#define TEXT_LIMIT 3000
#define FIELD_LIMIT 400
/* More lines are not shown. */
#define LINES_LIMIT 40
#define LINK_LIMIT 1500

/* A run of text, in which nothing is markup. */
static void put_run(struct buf *b, const char *s, size_t max, size_t *left,
	const char *look)
{
	struct buf text;

	buf_init(&text, HTTP_REQUEST_MAX);
	sink_text_within(&text, s, max, left, NULL);
	buf_str(b, "{\"type\":\"TextRun\",\"text\":");
	json_put_str(b, text.p);
	buf_fmt(b, "%s}", look);
	buf_release(&text);
}

static void block_begin(struct buf *b)
{
	json_fmt(b, ",{\"type\":\"RichTextBlock\",\"inlines\":[");
}

/* No text has a colour that is for another mood. */
static void put_title(struct buf *b, const struct message *m, size_t *left)
{
	static const char *const colours[] = {
		[MESSAGE_BAD] = "attention",
		[MESSAGE_WORRY] = "warning",
		[MESSAGE_NEWS] = "default",
		[MESSAGE_TAKEN] = "accent",
		[MESSAGE_GOOD] = "good",
	};
	char look[80];

	snprintf(look, sizeof look,
		",\"size\":\"medium\",\"weight\":\"bolder\",\"color\":\"%s\"",
		colours[m->mood]);
	block_begin(b);
	put_run(b, m->title, TITLE_LIMIT, left, look);
	buf_str(b, "]}");
}

/* A block a line: a line break in a run need not be shown. */
static void put_says(struct buf *b, const struct message *m, size_t *left)
{
	struct buf says;
	char *line, *rest;

	buf_init(&says, HTTP_REQUEST_MAX);
	message_says(&says, m);
	rest = says.len ? says.p : NULL;
	for (int i = 0; i < LINES_LIMIT && (line = strsep(&rest, "\n")); i++) {
		if (!*line)
			continue;
		block_begin(b);
		put_run(b, line, TEXT_LIMIT, left, "");
		buf_str(b, "]}");
	}
	buf_release(&says);
}

static void put_lines(struct buf *b, const struct message *m, size_t *left)
{
	for (size_t i = 0; i < m->n; i++) {
		block_begin(b);
		buf_fmt(b, "{\"type\":\"TextRun\",\"weight\":\"bolder\","
			   "\"text\":\"%s: \"},", m->lines[i].label);
		put_run(b, m->lines[i].text, FIELD_LIMIT, left, "");
		buf_str(b, "]}");
	}
}

static void put_links(struct buf *b, const struct message *m)
{
	buf_str(b, ",\"actions\":[");
	for (size_t i = 0; i < m->n_links; i++) {
		const char *url = m->links[i].text;

		if (strlen(url) > LINK_LIMIT)
			continue;
		json_fmt(b, ",{\"type\":\"Action.OpenUrl\",\"title\":%s,"
			    "\"url\":%s}", m->links[i].label, url);
	}
	buf_char(b, ']');
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const struct message *m = job->message;
	size_t left = CARD_LIMIT;

	if (n > 0)
		return false;
	buf_str(&r->url, secret_get(job->secret, "url", NULL));
	buf_str(&r->body,
		"{\"type\":\"message\",\"attachments\":[{\"contentType\":"
		"\"application/vnd.microsoft.card.adaptive\","
		"\"contentUrl\":null,\"content\":{\"$schema\":"
		"\"http://adaptivecards.io/schemas/adaptive-card.json\","
		"\"type\":\"AdaptiveCard\",\"version\":\"1.2\","
		"\"msteams\":{\"width\":\"Full\"},\"fallbackText\":");
	sink_put_cut(&r->body, m->title, TITLE_LIMIT);
	buf_str(&r->body, ",\"body\":[");
	put_title(&r->body, m, &left);
	put_says(&r->body, m, &left);
	put_lines(&r->body, m, &left);
	buf_char(&r->body, ']');
	put_links(&r->body, m);
	buf_str(&r->body, "}}]}");
	return true;
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	/* The codes of a workflow that is off or deleted, or an address that is
	   not whole; the other codes are about what we sent. */
	static const char *const of_flow[] = {"WorkflowTriggerIsNotEnabled",
		"WorkflowNotFound", "WorkflowDisabled", "WorkflowSuspended",
		"FlowDisabled", "FlowSuspended", "FlowNotFound", "Signature",
		"Authoriz", "Authentic", "state 'Deleted'",
		"state 'Disabled'", "state 'Suspended'", "api-version", NULL};
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const char *code = json_str(json_get(o, "error"), "code");

	(void)job;
	(void)n;
	/* A flow may have an action that answers something. */
	if (d->ok && a->body.len && !o)
		sink_unsound(d, "Microsoft's");
	if (d->refused && (error_text_has_one(d->said, of_flow) ||
				  (code && error_text_has_one(code, of_flow))))
		sink_mend(d);
	cJSON_Delete(o);
}

static const char *odd_flow(const struct sink_job *job)
{
	const char *url = secret_get(job->secret, "url", NULL);

	if (!url || (!strstr(url, ".logic.azure.") &&
			    !strstr(url, ".powerplatform.") &&
			    !strstr(url, ".office.com/")))
		return NULL;
	return strstr(url, "/triggers/") && strstr(url, "sig=") ? NULL
		: "its url is no webhook of a workflow, such as "
		  "https://...powerplatform.com/.../triggers/...&sig=...";
}

static const char *const needs[] = {"url", NULL};

const struct sink sink_teams = {
	.build = build, .judge = judge, .odd = odd_flow, .needs = needs};
