/* SPDX-License-Identifier: MIT */
/*
 * restore.c: the keys of a snapshot into a store. The snapshot is read twice: first
 * all of it is checked, then it is written. While it is written, KEY_FORMAT says so,
 * and the programs leave the store alone; it gets its version at last. KEY_RESTORE
 * names the writer, for two at once would mix their snapshots.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "options.h"
#include "snapshot/fleet_keys.h"
#include "snapshot/snapshot_line.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Commands go out together once the values are so many bytes, or there are so
   many commands. */
#define BATCH_BYTES (1024 * 1024)
#define BATCH_COMMANDS 1000

/* Room for who restores: "process 4711 on HOST since 2026-04-29T20:31:00Z". */
#define WHO_SIZE (HOST_NAME_MAX + 64)

/* The file, and how much of it has been read. */
struct reading {
	const char *name;
	int fd;
	off_t from; /* where the snapshot begins */
	struct sha256 *digest;
	bool begun, ended;
	int format;
	double at;
	unsigned long servers, keys;
	char slug[SLUG_MAX + 1]; /* of the last key of a server */
	char key[KEY_MAX];	 /* the last one, up to its `part` */
	double life_ms;
	unsigned long part;
	bool more, cut;
	size_t cut_bytes; /* of the value that goes on */
	char cut_field[SNAPSHOT_FIELD_MAX + 1]; /* and its field */
	size_t cut_field_size;
};

struct restore {
	struct store *store;
	struct reading *in;
	double now;
	char who[WHO_SIZE];
	bool lost; /* the store is another restore's now */
	struct buf value; /* one that is in several lines */
	bool goes_on;	  /* and goes on in the next */
	size_t items;	  /* of the key that is being written */
	size_t bytes;	  /* queued */
	unsigned long expired;
};

static bool wrong_order(char *why, const char *what)
{
	snprintf(why, SNAPSHOT_WHY, "%s", what);
	return false;
}

/* A value that goes on in this line is that of the line before. */
static bool check_cut(struct reading *in, const struct snapshot_line *l,
	char *why)
{
	size_t each = l->name.type == KEY_HASH ? 2 : 1;
	const struct snapshot_value *field = l->values;
	const struct snapshot_value *last = &l->values[l->n_values - each];

	if (in->cut && each == 2 &&
		(field->n != in->cut_field_size ||
			memcmp(field->p, in->cut_field, field->n) != 0))
		return wrong_order(why, "the continuation of a cut value is "
					"missing");
	if (!in->cut || l->n_values > each)
		in->cut_bytes = 0;
	in->cut_bytes += last[each - 1].n;
	if (in->cut_bytes > SNAPSHOT_VALUE_MAX)
		return wrong_order(why, "a value is too large");
	if (l->cut && each == 2) {
		memcpy(in->cut_field, last->p, last->n);
		in->cut_field_size = last->n;
	}
	return true;
}

static bool check_key(struct reading *in, const struct snapshot_line *l,
	char *why)
{
	bool same = strcmp(in->key, l->key) == 0;
	bool same_life = isnan(l->life_ms) ? isnan(in->life_ms)
					   : l->life_ms == in->life_ms;

	if (in->more ? !same || l->part != in->part + 1 || !same_life
		     : same || l->part != 1)
		return wrong_order(why, in->more
				? "the continuation of the key before is "
				  "missing"
				: "a part of a key whose earlier parts are "
				  "missing");
	if (!check_cut(in, l, why))
		return false;
	if (l->part == 1)
		in->keys++;
	if (slug_valid(l->name.slug) && strcmp(in->slug, l->name.slug) != 0) {
		memcpy(in->slug, l->name.slug, sizeof in->slug);
		in->servers++;
	}
	memcpy(in->key, l->key, sizeof in->key);
	in->life_ms = l->life_ms;
	in->part = l->part;
	in->more = l->more;
	in->cut = l->cut;
	return true;
}

static bool check_first(struct reading *in, const struct snapshot_line *l,
	char *why)
{
	if (l->format > STORE_FORMAT) {
		snprintf(why, SNAPSHOT_WHY,
			"format: its keys have version %d, and this program "
			"knows versions up to %d: upgrade mcp-fleet",
			l->format, STORE_FORMAT);
		return false;
	}
	in->begun = true;
	in->format = l->format;
	in->at = l->at;
	return true;
}

static bool check_last(struct reading *in, const struct snapshot_line *l,
	char *why)
{
	char sha256[SHA256_HEX];

	sha256_end(in->digest, sha256);
	in->ended = true;
	if (in->more)
		return wrong_order(why, "the continuation of the key before is "
					"missing");
	if (l->keys != in->keys || l->servers != in->servers)
		return wrong_order(why, "the counts of servers and keys do not "
					"match the lines before");
	return strcmp(sha256, l->sha256) == 0 ||
		wrong_order(why, "sha256: not the digest of the lines before");
}

