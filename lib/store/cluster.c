#include "store/cluster.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/error_reply.h"
#include "store/nodes.h"
#include "store/reply.h"
#include "store/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row: the first and last slot, and the master: [address, port, …]. */
static int read_row(struct nodes *ns, const struct store_reply *row,
	size_t asked, uint16_t *owner)
{
	const struct store_reply *master = store_item(row, 2);
	long long first = store_int(store_item(row, 0), -1);
	long long last = store_int(store_item(row, 1), -1);
	long long port = store_int(store_item(master, 1), 0);
	const char *name = store_text(store_item(master, 0));
	size_t i;

	if (first < 0 || last < first || last >= SLOTS || port < 1 ||
		port > 65535)
		return -1;
	/* A node that does not know its own address is where we asked it. */
	if (!name || !*name || strcmp(name, "?") == 0)
		name = ns->v[asked].at.name;
	if (!host_valid(name))
		return -1;
	i = nodes_number(ns, name, (int)port);
	if (i == NODE_NONE)
		return -1;
	for (long long slot = first; slot <= last; slot++)
		owner[slot] = (uint16_t)(i + 1);
	return 0;
}

int cluster_read(struct nodes *ns, const struct store_reply *r, size_t asked)
{
	uint16_t *owner = xcalloc(SLOTS, sizeof *owner);
	size_t n = store_count(r);
	int rc = n && n <= SLOTS ? 0 : -1;

	for (size_t i = 0; i < n && !rc; i++)
		rc = read_row(ns, store_item(r, i), asked, owner);
	if (rc) {
		free(owner);
		return -1;
	}
	free(ns->owner);
	ns->owner = owner;
	for (size_t i = 0; i < ns->n; i++)
		ns->v[i].master = false;
	for (size_t slot = 0; slot < SLOTS; slot++)
		if (owner[slot])
			ns->v[owner[slot] - 1].master = true;
	return 0;
}

static int ask_node(struct nodes *ns, size_t i, double until)
{
	const char *const args[] = {"CLUSTER", "SLOTS"};
	struct store_reply *r;
	char text[STORE_WHY];
	int rc = -1;

	if (nodes_connect(ns, i, until))
		return -1;
	r = connection_ask(ns->v[i].c, nodes_soon(ns, until), 2, args);
	if (!r)
		snprintf(ns->why, sizeof ns->why, "%s",
			connection_why(ns->v[i].c));
	else if (store_error(r))
		error_reply_say(store_error(r), text, sizeof text),
			nodes_fail(ns, i, text);
	else if (cluster_read(ns, r, i))
		nodes_fail(ns, i, store_count(r)
				? "its map of slots cannot be read"
				: "the cluster is down: no node has a slot");
	else
		rc = 0;
	reply_free(r);
	/* A late answer would be taken for that to another question. */
	if (rc)
		nodes_disconnect(ns, i);
	return rc;
}

int cluster_find(struct nodes *ns, double until)
{
	size_t known = ns->n;
	int rc = -1;

	/*
	 * Those that we have a connection to first, then the URL's, then all.
	 */
	for (size_t i = 0; i < known && rc; i++)
		if (ns->v[i].c && ns->v[i].master)
			rc = ask_node(ns, i, until);
	for (size_t i = 0; i < ns->url.n_hosts && rc; i++) {
		const struct store_host *at = &ns->url.hosts[i];

		if (!i || clock_mono_ms() < until)
			rc = ask_node(ns, nodes_number(ns, at->name, at->port),
				until);
	}
	for (size_t i = 0; i < known && rc; i++)
		if (clock_mono_ms() < until)
			rc = ask_node(ns, i, until);
	return rc;
}
