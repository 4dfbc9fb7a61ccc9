/* SPDX-License-Identifier: MIT */
/*
 * status_store.c: what the store holds and costs, and how it is set up. A SCAN
 * returns keys in an order that has nothing to do with their names: the first SAMPLE
 * of them stand for all.
 */
#include "commands/commands.h"

#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "judge/fleet.h"
#include "options.h"
#include "snapshot/fleet_keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE 20000
#define KINDS_MAX 64
#define KIND_MAX 64
#define MORE 1000 /* servers */

/* Who has most connections, where more than half of them are taken. */
#define HOLDERS 3
#define HOLDER_MAX 128

struct kind {
	char name[KIND_MAX];
	bool of_server;
	double keys, bytes;
};

struct holder {
	char who[HOLDER_MAX];
	size_t clients;
};

struct sample {
	struct kind kinds[KINDS_MAX];
	size_t n;
	double keys; /* asked for */
	/* Figures of the whole store. */
	double all_keys, used, limit; /* limit: 0 for none */
	double servers;
	char policy[40], aof[40]; /* "" where INFO is forbidden */
	/* The server of the store with the least room; max: 0: not known. */
	double clients, clients_max;
	struct holder holders[HOLDERS]; /* of all servers */
	size_t n_holders;
};

/* The name of a kind: the form of the key, or what all others have. */
static void name_kind(struct kind *k, const char *key)
{
	struct key_name name;
	bool ours = key_name_read(key, strlen(key), &name);

	k->of_server = ours && *name.slug;
	snprintf(k->name, sizeof k->name, "%s",
		k->of_server ? name.form
			: strncmp(key, "fleet:", 6) == 0 ? "fleet:..." : "other");
}

static struct kind *find_kind(struct sample *s, const char *key)
{
	struct kind k = {.keys = 0};

	name_kind(&k, key);
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->kinds[i].name, k.name) == 0)
			return &s->kinds[i];
	if (s->n == KINDS_MAX)
		return &s->kinds[KINDS_MAX - 1];
	s->kinds[s->n] = k;
	return &s->kinds[s->n++];
}

