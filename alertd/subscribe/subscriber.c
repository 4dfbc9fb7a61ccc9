/* SPDX-License-Identifier: MIT */
#include "subscribe/subscribe.h"

#include "base/chars.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "conf/formats.h"
#include "json/fields.h"
#include "json/json.h"
#include "records/probe.h"
#include "transport/transport.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTIL_MAX 999999999999LL
#define SERVER "server:"
#define GROUP "group:"

static const struct field subscriber_fields[] = {
	FIELD("to", struct subscriber, to, FIELD_NEEDED, .max = SUBSCRIBER_TO),
	FIELD_STRINGS("topics", struct subscriber, topics, n_topics, 0,
		.most = SUBSCRIBER_TOPICS),
	FIELD("at", struct subscriber, at, 0, .max = 1e12, .places = 3),
	FIELD("count", struct subscriber, count, FIELD_OMIT),
	FIELD("wait", struct subscriber, wait, FIELD_OMIT),
	{.type = FIELD_END},
};

void subscriber_write(struct buf *b, const struct subscriber *s)
{
	buf_char(b, '{');
	fields_put(b, subscriber_fields, s, NULL);
	buf_char(b, '}');
}

bool subscriber_read(const char *id, const char *text, struct subscriber *s)
{
	char why[RECORD_WHY];
	cJSON *doc = json_parse(text, strlen(text), &json_record, why);
	bool ok;

	*s = (struct subscriber) {.to = NULL};
	ok = doc && strlen(id) < sizeof s->id &&
		fields_take(subscriber_fields, doc, s, why);
	cJSON_Delete(doc);
	if (ok)
		text_copy(s->id, sizeof s->id, id);
	else
		subscriber_release(s);
	return ok;
}

void subscriber_release(struct subscriber *s)
{
	fields_release(subscriber_fields, s);
	*s = (struct subscriber) {.to = NULL};
}

bool subscriber_is_mail(const char *to)
{
	return !strstr(to, "://");
}

/* Visible ASCII but quotes and what opens markup. */
static bool is_plain_url(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"'<>\\^`{|}", *s))
			return false;
	return true;
}

static const char *bad_hook(const char *to, bool inward)
{
	bool local;

	if (conf_bad_url(to) || !is_plain_url(to) || strchr(to, '#') ||
		memchr(to, '@', 8 + strcspn(to + 8, "/?")))
		return "That is not a URL we can send to.";
	if (!http_allowed(to, &local))
		return "The URL must begin with https://.";
	return local && !inward ? "That URL is in a private network." : NULL;
}

const char *subscriber_to_bad(const char *to, bool inward)
{
	struct mailbox m;

	if (!*to || strlen(to) >= SUBSCRIBER_TO)
		return "Enter an address of e-mail or a URL.";
	if (!subscriber_is_mail(to))
		return strlen(to) > 8 ? bad_hook(to, inward)
				      : "That is not a URL we can send to.";
	if (mailbox_parse(to, &m) || strcmp(m.address, to) != 0 ||
		!strchr(mailbox_domain(&m), '.'))
		return "That is not an address of e-mail.";
	return NULL;
}

void subscriber_id(const char *secret, const char *to, char *out)
{
	char text[SUBSCRIBER_TO + 32], hex[SHA256_HEX];
	size_t n = (size_t)snprintf(text, sizeof text, "subscriber~");
	bool mail = subscriber_is_mail(to);

	for (; *to && n + 1 < sizeof text; to++)
		text[n++] = (char)(mail && *to >= 'A' && *to <= 'Z' ? *to + 32
								  : *to);
	text[n] = '\0';
	sha256_hmac(secret, text, hex);
	snprintf(out, SUBSCRIBER_ID, "%.*s", SUBSCRIBER_ID - 1, hex);
}

bool subscriber_public(const struct conf *c, const char *slug,
	struct conf_server *out)
{
	return conf_server(c, slug, out) && !out->private;
}

/* Whether a topic has that server. */
static bool topic_has(const char *topic, const char *slug,
	const struct conf_server *s)
{
	if (strncmp(topic, SERVER, strlen(SERVER)) == 0)
		return strcmp(topic + strlen(SERVER), slug) == 0;
	if (strncmp(topic, GROUP, strlen(GROUP)) == 0)
		return s->group &&
			strcmp(topic + strlen(GROUP), s->group) == 0;
	return strcmp(topic, "*") == 0;
}

bool subscriber_topic_known(const struct conf *c, const char *topic)
{
	struct conf_server s;

	if (strcmp(topic, "*") == 0)
		return true;
	if (strncmp(topic, SERVER, strlen(SERVER)) == 0)
		return subscriber_public(c, topic + strlen(SERVER), &s);
	for (size_t i = 0; i < conf_count(c); i++) {
		s = conf_server_at(c, i);
		if (!s.private && topic_has(topic, s.slug, &s))
			return true;
	}
	return false;
}

void subscriber_topic_put(struct buf *b, const struct conf *c,
	const char *topic)
{
	const char *name = strchr(topic, ':');
	struct conf_server s;

	if (!name)
		buf_str(b, "all servers");
	else if (strncmp(topic, GROUP, strlen(GROUP)) == 0)
		buf_fmt(b, "the group %s", name + 1);
	else
		buf_str(b, subscriber_public(c, name + 1, &s) && s.title
				? s.title : name + 1);
}

bool subscriber_wants(const struct subscriber *s, const struct conf *c,
	const char *slug)
{
	struct conf_server server;

	if (!subscriber_public(c, slug, &server))
		return false;
	for (size_t i = 0; i < s->n_topics; i++)
		if (topic_has(s->topics[i], slug, &server))
			return true;
	return false;
}

/* The signed text begins with its purpose, so that it serves no other. */
static const char *const purposes[] = {
	[LINK_CONFIRM] = "subscribe confirm~",
	[LINK_LEAVE] = "subscribe leave~",
};

void subscriber_link(const char *secret, enum subscriber_link what,
	const char *id, long long until, char *out)
{
	char text[SUBSCRIBER_LINK], mac[SHA256_HEX];

	snprintf(text, sizeof text, "%s%.24s-%lld", purposes[what], id, until);
	sha256_hmac(secret, text, mac);
	snprintf(out, SUBSCRIBER_LINK, "%.24s-%lld-%s", id, until, mac);
}

bool subscriber_link_read(const char *secret, enum subscriber_link what,
	const char *link, double now, char *id)
{
	char right[SUBSCRIBER_LINK], until[16];
	size_t n = strlen(link), digits;
	long long end;

	if (n >= sizeof right || n < SUBSCRIBER_ID || link[24] != '-')
		return false;
	digits = strcspn(link + 25, "-");
	if (digits >= sizeof until)
		return false;
	memcpy(until, link + 25, digits);
	until[digits] = '\0';
	if (!num_parse(until, 0, UNTIL_MAX, &end))
		return false;
	memcpy(id, link, SUBSCRIBER_ID - 1);
	id[SUBSCRIBER_ID - 1] = '\0';
	subscriber_link(secret, what, id, end, right);
	/* Compares digests: the time does not show where they differ. */
	return strlen(right) == n && sha256_same(right + n - 64, link + n - 64) &&
		memcmp(right, link, n - 64) == 0 &&
		(end == LINK_FOREVER || now < (double)end);
}
