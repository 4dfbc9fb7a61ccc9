/* SPDX-License-Identifier: MIT */
#include "store/exchange.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/reply.h"
#include "store/store.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most that an exchange takes, in patiences. */
#define WHOLE 12

/* How long to wait before something is tried again, at first, and at most. */
#define PAUSE_MS 20
#define PAUSE_MAX_MS 200

/* After this many redirections in a row there is a pause. */
#define REDIRECTIONS 5

/* In place of a command's number: nobody asked for this reply. */
#define NOBODY SIZE_MAX
/* In place of a node's number: all masters. */
#define EVERYBODY (SIZE_MAX - 1)

/* How far a command has got. */
struct step {
	size_t target; /* a node that it was redirected to, or NODE_NONE */
	size_t sent;   /* the node that it went to last, or EVERYBODY */
	unsigned due;  /* replies that are awaited in this round */
	bool done, again, load, loaded, waits;
	bool asking, asked; /* it is to go behind ASKING, and did so last */
};

struct exchange {
	struct nodes *ns;
	const struct commands *q;
	const struct scripts *scripts;
	struct store_reply **replies;
	struct step *steps;
	double patience, until, end;
	double since; /* the last sign of life, or the beginning */
	bool was_connected;
	size_t done, best; /* commands that are, and the most that ever were */
	bool retried;
	unsigned losses, redirections;
	double pause;
	bool troubled; /* something is to be tried again after a pause */
	bool failed;   /* a reply is an error, and that is final */
	size_t told;   /* the node that last said why it is to be asked later */
	char why[STORE_WHY];   /* of `failed` */
	struct buf braced; /* the command that is given out, in a cluster */
};

static bool is_cluster(const struct exchange *x)
{
	return x->ns->url.kind == STORE_CLUSTER;
}

/* There is a sign of life: the time limit begins again. */
static void note_progress(struct exchange *x)
{
	x->since = clock_mono_ms();
	x->until = x->since + x->patience;
	if (x->until > x->end)
		x->until = x->end;
}

static void send_again(struct exchange *x, size_t i)
{
	x->steps[i].again = true;
}

/*
 * Send all commands of this batch to this node once more: its answers may be
 * lost with it.
 */
static void send_all_again(struct exchange *x, size_t node)
{
	for (size_t i = 0; i < x->q->n; i++) {
		struct step *s = &x->steps[i];

		if (s->sent == node || s->sent == EVERYBODY)
			send_again(x, i);
	}
	x->ns->known = false;
	x->troubled = true;
}

/* A node cannot be reached, or its connection is lost; ns->why says so. */
static void lose_node(struct exchange *x, size_t node)
{
	nodes_disconnect(x->ns, node);
	x->told = NODE_NONE;
	x->ns->v[node].n_due = x->ns->v[node].answered = 0;
	x->losses++;
	send_all_again(x, node);
}

static void fail_command(struct exchange *x, const char *why)
{
	if (!x->failed)
		snprintf(x->why, sizeof x->why, "%s", why);
	x->failed = true;
}

static const char *command_at(const struct exchange *x, size_t i)
{
	return x->q->text.p + x->q->v[i].at;
}

static size_t command_size(const struct exchange *x, size_t i)
{
	size_t end = i + 1 < x->q->n ? x->q->v[i + 1].at : x->q->text.len;

	return end - x->q->v[i].at;
}

/*
 * The second argument of EVALSHA: the name of a script that we know, or NULL.
 */
static const struct script *script_of(const struct exchange *x, size_t i)
{
	const char *at, *p;
	size_t n;

	at = resp_args(command_at(x, i), &n);
	if (n < 2)
		return NULL;
	at = resp_next(at, &p, &n);
	resp_next(at, &p, &n);
	for (size_t k = 0; k < x->scripts->n; k++)
		if (strlen(x->scripts->v[k].sha) == n &&
			memcmp(x->scripts->v[k].sha, p, n) == 0)
			return &x->scripts->v[k];
	return NULL;
}

static void expect_reply(struct node *node, size_t i)
{
	node->due = xgrow(
		node->due, &node->due_cap, node->n_due + 1, sizeof *node->due);
	node->due[node->n_due++] = i;
}

