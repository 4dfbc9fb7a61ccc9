/* SPDX-License-Identifier: MIT */
#include "store/nodes.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/reply.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* CRC16-CCITT (XMODEM). */
static unsigned slots_crc16(const char *p, size_t n)
{
	unsigned crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned)(unsigned char)p[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
	}
	return crc & 0xffff;
}

unsigned slots_of(const char *key, size_t n)
{
	const char *open = memchr(key, '{', n), *close = NULL;

	if (open) {
		open++;
		close = memchr(open, '}', n - (size_t)(open - key));
	}
	if (close && close > open)
		return slots_crc16(open, (size_t)(close - open)) % SLOTS;
	return slots_crc16(key, n) % SLOTS;
}

/* Both are 6 bytes long. */
static bool of_server(const char *key, size_t n)
{
	return n > 6 && (memcmp(key, "probe:", 6) == 0 ||
				memcmp(key, "alert:", 6) == 0);
}

void slots_put_braces(struct buf *out, const char *key, size_t n)
{
	const char *end;
	size_t slug;

	if (!of_server(key, n)) {
		buf_add(out, key, n);
		return;
	}
	end = memchr(key + 6, ':', n - 6);
	slug = end ? (size_t)(end - key) - 6 : n - 6;
	buf_add(out, key, 6);
	buf_char(out, '{');
	buf_add(out, key + 6, slug);
	buf_char(out, '}');
	buf_add(out, key + 6 + slug, n - 6 - slug);
}

size_t slots_strip_braces(char *key, size_t n)
{
	char *close;

	if (!of_server(key, n) || key[6] != '{')
		return n;
	close = memchr(key + 7, '}', n - 7);
	if (!close)
		return n;
	memmove(close, close + 1, n - (size_t)(close + 1 - key));
	memmove(key + 6, key + 7, n - 8);
	return n - 2;
}

static bool is_one_of(const char *p, size_t n, const char *const *names)
{
	for (; *names; names++)
		if (strlen(*names) == n && strncasecmp(p, *names, n) == 0)
			return true;
	return false;
}

/*
 * Which arguments of a command are keys: n from number `first`, the name of the
 * command being 0. n is 0 for one that is for the whole store.
 */
static void find_keys(const char *at, size_t *first, size_t *n)
{
	static const char *const none[] = {"CLIENT", "CONFIG", "DBSIZE", "INFO",
		"PING", "SCAN", "SCRIPT", "TIME", "WAIT", NULL};
	static const char *const all[] = {"DEL", "EXISTS", "MGET", NULL};
	static const char *const counted[] = {"EVAL", "EVALSHA", NULL};
	static const char *const second[] = {"MEMORY", NULL};
	const char *name, *p;
	size_t args, size, length;

	at = resp_args(at, &args);
	at = resp_next(at, &name, &size);
	*first = 1;
	*n = args > 1;
	if (is_one_of(name, size, none)) {
		*n = 0;
	} else if (is_one_of(name, size, all)) {
		*n = args - 1;
	} else if (is_one_of(name, size, second)) {
		*first = 2;
		*n = args > 2;
	} else if (is_one_of(name, size, counted) && args > 2) {
		at = resp_next(at, &p, &length);
		resp_next(at, &p, &length);
		*first = 3;
		*n = strtoul(p, NULL, 10);
		if (*n > args - 3)
			*n = args - 3;
	}
}

/* Append an argument with its braces; returns its slot. */
static int put_braced(struct buf *out, struct buf *key, const char *p, size_t n)
{
	buf_clear(key);
	slots_put_braces(key, p, n);
	resp_arg(out, key->p, key->len);
	return (int)slots_of(key->p, key->len);
}

int slots_command(struct buf *out, const char *at, size_t size)
{
	const char *rest = at, *end = at + size, *p;
	size_t args, first, n, length;
	bool pattern = false;
	int slot = SLOTS;
	struct buf key;

	find_keys(at, &first, &n);
	at = resp_args(at, &args);
	buf_init(&key, SIZE_MAX);
	for (size_t i = 0; i < args && (!n || i < first + n); i++) {
		bool is_key = i >= first && i < first + n;
		const char *begin = at;

		at = resp_next(at, &p, &length);
		if (is_key || pattern) {
			int own;

			buf_add(out, rest, (size_t)(begin - rest));
			own = put_braced(out, &key, p, length);
			if (is_key)
				slot = slot == SLOTS || slot == own ? own : -1;
			rest = at;
		}
		pattern = !n && length == 5 && strncasecmp(p, "MATCH", 5) == 0;
	}
	buf_add(out, rest, (size_t)(end - rest));
	buf_release(&key);
	return slot;
}

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

/* There are others to ask: until when to wait for one who says who the masters are. */
static double soon_or_until(const struct nodes *ns, double until)
{
	double at = clock_mono_ms() + ns->access.address_ms / 2.0;

	return at < until ? at : until;
}

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
	r = connection_ask(ns->v[i].c, soon_or_until(ns, until), 2, args);
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

/* Learn the owner of each slot from a node that we know, or one of the URL. */
static int cluster_find(struct nodes *ns, double until)
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
	r = connection_ask(c, soon_or_until(ns, until), 3, args);
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
		nodes_fail(ns, 0, "it is not a master now; the sentinels have "
				  "not found a new one");
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

/* Ask the sentinels, in their order, for the master: it is node 0. */
static int sentinel_find(struct nodes *ns, double until)
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
