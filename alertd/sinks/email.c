/* SPDX-License-Identifier: MIT */
/*
 * email.c: a mail to each recipient, over SMTP. All mails of an incident are
 * one thread: they reply to the first, whose Message-ID follows from the
 * dedup_key, and their subjects end with the same words. The same event again
 * has the same Message-ID.
 */
#include "sinks/sink.h"

#include "base/xalloc.h"
#include "transport/transport.h"

#include <inttypes.h>
#include <string.h>

#define MESSAGE_MAX (2 * 1024 * 1024)
#define WHAT_MAX 64

static const char *const phases[] = {
	[ALERT_STARTED] = "started",
	[ALERT_ESCALATED] = "escalated",
	[ALERT_REMINDER] = "reminder",
	[ALERT_ACKNOWLEDGED] = "acknowledged",
	[ALERT_UPDATED] = "updated",
	[ALERT_RESOLVED] = "resolved",
	[ALERT_ONCE] = "told",
};

/* Name the mail among those of its incident. True: it begins their thread. */
static bool name_mail(const struct sink_job *job, char *what)
{
	const struct sink_event *e = job->event;
	/* A fallback may have a mail of that name already. */
	bool instead = strstr(job->body, "\"fallback_for\":{") != NULL;
	bool first = e->digest || e->phase == ALERT_STARTED;

	if (first)
		snprintf(
			what, WHAT_MAX, "started%s", instead ? ".instead" : "");
	else
		snprintf(what, WHAT_MAX, "%s.%" PRId64 "%s", phases[e->phase],
			(int64_t)e->at, instead ? ".instead" : "");
	return first && !instead;
}

/* "P1: shop is down [shop, Sun 22 Nov 02:05 UTC]": what is in brackets
   stays. */
static void put_subject(struct buf *b, const struct message *m)
{
	buf_str(b, m->title);
	if (m->core)
		buf_fmt(b, " [%s]", m->core);
}

static void write_message(const struct sink_job *job,
	const struct mailbox *from, const struct mailbox *to, struct buf *out)
{
	const struct sink_event *e = job->event;
	char what[WHAT_MAX], id[MAIL_ID], thread[MAIL_ID];
	bool first = name_mail(job, what);
	bool alone = !e->digest && e->phase == ALERT_ONCE;
	struct buf text, subject;

	buf_init(&subject, MESSAGE_MAX);
	put_subject(&subject, job->message);
	buf_init(&text, MESSAGE_MAX);
	buf_fmt(&text, "%s\n", job->message->title);
	message_plain(&text, job->message);
	mail_write(out, &(struct mail) {
		.from = from,
		.to = to,
		.subject = subject.p,
		.text = text.p,
		.id = mail_id(e->key, what, from, id),
		.thread = first || alone
			? NULL
			: mail_id(e->key, "started", from, thread),
		.at = (int64_t)e->at,
		.urgent = job->message->mood == MESSAGE_BAD,
	});
	buf_release(&text);
	buf_release(&subject);
}

/*
 * Set *out to the name by which we greet a mail server: the host of the site,
 * if that is a whole name, or its address. Else *out stays empty.
 */
static void name_host(const char *site, char *out)
{
	const char *host = site ? strstr(site, "://") : NULL;
	size_t n;

	if (!host)
		return;
	host += 3;
	n = strcspn(host, *host == '[' ? "]" : ":/?#");
	if (n + sizeof "[IPv6:]" > SMTP_HELO)
		return;
	if (*host == '[')
		snprintf(out, SMTP_HELO, "[IPv6:%.*s]", (int)n - 1, host + 1);
	else if (strspn(host, "0123456789.") >= n)
		snprintf(out, SMTP_HELO, "[%.*s]", (int)n, host);
	else if (memchr(host, '.', n) && host[n - 1] != '.')
		snprintf(out, SMTP_HELO, "%.*s", (int)n, host);
}

void sink_mail(const struct sink_job *job, const struct mailbox *from,
	const struct mailbox *to, struct smtp_job *out)
{
	const struct conf_route *r = job->route;

	*out = (struct smtp_job) {
		.url = r->url,
		.user = secret_get(job->secret, "user", NULL),
		.password = secret_get(job->secret, "password", NULL),
		.ca = secret_get(job->secret, "cacert", NULL),
	};
	name_host(job->site, out->helo);
	snprintf(out->from, sizeof out->from, "%s", from->address);
	snprintf(out->to, sizeof out->to, "%s", to->address);
	buf_init(&out->message, MESSAGE_MAX);
}

static bool make_mail(const struct sink_job *job, int n, struct smtp_job *out)
{
	const struct conf_route *r = job->route;
	struct mailbox from, to;

	if (n < 0 || (size_t)n >= r->n_to)
		return false;
	/* These cannot fail: the configuration was checked. */
	mailbox_parse(r->from, &from);
	mailbox_parse(r->to[n], &to);
	sink_mail(job, &from, &to, out);
	write_message(job, &from, &to, &out->message);
	return true;
}

static const char *wrong(const struct sink_job *job)
{
	bool user = secret_get(job->secret, "user", NULL) != NULL;
	bool password = secret_get(job->secret, "password", NULL) != NULL;

	return user != password
		? "its secret: needs both user and password, or neither"
		: NULL;
}

const struct sink sink_email = {.mail = make_mail, .wrong = wrong};
