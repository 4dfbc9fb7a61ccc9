/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "base/chars.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "run.h"
#include "subscribe/subscribe.h"
#include "transport/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define INPUT_MAX (4 * 1024 * 1024)

/* A topic, and how many subscribed to it. */
struct topic_count {
	char *topic;
	unsigned long mail, webhooks;
};

struct topic_counts {
	struct topic_count *v; /* by topic */
	size_t n, cap;
};

static void count_topic(struct topic_counts *l, const char *topic, bool mail)
{
	size_t at = strings_place(l->v, l->n, sizeof *l->v, topic);

	if (at == l->n || strcmp(l->v[at].topic, topic) != 0) {
		l->v = xgrow(l->v, &l->cap, l->n + 1, sizeof *l->v);
		memmove(l->v + at + 1, l->v + at,
			(l->n++ - at) * sizeof *l->v);
		l->v[at] = (struct topic_count) {.topic = xstrdup(topic)};
	}
	(*(mail ? &l->v[at].mail : &l->v[at].webhooks))++;
}

static void put_count(struct buf *b, const struct topic_count *t, bool text)
{
	if (text)
		buf_fmt(b, "%s: %lu by mail, %lu by webhook\n", t->topic,
			t->mail, t->webhooks);
	else
		json_fmt(b, "{'v':1,'type':'subscribers','topic':%s,"
			"'mail':%lu,'webhooks':%lu}\n", t->topic, t->mail,
			t->webhooks);
}

/* Those that confirmed, by topic; the others are "unconfirmed". */
static bool count_all(struct store *s, struct topic_counts *out)
{
	struct subscribers all = {0}, signups = {0};
	bool ok = subscribers_all(s, &all) && signup_all(s, &signups);

	for (size_t i = 0; i < all.n; i++)
		for (size_t k = 0; k < all.v[i].n_topics; k++)
			count_topic(out, all.v[i].topics[k],
				subscriber_is_mail(all.v[i].to));
	for (size_t i = 0; i < signups.n; i++)
		if (signups.v[i].n_topics)
			count_topic(out, "unconfirmed",
				subscriber_is_mail(signups.v[i].to));
	subscribers_release(&all);
	subscribers_release(&signups);
	return ok;
}

static int print_counts(const struct run *s)
{
	struct topic_counts counts = {0};
	int status = count_all(s->store, &counts) ? EXIT_GOOD : EXIT_ENV;
	struct buf b;

	buf_init(&b, INPUT_MAX);
	for (size_t i = 0; i < counts.n; i++) {
		put_count(&b, &counts.v[i], s->text);
		free(counts.v[i].topic);
	}
	free(counts.v);
	if (!status && line_print(b.p, b.len))
		status = EXIT_ENV;
	buf_release(&b);
	return status;
}

/* The rest of a line that begins with that name of a field; or NULL. */
static const char *field_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(line, name, n) == 0 ? line + n : NULL;
}

/* "rfc822; ann@example.com" */
static void read_recipient(const char *s, size_t n, char *out, size_t size)
{
	const char *type = memchr(s, ';', n);

	if (type) {
		n -= (size_t)(type + 1 - s);
		s = type + 1;
	}
	for (; n && strchr(" \t<", *s); s++)
		n--;
	while (n && strchr(" \t\r>", s[n - 1]))
		n--;
	snprintf(out, size, "%.*s", (int)n, s);
}

/* A line of a report. Its recipients are groups of fields, in any order, with an
   empty line behind each. */
static void read_report(const char *line, size_t n, char *to, size_t size,
	bool *failed, struct strings *out)
{
	const char *recipient = field_of(line, "Final-Recipient:");
	const char *action = field_of(line, "Action:");

	if (recipient)
		read_recipient(recipient, n - (size_t)(recipient - line), to,
			size);
	if (action)
		*failed = field_of(action + strspn(action, " \t"), "failed");
	if (*to && *failed)
		strings_note(out, to);
	if (n > 1 || (n == 1 && *line != '\r'))
		return;
	*to = '\0';
	*failed = false;
}

void bounced_addresses(const char *text, struct strings *out)
{
	bool report = error_text_has(text, "\nFinal-Recipient:");
	bool failed = false;
	char to[SUBSCRIBER_TO] = "";
	size_t n;

	for (const char *line = text; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (report) {
			read_report(line, n, to, sizeof to, &failed, out);
			continue;
		}
		read_recipient(line, n, to, sizeof to);
		if (*to)
			strings_note(out, to);
	}
}

static bool read_input(struct buf *b)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log_error("standard input: %s", strerror(errno));
			return false;
		}
		buf_add(b, piece, (size_t)n);
	}
	if (!buf_ok(b))
		log_error("standard input: more than 4 MiB");
	return buf_ok(b);
}

/* Remove the subscriber with that address, or count a refusal. 1; 0: there is
   none; -1: the store failed. */
static int change_one(const struct run *s, const char *to, bool remove)
{
	char id[SUBSCRIBER_ID];
	struct subscriber v;
	int got, asked;

	subscriber_id(s->secret, to, id);
	if (!remove)
		return subscriber_heard(s->store, id, true);
	got = subscriber_get(s->store, id, &v);
	if (got > 0)
		subscriber_release(&v);
	asked = got < 0 ? -1 : signup_get(s->store, id, &v);
	if (asked > 0)
		subscriber_release(&v);
	if (asked < 0 || !subscriber_drop(s->store, id) ||
		!signup_drop(s->store, id))
		return -1;
	return got || asked;
}

static int change_all(const struct run *s, bool remove)
{
	struct strings to = {0};
	int status = EXIT_GOOD;
	size_t unknown = 0;
	struct buf b;

	buf_init(&b, INPUT_MAX);
	if (!read_input(&b))
		status = EXIT_USAGE;
	else
		bounced_addresses(b.p, &to);
	for (size_t i = 0; i < to.n && status != EXIT_ENV; i++) {
		int got = change_one(s, to.v[i], remove);

		unknown += !got;
		if (got < 0)
			status = EXIT_ENV;
	}
	if (unknown && !status) {
		log_error("subscribers: nobody has %zu of %zu addresses",
			unknown, to.n);
		status = EXIT_NEWS;
	}
	strings_release(&to);
	buf_release(&b);
	return status;
}

int subscribers(const struct run *s, const struct options *o)
{
	const char *what = o->n_operands ? o->operands[0] : NULL;

	if (!what)
		return print_counts(s);
	if (strcmp(what, "remove") != 0 && strcmp(what, "bounce") != 0) {
		log_error("subscribers: '%s' is neither remove nor bounce",
			what);
		return EXIT_USAGE;
	}
	if (!s->secret) {
		log_error("subscribers: the secret ack is needed, by which "
			  "subscribers are found");
		return EXIT_USAGE;
	}
	return change_all(s, strcmp(what, "remove") == 0);
}
