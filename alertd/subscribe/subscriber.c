/* SPDX-License-Identifier: MIT */
/*
 * subscriber.c: the record of a subscriber, its topics and links; then the
 * subscribers in the store.
 */
#include "subscribe/subscribe.h"

#include "base/ip.h"
#include "base/log.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/formats.h"
#include "json/fields.h"
#include "json/json.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"
#include "transport/transport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTIL_MAX 999999999999LL
#define SERVER "server:"
#define GROUP "group:"
#define SUBSCRIBER_LIMIT (64 * 1024)

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

static bool run_store(struct store *s)
{
	return store_run(s) == 0 || store_failed(s) == 0;
}

const char *signup_network(const char *address, bool wide, char *out)
{
	uint8_t a[16];
	size_t n = ip_read(address, a);
	/* ::ffff:1.2.3.4 is 1.2.3.4. */
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = n == 4 || (n == 16 && !memcmp(a, mapped, sizeof mapped));
	const uint8_t *p = n == 16 && v4 ? a + 12 : a;
	size_t keep = v4 ? (wide ? 2 : 3) : wide ? 6 : 8;
	int at;

	if (!n)
		return snprintf(out, SIGNUP_NETWORK, "unknown"), out;
	at = snprintf(out, SIGNUP_NETWORK, "%s%zu/", v4 ? "" : "v6.", keep * 8);
	for (size_t i = 0; i < keep; i++)
		at += snprintf(out + at, SIGNUP_NETWORK - (size_t)at, "%02x",
			p[i]);
	return out;
}

/* Count a sign-up from an address in this hour. 1; 0: there were enough; -1. */
static int count_signup(struct store *s, const char *address, double now)
{
	static const long long most[] = {
		SUBSCRIBE_HOUR_MAX, SUBSCRIBE_WIDE_MAX, SUBSCRIBE_NETWORK_MAX};
	char key[KEY_MAX], wide[SIGNUP_NETWORK], narrow[SIGNUP_NETWORK], ttl[32];
	const char *const field[] = {"all", signup_network(address, true, wide),
		signup_network(address, false, narrow)};
	const struct store_reply *r;
	char number[3][32];

	key_signups(key, (int64_t)floor(now / 3600));
	r = store_one(s, "HMGET", key, field[0], field[1], field[2], NULL);
	if (!r)
		return store_failed(s);
	for (size_t i = 0; i < 3; i++) {
		long long n = store_int(store_item(r, i), 0);

		if (n >= most[i])
			return 0;
		snprintf(number[i], sizeof number[i], "%lld", n + 1);
	}
	snprintf(ttl, sizeof ttl, "%d", RETENTION_SIGNUPS_S);
	store_add(s, "HSET", key, field[0], number[0], field[1], number[1],
		field[2], number[2], NULL);
	store_add(s, "EXPIRE", key, ttl, NULL);
	return run_store(s) ? 1 : -1;
}

static bool put_one(struct store *s, const char *key, const struct subscriber *v)
{
	struct buf b;

	buf_init(&b, SUBSCRIBER_LIMIT);
	subscriber_write(&b, v);
	store_add(s, "HSET", key, v->id, b.p, NULL);
	buf_release(&b);
	return run_store(s);
}

static bool drop_one(struct store *s, const char *key, const char *id)
{
	store_add(s, "HDEL", key, id, NULL);
	return run_store(s);
}

static int get_one(struct store *s, const char *key, const char *id,
	struct subscriber *out)
{
	const struct store_reply *r = store_one(s, "HGET", key, id, NULL);

	if (!r)
		return store_failed(s);
	return store_text(r) && subscriber_read(id, store_text(r), out);
}

static int subscriber_order(const void *a, const void *b)
{
	const struct subscriber *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static bool get_all(struct store *s, const char *key, struct subscribers *out)
{
	const struct store_reply *r = store_one(s, "HGETALL", key, NULL);

	if (!r)
		return store_failed(s) == 0;
	for (struct store_field f = {.next = 0}; store_field(r, &f);) {
		out->v = xgrow(out->v, &out->cap, out->n + 1, sizeof *out->v);
		if (subscriber_read(f.name, f.text, &out->v[out->n]))
			out->n++;
	}
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, subscriber_order);
	return true;
}

void subscribers_release(struct subscribers *l)
{
	for (size_t i = 0; i < l->n; i++)
		subscriber_release(&l->v[i]);
	free(l->v);
	*l = (struct subscribers) {0};
}

bool signup_all(struct store *s, struct subscribers *out)
{
	return get_all(s, KEY_SIGNUPS, out);
}

bool subscribers_all(struct store *s, struct subscribers *out)
{
	return get_all(s, KEY_SUBSCRIBERS, out);
}

int signup_get(struct store *s, const char *id, struct subscriber *out)
{
	return get_one(s, KEY_SIGNUPS, id, out);
}

int subscriber_get(struct store *s, const char *id, struct subscriber *out)
{
	return get_one(s, KEY_SUBSCRIBERS, id, out);
}

static bool signup_put(struct store *s, const struct subscriber *v)
{
	char ttl[32];

	snprintf(ttl, sizeof ttl, "%d", RETENTION_NEWS_S);
	store_add(s, "EXPIRE", KEY_SIGNUPS, ttl, NULL);
	return put_one(s, KEY_SIGNUPS, v);
}

bool signup_drop(struct store *s, const char *id)
{
	return drop_one(s, KEY_SIGNUPS, id);
}

static bool subscriber_put(struct store *s, const struct subscriber *v)
{
	return put_one(s, KEY_SUBSCRIBERS, v);
}

bool subscriber_drop(struct store *s, const char *id)
{
	return drop_one(s, KEY_SUBSCRIBERS, id);
}

