/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/xalloc.h"
#include "store/exchange.h"
#include "store/nodes.h"
#include "store/reply.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A store beside us answers in a millisecond, and one far away in a second. */
#define ADDRESS_MS 2000
#define PATIENCE_MS 5000

/* A queue of up to so many bytes keeps its memory for the next one. */
#define QUEUE_KEPT ((size_t)16 * 1024 * 1024)

/* Keys that a server looks at for one answer to SCAN, about. */
#define SCAN_COUNT "1000"

struct replies {
	struct store_reply **v;
	size_t n;
};

struct store {
	struct nodes nodes;
	struct scripts scripts;
	char *password, *sentinel_password;
	int patience_ms; /* for a reply */
	bool hasty;
	double away_until; /* of clock_mono_ms: it is not asked before that */
	bool barrier;	   /* before the next command */
	int replicas;	   /* that are to confirm; 0: none */
	double confirm_s;  /* within that time */
	size_t wait;	   /* the number of that question, or STORE_NO_REPLY */
	bool warned;	   /* that they did not */
	struct commands queue, sent;
	struct replies replies, arriving; /* arriving: those to sent */
	char why[STORE_WHY];
	pthread_t sender;
	bool started, threaded; /* by store_start, and not yet finished */
	int result;		/* of what was started */
};

static void commands_release(struct commands *c)
{
	buf_release(&c->text);
	free(c->v);
	*c = (struct commands) {.n = 0};
}

static void replies_release(struct replies *r)
{
	for (size_t i = 0; i < r->n; i++)
		reply_free(r->v[i]);
	free(r->v);
	*r = (struct replies) {NULL, 0};
}

static void scripts_release(struct scripts *scripts)
{
	for (size_t i = 0; i < scripts->n; i++) {
		free(scripts->v[i].sha);
		free(scripts->v[i].text);
	}
	free(scripts->v);
}

static void forget_password(char *password)
{
	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_finish(s);
	nodes_release(&s->nodes);
	tls_free(s->nodes.access.tls);
	store_url_release(&s->nodes.url);
	scripts_release(&s->scripts);
	commands_release(&s->queue);
	commands_release(&s->sent);
	replies_release(&s->replies);
	if (s->sentinel_password != s->password)
		forget_password(s->sentinel_password);
	forget_password(s->password);
	free(s);
}

static bool refuse(char *why, const char *what)
{
	snprintf(why, STORE_WHY, "store: %s", what);
	return false;
}

/* The first line of the file that a variable names; *out stays without one. */
static bool read_password(const char *variable, char **out, char *why)
{
	const char *path = getenv(variable);
	char problem[SECRET_FILE_WHY], *text;
	size_t n;

	if (!path || !*path)
		return true;
	text = secret_file_read(path, problem);
	n = text ? strcspn(text, "\r\n") : 0;
	if (n)
		*out = xstrndup(text, n);
	else
		snprintf(why, STORE_WHY, "store: %s: %s", path,
			text ? "its first line is empty" : problem);
	secret_file_free(text);
	return n > 0;
}

/*
 * The sentinels go by the same name and password, unless they have their own.
 */
static bool read_passwords(struct store *s, char *why)
{
	if (!read_password("MCP_STORE_PASSWORD_FILE", &s->password, why))
		return false;
	if (s->nodes.url.kind != STORE_SENTINEL)
		return true;
	if (!read_password("MCP_STORE_SENTINEL_PASSWORD_FILE",
		    &s->sentinel_password, why))
		return false;
	s->nodes.sentinels.user =
		s->sentinel_password ? NULL : s->nodes.url.user;
	if (!s->sentinel_password)
		s->sentinel_password = s->password;
	s->nodes.sentinels.password = s->sentinel_password;
	return true;
}

static bool prepare(struct store *s, const char *ca, char *why)
{
	const struct store_url *url = &s->nodes.url;
	struct access *access = &s->nodes.access;
	int address_ms =
		s->patience_ms < ADDRESS_MS ? s->patience_ms : ADDRESS_MS;

	/* If there are several to ask, leave time to ask another. */
	if (url->kind != STORE_SOLE && address_ms > s->patience_ms * 2 / 5)
		address_ms = s->patience_ms * 2 / 5;
	if (!read_passwords(s, why))
		return false;
	if (url->tls && !(access->tls = tls_new(ca, why)))
		return false;
	access->path = url->path;
	access->user = url->user;
	access->password = s->password;
	access->db = url->db;
	access->address_ms = s->nodes.sentinels.address_ms = address_ms;
	s->nodes.sentinels.tls = access->tls;
	s->nodes.sentinels.lenient = true;
	return true;
}