static bool check_line(struct reading *in, const struct snapshot_line *l,
	char *why)
{
	if (in->ended)
		return wrong_order(why, "a line after the last one");
	if (in->begun != (l->type != SNAPSHOT_FIRST))
		return wrong_order(why, in->begun ? "a second first line"
					     : "the first line is missing");
	switch (l->type) {
	case SNAPSHOT_FIRST:
		return check_first(in, l, why);
	case SNAPSHOT_KEY:
		return check_key(in, l, why);
	case SNAPSHOT_LAST:
		return check_last(in, l, why);
	}
	return false;
}

static int refuse_line(const struct reading *in, unsigned long number,
	const char *why)
{
	log_error("%s:%lu: %s", in->name, number, why);
	return EXIT_USAGE;
}

/* Hand on a line that has been checked. */
static int use_line(struct reading *in, const char *p, size_t n,
	unsigned long number,
	int (*use)(void *arg, const struct snapshot_line *l), void *arg)
{
	struct snapshot_line line;
	char why[SNAPSHOT_WHY];
	int rc = EXIT_GOOD;

	if (snapshot_read(p, n, number, &line, why))
		return refuse_line(in, number, why);
	if (!check_line(in, &line, why)) {
		rc = refuse_line(in, number, why);
	} else {
		sha256_add(in->digest, p, n);
		sha256_add(in->digest, "\n", 1);
		if (use)
			rc = use(arg, &line);
	}
	snapshot_release(&line);
	return rc;
}

/*
 * Check the file from its beginning to its end, and give its lines to `use`,
 * where that is not NULL, which returns an exit status. Returns the exit
 * status.
 */
static int read_all(struct reading *in,
	int (*use)(void *arg, const struct snapshot_line *l), void *arg)
{
	struct lines *lines = lines_new(in->fd);
	unsigned long number = 0;
	int rc = EXIT_GOOD;

	*in = (struct reading) {
		.name = in->name, .fd = in->fd, .from = in->from};
	in->digest = sha256_new();
	if (lseek(in->fd, in->from, SEEK_SET) < 0) {
		log_error("%s: %s", in->name, strerror(errno));
		rc = EXIT_ENV;
	}
	while (!rc) {
		const char *p;
		size_t n;
		enum lines_result got = lines_next(lines, &p, &n);

		number++;
		if (got == LINES_LINE) {
			rc = use_line(in, p, n, number, use, arg);
		} else if (got == LINES_TOO_LONG) {
			rc = refuse_line(in, number, "too long");
		} else if (got == LINES_ERROR) {
			log_error("%s: %s", in->name, strerror(errno));
			rc = EXIT_ENV;
		} else {
			if (!in->ended)
				rc = refuse_line(in, number,
					"the end of the snapshot is missing");
			break;
		}
	}
	lines_free(lines);
	sha256_free(in->digest);
	in->digest = NULL;
	return rc;
}

static int send_queued(struct restore *r)
{
	size_t n = store_queued(r->store);

	r->bytes = 0;
	if (store_run(r->store)) {
		store_failed(r->store);
		return EXIT_ENV;
	}
	for (size_t i = 0; i < n; i++) {
		const char *error = store_error(store_reply(r->store, i));

		if (error) {
			log_error("store: refused: %s", error);
			return EXIT_ENV;
		}
	}
	return EXIT_GOOD;
}

static void name_us(char *who)
{
	char host[HOST_NAME_MAX + 1] = "", since[CLOCK_RFC3339];

	gethostname(host, sizeof host - 1);
	clock_rfc3339((int64_t)clock_wall(), since);
	snprintf(who, WHO_SIZE, "process %ld on %s since %s", (long)getpid(),
		host, since);
}

/* Queue script_restore_lock. */
static void add_lock(struct restore *r, int life_s, bool take)
{
	char life[16];

	snprintf(life, sizeof life, "%d", life_s);
	store_add(r->store, "EVAL", script_restore_lock, "1", KEY_RESTORE,
		r->who, life, take ? "1" : "0", NULL);
}

/* Take the lock, or renew it: from now on it holds for a minute. */
static int lock(struct restore *r, bool take)
{
	const char *who;

	add_lock(r, RETENTION_RESTORE_S, take);
	if (store_run(r->store)) {
		store_failed(r->store);
		return EXIT_ENV;
	}
	who = store_text(store_reply(r->store, 0));
	if (who && strcmp(who, r->who) == 0)
		return EXIT_GOOD;
	r->lost = true;
	if (take)
		log_error("another restore is running: %s; if it was killed, "
			  "try again in a minute", who ? who : "");
	else
		log_error("this restore was interrupted for more than a "
			  "minute, and another one may have begun%s%s",
			who && *who ? ": " : "", who ? who : "");
	return EXIT_ENV;
}

