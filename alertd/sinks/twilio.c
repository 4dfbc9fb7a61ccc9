/* SPDX-License-Identifier: MIT */
/*
 * twilio.c: Twilio, a message or a call to each number of the route:
 * POST Messages.json or Calls.json of an account, a form with basic
 * authentication, answered with 201. An error has a code of Twilio's own. After
 * "Messages resource", "Calls resource", "TwiML <Say>", "TwiML <Gather>" and
 * "Validating requests", twilio.com/docs.
 */
#include "sinks/sink.h"

#include "cgi/request.h"
#include "json/json.h"
#include "transport/form.h"
#include "transport/signature.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BASE "https://api.twilio.com"
/* As long as two or three short messages. */
#define SMS_MAX 320
/* One short message holds so many. */
#define SMS_ONE 160
/* A text that is read out at night should be short. */
#define SPOKEN_MAX 500

static const char *get(const struct sink_job *job, const char *key)
{
	return secret_get(job->secret, key, NULL);
}

static void put_path(const struct sink_job *job, const char *what,
	struct http_request *r)
{
	const char *url = job->route->url, *key = get(job, "key");

	http_join(&r->url, url ? url : BASE, "/2010-04-01/Accounts/");
	http_escape(&r->url, get(job, "account"));
	buf_fmt(&r->url, "/%s.json", what);
	r->type = "application/x-www-form-urlencoded";
	r->user = key ? key : get(job, "account");
	r->password = get(job, "token");
}

/* The full stop that a headline needs before the next sentence. */
static const char *sentence_end(const char *title)
{
	size_t n = strlen(title);

	return n && title[n - 1] == '.' ? "" : ".";
}

/* Unless the headline says it. */
static void put_cities(struct buf *b, const struct message *m)
{
	if (m->cities && !strstr(m->title, m->cities))
		buf_fmt(b, " %s %s.", m->where, m->cities);
}

/* Append the text from s to end, if there is room for all of it. */
static bool put_whole(struct buf *b, const char *s, const char *end,
	size_t room)
{
	size_t n = (size_t)(end - s);

	if (b->len + 1 + n > room)
		return false;
	buf_char(b, ' ');
	buf_add(b, s, n);
	return true;
}

/* As many whole sentences of an event that is sent once, or lines of a digest,
   as there is room for: half a code or name would read as another one. */
static void put_sentences(struct buf *b, const char *s, bool lines, size_t room)
{
	while (*s) {
		const char *end = strstr(s, lines ? "\n" : ". ");

		end = !end ? s + strlen(s) : lines ? end : end + 1;
		if (!put_whole(b, s, end, room))
			return;
		s = end + strspn(end, "\n ");
	}
}

/* Append `more`, and empty it, if one message holds it all. */
static void put_if_short(struct buf *text, struct buf *more, size_t tail)
{
	if (text->len + more->len + tail <= SMS_ONE)
		buf_add(text, more->p, more->len);
	buf_clear(more);
}

/*
 * The headline, which is state and server; since when; the link to acknowledge
 * it; and the regions and the owner, if all fits into one message.
 */
static void put_sms(struct buf *b, const struct sink_job *job)
{
	const struct sink_event *e = job->event;
	const struct message *m = job->message;
	const char *ack = e->ack_short_url ? e->ack_short_url : e->ack_url;
	char cut[4 * SMS_MAX + 1];
	struct buf text, tail, more;

	buf_init(&text, HTTP_REQUEST_MAX);
	buf_init(&tail, HTTP_REQUEST_MAX);
	buf_init(&more, HTTP_REQUEST_MAX);
	if (ack && strlen(ack) < SMS_MAX / 2)
		buf_fmt(&tail, " %s: %s", message_ack_label(e), ack);
	sink_text_sms(&text, m->title);
	buf_str(&text, sentence_end(m->title));
	if (m->since)
		buf_fmt(&text, " %s %s.",
			e->resolved_at ? "It lasted" : "Since", m->since);
	put_cities(&more, m);
	put_if_short(&text, &more, tail.len);
	if (e->owner)
		buf_fmt(&more, " Owner: %s.", e->owner);
	put_if_short(&text, &more, tail.len);
	sink_text_sms(&more, m->text);
	if (e->digest || e->phase == ALERT_ONCE)
		put_sentences(&text, more.p, e->digest, SMS_MAX - tail.len);
	sink_text_sms(b, sink_cut(text.p, SMS_MAX - tail.len, cut, sizeof cut));
	buf_str(b, tail.p);
	buf_release(&text);
	buf_release(&tail);
	buf_release(&more);
}