static struct store *open_store(
	const char *url, const char *ca, int patience_ms, bool hasty, char *why)
{
	struct store *s = xcalloc(1, sizeof *s);
	const char *wrong;

	buf_init(&s->queue.text, SIZE_MAX);
	buf_init(&s->sent.text, SIZE_MAX);
	s->patience_ms = patience_ms;
	s->hasty = hasty;
	s->wait = STORE_NO_REPLY;
	if (!url)
		url = getenv("MCP_STORE");
	wrong = !url || !*url ? "not configured: use --store, or set MCP_STORE"
			      : store_url_read(url, &s->nodes.url);
	if (wrong)
		refuse(why, wrong);
	else if (prepare(s, ca, why)) {
		if (!exchange_open(&s->nodes, patience_ms))
			return s;
		snprintf(why, STORE_WHY, "%s", s->nodes.why);
	}
	store_close(s);
	return NULL;
}

struct store *store_open_hasty(const char *url, int patience_ms, char *why)
{
	return open_store(url, NULL, patience_ms, true, why);
}

struct store *store_open(const char *url, const char *ca, char *why)
{
	return open_store(url, ca, PATIENCE_MS, false, why);
}

size_t store_begin(struct store *s, size_t n)
{
	struct commands *q = &s->queue;

	q->v = xgrow(q->v, &q->cap, q->n + 1, sizeof *q->v);
	q->v[q->n] = (struct command) {.at = q->text.len,
		.node = NODE_NONE,
		.may_fail = true,
		.barrier = s->barrier};
	s->barrier = false;
	resp_begin(&q->text, n);
	return q->n++;
}

void store_arg(struct store *s, const char *p, size_t n)
{
	resp_arg(&s->queue.text, p, n);
}

size_t store_queued(const struct store *s)
{
	return s->queue.n;
}

void store_barrier(struct store *s)
{
	s->barrier = true;
}

void store_confirm(struct store *s, int replicas, double timeout_s)
{
	s->replicas = replicas;
	s->confirm_s = timeout_s;
}

size_t store_try_argv(struct store *s, size_t n, const char *const *args)
{
	size_t number = store_begin(s, n);

	for (size_t i = 0; i < n; i++)
		store_arg(s, args[i], strlen(args[i]));
	return number;
}

void store_add_argv(struct store *s, size_t n, const char *const *args)
{
	size_t number = store_try_argv(s, n, args);

	s->queue.v[number].may_fail = false;
}

size_t store_ask_argv(struct store *s, size_t n, const char *const *args)
{
	size_t number = store_try_argv(s, n, args);

	s->queue.v[number].optional = true;
	return number;
}

#define ARGS_MAX 64

static void add_list(struct store *s, const char *arg, va_list ap)
{
	const char *args[ARGS_MAX];
	size_t n = 0;

	for (; arg && n < ARGS_MAX; arg = va_arg(ap, const char *))
		args[n++] = arg;
	store_add_argv(s, n, args);
}

void store_add(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
}

size_t store_add_wait(struct store *s)
{
	char replicas[16], ms[16];

	s->wait = STORE_NO_REPLY;
	if (!s->replicas)
		return s->wait;
	snprintf(replicas, sizeof replicas, "%d", s->replicas);
	snprintf(ms, sizeof ms, "%.0f", s->confirm_s * 1000);
	store_barrier(s);
	s->wait = store_queued(s);
	store_add(s, "WAIT", replicas, ms, NULL);
	s->queue.v[s->wait].optional = true;
	return s->wait;
}

void store_check_wait(struct store *s)
{
	const struct store_reply *r = store_reply(s, s->wait);
	const char *error = store_error(r);
	long long n = store_int(r, 0);

	if (s->wait == STORE_NO_REPLY || s->warned || n >= s->replicas)
		return;
	s->warned = true;
	log_warn("store: only %lld of %d replicas confirmed a state within %g "
		 "s%s%s; mcp-alert continues without them",
		n, s->replicas, s->confirm_s,
		error ? ": " : "", error ? error : "");
}

