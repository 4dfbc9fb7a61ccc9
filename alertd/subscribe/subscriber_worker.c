/* SPDX-License-Identifier: MIT */
/*
 * subscriber_worker.c: each run goes on where the one before stopped: the news
 * say up to which subscriber they were sent, which is stored after every
 * SUBSCRIBE_TOGETHER. If this process dies, these get the same message again, with
 * the same Message-ID. Webhooks, which strangers may make slow, come last, in time
 * of their own.
 */
#include "subscribe/subscribe.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "conf/formats.h"
#include "outbox/outbox.h"
#include "run.h"
#include "sinks/sink.h"
#include "state/maintenance_store.h"
#include "state/stores.h"
#include "transport/credential.h"
#include "transport/transport.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEASE "site.subscribe"
#define BODY_LIMIT (512 * 1024)
/* The messages of a run that ask to confirm. */
#define ASKED_MAX 100
/* A maintenance is announced within so long of being added. */
#define ANNOUNCE_S 3600
/* Before the second and the last try for subscribers who could not take news. */
#define AGAIN_MIN_S 60
#define AGAIN_MAX_S 3600
#define AWAIT_MS 1000

enum heard {
	HEARD_YES,
	HEARD_NEVER,	/* this recipient refuses all */
	HEARD_NOT_THIS, /* the message is refused */
	HEARD_LATER,
	HEARD_DOWN, /* the mail server takes nothing now; or not from them */
	HEARD_DENIED /* it denies us this recipient, or all */
};

struct subscriber_worker {
	const struct run *setup;
	const struct conf *conf;
	const struct conf_route *route;
	struct mailbox from;
	struct secret *secret;
	struct transfers *transfers;
	double now, until_ms;
	bool mail; /* the pass: mail, or webhooks */
	bool down, failed;
	bool was_down; /* for mail */
};

/* A message that is under way. */
struct flight {
	const struct subscriber *to;
	bool busy;
	struct smtp_job mail;
	struct delivered result;
	struct http_request request;
	struct http_answer answer;
};

static void flight_ended(void *arg)
{
	struct flight *f = arg;

	f->busy = false;
}

static void begin_mail(struct subscriber_worker *w, struct flight *f,
	const struct public_message *m)
{
	const struct sink_job job = {.route = w->route, .secret = w->secret,
		.site = w->conf->site_url, .now = w->now};
	char thread[PUBLIC_NAME], name[PUBLIC_NAME], id[MAIL_ID], first[MAIL_ID];
	struct mailbox to = {.name = ""};
	struct buf title, text;
	bool begins;

	snprintf(to.address, sizeof to.address, "%s", m->to->to);
	sink_mail(&job, &w->from, &to, &f->mail);
	buf_init(&title, BODY_LIMIT);
	buf_init(&text, BODY_LIMIT);
	public_title(&title, m);
	public_text(&text, m);
	public_thread(m, thread);
	begins = strcmp(public_name(m, name), "started") == 0 || !m->news;
	mail_write(&f->mail.message, &(struct mail) {
		.from = &w->from,
		.to = &to,
		.subject = title.p,
		.text = text.p,
		.id = mail_id(thread, name, &w->from, id),
		.thread = begins ? NULL
				 : mail_id(thread, "started", &w->from, first),
		.at = (int64_t)(m->news ? m->news->at : m->to->at),
		.unsubscribe = m->leave,
	});
	buf_release(&title);
	buf_release(&text);
	f->busy = true;
	if (!smtp_begin(w->transfers, &f->mail, &f->result, flight_ended, f))
		f->busy = false;
}

static void begin_call(struct subscriber_worker *w, struct flight *f,
	const struct public_message *m)
{
	http_request_init(&f->request);
	buf_str(&f->request.url, m->to->to);
	public_json(&f->request.body, m);
	f->request.outward = !w->conf->site_subscribe_inward;
	f->busy = true;
	if (!http_begin(w->transfers, &f->request, &f->answer, flight_ended, f))
		f->busy = false;
}