/* The unit behind the number with which b ends, "12 "; one of 1 is singular. */
static void put_unit(struct buf *b, const char *unit)
{
	size_t n = b->len;
	bool one = n > 1 && b->p[n - 2] == '1' &&
		(n < 3 || !isdigit((unsigned char)b->p[n - 3]));

	buf_add(b, unit, strlen(unit) - one);
}

/* "P1 ... 12 min ago" as it is said: "Priority 1 ... 12 minutes ago". */
static void put_said(struct buf *b, const char *s)
{
	static const struct {
		const char *from, *to;
	} units[] = {{"s", "seconds"}, {"min", "minutes"}, {"h", "hours"},
		{"d", "days"}};
	const size_t n = sizeof units / sizeof *units;

	while (*s) {
		size_t len = strcspn(s, " (),:;."), i = 0;
		bool number = b->len > 1 &&
			isdigit((unsigned char)b->p[b->len - 2]);

		while (i < n && (strlen(units[i].from) != len ||
					strncmp(units[i].from, s, len) != 0))
			i++;
		if (number && i < n)
			put_unit(b, units[i].to);
		else if (len == 2 && *s == 'P' && isdigit((unsigned char)s[1]))
			buf_fmt(b, "Priority %c", s[1]);
		else
			buf_add(b, s, len);
		s += len;
		if (*s)
			buf_char(b, *s++);
	}
}

/* Append the text that is read out: short, and without anything that cannot be
   spoken, such as an address. */
static void put_speech(struct buf *b, const struct sink_job *job)
{
	const struct message *m = job->message;

	put_said(b, m->title);
	buf_fmt(b, "%s ", sentence_end(m->title));
	if (job->event->digest)
		return;
	buf_str(b, *m->means ? m->means : m->text);
	if (m->since) {
		buf_str(b, " Since ");
		put_said(b, m->since);
		buf_char(b, '.');
	}
	put_cities(b, m);
	if (job->event->owner)
		buf_fmt(b, " Owner: %s.", job->event->owner);
}

/*
 * Append where Twilio reports a key that is pressed:
 * "https://SITE/answer/ROUTE?TOKEN" for the page "https://SITE/ack/TOKEN".
 * Nothing where it is not.
 */
static void put_action(struct buf *b, const struct sink_job *job)
{
	const char *page = job->event->ack_url;
	const char *token = page ? strrchr(page, '/') : NULL;
	const size_t ack = sizeof "/ack" - 1;

	if (!token || job->event->phase == ALERT_ACKNOWLEDGED ||
		!sink_answers(job) || (size_t)(token - page) < ack)
		return;
	buf_add(b, page, (size_t)(token - page) - ack);
	buf_fmt(b, "/answer/%s?%s", job->route->name, token + 1);
}

/* How to acknowledge it where this telephone cannot. */
static void put_how(struct buf *b, const struct sink_event *e)
{
	bool takes = !e->digest && e->phase != ALERT_ONCE;

	if (!takes)
		return;
	buf_str(b, " To acknowledge it, ");
	if (e->ack_url)
		buf_str(b, "open the link in the message that you were sent, "
			   "or ");
	buf_str(b, "run: mcp-alert ack ");
	sink_text_xml(b, e->server_count > 1 ? "with the key of the incident"
					     : e->slug);
	buf_str(b, ". ");
}