/* Add a topic, unless it is there, or there are too many. */
static void add_topic(struct subscriber *v, const char *topic)
{
	size_t cap = v->n_topics;

	for (size_t i = 0; i < v->n_topics; i++)
		if (strcmp(v->topics[i], topic) == 0)
			return;
	if (v->n_topics == SUBSCRIBER_TOPICS)
		return;
	v->topics = xgrow(v->topics, &cap, cap + 1, sizeof *v->topics);
	v->topics[v->n_topics++] = xstrdup(topic);
}

static void drop_topics(struct subscriber *v)
{
	while (v->n_topics)
		free(v->topics[--v->n_topics]);
}

/* Earlier topics of an address of today, or none. -1: the store
   failed. */
static int signup_before(struct store *s, const char *to, const char *id,
	double now, struct subscriber *v)
{
	int got = signup_get(s, id, v);

	if (got > 0 && now < v->at + SUBSCRIBE_DAY_S)
		return got;
	if (got > 0)
		subscriber_release(v);
	*v = (struct subscriber) {.to = xstrdup(to), .at = floor(now)};
	memcpy(v->id, id, SUBSCRIBER_ID);
	return got;
}

enum signup signup_add(struct store *s, const char *to, const char *id,
	const char *topic, const char *address, double now)
{
	int counted = count_signup(s, address, now);
	const struct store_reply *r;
	struct subscriber v;
	bool ok;

	if (counted <= 0)
		return counted ? SIGNUP_FAILED : SIGNUP_LIMITED;
	r = store_one(s, "HLEN", KEY_SIGNUPS, NULL);
	if (!r)
		return store_failed(s), SIGNUP_FAILED;
	if (store_int(r, 0) >= SUBSCRIBERS_MAX)
		return SIGNUP_LIMITED;
	if (signup_before(s, to, id, now, &v) < 0)
		return SIGNUP_FAILED;
	/* The links that were sent today are good for it, too. */
	add_topic(&v, topic);
	v.wait = v.count < SUBSCRIBE_ASKED_MAX;
	ok = signup_put(s, &v);
	subscriber_release(&v);
	return ok ? SIGNUP_TAKEN : SIGNUP_FAILED;
}

/* The subscriber of that id, or a new one. 1; 2: there are too many; -1. */
static int open_subscriber(struct store *s, const struct subscriber *from,
	struct subscriber *v)
{
	const struct store_reply *r;
	int got = subscriber_get(s, from->id, v);

	if (got)
		return got;
	r = store_one(s, "HLEN", KEY_SUBSCRIBERS, NULL);
	if (!r)
		return store_failed(s);
	if (store_int(r, 0) >= SUBSCRIBERS_MAX)
		return 2;
	*v = (struct subscriber) {.to = xstrdup(from->to)};
	memcpy(v->id, from->id, SUBSCRIBER_ID);
	return 1;
}

int subscriber_confirm(struct store *s, const char *id, double now)
{
	struct subscriber from, v;
	int got = signup_get(s, id, &from);

	if (got <= 0)
		return got;
	got = !from.n_topics || now >= from.at + SUBSCRIBE_DAY_S
		? 0
		: open_subscriber(s, &from, &v);
	if (got == 1) {
		for (size_t i = 0; i < from.n_topics; i++)
			add_topic(&v, from.topics[i]);
		v.at = floor(now);
		v.count = 0;
		/* The link is used, but how often it was asked still counts. */
		drop_topics(&from);
		from.wait = false;
		if (!subscriber_put(s, &v) || !signup_put(s, &from))
			got = -1;
		subscriber_release(&v);
	}
	subscriber_release(&from);
	return got;
}

/* Forget what somebody signed up for, but not how often today. */
static bool cancel_signup(struct store *s, const char *id)
{
	struct subscriber v;
	int got = signup_get(s, id, &v);
	bool ok = got >= 0;

	if (got <= 0)
		return ok;
	drop_topics(&v);
	v.wait = false;
	ok = signup_put(s, &v);
	subscriber_release(&v);
	return ok;
}

bool subscriber_leave(struct store *s, const char *id, const char *topic)
{
	struct subscriber v;
	int got = topic ? subscriber_get(s, id, &v) : 0;
	size_t kept = 0;
	bool ok;

	if (got < 0)
		return false;
	if (!got)
		return topic || (subscriber_drop(s, id) && cancel_signup(s, id));
	for (size_t i = 0; i < v.n_topics; i++) {
		if (strcmp(v.topics[i], topic) == 0)
			free(v.topics[i]);
		else
			v.topics[kept++] = v.topics[i];
	}
	v.n_topics = kept;
	ok = kept ? subscriber_put(s, &v) : subscriber_drop(s, id);
	subscriber_release(&v);
	return ok;
}

int subscriber_heard(struct store *s, const char *id, bool refused)
{
	struct subscriber v;
	int got = subscriber_get(s, id, &v);
	bool ok;

	if (got <= 0)
		return got;
	v.count = refused ? v.count + 1 : 0;
	if (v.count < SUBSCRIBER_BOUNCES) {
		ok = subscriber_put(s, &v);
	} else {
		log_warn("a subscriber was removed after %d refusals", v.count);
		ok = subscriber_drop(s, id);
	}
	subscriber_release(&v);
	return ok ? 1 : -1;
}

bool signup_asked(struct store *s, const char *id, bool refused)
{
	struct subscriber v;
	int got = signup_get(s, id, &v);
	bool ok;

	if (got <= 0)
		return !got;
	v.wait = false;
	v.count++;
	if (refused)
		drop_topics(&v);
	ok = signup_put(s, &v);
	subscriber_release(&v);
	return ok;
}
