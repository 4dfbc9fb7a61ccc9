#include "store/nodes.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/cluster.h"
#include "store/sentinel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A cluster has fewer. */
#define NODES_MAX 2000

void nodes_release(struct nodes *ns)
{
	for (size_t i = 0; i < ns->n; i++) {
		nodes_disconnect(ns, i);
		free(ns->v[i].at.name);
		buf_release(&ns->v[i].text);
		free(ns->v[i].due);
	}
	free(ns->v);
	free(ns->owner);
	ns->v = NULL;
	ns->owner = NULL;
	ns->n = ns->cap = 0;
}

static size_t add_node(struct nodes *ns, const char *name, int port)
{
	struct node *node;

	ns->v = xgrow(ns->v, &ns->cap, ns->n + 1, sizeof *ns->v);
	node = &ns->v[ns->n];
	*node = (struct node) {
		.at = {name ? xstrdup(name) : NULL, port}, .master = true};
	buf_init(&node->text, SIZE_MAX);
	return ns->n++;
}

size_t nodes_number(struct nodes *ns, const char *name, int port)
{
	for (size_t i = 0; i < ns->n; i++)
		if (ns->v[i].at.port == port &&
			strcmp(ns->v[i].at.name, name) == 0)
			return i;
	return ns->n < NODES_MAX ? add_node(ns, name, port) : NODE_NONE;
}

int nodes_fail(struct nodes *ns, size_t i, const char *what)
{
	const struct store_host *at = &ns->v[i].at;
	char name[STORE_NAME];

	connection_name(at->name ? at : NULL, ns->access.path, name);
	snprintf(ns->why, sizeof ns->why, "store: %s: %.130s", name, what);
	return -1;
}

int nodes_connect(struct nodes *ns, size_t i, double until)
{
	struct node *node = &ns->v[i];

	if (!node->c)
		node->c = connection_open(&ns->access,
			node->at.name ? &node->at : NULL, until, ns->why);
	return node->c ? 0 : -1;
}

void nodes_disconnect(struct nodes *ns, size_t i)
{
	if (ns->v[i].wrote)
		ns->gone = i + 1;
	ns->v[i].wrote = false;
	connection_close(ns->v[i].c);
	ns->v[i].c = NULL;
}

double nodes_soon(const struct nodes *ns, double until)
{
	double at = clock_mono_ms() + ns->access.address_ms / 2.0;

	return at < until ? at : until;
}

int nodes_find(struct nodes *ns, double until)
{
	const struct store_host *only = ns->url.hosts;
	double began = clock_mono_ms();
	char before[STORE_WHY];
	int rc = 0;

	if (ns->known)
		return 0;
	memcpy(before, ns->why, sizeof before);
	if (ns->url.kind == STORE_CLUSTER)
		rc = cluster_find(ns, until);
	else if (ns->url.kind == STORE_SENTINEL)
		rc = sentinel_find(ns, until);
	else if (!ns->n)
		add_node(ns, only ? only->name : NULL, only ? only->port : 0);
	ns->known = !rc;
	/* That the time ran out says less than what was found until then. */
	if (rc && *before && clock_mono_ms() >= until)
		memcpy(ns->why, before, sizeof before);
	ns->wasted_ms += clock_mono_ms() - began;
	return rc;
}