/* Begin to send news to somebody, or where n is NULL to ask for the topics. */
static void begin_flight(struct subscriber_worker *w, struct flight *f,
	const struct subscriber *to, const struct news *n)
{
	const char *secret = w->setup->secret, *site = w->conf->site_url;
	char link[SUBSCRIBER_LINK], url[4096];
	struct public_message m = {
		.conf = w->conf, .to = to, .news = n, .now = w->now};

	subscriber_link(secret, n ? LINK_LEAVE : LINK_CONFIRM, to->id,
		n ? LINK_FOREVER : (long long)to->at + SUBSCRIBE_DAY_S, link);
	snprintf(url, sizeof url, "%s/%s/%s", site,
		n ? "unsubscribe" : "subscribe", link);
	*(n ? &m.leave : &m.confirm) = url;
	*f = (struct flight) {.to = to};
	if (subscriber_is_mail(to->to))
		begin_mail(w, f, &m);
	else
		begin_call(w, f, &m);
}

static enum heard mail_heard(struct flight *f)
{
	const struct delivered *d = &f->result;

	buf_release(&f->mail.message);
	if (d->ok)
		return HEARD_YES;
	if (d->own)
		return HEARD_NEVER;
	if (d->refused)
		return HEARD_NOT_THIS;
	if (!d->recipient)
		return HEARD_DOWN;
	return d->mend ? HEARD_DENIED : HEARD_LATER;
}

static enum heard call_heard(struct flight *f)
{
	int status = f->answer.status;
	bool untried = f->answer.untried;

	http_request_release(&f->request);
	http_answer_release(&f->answer);
	if (status >= 200 && status <= 299)
		return HEARD_YES;
	if (untried || (status >= 300 && status <= 499 && status != 408 &&
			       status != 429))
		return HEARD_NEVER;
	return HEARD_LATER;
}

/*
 * A failure of all of them is one of the mail server; otherwise it is one of a
 * recipient, who must not keep the others waiting.
 */
static void judge_together(struct subscriber_worker *w,
	const struct flight *all, size_t n, enum heard *heard)
{
	bool any = false, taken = false;

	for (size_t i = 0; i < n; i++) {
		any = any || heard[i] <= HEARD_NOT_THIS;
		taken = taken || heard[i] == HEARD_YES;
	}
	for (size_t i = 0; i < n; i++) {
		if (heard[i] == HEARD_NOT_THIS && taken)
			heard[i] = HEARD_NEVER;
		if (heard[i] == HEARD_DENIED)
			heard[i] = any ? HEARD_NEVER : HEARD_LATER;
		if (heard[i] != HEARD_DOWN)
			continue;
		/* The words of the server may name the recipient. */
		if (!any && !w->down)
			log_warn("subscribers: route %s: %s", w->route->name,
				all[i].result.why);
		w->down = w->down || !any;
		if (any)
			heard[i] = HEARD_LATER;
	}
}

/* Send to n of them, and wait until each has answered. */
static void send_some(struct subscriber_worker *w,
	const struct subscriber *const *to, size_t n, const struct news *news,
	enum heard *out)
{
	struct flight *all = xcalloc(n, sizeof *all);

	for (size_t i = 0; i < n; i++)
		begin_flight(w, &all[i], to[i], news);
	for (size_t i = 0; i < n; i++)
		while (all[i].busy)
			transfers_wait(w->transfers, -1, AWAIT_MS);
	for (size_t i = 0; i < n; i++)
		out[i] = w->mail ? mail_heard(&all[i]) : call_heard(&all[i]);
	judge_together(w, all, n, out);
	free(all);
}

static bool time_left(const struct subscriber_worker *w)
{
	return !w->failed && !w->down && clock_mono_ms() < w->until_ms;
}

static void note_owed(struct news *n, const char *id)
{
	size_t cap = n->n_owed;

	n->owed = xgrow(n->owed, &cap, cap + 1, sizeof *n->owed);
	n->owed[n->n_owed++] = xstrdup(id);
}

static void forget_owed(struct news *n, const char *id)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->n_owed; i++) {
		if (strcmp(n->owed[i], id) == 0)
			free(n->owed[i]);
		else
			n->owed[kept++] = n->owed[i];
	}
	n->n_owed = kept;
}

/* The outcome; `again`: they were owed it. */
static void settle_one(struct subscriber_worker *w, struct news *n,
	const struct subscriber *to, enum heard heard, bool again)
{
	if (again && heard != HEARD_LATER)
		forget_owed(n, to->id);
	if (!again && heard == HEARD_LATER)
		note_owed(n, to->id);
	/* One outage of a webhook counts once for each news. */
	if ((heard == HEARD_YES && to->count) || heard == HEARD_NEVER ||
		(heard == HEARD_LATER && !w->mail && !again))
		if (subscriber_heard(w->setup->store, to->id,
			    heard != HEARD_YES) < 0)
			w->failed = true;
}

