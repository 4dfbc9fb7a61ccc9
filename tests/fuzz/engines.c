/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever sentinels and the nodes of a cluster answer, a store is found
 * with valid addresses and a whole map of slots, or not at all, with the
 * reason; and what an error says, or two servers together, is read within its
 * bounds.
 *
 * An input is a byte: whether it is a cluster, and how often no connection is
 * made; then what the servers send, one after the other. Connections are those
 * below (see tests.mk), and the replies those that hiredis reads of it.
 */
#include "fuzz.h"

#include "store/beat.h"
#include "store/connection.h"
#include "store/nodes.h"
#include "store/reply.h"

#include <hiredis/hiredis.h>
#include <math.h>
#include <stdlib.h>

#define CLUSTER 1
#define DIGITS 7

struct connection *__wrap_connection_open(const struct access *a,
	const struct store_host *at, double until, char *why);
void __wrap_connection_close(struct connection *c);
struct store_reply *__wrap_connection_ask(
	struct connection *c, double until, size_t n, const char *const *args);
int __wrap_connection_fail(struct connection *c, const char *what);
const char *__wrap_connection_why(const struct connection *c);

static redisReader *sent;
static unsigned opened, open_now, refused; /* each so many-th, if not 0 */
static char why_not[STORE_WHY];

struct connection *__wrap_connection_open(const struct access *a,
	const struct store_host *at, double until, char *why)
{
	static char here[1];

	(void)a, (void)until;
	need(at && host_valid(at->name));
	need(at->port >= 1 && at->port <= 65535);
	if (refused && ++opened % refused == 0) {
		snprintf(why, STORE_WHY, "store: %.60s: refused", at->name);
		return NULL;
	}
	open_now++;
	return (struct connection *)here;
}

void __wrap_connection_close(struct connection *c)
{
	open_now -= c != NULL;
}

struct store_reply *__wrap_connection_ask(
	struct connection *c, double until, size_t n, const char *const *args)
{
	void *r = NULL;

	(void)until;
	need(c && n && args[0]);
	if (redisReaderGetReply(sent, &r) != REDIS_OK || !r)
		__wrap_connection_fail(c, "it went away");
	return r;
}

int __wrap_connection_fail(struct connection *c, const char *what)
{
	need(c);
	snprintf(why_not, sizeof why_not, "store: here: %.150s", what);
	return -1;
}

const char *__wrap_connection_why(const struct connection *c)
{
	need(c);
	return why_not;
}

static void check_nodes(const struct nodes *ns)
{
	for (size_t i = 0; i < ns->n; i++) {
		need(host_valid(ns->v[i].at.name));
		need(ns->v[i].at.port >= 1 && ns->v[i].at.port <= 65535);
	}
	for (size_t i = 0; ns->owner && i < SLOTS; i++)
		need(ns->owner[i] <= ns->n);
}

static void find(bool cluster)
{
	struct store_host hosts[] = {{(char[]) {"a.example"}, 6379},
		{(char[]) {"b.example"}, 6380}, {(char[]) {"::1"}, 6381}};
	struct nodes ns = {.url = {.kind = cluster ? STORE_CLUSTER
						   : STORE_SENTINEL,
				   .hosts = hosts,
				   .n_hosts = 3,
				   .master = (char[]) {"shop"}}};

	for (int again = 0; again < 3; again++) {
		int rc;

		ns.known = false;
		rc = nodes_find(&ns, INFINITY);
		check_nodes(&ns);
		need(rc == 0 || fuzz_line(ns.why, sizeof ns.why) ||
			strchr(ns.why, '\n'));
		need(rc || !cluster || ns.owner);
		need(rc || cluster || (ns.n == 1 && ns.v[0].c));
	}
	nodes_release(&ns);
	need(!open_now);
}

static void check_error(const char *error)
{
	char name[STORE_HOST_MAX + 1], said[STORE_WHY];
	int port = 0;

	need(error_reply_kind(error) <= ERROR_REPLY_LASTING);
	memset(said, 'x', sizeof said);
	error_reply_say(error, said, sizeof said);
	need(memchr(said, '\0', sizeof said) && *said);
	memset(name, 'x', sizeof name);
	if (error_reply_redirection(error, name, &port)) {
		need(memchr(name, '\0', sizeof name));
		need(!*name || host_valid(name));
		need(port >= 1 && port <= 65535);
	}
}

/* What several servers say to one command, and what is read of that. */
static void merge(bool least)
{
	struct store_reply *all = NULL, *one;
	char why[STORE_WHY];
	void *r = NULL;

	for (int i = 0; i < 8; i++) {
		if (redisReaderGetReply(sent, &r) != REDIS_OK || !r)
			break;
		one = r;
		if (store_error(one))
			check_error(store_error(one));
		all = reply_merge(all, one, least);
	}
	if (store_text(all)) {
		need(store_text(all)[store_size(all)] == '\0');
		persist_pending(store_text(all));
	}
	if (all && !format_fits(all, why))
		need(fuzz_line(why, sizeof why));
	if (all)
		reply_edit(all, slots_strip_braces);
	for (size_t i = 0; i < store_count(all); i++)
		if (store_text(store_item(all, i)))
			need(store_text(store_item(all, i))[store_size(
				     store_item(all, i))] == '\0');
	reply_free(all);
}

static redisReader *feed(const uint8_t *data, size_t size)
{
	redisReader *reader = redisReaderCreate();

	need(reader);
	redisReaderFeed(reader, (const char *)data, size);
	return reader;
}

/*
 * Whether a list is said to have more items than can follow: hiredis asks for
 * room for them all, which is given and not touched, but no more than
 * libFuzzer allows.
 */
static bool asks_for_room(const uint8_t *p, size_t n)
{
	size_t digits = DIGITS;

	for (size_t i = 0; i < n; i++) {
		if (strchr("*%~>|", p[i]) && p[i])
			digits = 0;
		else if (p[i] < '0' || p[i] > '9')
			digits = DIGITS;
		else if (digits < DIGITS && ++digits == DIGITS)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool cluster;

	if (!size || asks_for_room(data + 1, size - 1))
		return 0;
	cluster = data[0] & CLUSTER;
	refused = data[0] >> 1 & 7;
	opened = 0;
	sent = feed(data + 1, size - 1);
	find(cluster);
	redisReaderFree(sent);
	sent = feed(data + 1, size - 1);
	merge(cluster);
	redisReaderFree(sent);
	return 0;
}
