/* SPDX-License-Identifier: MIT */
/*
 * exchange.h: commands go to the servers of the store, and a reply to each
 * comes back, whoever is the master by then.
 */
#ifndef STORE_EXCHANGE_H
#define STORE_EXCHANGE_H

#include "base/buf.h"
#include "store/nodes.h"

#include <stdbool.h>
#include <stddef.h>

struct store_reply;

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

/* exchange_open(ns, patience_ms): find the servers, and connect. -1: ns->why.
   */
int exchange_open(struct nodes *ns, double patience_ms);

/*
 * exchange_send(ns, patience_ms, q, scripts, replies): send the commands; each
 * reply goes to replies, which has room for q->n, or is NULL. It waits
 * patience_ms for each sign of progress, and a fixed multiple of that in all.
 * Every command is safe to repeat: what a lost connection leaves open, or a
 * server that is the master no more, is sent again to the present master.
 */
enum exchange_result exchange_send(struct nodes *ns, double patience_ms,
	const struct commands *q, const struct scripts *scripts,
	struct store_reply **replies);

#endif