/* Send to n who are owed the news, or come next, and store how far that is. */
static void send_and_store(struct subscriber_worker *w, struct news *n,
	const struct subscriber *const *to, size_t count, bool again)
{
	enum heard heard[SUBSCRIBE_TOGETHER];
	char **upto = w->mail ? &n->mailed : &n->called;

	send_some(w, to, count, n, heard);
	if (w->down)
		return;
	for (size_t i = 0; i < count; i++)
		settle_one(w, n, to[i], heard[i], again);
	if (!again)
		string_set(upto, to[count - 1]->id);
	if (!news_put(w->setup->store, n))
		w->failed = true;
}

static bool is_of_pass(const struct subscriber_worker *w,
	const struct subscriber *s)
{
	return subscriber_is_mail(s->to) == w->mail;
}

static const struct subscriber *find(const struct subscribers *l,
	const char *id)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(l->v[middle].id, id);

		if (!order)
			return &l->v[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Try again for those who could not take it, if it is time. */
static void send_owed(struct subscriber_worker *w, struct news *n,
	const struct subscribers *all)
{
	const struct subscriber *some[SUBSCRIBE_TOGETHER];
	double pause = fmin(AGAIN_MIN_S * exp2(n->tries), AGAIN_MAX_S);
	struct strings ids = {0};
	size_t k = 0;

	if (!n->n_owed || w->now < n->tried + pause)
		return;
	strings_note_all(&ids, (const char *const *)n->owed, n->n_owed);
	for (size_t i = 0; i <= ids.n; i++) {
		const struct subscriber *s =
			i < ids.n ? find(all, ids.v[i]) : NULL;

		if (i < ids.n && !s)
			forget_owed(n, ids.v[i]);
		if (s && is_of_pass(w, s))
			some[k++] = s;
		if (k == SUBSCRIBE_TOGETHER || (i == ids.n && k)) {
			if (!time_left(w))
				break;
			send_and_store(w, n, some, k, true);
			k = 0;
		}
	}
	strings_release(&ids);
}

/* Send news to all behind those who have it. Whether that is all. */
static bool send_news(struct subscriber_worker *w, struct news *n,
	const struct subscribers *all)
{
	const struct subscriber *some[SUBSCRIBE_TOGETHER];
	const char *upto = w->mail ? n->mailed : n->called;
	char from[SUBSCRIBER_ID] = "";
	size_t k = 0;

	if (upto)
		memcpy(from, upto, strlen(upto) + 1);
	for (size_t i = 0; i <= all->n; i++) {
		const struct subscriber *s = i < all->n ? &all->v[i] : NULL;

		if (s && strcmp(s->id, from) > 0 && is_of_pass(w, s) &&
			news_for(n, w->conf, s))
			some[k++] = s;
		if (k == SUBSCRIBE_TOGETHER || (!s && k)) {
			if (!time_left(w))
				return false;
			send_and_store(w, n, some, k, false);
			k = 0;
		}
	}
	return !w->down && !w->failed;
}

/* Ask those who signed up by that way. */
static void ask_signups(struct subscriber_worker *w,
	const struct subscribers *all)
{
	const struct subscriber *some[SUBSCRIBE_TOGETHER];
	enum heard heard[SUBSCRIBE_TOGETHER];
	size_t asked = 0, k = 0;

	for (size_t i = 0; i <= all->n && asked < ASKED_MAX; i++) {
		const struct subscriber *s = i < all->n ? &all->v[i] : NULL;

		if (s && s->wait && is_of_pass(w, s) &&
			w->now < s->at + SUBSCRIBE_DAY_S)
			some[k++] = s;
		if (k < SUBSCRIBE_TOGETHER && (s || !k))
			continue;
		if (!time_left(w))
			return;
		send_some(w, some, k, NULL, heard);
		for (size_t j = 0; j < k && !w->failed; j++)
			if (heard[j] < HEARD_LATER)
				w->failed = !signup_asked(w->setup->store,
					some[j]->id, heard[j] != HEARD_YES);
		asked += k;
		k = 0;
	}
}

/* Forget who did not confirm within a day. */
static void drop_old_signups(struct subscriber_worker *w,
	const struct subscribers *all)
{
	for (size_t i = 0; i < all->n && !w->failed; i++)
		if (w->now >= all->v[i].at + SUBSCRIBE_DAY_S)
			w->failed = !signup_drop(w->setup->store, all->v[i].id);
}

/* A maintenance that was added just now is news. */
static void announce(struct subscriber_worker *w)
{
	struct maintenance_store *l = w->setup->maintenances;
	double cap_s = w->conf->policy.maintenance_s;
	const struct maintenance *m;
	struct strings news = {0};

	for (size_t i = 0; l && (m = maintenance_store_get(l, i)); i++) {
		struct occurrence o = maintenance_last(m, w->now, cap_s);
		double age = w->now - (double)m->announced_at;

		if (!m->announced_at || m->ended_at || age > ANNOUNCE_S)
			continue;
		if (!occurrence_covers(&o, w->now))
			o = maintenance_next(m, w->now, cap_s);
		if (o.found)
			news_of_maintenance(w->conf, m, &o, &news);
	}
	if (news.n && !news_store_add(w->setup->store, &news))
		w->failed = true;
	strings_release(&news);
}

/* News that everybody has are done; the others wait. */
static void finish_news(struct subscriber_worker *w, struct news_list *news,
	const bool *whole)
{
	for (size_t i = 0; i < news->n && !w->failed; i++) {
		struct news *n = &news->v[i];
		double pause = fmin(AGAIN_MIN_S * exp2(n->tries), AGAIN_MAX_S);

		if (whole[i] && !n->n_owed) {
			n->done = true;
		} else if (n->n_owed && !w->was_down &&
			w->now >= n->tried + pause) {
			n->tries++;
			n->tried = w->now;
		} else {
			continue;
		}
		w->failed = !news_put(w->setup->store, n);
	}
}

static void run_passes(struct subscriber_worker *w)
{
	struct subscribers all = {0}, signups = {0};
	struct store *s = w->setup->store;
	struct news_list news = {0};
	bool *whole;

	announce(w);
	if (w->failed || !news_all(s, w->now, &news) || !signup_all(s, &signups) ||
		(news.n && !subscribers_all(s, &all)))
		w->failed = true;
	whole = xcalloc(news.n + 1, sizeof *whole);
	memset(whole, true, (news.n + 1) * sizeof *whole);
	for (int pass = 0; pass < 2 && !w->failed; pass++) {
		w->mail = pass == 0;
		w->down = false;
		w->until_ms = clock_mono_ms() + 1000.0 *
			(w->mail ? SUBSCRIBE_MAIL_S : SUBSCRIBE_CALL_S);
		for (size_t i = 0; i < news.n; i++)
			whole[i] = send_news(w, &news.v[i], &all) && whole[i];
		ask_signups(w, &signups);
		/* Last: a mail server may never take these. */
		for (size_t i = 0; i < news.n && time_left(w); i++)
			send_owed(w, &news.v[i], &all);
		w->was_down = w->was_down || w->down;
	}
	finish_news(w, &news, whole);
	drop_old_signups(w, &signups);
	free(whole);
	news_list_release(&news);
	subscribers_release(&all);
	subscribers_release(&signups);
}

static const struct conf_route *route_of(const struct conf *c)
{
	for (size_t i = 0; c && c->site_subscribe && i < c->n_routes; i++)
		if (strcmp(c->routes[i].name, c->site_subscribe) == 0)
			return &c->routes[i];
	return NULL;
}

bool subscriber_worker_run(const struct run *setup,
	struct transfers *transfers)
{
	struct subscriber_worker w = {
		.setup = setup,
		.conf = setup->conf,
		.route = route_of(setup->conf),
		.transfers = transfers,
		.now = isnan(setup->now) ? clock_wall() : setup->now,
	};
	char owner[OWNER_SIZE], why[SECRET_WHY];
	enum lease_result lease;

	if (!w.route || !setup->store || !setup->secret)
		return true;
	if (w.route->secret) {
		w.secret = secret_open(credential_folder(), w.route->secret, why);
		if (!w.secret) {
			log_warn("subscribers: route %s: its secret: %s",
				w.route->name, why);
			return true;
		}
	}
	mailbox_parse(w.route->from, &w.from);
	owner_name(owner);
	lease = lease_take(setup->store, LEASE, owner);
	if (lease == LEASE_OURS) {
		run_passes(&w);
		lease_drop(setup->store, LEASE, owner);
	}
	secret_close(w.secret);
	return lease != LEASE_STORE_FAILED && !w.failed;
}
