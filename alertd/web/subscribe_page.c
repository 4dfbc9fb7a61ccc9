/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include "commands/commands.h"
#include "subscribe/subscribe.h"
#include "transport/credential.h"
#include "transport/form.h"

#include <stdio.h>
#include <string.h>

#define TITLE "Subscribe"

static void begin_page(struct cgi_answer *a, int status, const char *title)
{
	a->status = status;
	a->type = CGI_HTML;
	buf_clear(&a->body);
	cgi_put_head(&a->body, title);
}

static void end_page(struct cgi_answer *a, const struct conf *conf)
{
	struct buf *b = &a->body;

	if (conf && conf->site_url) {
		buf_str(b, "<p><a href=\"");
		cgi_put_html(b, conf->site_url);
		buf_str(b, "/\">Back to the status page</a></p>\n");
	}
	buf_str(b, "</main>\n");
}

static void say(const struct cgi *c, struct cgi_answer *a, int status,
	const char *title, const char *text)
{
	begin_page(a, status, title);
	buf_fmt(&a->body, "<p>%s</p>\n", text);
	end_page(a, c->conf);
}

/* Whether there are subscribers at all; if so, the secret, to be freed. */
static char *subscribe_secret(const struct cgi *c, struct cgi_answer *a)
{
	char *secret = c->conf->site_subscribe ? acknowledge_secret() : NULL;

	if (!secret)
		cgi_error(a, 404, "not_found", "There is nothing here.");
	return secret;
}

/* Visitors of a form see why it is wrong. */
static const char *bad_form(const struct conf *conf, const struct form *f)
{
	const char *to = form_get(f, "to"), *topic = form_get(f, "topic");

	if (!topic || !*topic || strlen(topic) >= SUBSCRIBER_TOPIC)
		return "Say what you subscribe to.";
	return subscriber_to_bad(to ? to : "", conf->site_subscribe_inward);
}

/* Whether the browser says that another site's page sends the form, whose visitors
   are no sign-ups. */
static bool is_foreign(const struct cgi *c)
{
	const char *from = request_env(c->env, "HTTP_SEC_FETCH_SITE");

	return from && strcmp(from, "cross-site") == 0;
}

bool cgi_signup_admit(struct cgi *c, struct cgi_answer *a)
{
	char *secret = subscribe_secret(c, a);
	const char *wrong = NULL;
	struct form form;

	if (!secret)
		return false;
	secret_free(secret);
	form_read(c->request.body.p, &form);
	wrong = is_foreign(c) ? "Use the form of the status page."
			      : bad_form(c->conf, &form);
	if (wrong)
		say(c, a, 400, TITLE, wrong);
	form_release(&form);
	return !wrong;
}

static void answer_signup(const struct cgi *c, struct cgi_answer *a,
	const char *to, enum signup result)
{
	if (result == SIGNUP_FAILED) {
		say(c, a, 503, "Try again", "That could not be stored.");
	} else if (result == SIGNUP_LIMITED) {
		say(c, a, 429, "Try again later",
			"Too many people subscribe just now. Try again in an "
			"hour.");
		a->retry_s = 3600;
	} else if (subscriber_is_mail(to)) {
		say(c, a, 200, "Check your mail",
			"Within some minutes you get a mail with a link. You "
			"are subscribed once you have opened it and pressed "
			"its button, within a day.");
	} else {
		say(c, a, 200, "Check your channel",
			"Within some minutes the URL gets a message with a "
			"link. It is subscribed once somebody has opened it "
			"and pressed its button, within a day.");
	}
}

void cgi_signup(const struct cgi *c, struct cgi_answer *a)
{
	const char *address = request_env(c->env, "REMOTE_ADDR"), *to, *topic;
	char *secret = acknowledge_secret(), id[SUBSCRIBER_ID];
	struct form form;

	if (!secret) {
		cgi_unavailable(a);
		return;
	}
	form_read(c->request.body.p, &form);
	to = form_get(&form, "to");
	topic = form_get(&form, "topic");
	subscriber_id(secret, to, id);
	if (!subscriber_topic_known(c->conf, topic))
		say(c, a, 404, TITLE, "There is no such server or group.");
	else
		answer_signup(c, a, to,
			signup_add(c->store, to, id, topic,
				address ? address : "", c->now));
	form_release(&form);
	secret_free(secret);
}

static bool admit_link(struct cgi *c, struct cgi_answer *a,
	enum subscriber_link what)
{
	char *secret = subscribe_secret(c, a);
	bool ok;

