#include "store/sentinel.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/error_reply.h"
#include "store/nodes.h"
#include "store/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The answer of a sentinel: a host and a port. -1: none, and ns->why. */
static int read_master(struct nodes *ns, struct connection *c,
	const struct store_reply *r, struct store_host *out)
{
	const char *host = store_text(store_item(r, 0));
	long long port = store_int(store_item(r, 1), 0);
	char text[STORE_WHY] = "";

	if (host && host_valid(host) && port >= 1 && port <= 65535) {
		*out = (struct store_host) {xstrdup(host), (int)port};
		return 0;
	}
	if (!r)
		snprintf(ns->why, sizeof ns->why, "%s", connection_why(c));
	else if (store_error(r))
		error_reply_say(store_error(r), text, sizeof text);
	else if (store_count(r))
		snprintf(text, sizeof text, "names no host and port");
	else
		snprintf(text, sizeof text, "knows no master named %.100s",
			ns->url.master);
	if (*text) {
		connection_fail(c, text);
		snprintf(ns->why, sizeof ns->why, "%s", connection_why(c));
	}
	return -1;
}

static int ask_sentinel(struct nodes *ns, const struct store_host *at,
	double until, struct store_host *out)
{
	const char *const args[] = {"SENTINEL", "get-master-addr-by-name",
		ns->url.master};
	struct connection *c =
		connection_open(&ns->sentinels, at, until, ns->why);
	struct store_reply *r;
	int rc;

	if (!c)
		return -1;
	r = connection_ask(c, nodes_soon(ns, until), 3, args);
	rc = read_master(ns, c, r, out);
	reply_free(r);
	connection_close(c);
	return rc;
}

/* Node 0 is the server at this address, and a master by its own word. */
static int try_master(struct nodes *ns, const struct store_host *at,
	double until)
{
	const char *const args[] = {"ROLE"};
	struct store_reply *r;
	const char *role;
	char text[STORE_WHY];
	int rc = -1;

	if (!ns->n)
		nodes_number(ns, at->name, at->port);
	nodes_disconnect(ns, 0);
	free(ns->v[0].at.name);
	ns->v[0].at = (struct store_host) {xstrdup(at->name), at->port};
	if (nodes_connect(ns, 0, until))
		return -1;
	r = connection_ask(ns->v[0].c, until, 1, args);
	role = store_text(store_item(r, 0));
	if (role && strcmp(role, "master") == 0)
		rc = 0;
	else if (role)
		nodes_fail(ns, 0, "it is no master now; the sentinels have not "
				  "found a new one");
	else if (store_error(r))
		error_reply_say(store_error(r), text, sizeof text),
			nodes_fail(ns, 0, text);
	else
		snprintf(ns->why, sizeof ns->why, "%s",
			connection_why(ns->v[0].c));
	reply_free(r);
	if (rc)
		nodes_disconnect(ns, 0);
	return rc;
}

int sentinel_find(struct nodes *ns, double until)
{
	struct store_host master;
	int rc = -1;

	for (size_t i = 0; i < ns->url.n_hosts && rc; i++) {
		if (i && clock_mono_ms() >= until)
			break;
		if (ask_sentinel(ns, &ns->url.hosts[i], until, &master))
			continue;
		rc = try_master(ns, &master, until);
		free(master.name);
	}
	return rc;
}