static void unlock(struct restore *r)
{
	add_lock(r, 0, false);
	/* If that fails, the lock expires by itself. */
	store_run(r->store);
}

static void add_text(struct restore *r, const char *text)
{
	store_arg(r->store, text, strlen(text));
}

static void add_value(struct restore *r, const struct snapshot_value *v)
{
	store_arg(r->store, v->p, v->n);
	r->bytes += v->n;
}

/* Begin the command that adds n values to a key. */
static void begin_values(struct restore *r, const struct snapshot_line *l,
	size_t n)
{
	static const char *const commands[] = {[KEY_STRING] = "SET",
		[KEY_HASH] = "HSET", [KEY_SET] = "SADD"};
	char items[32];

	if (l->name.type != KEY_LIST) {
		store_begin(r->store, 2 + n);
		add_text(r, commands[l->name.type]);
		add_text(r, l->key);
		return;
	}
	store_begin(r->store, 5 + n);
	add_text(r, "EVAL");
	add_text(r, script_restore_list);
	add_text(r, "1");
	add_text(r, l->key);
	snprintf(items, sizeof items, "%zu", r->items);
	add_text(r, items);
}

/*
 * Queue the values of a line that are whole. One that goes on in the next line
 * waits in r->value.
 */
static void queue_values(struct restore *r, const struct snapshot_line *l)
{
	size_t each = l->name.type == KEY_HASH ? 2 : 1;
	size_t whole = l->n_values - (l->cut ? each : 0);
	const struct snapshot_value *last = &l->values[l->n_values - 1];

	if (whole)
		begin_values(r, l, whole);
	for (size_t i = 0; i < whole; i++) {
		struct snapshot_value v = l->values[i];

		if (r->goes_on && i == each - 1) {
			buf_add(&r->value, v.p, v.n);
			v = (struct snapshot_value) {r->value.p, r->value.len};
		}
		add_value(r, &v);
	}
	if (l->cut && (whole || !r->goes_on))
		buf_clear(&r->value);
	if (l->cut)
		buf_add(&r->value, last->p, last->n);
	r->goes_on = l->cut;
	r->items += whole;
}

/* Queue a line: the first of a key removes what was there. */
static void queue_line(struct restore *r, const struct snapshot_line *l,
	double life_ms)
{
	char text[32];

	if (l->part == 1) {
		store_add(r->store, "DEL", l->key, NULL);
		r->items = 0;
		/* The key before may have expired amid its lines. */
		r->goes_on = false;
	}
	queue_values(r, l);
	if (isnan(life_ms))
		return;
	snprintf(text, sizeof text, "%.0f", life_ms);
	store_add(r->store, "PEXPIRE", l->key, text, NULL);
}

static int write_line(void *arg, const struct snapshot_line *l)
{
	struct restore *r = arg;
	double now = isnan(r->now) ? clock_wall() : r->now;
	double life_ms = l->life_ms - fmax(now - r->in->at, 0) * 1000;

	if (l->type != SNAPSHOT_KEY)
		return EXIT_GOOD;
	if (life_ms < 1) {
		r->expired += l->part == 1;
		return EXIT_GOOD;
	}
	if (!store_queued(r->store) && lock(r, false))
		return EXIT_ENV;
	queue_line(r, l, life_ms);
	return r->bytes >= BATCH_BYTES ||
			store_queued(r->store) >= BATCH_COMMANDS
		? send_queued(r)
		: EXIT_GOOD;
}

static bool note_key(void *arg, const char *key, const struct key_name *name)
{
	(void)name;
	snprintf(arg, KEY_MAX, "%s", key);
	return false;
}

/* Refuse a store that is not empty. */
static int check_empty(struct restore *r, const struct store_reply *format)
{
	char why[STORE_WHY], key[KEY_MAX] = "";

	if (!format_fits(format, why)) {
		log_error("%s", why);
		return EXIT_USAGE;
	}
	if (fleet_keys_scan(r->store, note_key, key))
		return EXIT_ENV;
	if (!*key)
		return EXIT_GOOD;
	log_error("the store has keys of a fleet, such as %s: restore into "
		  "another store, or delete these keys with --replace",
		key);
	return EXIT_USAGE;
}