static void put_spoken(struct buf *b, const struct sink_job *job)
{
	char cut[4 * SPOKEN_MAX + 1];
	struct buf action, speech;

	buf_init(&action, HTTP_REQUEST_MAX);
	buf_init(&speech, HTTP_REQUEST_MAX);
	put_action(&action, job);
	put_speech(&speech, job);
	buf_str(b, "<Response>");
	if (action.len) {
		buf_str(b, "<Gather numDigits=\"1\" timeout=\"10\" action=\"");
		sink_text_xml(b, action.p);
		buf_str(b, "\">");
	}
	buf_str(b, "<Say loop=\"2\">This is mcp-alert. ");
	sink_text_xml(b, sink_cut(speech.p, SPOKEN_MAX, cut, sizeof cut));
	if (action.len)
		buf_str(b, " Press 1 to acknowledge. ");
	else
		put_how(b, job->event);
	buf_fmt(b, "</Say>%s</Response>", action.len ? "</Gather>" : "");
	buf_release(&action);
	buf_release(&speech);
}

static bool build_sms(const struct sink_job *job, int n,
	struct http_request *r)
{
	const struct conf_route *route = job->route;
	struct buf text;

	if ((size_t)n >= route->n_to)
		return false;
	put_path(job, "Messages", r);
	http_field(&r->body, "To", route->to[n]);
	http_field(&r->body,
		strncmp(route->from, "MG", 2) == 0 && strlen(route->from) == 34
			? "MessagingServiceSid"
			: "From",
		route->from);
	buf_init(&text, HTTP_REQUEST_MAX);
	put_sms(&text, job);
	http_field(&r->body, "Body", text.p);
	buf_release(&text);
	return true;
}

/* No call for an end, an acknowledgement or a state: nobody has to wake for
   these. */
static bool build_voice(const struct sink_job *job, int n,
	struct http_request *r)
{
	const struct conf_route *route = job->route;
	const struct sink_event *e = job->event;
	struct buf text;

	if ((size_t)n >= route->n_to ||
		(!e->digest && (e->phase == ALERT_RESOLVED ||
				       e->phase == ALERT_ACKNOWLEDGED ||
				       e->phase == ALERT_UPDATED)))
		return false;
	put_path(job, "Calls", r);
	http_field(&r->body, "To", route->to[n]);
	http_field(&r->body, "From", route->from);
	buf_init(&text, HTTP_REQUEST_MAX);
	put_spoken(&text, job);
	http_field(&r->body, "Twiml", text.p);
	buf_release(&text);
	return true;
}

/*
 * Whether somebody has to correct something: the account, the sender, or the
 * recipient, for whom the others do not wait. The rest is wrong with the text:
 * see "Error and Warning Dictionary".
 */
static void correct(int code, struct delivered *d)
{
	static const int of_text[] = {12100, 21220, 21602, 21605, 21617, 21619,
		21620, 21622, 21623, 21654, 21655, 21656, 21657, 63013, 63016};
	static const int of_recipient[] = {21201, 21211, 21214, 21215, 21216,
		21217, 21219, 21265, 21408, 21604, 21608, 21610, 21612, 21614,
		21635};

	for (size_t i = 0; i < sizeof of_text / sizeof *of_text; i++)
		if (code == of_text[i])
			return;
	sink_mend(d);
	for (size_t i = 0; i < sizeof of_recipient / sizeof *of_recipient; i++)
		d->own = d->own || code == of_recipient[i];
	d->down = !d->own;
}

static void judge(const struct sink_job *job, int n,
	const struct http_answer *a, struct delivered *d)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(a->body.p, a->body.len, &json_reply, why);
	double code;

	(void)job;
	if (d->ok && (a->status != 201 || !json_str(o, "sid")))
		sink_unsound(d, "Twilio's");
	else if (!d->ok && json_num(o, "code", &code) && code >= 10000 &&
		code < 100000) {
		if (d->refused)
			correct((int)code, d);
		snprintf(d->why, sizeof d->why,
			"HTTP %d, Twilio's error %.0f, for number %d of its to",
			a->status, code, n + 1);
	}
	cJSON_Delete(o);
}