/* Move the queued commands to those that are sent now. */
static void take_queue(struct store *s)
{
	struct commands sent = s->sent;

	s->sent = s->queue;
	s->queue = sent;
	if (s->queue.text.cap > QUEUE_KEPT)
		buf_release(&s->queue.text);
	buf_clear(&s->queue.text);
	s->queue.n = 0;
	s->barrier = false;
}

/* Send what take_queue took, and wait for the replies. */
static int send_taken(struct store *s)
{
	enum exchange_result result;

	if (!s->sent.n)
		return 0;
	/* s->why still says why. */
	if (clock_mono_ms() < s->away_until)
		return -1;
	s->arriving.n = s->sent.n;
	s->arriving.v = xcalloc(s->sent.n, sizeof *s->arriving.v);
	result = exchange_send(&s->nodes, s->patience_ms, &s->sent, &s->scripts,
		s->arriving.v);
	if (result == EXCHANGE_DONE)
		return 0;
	snprintf(s->why, sizeof s->why, "%s", s->nodes.why);
	if (result == EXCHANGE_LATE && !s->hasty)
		s->away_until = clock_mono_ms() + s->patience_ms;
	return -1;
}

/* The replies that have arrived are those that there are now. */
static void take_replies(struct store *s)
{
	replies_release(&s->replies);
	s->replies = s->arriving;
	s->arriving = (struct replies) {NULL, 0};
}

int store_run(struct store *s)
{
	int rc;

	take_queue(s);
	rc = send_taken(s);
	take_replies(s);
	return rc;
}

static void *send_started(void *arg)
{
	struct store *s = arg;

	s->result = send_taken(s);
	return NULL;
}

void store_start(struct store *s)
{
	take_queue(s);
	s->result = 0;
	s->started = true;
	s->threaded = s->sent.n &&
		pthread_create(&s->sender, NULL, send_started, s) == 0;
	if (!s->threaded)
		send_started(s);
}

int store_finish(struct store *s)
{
	if (!s->started)
		return 0;
	if (s->threaded)
		pthread_join(s->sender, NULL);
	s->started = false;
	take_replies(s);
	return s->result;
}

int store_failed(const struct store *s)
{
	log_error("%s", s->why);
	return -1;
}

int store_gone(struct store *s)
{
	if (!s->nodes.gone)
		return 0;
	nodes_fail(&s->nodes, s->nodes.gone - 1,
		"closed the connection after it had answered: data that it had "
		"not yet written to its disk may be lost");
	memcpy(s->why, s->nodes.why, sizeof s->why);
	return -1;
}

const char *store_why(const struct store *s)
{
	return s->why;
}

const struct store_reply *store_reply(const struct store *s, size_t i)
{
	return i < s->replies.n ? s->replies.v[i] : NULL;
}

const struct store_reply *store_one(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
	return store_run(s) ? NULL : store_reply(s, 0);
}

const struct store_reply *store_scan(
	struct store *s, struct store_scan *at, const char *pattern)
{
	const char *args[] = {"SCAN", *at->cursor ? at->cursor : "0", "COUNT",
		SCAN_COUNT, "MATCH", pattern};
	const struct nodes *ns = &s->nodes;
	const char *next;
	size_t number;

	while (at->node < ns->n && !ns->v[at->node].master)
		at->node++;
	number = store_try_argv(s, pattern ? 6 : 4, args);
	s->queue.v[number].may_fail = false;
	s->queue.v[number].node = at->node < ns->n ? at->node : 0;
	if (store_run(s))
		return NULL;
	next = store_text(store_item(store_reply(s, 0), 0));
	snprintf(at->cursor, sizeof at->cursor, "%s", next ? next : "0");
	if (strcmp(at->cursor, "0") == 0)
		at->node++;
	while (at->node < ns->n && !ns->v[at->node].master)
		at->node++;
	at->done = at->node >= ns->n;
	return store_item(store_reply(s, 0), 1);
}

int store_load(struct store *s, const char *script, char sha[STORE_SHA])
{
	struct scripts *all = &s->scripts;
	const struct store_reply *r;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].text, script) == 0) {
			snprintf(sha, STORE_SHA, "%s", all->v[i].sha);
			return 0;
		}
	r = store_one(s, "SCRIPT", "LOAD", script, NULL);
	if (!store_text(r))
		return store_failed(s);
	snprintf(sha, STORE_SHA, "%s", store_text(r));
	all->v = xgrow(all->v, &all->cap, all->n + 1, sizeof *all->v);
	all->v[all->n++] = (struct script) {xstrdup(sha), xstrdup(script)};
	return 0;
}
