/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/xalloc.h"
#include "store/nodes.h"
#include "store/reply.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A store beside us answers in a millisecond, and one far away in a second. */
#define ADDRESS_MS 2000
#define PATIENCE_MS 5000

/* A queue of up to so many bytes keeps its memory for the next one. */
#define QUEUE_KEPT ((size_t)16 * 1024 * 1024)

/* Keys that a server looks at for one answer to SCAN, about. */
#define SCAN_COUNT "1000"

struct command {
	size_t at;     /* in the text, where it begins */
	size_t node;   /* the one that it is for; NODE_NONE: its key says */
	bool may_fail; /* for a reason of its own */
	bool optional; /* an error is no failure of the batch, whatever it is */
	bool barrier;  /* sent once those before it are answered */
};

/* Commands as Redis reads them. */
struct commands {
	struct buf text;
	struct command *v;
	size_t n, cap;
};

/* The scripts that have been loaded, for a node that does not know them. */
struct script {
	char *sha, *text;
};

struct scripts {
	struct script *v;
	size_t n, cap;
};

enum exchange_result {
	EXCHANGE_DONE, /* a reply to each */
	EXCHANGE_FAILED,
	EXCHANGE_LATE /* failed, after long waiting */
};

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

/* There is a sign of life: the patience begins anew. */
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
 * What this node was asked in this batch is asked once more: what it answered
 * may be lost with it.
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

/* Find the servers, and connect. -1: ns->why. */
static int exchange_open(struct nodes *ns, double patience_ms)
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

/*
 * Send the commands; each reply goes to replies, which has room for q->n, or is NULL.
 * It waits patience_ms for each sign of progress, and WHOLE times that in all. Every
 * command is safe to repeat: what a lost connection leaves open, or a server that is
 * the master no more, is sent once more to the master of now.
 */
static enum exchange_result exchange(struct nodes *ns, double patience_ms,
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
	/* One that is gone says so at once, and may be back as fast. */
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
	result = exchange(&s->nodes, s->patience_ms, &s->sent, &s->scripts,
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
