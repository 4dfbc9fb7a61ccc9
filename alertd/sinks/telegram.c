/* SPDX-License-Identifier: MIT */
/*
 * telegram.c: Telegram, by the sendMessage of a bot. Later events reply to the
 * first message of the incident, silently unless it got worse. After "Making
 * requests", "sendMessage", "ReplyParameters", "InlineKeyboardButton", "HTML
 * style" and "ResponseParameters", core.telegram.org/bots/api.
 */
#include "sinks/sink.h"

#include "json/json.h"

#include <ctype.h>
#include <string.h>

#define BASE "https://api.telegram.org"
/*
 * A message has 4096 characters "after entities parsing", perhaps UTF-16 units:
 * each of these may be two of them, or have a space of no width behind it.
 */
#define MESSAGE_LIMIT 1850
#define TITLE_LIMIT 250
#define TEXT_LIMIT 1600
#define FIELD_LIMIT 300
#define DIGITS "0123456789"

/* The id of the first message; NULL: there is none. */
static const char *known(const struct sink_job *job)
{
	const char *h = job->handle;

	return h && *h && *h != '0' && strlen(h) < 17 && !h[strspn(h, DIGITS)]
		? h
		: NULL;
}

/* Whether Telegram would begin a link, mention or command with s[0]. */
static bool begins_link(const char *s, char before)
{
	unsigned char next = (unsigned char)s[1];

	return *s == '@' || (*s == ':' && next == '/') ||
		(*s == '.' && (isalpha(next) || next > 0x7f)) ||
		(*s == '/' && isalpha(next) && !isalnum((unsigned char)before));
}

/* A space of no width keeps it from being one. */
static void put_plain(struct buf *b, const char *s)
{
	for (char before = ' '; *s; before = *s++) {
		sink_text_slack(b, (char[2]) {*s});
		if (begins_link(s, before))
			buf_str(b, "\u200b");
	}
}

/* Where nothing becomes a link. */
static void put_code(struct buf *b, const char *s)
{
	buf_str(b, "<code>");
	sink_text_slack(b, s);
	buf_str(b, "</code>");
}

/* Telegram refuses a message with a button to a host without a dot. */
static bool has_button(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host ? strcspn(host + 3, "/?#:") : 0;

	return n && memchr(host + 3, '.', n);
}

static void put_lines(struct buf *b, const struct message *m, size_t *left)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *s = m->lines[i].text;
		bool address = strncmp(s, "http", 4) == 0;

		buf_fmt(b, "\n<b>%s:</b> ", m->lines[i].label);
		sink_text_within(b, s, FIELD_LIMIT, left,
			address ? put_code : put_plain);
	}
	for (size_t i = 0; i < m->n_links; i++) {
		const char *url = m->links[i].text;

		if (has_button(url) || strlen(url) >= *left)
			continue;
		buf_fmt(b, "\n<b>%s:</b> ", m->links[i].label);
		sink_text_within(b, url, *left, left, put_code);
	}
}

static void put_body(struct buf *b, const struct message *m)
{
	size_t left = MESSAGE_LIMIT;
	struct buf text, says;

	buf_init(&text, HTTP_REQUEST_MAX);
	buf_init(&says, HTTP_REQUEST_MAX);
	buf_fmt(&text, "%s <b>", message_dot(m->mood));
	sink_text_within(&text, m->title, TITLE_LIMIT, &left, put_plain);
	buf_str(&text, "</b>\n");
	message_says(&says, m);
	if (says.len)
		sink_text_within(&text, says.p, TEXT_LIMIT, &left, put_plain);
	put_lines(&text, m, &left);
	json_put_str(b, text.p);
	buf_release(&says);
	buf_release(&text);
}

