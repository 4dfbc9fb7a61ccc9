/* SPDX-License-Identifier: MIT */
#include "subscribe/subscribe.h"

#include "base/ip.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBSCRIBER_LIMIT (64 * 1024)
#define NEWS_LIMIT (1024 * 1024)

static bool run(struct store *s)
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
	return run(s) ? 1 : -1;
}

static bool put_one(struct store *s, const char *key, const struct subscriber *v)
{
	struct buf b;

	buf_init(&b, SUBSCRIBER_LIMIT);
	subscriber_write(&b, v);
	store_add(s, "HSET", key, v->id, b.p, NULL);
	buf_release(&b);
	return run(s);
}

static bool drop_one(struct store *s, const char *key, const char *id)
{
	store_add(s, "HDEL", key, id, NULL);
	return run(s);
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

bool signup_put(struct store *s, const struct subscriber *v)
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

bool subscriber_put(struct store *s, const struct subscriber *v)
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

static int news_order(const void *a, const void *b)
{
	const struct news *x = a, *y = b;

	if (x->at < y->at || x->at > y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->key, y->key);
}

bool news_put(struct store *s, const struct news *n)
{
	struct buf b;

	buf_init(&b, NEWS_LIMIT);
	news_write(&b, n);
	store_add(s, "HSET", KEY_NEWS, n->key, b.p, NULL);
	buf_release(&b);
	return run(s);
}

/* Keep what is still to be sent of a reply; list the fields that have to go. */
static void read_news(const struct store_reply *r, double now,
	struct news_list *out, struct strings *old)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);) {
		struct news n;

		if (!news_read(f.name, f.text, &n)) {
			strings_add(old, f.name);
		} else if (now >= n.at + SUBSCRIBE_DAY_S) {
			strings_add(old, f.name);
			news_release(&n);
		} else if (n.done) {
			news_release(&n);
		} else {
			out->v = xgrow(out->v, &out->cap, out->n + 1,
				sizeof *out->v);
			out->v[out->n++] = n;
		}
	}
}

bool news_all(struct store *s, double now, struct news_list *out)
{
	const struct store_reply *r = store_one(s, "HGETALL", KEY_NEWS, NULL);
	struct strings old = {0};
	bool ok;

	if (!r)
		return store_failed(s) == 0;
	read_news(r, now, out, &old);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, news_order);
	/* A flood: the oldest are news no more. */
	while (out->n > SUBSCRIBE_NEWS_MAX) {
		strings_add(&old, out->v[0].key);
		news_release(&out->v[0]);
		memmove(out->v, out->v + 1, --out->n * sizeof *out->v);
	}
	for (size_t i = 0; i < old.n; i++)
		store_add(s, "HDEL", KEY_NEWS, old.v[i], NULL);
	ok = run(s);
	strings_release(&old);
	return ok;
}

void news_list_release(struct news_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		news_release(&l->v[i]);
	free(l->v);
	*l = (struct news_list) {0};
}
