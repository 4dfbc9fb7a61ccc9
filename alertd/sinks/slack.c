/* SPDX-License-Identifier: MIT */
/*
 * slack.c: Slack. With an incoming webhook each event is a message of its
 * own, answered with "ok". With the token of a bot the first message is posted
 * by chat.postMessage, which names it; later events reply in its thread, and
 * chat.update brings the first message up to date. Both always answer 200, with
 * "ok" and "error" in the body.
 * After "Incoming webhooks", "chat.postMessage", "chat.update" and "Rate
 * limits", docs.slack.dev; and for the button that acknowledges, "Verifying
 * requests from Slack" and "A field guide to interactive messages".
 */
#include "sinks/sink.h"

#include "base/num.h"
#include "cgi/request.h"
#include "terms/names.h"
#include "transport/form.h"
#include "transport/signature.h"
#include "transport/transport.h"

#include <string.h>

#define BASE "https://slack.com/api"
#define TEXT_LIMIT 7000
#define FIELD_LIMIT 500
/* Two fields with shorter texts stand side by side. */
#define BRIEF 40
/* The name of our buttons that do something. */
#define CALLBACK "mcp-alert"

/* A message of Slack: its channel, and its timestamp, which names it there. */
struct place {
	char channel[64], ts[64];
};

static const char *token(const struct sink_job *job)
{
	return secret_get(job->secret, "token", NULL);
}