static const char *odd(const struct sink_job *job)
{
	const char *key = get(job, "key");

	if (!sink_vendors(job, "twilio.com"))
		return NULL;
	if (!sink_key_fits(get(job, "account"), "AC" SINK_HEX32))
		return "its account is no SID, which is AC and 32 hex digits";
	if (key && !sink_key_fits(key, "SK" SINK_HEX32))
		return "its key is no SID, which is SK and 32 hex digits";
	return key ? sink_key_fits(get(job, "token"), SINK_ALNUM32)
			? NULL
			: "its token is no secret of a key, which has 32 letters "
			  "and digits"
		: sink_key_fits(get(job, "token"), SINK_HEX32) ? NULL
		: "its token is no Auth Token, which has 32 hex digits";
}

static int compare_fields(const void *a, const void *b)
{
	const struct form_field *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->value, y->value);
}

/*
 * The URL with its port, or without: which of these Twilio signs is not the
 * same for all its requests.
 */
static void put_url(struct buf *b, const char *url, bool port)
{
	const char *host = strstr(url, "://");
	size_t scheme = host ? (size_t)(host - url) + 3 : 0;
	size_t n = strcspn(url + scheme, "/?"), given = n;

	while (given && url[scheme + given] != ':')
		given--;
	if (!given)
		given = n;
	buf_add(b, url, scheme + (port ? n : given));
	if (port && given == n)
		buf_str(b, strncmp(url, "https:", 6) == 0 ? ":443" : ":80");
	buf_str(b, url + scheme + n);
}

/* Whether that is signed: the URL, and each field once, by name and value. */
static bool signed_by(const struct sink_call *c, const struct form *f,
	bool port)
{
	const char *field = request_env(c->env, "HTTP_X_TWILIO_SIGNATURE");
	struct buf b;
	bool ok;

	buf_init(&b, HTTP_REQUEST_MAX);
	put_url(&b, c->url, port);
	for (size_t i = 0; i < f->n; i++) {
		const struct form_field *v = &f->v[i];

		if (!i || compare_fields(v, v - 1) != 0)
			buf_fmt(&b, "%s%s", v->name, v->value);
	}
	ok = buf_ok(&b) && signed_sha1(c->secret, b.p, field);
	buf_release(&b);
	return ok;
}

/*
 * The token names the incident, and its end says when the event was made for
 * which the call was: a request that comes again is no newer.
 */
static void read_token(const struct sink_call *c, struct sink_answer *a)
{
	char key[ALERT_KEY_SIZE];
	int64_t end;

	if (!c->ack_secret || ack_token_read(c->ack_secret, c->query, c->now,
				      key, &end) != ACK_TOKEN_OK)
		return;
	a->said_at = (double)(end - ACK_TOKEN_S);
	sink_answer_key(a, key);
}

static bool answer_voice(const struct sink_call *c, struct sink_answer *a)
{
	const char *digits, *to;
	char phone[32];
	struct form form;
	bool ok;

	form_read(c->body, &form);
	qsort(form.v, form.n, sizeof *form.v, compare_fields);
	ok = signed_by(c, &form, false) || signed_by(c, &form, true);
	digits = form_get(&form, "Digits");
	if (ok && digits && strcmp(digits, "1") == 0)
		read_token(c, a);
	to = form_get(&form, "To");
	snprintf(phone, sizeof phone, "phone ending in %s",
		to && strlen(to) > 4 ? to + strlen(to) - 4 : "?");
	sink_answer_by(a, phone, "call");
	form_release(&form);
	return ok;
}

static void reply(struct buf *b, const char *s)
{
	buf_str(b, "<Response><Say>");
	sink_text_xml(b, s);
	buf_str(b, "</Say></Response>");
}

static const char *const needs[] = {"account", "token", NULL};

const struct sink sink_twilio_sms = {
	.build = build_sms, .judge = judge, .odd = odd, .needs = needs};
const struct sink sink_twilio_voice = {
	.build = build_voice,
	.judge = judge,
	.odd = odd,
	.needs = needs,
	.answer = answer_voice,
	.reply = reply,
	.reply_type = "text/xml; charset=utf-8",
};