/* Remove what the store holds of a fleet, while it is ours. */
static int remove_all(struct restore *r)
{
	struct store_scan at = {.done = false};
	struct key_name name;

	while (!at.done) {
		const struct store_reply *keys;

		if (lock(r, false))
			return EXIT_ENV;
		keys = store_scan(r->store, &at, NULL);
		for (size_t i = 0; i < store_count(keys); i++) {
			const struct store_reply *key = store_item(keys, i);

			if (key_name_read(store_text(key), store_size(key),
				    &name))
				store_add(r->store, "UNLINK", store_text(key),
					NULL);
		}
		if (!keys || store_run(r->store)) {
			store_failed(r->store);
			return EXIT_ENV;
		}
	}
	return EXIT_GOOD;
}

/* Look at what the store holds, and mark it; --replace removes it. */
static int prepare(struct restore *r, bool replace)
{
	const struct store_reply *format =
		store_one(r->store, "GET", KEY_FORMAT, NULL);
	int rc = EXIT_GOOD;

	if (!format) {
		store_failed(r->store);
		return EXIT_ENV;
	}
	if (format_number(format) > STORE_FORMAT || !replace)
		rc = check_empty(r, format);
	if (!rc && !store_one(r->store, "SET", KEY_FORMAT, FORMAT_RESTORING,
			   NULL)) {
		store_failed(r->store);
		rc = EXIT_ENV;
	}
	return !rc && replace ? remove_all(r) : rc;
}

static int write_all(struct restore *r)
{
	char format[16];
	int rc = read_all(r->in, write_line, r);

	if (!rc)
		rc = send_queued(r);
	if (!rc)
		rc = lock(r, false);
	snprintf(format, sizeof format, "%d", r->in->format);
	if (!rc && (!store_one(r->store, "SET", KEY_FORMAT, format, NULL) ||
			   store_persist(r->store))) {
		store_failed(r->store);
		rc = EXIT_ENV;
	}
	if (rc && !r->lost)
		log_error("the store is only half restored; to repeat it, run "
			  "mcp-aggregate restore --replace");
	return rc ? EXIT_ENV : EXIT_GOOD;
}

/* Print how much was restored. */
static int report(const struct restore *r)
{
	struct buf b;
	int rc;

	buf_init(&b, 200);
	buf_fmt(&b, "%lu server%s, %lu keys; %lu had expired\n",
		r->in->servers, r->in->servers == 1 ? "" : "s",
		r->in->keys - r->expired, r->expired);
	rc = line_print(b.p, b.len) ? EXIT_ENV : EXIT_GOOD;
	buf_release(&b);
	return rc;
}

static int restore_from(const struct command *cmd, struct reading *in)
{
	struct restore r = {.in = in, .now = cmd->now};
	struct setup s;
	int rc = read_all(in, NULL, NULL);

	if (rc)
		return rc;
	rc = setup_open(&s, cmd);
	r.store = s.store;
	buf_init(&r.value, SNAPSHOT_VALUE_MAX);
	name_us(r.who);
	if (!rc)
		rc = lock(&r, true);
	if (!rc) {
		rc = prepare(&r, cmd->replace);
		if (!rc)
			rc = write_all(&r);
		unlock(&r);
	}
	if (!rc)
		rc = report(&r);
	buf_release(&r.value);
	setup_close(&s);
	return rc;
}

/* A file of our own that nobody else sees, with what is left on fd. */
static int spool(int fd, const char *name)
{
	const char *folder = getenv("TMPDIR");
	char path[4096], piece[65536];
	ssize_t n = 1;
	int to;

	snprintf(path, sizeof path, "%s/mcp-aggregate.XXXXXX",
		folder && *folder ? folder : "/tmp");
	to = mkstemp(path);
	if (to < 0) {
		log_error("%s: %s", path, strerror(errno));
		return -1;
	}
	unlink(path);
	while (n && to >= 0) {
		const char *failed = NULL;

		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			failed = name;
		else if (line_write(to, piece, (size_t)n))
			failed = path;
		if (failed) {
			log_error("%s: %s", failed, strerror(errno));
			close(to);
			to = -1;
		}
	}
	return to;
}

int restore(const struct command *cmd)
{
	bool is_input = !cmd->input || strcmp(cmd->input, "-") == 0;
	struct reading in = {
		.name = is_input ? "standard input" : cmd->input};
	struct stat st;
	int fd = is_input ? STDIN_FILENO
			  : open(cmd->input, O_RDONLY | O_CLOEXEC);
	int rc = EXIT_ENV;

	if (fd < 0) {
		log_error("%s: %s", cmd->input, strerror(errno));
		return EXIT_USAGE;
	}
	in.fd = fd;
	/* Copy a file that cannot be read twice. */
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		in.fd = spool(fd, in.name);
	else
		in.from = lseek(fd, 0, SEEK_CUR);
	if (in.fd >= 0 && in.from >= 0)
		rc = restore_from(cmd, &in);
	if (in.fd >= 0 && in.fd != fd)
		close(in.fd);
	if (fd != STDIN_FILENO)
		close(fd);
	return rc;
}