/* Weigh the keys of one answer of SCAN; -1: the store failed. */
static int weigh(struct store *store, struct sample *s,
	const struct store_reply *keys)
{
	size_t n = store_count(keys);
	char **names = xcalloc(n + 1, sizeof *names);
	int rc;

	for (size_t i = 0; i < n; i++) {
		const char *name = store_text(store_item(keys, i));

		names[i] = xstrdup(name ? name : "");
	}
	for (size_t i = 0; i < n; i++)
		store_add(store, "MEMORY", "USAGE", names[i], NULL);
	rc = store_run(store) ? store_failed(store) : 0;
	for (size_t i = 0; i < n; i++) {
		long long bytes = rc ? 0 : store_int(store_reply(store, i), 0);

		/* One that expired meanwhile takes nothing. */
		if (bytes > 0) {
			struct kind *k = find_kind(s, names[i]);

			k->keys++;
			k->bytes += (double)bytes;
			s->keys++;
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

static int take_sample(struct store *store, struct sample *s)
{
	struct store_scan scan = {.node = 0};

	while (!scan.done && s->keys < SAMPLE) {
		const struct store_reply *r = store_scan(store, &scan, NULL);

		if (!r)
			return store_failed(store);
		if (weigh(store, s, r))
			return -1;
	}
	return 0;
}

/*
 * The number behind "name:" in an answer of INFO; the sum, where several
 * servers answered; 0 where none has it.
 */
static double info_number(const struct store_reply *r, const char *name)
{
	const char *at = store_text(r) ? store_text(r) : "";
	double sum = 0;

	while ((at = strstr(at, name)) != NULL) {
		at += strlen(name);
		sum += strtod(at, NULL);
	}
	return sum;
}

/* Find the fullest server of the store in the answers to INFO. */
static void read_clients(struct sample *s, const struct store_reply *r)
{
	static const char connected[] = "\nconnected_clients:";
	static const char limit[] = "\nmaxclients:";
	const char *at = store_text(r) ? strstr(store_text(r), connected) : NULL;

	while (at) {
		const char *next = strstr(at + 1, connected);
		const char *max = strstr(at, limit);
		double n = strtod(at + strlen(connected), NULL);
		double of = max && (!next || max < next)
			? strtod(max + strlen(limit), NULL)
			: 0;

		if (of > 0 && n * s->clients_max >= s->clients * of) {
			s->clients = n;
			s->clients_max = of;
		}
		at = next;
	}
}

/* The value behind " name=" in a line of CLIENT LIST: n bytes; n is 0 without. */
static const char *client_field(const char *line, const char *name, size_t *n)
{
	size_t end = strcspn(line, "\n");
	const char *at = strstr(line, name);

	if (!at || at >= line + end) {
		*n = 0;
		return line;
	}
	at += strlen(name);
	*n = strcspn(at, " \n");
	return at;
}

/*
 * Add the client of a line of CLIENT LIST: its user, the name that it goes by,
 * and its address, without the port, or the path of the socket.
 */
static void note_client(struct strings *all, const char *line)
{
	size_t user, name, addr;
	const char *u = client_field(line, " user=", &user);
	const char *c = client_field(line, " name=", &name);
	const char *a = client_field(line, " addr=", &addr);
	char who[HOLDER_MAX];

	for (size_t i = addr; i > 0; i--)
		if (a[i - 1] == ':') {
			addr = i - 1;
			break;
		}
	snprintf(who, sizeof who, "%.*s%s%.*s%s at %.*s",
		(int)(user < 32 ? user : 32), u, name ? " (" : "",
		(int)(name < 32 ? name : 32), c, name ? ")" : "",
		(int)(addr < 48 ? addr : 48), a);
	strings_add(all, who);
}

/* Keep those with most clients; `all` is sorted. */
static void rank_holders(struct sample *s, const struct strings *all)
{
	for (size_t i = 0, n; i < all->n; i += n) {
		size_t at = s->n_holders;

		for (n = 1; i + n < all->n; n++)
			if (strcmp(all->v[i], all->v[i + n]) != 0)
				break;
		while (at > 0 && s->holders[at - 1].clients < n)
			at--;
		if (at == HOLDERS)
			continue;
		if (s->n_holders < HOLDERS)
			s->n_holders++;
		for (size_t k = s->n_holders - 1; k > at; k--)
			s->holders[k] = s->holders[k - 1];
		snprintf(s->holders[at].who, HOLDER_MAX, "%s", all->v[i]);
		s->holders[at].clients = n;
	}
}

/* Who has the connections; a user that may not ask leaves it open. */
static int read_holders(struct store *store, struct sample *s)
{
	static const char *const list[] = {"CLIENT", "LIST"};
	struct strings all = {.n = 0};
	const char *at;
	size_t reply;

	if (s->clients * 2 <= s->clients_max)
		return 0;
	reply = store_ask_argv(store, 2, list);
	if (store_run(store))
		return store_failed(store);
	for (at = store_text(store_reply(store, reply)); at && *at;
		at += strcspn(at, "\n"), at += *at == '\n')
		note_client(&all, at);
	strings_sort(&all);
	rank_holders(s, &all);
	strings_release(&all);
	return 0;
}

static int read_settings(struct store *store, struct sample *s)
{
	static const char *const clients[] = {"INFO", "clients"};

	store_add(store, "DBSIZE", NULL);
	store_add(store, "INFO", "memory", NULL);
	store_ask_argv(store, 2, clients);
	if (store_run(store))
		return store_failed(store);
	s->all_keys = (double)store_int(store_reply(store, 0), 0);
	s->used = info_number(store_reply(store, 1), "\nused_memory:");
	s->limit = info_number(store_reply(store, 1), "\nmaxmemory:");
	read_clients(s, store_reply(store, 2));
	setup_settings(store, s->policy, s->aof);
	return read_holders(store, s);
}

/* From the sample to the whole. */
static double scale(const struct sample *s)
{
	return s->keys > 0 ? s->all_keys / s->keys : 0;
}

static double server_bytes(const struct sample *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->kinds[i].of_server)
			sum += s->kinds[i].bytes * scale(s);
	return s->servers > 0 ? sum / s->servers : 0;
}

static int by_bytes(const void *a, const void *b)
{
	double x = ((const struct kind *)a)->bytes;
	double y = ((const struct kind *)b)->bytes;

	return (x < y) - (x > y);
}

static void put_clients_text(struct buf *b, const struct sample *s)
{
	if (s->clients_max <= 0)
		return;
	buf_fmt(b, "clients: %.0f of at most %.0f", s->clients,
		s->clients_max);
	for (size_t i = 0; i < s->n_holders; i++)
		buf_fmt(b, "%s %zu %s", i ? "," : ":", s->holders[i].clients,
			s->holders[i].who);
	buf_char(b, '\n');
}

static void put_clients_json(struct buf *b, const struct sample *s)
{
	if (s->clients_max <= 0)
		return;
	json_fmt(b, ",'clients':%g,'maxclients':%g,'clients_of':[",
		rint(s->clients), rint(s->clients_max));
	for (size_t i = 0; i < s->n_holders; i++)
		json_fmt(b, ",{'who':%s,'clients':%zu}", s->holders[i].who,
			s->holders[i].clients);
	buf_char(b, ']');
}

static void put_text(struct buf *b, const struct sample *s)
{
	char faults[SETUP_FAULTS][SETUP_FAULT];
	size_t n = setup_faults(s->policy, s->aof, faults);
	double each = server_bytes(s), per = fmax(s->servers, 1);

	buf_fmt(b, "%.0f server%s, %.0f keys, %.1f MB used%s\n", s->servers,
		s->servers == 1 ? "" : "s", s->all_keys, s->used / 1e6,
		scale(s) > 1 ? " (by kind: a sample)" : "");
	buf_fmt(b, "%-34s %14s %14s\n", "key", "keys/server", "bytes/server");
	for (size_t i = 0; i < s->n; i++) {
		const struct kind *k = &s->kinds[i];

		buf_fmt(b, "%-34s %14.1f %14.0f\n", k->name,
			k->keys * scale(s) / per, k->bytes * scale(s) / per);
	}
	buf_fmt(b, "a server costs %.0f kB; %d more would cost %.0f MB\n",
		each / 1e3, MORE, each * MORE / 1e6);
	if (s->limit > 0 && each > 0)
		buf_fmt(b, "maxmemory is %.0f MB: room for %.0f more servers\n",
			s->limit / 1e6,
			floor(fmax(s->limit - s->used, 0) / each));
	buf_fmt(b, "eviction: %s; append-only file: %s\n",
		*s->policy ? s->policy : "not known",
		*s->aof ? s->aof : "not known");
	put_clients_text(b, s);
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "wrong: %s\n", faults[i]);
}

static void put_json(struct buf *b, const struct sample *s)
{
	char faults[SETUP_FAULTS][SETUP_FAULT];
	size_t n = setup_faults(s->policy, s->aof, faults);
	double each = server_bytes(s);

	json_fmt(b,
		"{'servers':%g,'keys':%g,'used_bytes':%g,'server_bytes':%g,"
		"'more_servers':%d,'more_bytes':%g,'maxmemory':%g,"
		"'eviction':%s,'appendonly':%s",
		rint(s->servers), rint(s->all_keys), rint(s->used), rint(each),
		MORE, rint(each * MORE), rint(s->limit),
		*s->policy ? s->policy : NULL, *s->aof ? s->aof : NULL);
	put_clients_json(b, s);
	buf_str(b, ",\"kinds\":{");
	for (size_t i = 0; i < s->n; i++)
		json_fmt(b, ",%s:{'keys':%g,'bytes':%g}", s->kinds[i].name,
			rint(s->kinds[i].keys * scale(s)),
			rint(s->kinds[i].bytes * scale(s)));
	buf_str(b, "},\"wrong\":[");
	for (size_t i = 0; i < n; i++)
		json_fmt(b, ",%s", faults[i]);
	buf_str(b, "]}\n");
}

int status_store(const struct command *cmd)
{
	struct sample *s = xcalloc(1, sizeof *s);
	struct setup setup;
	struct fleet fleet = {0};
	struct buf b;
	int rc = setup_open(&setup, cmd);

	if (!rc && (setup_fleet(&setup, NULL, &fleet) ||
			   read_settings(setup.store, s) ||
			   take_sample(setup.store, s)))
		rc = EXIT_ENV;
	if (!rc) {
		s->servers = (double)fleet.n;
		qsort(s->kinds, s->n, sizeof *s->kinds, by_bytes);
		buf_init(&b, KINDS_MAX * 4 * KIND_MAX);
		if (output_choose(cmd->format).text)
			put_text(&b, s);
		else
			put_json(&b, s);
		if (line_print(b.p, b.len))
			rc = EXIT_ENV;
		buf_release(&b);
	}
	fleet_release(&fleet);
	setup_close(&setup);
	free(s);
	return rc;
}