static void put_word(struct node *node, const char *word)
{
	resp_arg(&node->text, word, strlen(word));
}

/*
 * Give a command to a node, `size` bytes at `text`, with what has to go before
 * it.
 */
static void give_command(struct exchange *x, size_t i, size_t to, const char *text,
	size_t size)
{
	struct node *node = &x->ns->v[to];
	struct step *s = &x->steps[i];
	const struct script *script = s->load ? script_of(x, i) : NULL;

	if (script && script != node->script) {
		resp_begin(&node->text, 3);
		put_word(node, "SCRIPT");
		put_word(node, "LOAD");
		put_word(node, script->text);
		expect_reply(node, NOBODY);
		node->script = script;
	}
	s->loaded = s->loaded || s->load;
	s->load = false;
	s->asked = s->asking;
	s->asking = false;
	if (s->asked) {
		resp_begin(&node->text, 1);
		put_word(node, "ASKING");
		expect_reply(node, NOBODY);
	}
	buf_add(&node->text, text, size);
	expect_reply(node, i);
	s->due++;
}

/*
 * A command without a key, which x->braced has, goes to all masters; WAIT to
 * those that were used.
 */
static void give_all_masters(struct exchange *x, size_t i)
{
	struct step *s = &x->steps[i];
	const char *name;
	size_t n;

	resp_next(resp_args(command_at(x, i), &n), &name, &n);
	s->waits = n == 4 && strncasecmp(name, "WAIT", n) == 0;
	s->sent = EVERYBODY;
	for (size_t k = 0; k < x->ns->n; k++)
		if (x->ns->v[k].master && (!s->waits || x->ns->v[k].used))
			give_command(x, i, k, x->braced.p, x->braced.len);
	s->done = !s->due;
	x->done += s->done;
}

/* A command that goes nowhere. */
static void refuse_command(struct exchange *x, size_t i, const char *why)
{
	fail_command(x, why);
	x->steps[i].done = true;
	x->done++;
}

static void assign_in_cluster(struct exchange *x, size_t i)
{
	struct step *s = &x->steps[i];
	size_t to = s->target;
	int slot;

	buf_clear(&x->braced);
	slot = slots_command(
		&x->braced, command_at(x, i), command_size(x, i));
	if (to == NODE_NONE)
		to = x->q->v[i].node;
	s->target = NODE_NONE;
	if (slot < 0) {
		refuse_command(x, i, "store: a command has keys of several slots");
		return;
	}
	if (slot == SLOTS && to != NODE_NONE && !x->ns->v[to].master) {
		refuse_command(x, i, "store: a node left the cluster while its keys "
			     "were listed");
		return;
	}
	if (slot == SLOTS && to == NODE_NONE) {
		give_all_masters(x, i);
		return;
	}
	if (to == NODE_NONE && x->ns->owner[slot])
		to = x->ns->owner[slot] - 1u;
	if (to == NODE_NONE) {
		snprintf(x->ns->why, sizeof x->ns->why,
			"store: %s:%d: the cluster is down: no node has slot "
			"%d", x->ns->url.hosts[0].name,
			x->ns->url.hosts[0].port, slot);
		send_again(x, i);
		x->ns->known = false;
		x->troubled = true;
		return;
	}
	x->ns->v[to].used = true;
	s->sent = to;
	give_command(x, i, to, x->braced.p, x->braced.len);
}

/* The first command that is not done; q->n where there is none. */
static size_t first_open(const struct exchange *x)
{
	size_t i = 0;

	while (i < x->q->n && x->steps[i].done)
		i++;
	return i;
}

/*
 * Give out what is not done, up to the next barrier; the replies of one server
 * come in order without any.
 */
static void assign_commands(struct exchange *x)
{
	size_t first = first_open(x);

	for (size_t i = first; i < x->q->n; i++) {
		if (is_cluster(x) && i > first && x->q->v[i].barrier)
			break;
		if (x->steps[i].done)
			continue;
		if (is_cluster(x)) {
			assign_in_cluster(x, i);
		} else {
			x->steps[i].sent = 0;
			give_command(x, i, 0, command_at(x, i), command_size(x, i));
		}
	}
}