	if (!secret)
		return false;
	ok = subscriber_link_read(secret, what, c->request.name, c->now, c->key);
	secret_free(secret);
	if (!ok)
		say(c, a, 404, "Not found",
			"This link is too old, or a part of it is missing. "
			"Copy all of it.");
	return ok;
}

bool cgi_confirm_admit(struct cgi *c, struct cgi_answer *a)
{
	return admit_link(c, a, LINK_CONFIRM);
}

bool cgi_leave_admit(struct cgi *c, struct cgi_answer *a)
{
	return admit_link(c, a, LINK_LEAVE);
}

static void put_topic(struct cgi_answer *a, const struct conf *c,
	const char *topic)
{
	struct buf b;

	buf_init(&b, SUBSCRIBER_TOPIC + 1024);
	subscriber_topic_put(&b, c, topic);
	cgi_put_html(&a->body, b.p);
	buf_release(&b);
}

static void put_topics(struct cgi_answer *a, const struct conf *c,
	const struct subscriber *s)
{
	for (size_t i = 0; i < s->n_topics; i++) {
		buf_str(&a->body, i ? ", " : "");
		put_topic(a, c, s->topics[i]);
	}
}

static void say_unknown(const struct cgi *c, struct cgi_answer *a)
{
	say(c, a, 503, "Try again", "Subscriptions cannot be read: the store does not "
		"answer. Try again in a minute.");
}

static void say_used(const struct cgi *c, struct cgi_answer *a)
{
	say(c, a, 410, "Used",
		"This link was used already, or is too old. To subscribe, use "
		"the form of the status page.");
}

void cgi_confirm_get(const struct cgi *c, struct cgi_answer *a)
{
	struct subscriber s;
	int got = signup_get(c->store, c->key, &s);

	if (got < 0) {
		say_unknown(c, a);
	} else if (!got || !s.n_topics) {
		say_used(c, a);
	} else {
		begin_page(a, 200, TITLE);
		buf_str(&a->body, "<p>News of ");
		put_topics(a, c->conf, &s);
		buf_str(&a->body, ": outages, notes of the operator and "
			"maintenance.</p>\n<form method=\"post\">\n"
			"<button>Subscribe</button>\n</form>\n");
		end_page(a, c->conf);
	}
	if (got > 0)
		subscriber_release(&s);
}

void cgi_confirm_post(const struct cgi *c, struct cgi_answer *a)
{
	int got = subscriber_confirm(c->store, c->key, c->now);

	if (got < 0)
		say_unknown(c, a);
	else if (!got)
		say_used(c, a);
	else if (got == 1)
		say(c, a, 200, "Subscribed",
			"Each message has a link to unsubscribe.");
	else
		say(c, a, 503, "Try again later",
			"There are too many subscribers already.");
}

/* The topics to unsubscribe from: all, or one of several. */
static void put_leave(struct cgi_answer *a, const struct conf *c,
	const struct subscriber *s)
{
	struct buf *b = &a->body;

	begin_page(a, 200, "Unsubscribe");
	buf_str(b, "<p>You get news of ");
	put_topics(a, c, s);
	buf_str(b, ".</p>\n<form method=\"post\">\n<button>Unsubscribe"
		"</button>\n");
	for (size_t i = 0; s->n_topics > 1 && i < s->n_topics; i++) {
		buf_str(b, "<button class=\"less\" name=\"topic\" value=\"");
		cgi_put_html(b, s->topics[i]);
		buf_str(b, "\">Only from ");
		put_topic(a, c, s->topics[i]);
		buf_str(b, "</button>\n");
	}
	buf_str(b, "</form>\n");
	end_page(a, c);
}

static void say_left(const struct cgi *c, struct cgi_answer *a)
{
	say(c, a, 200, "Unsubscribed", "You get no more of these messages.");
}

void cgi_leave_get(const struct cgi *c, struct cgi_answer *a)
{
	struct subscriber s;
	int got = subscriber_get(c->store, c->key, &s);

	if (got < 0) {
		say_unknown(c, a);
	} else if (!got) {
		say_left(c, a);
	} else {
		put_leave(a, c->conf, &s);
		subscriber_release(&s);
	}
}

void cgi_leave_post(const struct cgi *c, struct cgi_answer *a)
{
	struct form form;
	const char *topic;

	form_read(c->request.body.p, &form);
	topic = form_get(&form, "topic");
	if (subscriber_leave(c->store, c->key, topic))
		say_left(c, a);
	else
		say_unknown(c, a);
	form_release(&form);
}