/* A name that is safe to send back. */
static bool plain(const char *s)
{
	return s && *s && strlen(s) < 32 &&
		!s[strspn(s, "0123456789."
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

/* "C0123ABC 1503435956.000247"; false where there is none. */
static bool find_place(const struct sink_job *job, struct place *p)
{
	const char *space = job->handle ? strchr(job->handle, ' ') : NULL;
	size_t n = space ? (size_t)(space - job->handle) : 0;

	if (!n || n >= sizeof p->channel || !plain(space + 1))
		return false;
	memcpy(p->channel, job->handle, n);
	p->channel[n] = '\0';
	memcpy(p->ts, space + 1, strlen(space + 1) + 1);
	return plain(p->channel);
}

static void put_escaped(struct buf *b, const char *s, size_t max)
{
	sink_put_escaped(b, s, max, sink_text_slack);
}

static void put_field(struct buf *b, const char *title, const char *value,
	bool brief)
{
	buf_fmt(b, "%s{\"title\":\"%s\",\"value\":",
		b->p[b->len - 1] == '[' ? "" : ",", title);
	put_escaped(b, value, FIELD_LIMIT);
	buf_fmt(b, ",\"short\":%s}", brief ? "true" : "false");
}

static void put_fields(struct buf *b, const struct message *m)
{
	buf_str(b, ",\"fields\":[");
	for (size_t i = 0; i < m->n; i++)
		put_field(b, m->lines[i].label, m->lines[i].text,
			strlen(m->lines[i].text) < BRIEF);
	buf_char(b, ']');
}

/*
 * If Slack may answer, a button acknowledges; else a link does, also to take
 * over an incident: the page says who has it.
 */
static void put_buttons(struct buf *b, const struct sink_job *job)
{
	const struct message *m = job->message;
	bool answers = job->event->ack_url && sink_answers(job) &&
		job->event->phase != ALERT_ACKNOWLEDGED;

	if (answers)
		buf_str(b, ",\"callback_id\":\"" CALLBACK "\"");
	buf_str(b, ",\"actions\":[");
	for (size_t i = 0; i < m->n_links; i++) {
		const char *url = m->links[i].text;
		bool acts = answers && strcmp(url, job->event->ack_url) == 0;

		buf_fmt(b, "%s{\"type\":\"button\",\"text\":\"%s\",%s:",
			i ? "," : "", m->links[i].label,
			acts ? "\"name\":\"ack\",\"value\"" : "\"url\"");
		json_put_str(b, acts ? job->event->key : url);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

/* All text is escaped: nothing in it is markup. */
static void put_message(struct buf *b, const struct sink_job *job)
{
	const struct message *m = job->message;
	struct buf line;

	buf_init(&line, HTTP_REQUEST_MAX);
	buf_fmt(&line, "%s %s", message_dot(m->mood), m->title);
	buf_str(b, "\"text\":");
	put_escaped(b, line.p, FIELD_LIMIT);
	buf_release(&line);
	buf_fmt(b, ",\"attachments\":[{\"color\":\"%s\",\"fallback\":",
		message_colour(m->mood));
	put_escaped(b, m->title, FIELD_LIMIT);
	buf_str(b, ",\"text\":");
	buf_init(&line, HTTP_REQUEST_MAX);
	message_says(&line, m);
	put_escaped(b, line.p, TEXT_LIMIT);
	buf_release(&line);
	buf_str(b, ",\"mrkdwn_in\":[]");
	put_fields(b, m);
	if (m->n_links)
		put_buttons(b, job);
	buf_str(b, "}]");
}

static void call(const struct sink_job *job, const char *method,
	struct http_request *r)
{
	const char *url = job->route->url;

	http_join(&r->url, url ? url : BASE, method);
	r->type = "application/json; charset=utf-8";
	buf_fmt(&r->field, "Authorization: Bearer %s", token(job));
}

static void put_place(struct buf *b, const struct sink_job *job,
	const struct place *p, bool reply)
{
	buf_str(b, "\"channel\":");
	json_put_str(b, p ? p->channel : job->route->channel);
	if (!p)
		return;
	json_put_member(b, reply ? "thread_ts" : "ts", p->ts);
	/* Edits and replies notify few. */
	if (reply && sink_loud(job->event))
		buf_str(b, ",\"reply_broadcast\":true");
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	struct place place;
	bool known = find_place(job, &place), bot = token(job);

	if (n > (bot && known ? 1 : 0))
		return false;
	buf_char(&r->body, '{');
	if (bot) {
		call(job, n ? "/chat.update" : "/chat.postMessage", r);
		put_place(&r->body, job, known ? &place : NULL, n == 0);
		/* Else chat.update turns what looks like a link into one. */
		buf_str(&r->body, ",\"parse\":\"none\",");
		if (n == 0)
			buf_str(&r->body, "\"mrkdwn\":false,"
					  "\"unfurl_links\":false,");
	} else {
		buf_str(&r->url, secret_get(job->secret, "url", NULL));
		buf_str(&r->body, "\"mrkdwn\":false,");
	}
	put_message(&r->body, job);
	buf_char(&r->body, '}');
	return true;
}

static bool among(const char *const *names, const char *s)
{
	for (; *names; names++)
		if (strcmp(*names, s) == 0)
			return true;
	return false;
}

/* As all of Slack's: it is safe to repeat. */
static bool plain_error(const char *s)
{
	return strlen(s) < 60 && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz_")];
}

/* Judge by "error"; only known names are repeated in d->why. */
static void judge_error(const char *error, int n, struct delivered *d)
{
	static const char *const later[] = {"ratelimited", "rate_limited",
		"internal_error", "fatal_error", "service_unavailable",
		"request_timeout", "team_added_to_org", NULL};
	static const char *const mend[] = {"invalid_auth", "not_authed",
		"account_inactive", "token_revoked", "token_expired",
		"missing_scope", "no_permission", "channel_not_found",
		"not_in_channel", "is_archived", "restricted_action",
		"org_login_required", "ekm_access_denied", "access_denied",
		"accesslimited", "team_access_not_granted",
		"not_allowed_token_type", NULL};
	static const char *const gone[] = {"message_not_found",
		"thread_not_found", "cant_update_message",
		"edit_window_closed", NULL};
	/* Parts of the many other errors that are about the account or
	   channel. */
	static const char *const others[] = {"auth", "token", "account",
		"channel", "archived", "restrict", "access", "permission",
		"scope", "team", "org_", "login", "user", "inactive",
		"disabled", "deprecated", "not_allowed", "prohibited",
		"denied", "method", "two_factor", "is_bot", "no_dual", NULL};
	static const char *const of_event[] = {"channel_is_limited_text",
		"too_many_users", NULL};
	bool known = among(later, error) || among(mend, error) ||
		among(gone, error);
	bool other = !known && error_text_has_one(error, others) &&
		!among(of_event, error) && plain_error(error);

	/* The reply got through; a missing first message does no harm. */
	*d = (struct delivered) {.ok = n > 0 && among(gone, error)};
	if (d->ok)
		return;
	snprintf(d->why, sizeof d->why, "Slack says %s",
		known || other ? error : "that it is not valid");
	d->mend = other || among(mend, error);
	d->down = d->mend || among(later, error);
	d->refused = !known && !other;
	/* Post it anew the next time. */
	if (among(gone, error))
		snprintf(d->handle, sizeof d->handle, "-");
}

static void judge_call(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	const char *channel = json_str(o, "channel"), *ts = json_str(o, "ts");
	const char *error = json_str(o, "error");
	struct place place;
	bool ok;

	if (!json_bool(o, "ok", &ok) || (!ok && !error) ||
		(ok && n == 0 && (!plain(channel) || !plain(ts))))
		sink_unsound(d, "Slack's");
	else if (!ok)
		judge_error(error, n, d);
	else if (n == 0 && sink_follows(job->event) &&
		!find_place(job, &place))
		snprintf(d->handle, sizeof d->handle, "%s %s", channel, ts);
	cJSON_Delete(o);
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	/* A hook answers 400, 403, 404 or 410 with one of these in a text. */
	static const char *const of_hook[] = {"channel", "archived",
		"no_service", "no_active", "team", "token", "account", "user_",
		"prohibited", "denied", "disabled", "restrict", "auth",
		"webhook", NULL};
	bool taken = a->body.len == 2 && strcmp(a->body.p, "ok") == 0;

	if (d->refused && error_text_has_one(d->said, of_hook))
		sink_mend(d);
	if (!d->ok)
		return;
	if (token(job))
		judge_call(job, n, a, d);
	else if (!taken)
		sink_unsound(d, "Slack's");
}

/* "/services/T0123/B0123/letters and digits" */
static bool hook_path(const char *s)
{
	static const char *const begins[] = {"/services/T", "/B", "/"};

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(begins[i]), more;

		if (strncmp(s, begins[i], n) != 0)
			return false;
		more = strspn(s + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789");
		if (more < 6)
			return false;
		s += n + more;
	}
	return !*s;
}

static const char *odd(const struct sink_job *job)
{
	const char *hook = secret_get(job->secret, "url", NULL);
	const char *at = hook ? strstr(hook, "://hooks.slack") : NULL;

	if (token(job))
		return !sink_vendors(job, "slack.com") ||
				strncmp(token(job), "xox", 3) == 0
			? NULL
			: "its token is no token of Slack, such as xoxb-...";
	at = at ? strchr(at + 3, '/') : NULL;
	return !hook || !strstr(hook, "://hooks.slack") ||
			(at && strncmp(at, "/workflows/", 11) == 0) ||
			(at && strncmp(at, "/triggers/", 10) == 0) ||
			(at && hook_path(at))
		? NULL
		: "its url is no incoming webhook, such as "
		  "https://hooks.slack.com/services/T.../B.../...";
}

static const char *wrong(const struct sink_job *job)
{
	if (!token(job))
		return secret_get(job->secret, "url", NULL) ? NULL
			: "its secret: neither a token nor a url";
	return job->route->channel ? NULL
		: "the token of a bot needs a channel";
}

/* "v0=" and the HMAC of "v0:TIME:BODY", in which TIME is a second of now. */
static bool signed_now(const struct sink_call *c, long long *at)
{
	const char *time =
		request_env(c->env, "HTTP_X_SLACK_REQUEST_TIMESTAMP");
	const char *field = request_env(c->env, "HTTP_X_SLACK_SIGNATURE");
	struct buf text;
	bool ok;

	if (!time || !num_parse(time, 0, INT32_MAX * 2LL, at) ||
		(double)*at < c->now - SINK_ANSWER_AGE ||
		(double)*at > c->now + SINK_ANSWER_AGE || !field ||
		strncmp(field, "v0=", 3) != 0)
		return false;
	buf_init(&text, HTTP_REQUEST_MAX);
	buf_fmt(&text, "v0:%s:", time);
	buf_str(&text, c->body);
	ok = buf_ok(&text) && signed_sha256(c->secret, text.p, field + 3);
	buf_release(&text);
	return ok;
}

static bool answer(const struct sink_call *c, struct sink_answer *a)
{
	char why[JSON_WHY];
	const char *payload, *id;
	struct form form;
	long long at;
	cJSON *o;

	if (!signed_now(c, &at))
		return false;
	a->said_at = (double)at;
	form_read(c->body, &form);
	payload = form_get(&form, "payload");
	o = payload ? json_parse(payload, strlen(payload), &json_reply, why)
		    : NULL;
	id = json_str(o, "callback_id");
	sink_answer_by(a, json_str(json_get(o, "user"), "name"), "Slack");
	if (id && strcmp(id, CALLBACK) == 0)
		sink_answer_key(a,
			json_str(cJSON_GetArrayItem(json_get(o, "actions"), 0),
				"value"));
	cJSON_Delete(o);
	form_release(&form);
	return true;
}

/* To whoever pressed the button, and to nobody else. */
static void reply(struct buf *b, const char *s)
{
	buf_str(b, "{\"response_type\":\"ephemeral\","
		   "\"replace_original\":false,\"text\":");
	put_escaped(b, s, FIELD_LIMIT);
	buf_char(b, '}');
}

const struct sink sink_slack = {
	.build = build,
	.judge = judge,
	.odd = odd,
	.wrong = wrong,
	.answer = answer,
	.reply = reply,
	.reply_type = "application/json; charset=utf-8",
};