/* Whether all of the batch goes to one server: then it goes as it is. */
static bool assign_whole(struct exchange *x)
{
	struct node *node = x->ns->v;

	if (is_cluster(x))
		return false;
	for (size_t i = 0; i < x->q->n; i++)
		if (x->steps[i].done || x->steps[i].load)
			return false;
	for (size_t i = 0; i < x->q->n; i++) {
		x->steps[i].sent = 0;
		x->steps[i].due = 1;
		expect_reply(node, i);
	}
	return true;
}

/* Follow a redirection. */
static void follow_redirection(struct exchange *x, size_t from, size_t i,
	const char *error, bool asking)
{
	char name[STORE_HOST_MAX + 1];
	int port;

	x->redirections++;
	x->told = NODE_NONE;
	nodes_fail(x->ns, from, error);
	send_again(x, i);
	if (!asking)
		x->ns->known = false;
	if (!error_reply_redirection(error, name, &port))
		return;
	x->steps[i].target = nodes_number(
		x->ns, *name ? name : x->ns->v[from].at.name, port);
	x->steps[i].asking = asking;
}

/* Whether an error may be mended by asking again, here or elsewhere. */
static bool mend_error(struct exchange *x, size_t from, size_t i, const char *error)
{
	struct step *s = &x->steps[i];
	enum error_reply kind = error_reply_kind(error);
	char text[STORE_WHY];

	if (kind == ERROR_REPLY_LATER ||
		(kind == ERROR_REPLY_MASTER &&
			x->ns->url.kind != STORE_SOLE)) {
		error_reply_say(error, text, sizeof text);
		nodes_fail(x->ns, from, text);
		x->told = from;
		x->troubled = true;
		/* Retry at the node that it was redirected to, too. */
		s->target = s->asked ? from : NODE_NONE;
		s->asking = s->asked;
		if (kind == ERROR_REPLY_MASTER)
			send_all_again(x, from);
		else
			send_again(x, i);
		if (is_cluster(x))
			x->ns->known = false;
		return true;
	}
	if (kind == ERROR_REPLY_SCRIPT && !s->loaded && script_of(x, i)) {
		s->load = true;
		s->target = from;
		s->asking = s->asked;
		send_again(x, i);
		return true;
	}
	if (!is_cluster(x) ||
		(kind != ERROR_REPLY_MOVED && kind != ERROR_REPLY_ASK))
		return false;
	follow_redirection(x, from, i, error, kind == ERROR_REPLY_ASK);
	return true;
}

/* Take a reply of a node. */
static void take_reply(struct exchange *x, size_t from, struct store_reply *r)
{
	struct node *node = &x->ns->v[from];
	size_t i = node->due[node->answered++];
	const char *error = store_error(r);
	char text[STORE_WHY];

	if (i == NOBODY || (error && mend_error(x, from, i, error))) {
		reply_free(r);
		if (i != NOBODY)
			x->steps[i].due--;
		return;
	}
	x->steps[i].due--;
	if (error && !x->q->v[i].optional &&
		!(x->q->v[i].may_fail &&
			error_reply_kind(error) == ERROR_REPLY_OWN)) {
		error_reply_say(error, text, sizeof text);
		nodes_fail(x->ns, from, text);
		fail_command(x, x->ns->why);
	}
	if (is_cluster(x) && x->q->v[i].node != NODE_NONE)
		reply_edit(r, slots_strip_braces);
	x->replies[i] = reply_merge(x->replies[i], r, x->steps[i].waits);
	if (!x->steps[i].done)
		x->done++;
	x->steps[i].done = true;
}

/*
 * Whether what a node has sent is a sign that we get on. Once something had to
 * be tried again, only a reply that we have not had before is one: a store that
 * fails may well be talkative.
 */
static bool gets_on(struct exchange *x)
{
	bool more = x->done > x->best;

	if (more)
		x->best = x->done;
	return more || (!x->retried && !x->troubled);
}

/* Read and write what can be. */
static void work_node(struct exchange *x, size_t i, short events)
{
	struct connection *c = x->ns->v[i].c;
	long n = connection_work(c, events);
	struct store_reply *r;

	/* A reply may add a node, and so move them all. */
	while (x->ns->v[i].answered < x->ns->v[i].n_due &&
		(r = connection_next(c)) != NULL)
		take_reply(x, i, r);
	if (n > 0 && gets_on(x))
		note_progress(x);
	if (n >= 0 && !connection_broken(c))
		return;
	snprintf(x->ns->why, sizeof x->ns->why, "%s", connection_why(c));
	if (x->ns->v[i].answered < x->ns->v[i].n_due)
		lose_node(x, i);
	else
		nodes_disconnect(x->ns, i);
}

