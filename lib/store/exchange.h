/*
 * exchange.h: sends a batch of commands to the nodes of a store, each to the
 * one that has its key, and puts the replies in the order of the commands.
 * Every command is safe to repeat: what a lost connection leaves open, or a
 * server that is the master no more, is sent once more to who is it now.
 */
#ifndef STORE_EXCHANGE_H
#define STORE_EXCHANGE_H

#include "store/nodes.h"

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

/*
 * exchange_open(ns, patience_ms): find the servers, and connect. -1: ns->why.
 */
int exchange_open(struct nodes *ns, double patience_ms);

/*
 * exchange(ns, patience_ms, q, scripts, replies): send the commands, and write
 * what each is answered to replies, which has room for q->n, for reply_free;
 * NULL for none. It waits patience_ms for each sign of progress, and 12 times
 * that in all. Where it is not EXCHANGE_DONE, ns->why.
 */
enum exchange_result exchange(struct nodes *ns, double patience_ms,
	const struct commands *q, const struct scripts *scripts,
	struct store_reply **replies);

#endif