static void put_buttons(struct buf *b, const struct message *m)
{
	static const char begin[] = ",\"reply_markup\":{"
				    "\"inline_keyboard\":[";
	bool any = false;

	for (size_t i = 0; i < m->n_links; i++) {
		if (!has_button(m->links[i].text))
			continue;
		buf_str(b, any ? "," : begin);
		json_fmt(b, "[{\"text\":%s,\"url\":%s}]", m->links[i].label,
			m->links[i].text);
		any = true;
	}
	if (any)
		buf_str(b, "]}");
}

static bool build(const struct sink_job *job, int n, struct http_request *r)
{
	const char *first = known(job), *url = job->route->url;

	if (n > 0)
		return false;
	http_join(&r->url, url ? url : BASE, "/bot");
	buf_fmt(&r->url, "%s/sendMessage",
		secret_get(job->secret, "token", NULL));
	buf_str(&r->body, "{\"chat_id\":");
	json_put_str(&r->body, job->route->channel);
	buf_str(&r->body, ",\"parse_mode\":\"HTML\","
			  "\"link_preview_options\":{\"is_disabled\":true},"
			  "\"text\":");
	put_body(&r->body, job->message);
	if (first)
		buf_fmt(&r->body, ",\"reply_parameters\":{\"message_id\":%s,"
				  "\"allow_sending_without_reply\":true}",
			first);
	if (first && !sink_loud(job->event))
		buf_str(&r->body, ",\"disable_notification\":true");
	put_buttons(&r->body, job->message);
	buf_char(&r->body, '}');
	return true;
}

static void judge_failure(const cJSON *o, const struct http_answer *a,
	struct delivered *d)
{
	/* The chat, the rights of the bot there, or the address of our pages;
	   the rest of 400 is about the message. */
	static const char *const of_chat[] = {"chat not found", "chat_id",
		"chat was upgraded", "migrate", "deactivated", "rights",
		"CHAT_", "CHANNEL_", "PEER_", "TOPIC_", "USER_", "user not",
		"thread not found", "BUTTON_URL", "button URL", NULL};
	const cJSON *more = json_get(o, "parameters");
	double after, chat;

	/* The body alone says it. */
	if (a->status == 429 && json_num(more, "retry_after", &after) &&
		after > d->retry_after_s && after < 86400)
		d->retry_after_s = after;
	if (d->refused && error_text_has_one(d->said, of_chat))
		sink_mend(d);
	if (d->mend && json_num(more, "migrate_to_chat_id", &chat) &&
		chat > -1e16 && chat < 1e16)
		snprintf(d->why, sizeof d->why,
			"HTTP %d, the channel has a new id, %.0f", a->status,
			chat);
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	double id = 0;
	bool ok = false;

	(void)n;
	if (!d->ok)
		judge_failure(o, a, d);
	else if (a->status != 200 || !json_bool(o, "ok", &ok) || !ok ||
		!json_num(json_get(o, "result"), "message_id", &id) ||
		id < 1 || id > 1e15)
		sink_unsound(d, "Telegram's");
	else if (!known(job) && sink_follows(job->event))
		snprintf(d->handle, sizeof d->handle, "%.0f", id);
	cJSON_Delete(o);
}

static const char *odd_bot(const struct sink_job *job)
{
	const char *s = secret_get(job->secret, "token", NULL);
	const char *chat = job->route->channel;
	size_t id = s ? strspn(s, DIGITS) : 0;

	if (chat && *chat != '@' &&
		(!*chat || chat[(*chat == '-') +
				   strspn(chat + (*chat == '-'), DIGITS)]))
		return "its channel is no chat, such as -1001234567890 or "
		       "@name";
	return !s || !sink_vendors(job, "telegram.org") ||
			(id >= 6 && s[id] == ':' && strlen(s + id + 1) >= 30)
		? NULL
		: "its token is no token of a bot, such as 123456:ABC-...";
}

static const char *const needs[] = {"token", NULL};

const struct sink sink_telegram = {
	.build = build, .judge = judge, .odd = odd_bot, .needs = needs};