/* Send the nodes the commands that they were given. */
static void send_to_nodes(struct exchange *x, bool whole)
{
	for (size_t i = 0; i < x->ns->n; i++) {
		struct node *node = &x->ns->v[i];
		const struct buf *text = whole ? &x->q->text : &node->text;

		if (!node->n_due)
			continue;
		if (nodes_connect(x->ns, i, x->until)) {
			lose_node(x, i);
			continue;
		}
		connection_send(node->c, text->p, text->len);
		work_node(x, i, POLLOUT);
	}
}

/* Wait for the nodes that have not answered everything. -1: none does. */
static int await_nodes(struct exchange *x, struct pollfd *p, size_t *who)
{
	size_t n = 0;
	double left;
	int ready;

	for (size_t i = 0; i < x->ns->n; i++) {
		const struct node *node = &x->ns->v[i];

		if (node->answered == node->n_due)
			continue;
		p[n] = (struct pollfd) {.fd = connection_fd(node->c),
			.events = connection_events(node->c)};
		who[n++] = i;
	}
	if (!n)
		return 0;
	left = x->until - clock_mono_ms();
	ready = poll(p, (nfds_t)n, left > 0 ? (int)left + 1 : 0);
	if (ready == 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (ready > 0 && p[i].revents)
			work_node(x, who[i], p[i].revents);
	return 1;
}

/*
 * Nobody has answered for too long. What a node said before that is more than that
 * it was silent in the end.
 */
static void give_up_waiting(struct exchange *x)
{
	char text[64];

	snprintf(text, sizeof text, "does not answer within %g s",
		round((x->until - x->since) / 100) / 10);
	for (size_t i = x->ns->n; i-- > 0;)
		if (x->ns->v[i].answered < x->ns->v[i].n_due) {
			nodes_disconnect(x->ns, i);
			if (i != x->told)
				nodes_fail(x->ns, i, text);
		}
}

/* Send what is not done, and take what comes. -1: the waiting was in vain. */
static int run_round(struct exchange *x)
{
	struct pollfd *p;
	size_t *who;
	bool whole;
	int rc;

	for (size_t i = 0; i < x->ns->n; i++) {
		x->ns->v[i].n_due = x->ns->v[i].answered = 0;
		x->ns->v[i].script = NULL;
		buf_clear(&x->ns->v[i].text);
	}
	whole = assign_whole(x);
	if (!whole)
		assign_commands(x);
	send_to_nodes(x, whole);
	p = xcalloc(x->ns->n + 1, sizeof *p);
	who = xcalloc(x->ns->n + 1, sizeof *who);
	do
		rc = await_nodes(x, p, who);
	while (rc > 0);
	free(p);
	free(who);
	if (rc)
		give_up_waiting(x);
	return rc;
}

/* Commands that are sent again lose their replies. */
static void prepare_again(struct exchange *x)
{
	for (size_t i = 0; i < x->q->n; i++) {
		struct step *s = &x->steps[i];

		s->due = 0;
		if (!s->again)
			continue;
		x->done -= s->done;
		reply_free(x->replies[i]);
		x->replies[i] = NULL;
		s->done = s->again = false;
	}
}

/*
 * After a round that left something open: wait a moment, unless a new address
 * is all that was missing. False: it is too late, or this server is gone.
 */
static bool pause_round(struct exchange *x)
{
	double left = x->until - clock_mono_ms();

	x->retried = true;
	if (x->ns->url.kind == STORE_SOLE && x->losses)
		return x->losses == 1 && x->was_connected;
	if (!x->troubled && x->redirections <= REDIRECTIONS)
		return left > 0;
	if (left <= x->pause)
		return false;
	poll(NULL, 0, (int)x->pause);
	x->pause = x->pause * 2 < PAUSE_MAX_MS ? x->pause * 2 : PAUSE_MAX_MS;
	return true;
}

static enum exchange_result exchange_run(struct exchange *x)
{
	/* A reply that is final, and an error, ends it at the next barrier. */
	while (first_open(x) < x->q->n && !x->failed) {
		x->troubled = false;
		if (nodes_find(x->ns, x->until))
			x->troubled = true;
		else if (run_round(x))
			return EXCHANGE_LATE;
		prepare_again(x);
		if (first_open(x) < x->q->n && !x->failed &&
			(x->troubled || x->redirections) && !pause_round(x))
			return EXCHANGE_LATE;
	}
	return x->failed ? EXCHANGE_FAILED : EXCHANGE_DONE;
}

static void exchange_begin(struct exchange *x, double patience_ms)
{
	/* Who was in vain asked for the masters has cost time, too. */
	x->patience = fmax(patience_ms - x->ns->wasted_ms, patience_ms / 5);
	x->ns->why[0] = '\0';
	x->told = NODE_NONE;
	x->since = clock_mono_ms();
	x->until = x->since + x->patience;
	x->end = x->since + patience_ms * WHOLE;
	x->pause = PAUSE_MS;
}

int exchange_open(struct nodes *ns, double patience_ms)
{
	struct exchange x = {.ns = ns, .troubled = true};
	int rc;

	exchange_begin(&x, patience_ms);
	while ((rc = nodes_find(ns, x.until)) != 0 && pause_round(&x))
		;
	if (!rc && !is_cluster(&x))
		rc = nodes_connect(ns, 0, x.until);
	return rc;
}

/* Whether a command may write; of a script that is not known. */
static bool may_write(const struct exchange *x, size_t i)
{
	static const char *const reads[] = {"CLIENT", "CONFIG", "DBSIZE", "EXISTS",
		"GET", "GETRANGE", "HEXISTS", "HGET", "HGETALL", "HKEYS",
		"HLEN", "HMGET", "HSTRLEN", "HVALS", "INFO", "LRANGE", "MEMORY",
		"MGET", "PING", "PTTL", "SCAN", "SCARD", "SCRIPT", "SISMEMBER",
		"SMEMBERS", "TIME", "TTL", "TYPE", "WAIT"};
	const char *name;
	size_t n;

	resp_next(resp_args(command_at(x, i), &n), &name, &n);
	for (size_t k = 0; k < sizeof reads / sizeof *reads; k++)
		if (strlen(reads[k]) == n && memcmp(reads[k], name, n) == 0)
			return false;
	return true;
}

/* Note which nodes have written: data may be lost if these go away. */
static void note_writes(struct exchange *x)
{
	for (size_t i = 0; i < x->q->n; i++) {
		size_t node = x->steps[i].sent;

		if (!x->steps[i].done || node >= x->ns->n ||
			x->ns->v[node].wrote || !may_write(x, i))
			continue;
		if (x->ns->v[node].c)
			x->ns->v[node].wrote = true;
		else
			x->ns->gone = node + 1;
	}
}

enum exchange_result exchange_send(struct nodes *ns, double patience_ms,
	const struct commands *q, const struct scripts *scripts,
	struct store_reply **replies)
{
	struct exchange x = {.ns = ns,
		.q = q,
		.scripts = scripts,
		.replies = replies,
		.steps = xcalloc(q->n, sizeof *x.steps)};
	double began = clock_mono_ms();
	enum exchange_result result;

	exchange_begin(&x, patience_ms);
	buf_init(&x.braced, SIZE_MAX);
	for (size_t i = 0; i < q->n; i++)
		x.steps[i].target = x.steps[i].sent = NODE_NONE;
	x.was_connected = ns->n && ns->v[0].c;
	for (size_t i = 0; i < ns->n; i++)
		ns->v[i].used = false;
	result = exchange_run(&x);
	/* A server that was stopped refuses at once, and may be back as fast. */
	if (result == EXCHANGE_LATE &&
		clock_mono_ms() - began < patience_ms / 2)
		result = EXCHANGE_FAILED;
	if (result == EXCHANGE_DONE)
		ns->wasted_ms = 0;
	note_writes(&x);
	if (x.failed)
		snprintf(ns->why, sizeof ns->why, "%s", x.why);
	free(x.steps);
	buf_release(&x.braced);
	return result;
}
