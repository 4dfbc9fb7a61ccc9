/* SPDX-License-Identifier: MIT */
/*
 * inbox.c: the centre's side of regions that probe by themselves. Records stay in the
 * inbox until they are safe in the store: a process that is killed in between finds
 * them again, and to ingest the same records again changes nothing.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/files.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/sha256.h"
#include "histories/deposit_pieces.h"
#include "json/json.h"
#include "options.h"
#include "records/probe.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often it is looked whether something came. */
#define LOOK_MS 250
/* Pieces that came at most so many seconds before are of this round, too. */
#define FRESH_S 15
/* As many bytes tell a piece from another one in its place. */
#define MARK_BYTES 1024
/* About as many bytes of targets are one element; and the most in all. */
#define TARGETS_PIECE (512 * 1024)
#define TARGETS_MAX ((size_t)256 * 1024 * 1024)

/* A place of the inbox with something in it. */
struct piece {
	int slot;
	double age; /* seconds; for ever, where that is not known */
};

static bool has_region(const struct command *cmd, const char *what)
{
	if (cmd->n_regions != 1)
		log_error("%s: --region needs exactly one region", what);
	return cmd->n_regions == 1;
}

/* The places that are not empty. -1: the store failed. */
static int find_pieces(struct store *s, const char *region,
	struct piece *pieces, size_t *n)
{
	char key[KEY_MAX];

	for (int i = 0; i < KEYS_INBOX_SLOTS; i++)
		store_add(s, "PTTL", key_inbox(key, region, i), NULL);
	if (store_run(s))
		return store_failed(s);
	*n = 0;
	for (int i = 0; i < KEYS_INBOX_SLOTS; i++) {
		long long left = store_int(store_reply(s, (size_t)i), -2);

		if (left != -2)
			pieces[(*n)++] = (struct piece) {i,
				left < 0 ? INFINITY
					 : RETENTION_INBOX_S -
						(double)left / 1000};
	}
	return 0;
}

static int by_age(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->age != y->age)
		return x->age < y->age ? 1 : -1;
	return x->slot - y->slot;
}

/* Wait until something of this round came, or long enough. A full inbox has no
   room for it. */
static int await_pieces(struct store *s, const struct command *cmd,
	struct piece *pieces, size_t *n)
{
	double began = clock_mono_ms(), waited = 0;
	double most = isnan(cmd->wait) ? 0 : cmd->wait;
	bool came;

	while (!find_pieces(s, cmd->regions[0], pieces, n)) {
		came = *n == KEYS_INBOX_SLOTS;
		for (size_t i = 0; i < *n; i++)
			came |= pieces[i].age <= waited + FRESH_S;
		if (came || waited >= most) {
			qsort(pieces, *n, sizeof *pieces, by_age);
			return 0;
		}
		poll(NULL, 0, LOOK_MS);
		waited = (clock_mono_ms() - began) / 1000;
	}
	return -1;
}

/* A file of this name in the folder has these bytes. -1, and it is logged. */
static int write_file(int folder, const char *name, const struct buf *b)
{
	int fd = private_open(folder, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
	int failed = fd < 0 || (b->len && line_write(fd, b->p, b->len));

	if (fd >= 0 && close(fd))
		failed = 1;
	if (failed)
		log_error("%s: %s", name, strerror(errno));
	return failed ? -1 : 0;
}

/* Copy a piece, as the i-th. Of one that is too long, no line is used. */
static int take_piece(struct store *s, const struct command *cmd, int folder,
	const struct piece *piece, size_t i, const double skew[2])
{
	char key[KEY_MAX], most[16], name[16], line[80];
	const char *const args[] = {"GETRANGE", key, "0", most};
	double ahead[2];
	struct buf b;
	size_t n;
	int rc;

	key_inbox(key, cmd->regions[0], piece->slot);
	snprintf(most, sizeof most, "%d", KEYS_INBOX_MAX);
	store_try_argv(s, 4, args);
	if (store_run(s))
		return store_failed(s);
	n = store_size(store_reply(s, 0));
	buf_init(&b, KEYS_INBOX_MAX);
	if (n)
		buf_add(&b, store_text(store_reply(s, 0)),
			n < KEYS_INBOX_MAX ? n : KEYS_INBOX_MAX);
	snprintf(name, sizeof name, "%02zu.%x", i, (unsigned)piece->slot);
	if (n <= KEYS_INBOX_MAX &&
		deposit_front_read(b.p, b.len, cmd->regions[0], ahead))
		snprintf(line, sizeof line, "%s %.3f %.3f\n", name,
			ahead[0] - skew[1], ahead[1] - skew[0]);
	else
		snprintf(line, sizeof line, "%s - -\n", name);
	rc = write_file(folder, name, &b) || line_print(line, strlen(line));
	buf_release(&b);
	return rc ? -1 : 0;
}

/* The lines of a file, and their digest, as arguments behind `args` others. */
static int read_targets(const char *path, struct buf *all)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum lines_result got = LINES_ERROR;
	struct lines *l;
	const char *p;
	size_t n;

	buf_init(all, TARGETS_MAX);
	if (fd >= 0) {
		l = lines_new(fd);
		while ((got = lines_next(l, &p, &n)) == LINES_LINE) {
			buf_add(all, p, n);
			buf_char(all, '\n');
		}
		lines_free(l);
		close(fd);
	}
	if (got == LINES_END && buf_ok(all))
		return 0;
	log_error("%s: %s", path,
		got == LINES_ERROR ? strerror(errno) : "too large");
	return -1;
}

/* The end of the lines that begin at `at` and make an element. */
static size_t piece_end(const struct buf *all, size_t at)
{
	size_t end = at + TARGETS_PIECE;
	const char *newline;

	if (end >= all->len)
		return all->len;
	newline = memchr(all->p + end, '\n', all->len - end);
	return newline ? (size_t)(newline - all->p) + 1 : all->len;
}

/* Have the region read these from now on. -1: it is logged. */
static int put_targets(struct store *s, const struct command *cmd,
	const char *path)
{
	char sha[STORE_SHA], key[KEY_MAX], digest[SHA256_HEX], life[16];
	size_t n = 0, at;
	struct buf all;
	int rc = read_targets(path, &all);

	if (!rc)
		rc = store_load(s, script_put_targets, sha);
	if (!rc) {
		for (at = 0; at < all.len; at = piece_end(&all, at))
			n++;
		sha256_hex(all.p, all.len, digest);
		snprintf(life, sizeof life, "%d", RETENTION_TARGETS_S);
		key_targets(key, cmd->regions[0]);
		store_begin(s, 6 + n);
		store_arg(s, "EVALSHA", 7);
		store_arg(s, sha, strlen(sha));
		store_arg(s, "1", 1);
		store_arg(s, key, strlen(key));
		store_arg(s, life, strlen(life));
		store_arg(s, digest, strlen(digest));
		for (at = 0; at < all.len; at = piece_end(&all, at))
			store_arg(s, all.p + at, piece_end(&all, at) - at);
		rc = store_run(s) ? store_failed(s) : 0;
	}
	if (!rc && store_error(store_reply(s, 0))) {
		log_error("store: %s", store_error(store_reply(s, 0)));
		rc = -1;
	}
	buf_release(&all);
	return rc;
}

/* The folder that is named; -1, and it is logged. */
static int open_folder(const struct command *cmd)
{
	int folder = open(cmd->input, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		log_error("%s: %s", cmd->input, strerror(errno));
	return folder;
}

static int take_pieces(const struct command *cmd, struct store *s, int folder)
{
	struct piece pieces[KEYS_INBOX_SLOTS];
	double skew[2];
	size_t n = 0;
	int rc = 0;

	if (cmd->n_files > 1)
		rc = put_targets(s, cmd, cmd->files[1]);
	if (!rc)
		rc = await_pieces(s, cmd, pieces, &n);
	if (!rc && store_skew(s, skew))
		rc = store_failed(s);
	for (size_t i = 0; i < n && !rc; i++)
		rc = take_piece(s, cmd, folder, &pieces[i], i, skew);
	return rc ? EXIT_ENV : EXIT_GOOD;
}

/* How a file of the folder begins, up to MARK_BYTES. False: there is none. */
static bool read_mark(int folder, const char *name, char *mark, size_t *n)
{
	int fd = private_open(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, mark, MARK_BYTES);

	if (fd >= 0)
		close(fd);
	*n = got > 0 ? (size_t)got : 0;
	return got >= 0;
}

static int clear_pieces(const struct command *cmd, struct store *s, int folder)
{
	char sha[STORE_SHA], mark[MARK_BYTES], key[KEY_MAX], name[16];
	size_t n;

	if (store_load(s, script_clear_inbox, sha))
		return EXIT_ENV;
	for (unsigned i = 0; i < KEYS_INBOX_SLOTS * KEYS_INBOX_SLOTS; i++) {
		int slot = (int)(i % KEYS_INBOX_SLOTS);

		snprintf(name, sizeof name, "%02u.%x", i / KEYS_INBOX_SLOTS,
			(unsigned)slot);
		if (!read_mark(folder, name, mark, &n))
			continue;
		key_inbox(key, cmd->regions[0], slot);
		store_begin(s, 5);
		store_arg(s, "EVALSHA", 7);
		store_arg(s, sha, strlen(sha));
		store_arg(s, "1", 1);
		store_arg(s, key, strlen(key));
		store_arg(s, mark, n);
	}
	return store_run(s) ? store_failed(s), EXIT_ENV : EXIT_GOOD;
}

/* Do one of these with the store and the folder. */
static int with_folder(const struct command *cmd,
	int (*use)(const struct command *, struct store *, int folder))
{
	struct setup s;
	int folder, rc;

	if (!has_region(cmd, "inbox"))
		return EXIT_USAGE;
	folder = open_folder(cmd);
	if (folder < 0)
		return EXIT_USAGE;
	rc = setup_open(&s, cmd);
	rc = rc ? rc : use(cmd, s.store, folder);
	setup_close(&s);
	close(folder);
	return rc;
}

int inbox_take(const struct command *cmd)
{
	return with_folder(cmd, take_pieces);
}

int inbox_clear(const struct command *cmd)
{
	return with_folder(cmd, clear_pieces);
}

/* Whether a target is to be probed now; canaries are, with any other. */
static bool is_wanted(const char *p, size_t n, double at, bool any)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(p, n, &json_record, why);
	const char *slug = json_str(o, "slug");
	double interval;
	bool wanted = any && o && !slug;

	if (slug && json_num(o, "interval", &interval) && interval > 0)
		wanted = target_is_due(slug, interval, at);
	cJSON_Delete(o);
	return wanted;
}

static int print_published(const struct command *cmd,
	const struct store_reply *r)
{
	bool any = false;
	struct buf out;
	int rc = 0;

	buf_init(&out, TARGETS_MAX);
	for (size_t i = 1; i < store_count(r); i++) {
		const char *p = store_text(store_item(r, i)), *end;

		for (; p && (end = strchr(p, '\n')) != NULL; p = end + 1) {
			size_t n = (size_t)(end - p);

			if (!is_wanted(p, n, cmd->now, any))
				continue;
			any = true;
			buf_add(&out, p, n + 1);
		}
	}
	if (out.len && (!buf_ok(&out) || line_print(out.p, out.len)))
		rc = EXIT_ENV;
	buf_release(&out);
	return rc;
}

int targets_published(const struct command *cmd)
{
	const struct store_reply *r;
	char key[KEY_MAX];
	struct setup s;
	int rc;

	if (!has_region(cmd, "targets published"))
		return EXIT_USAGE;
	rc = setup_open(&s, cmd);
	if (!rc) {
		key_targets(key, cmd->regions[0]);
		r = store_one(s.store, "LRANGE", key, "0", "-1", NULL);
		if (!r) {
			store_failed(s.store);
			rc = EXIT_ENV;
		} else if (!store_count(r)) {
			log_error("no targets for %s in the store: mcp-fleet "
				  "publishes them", cmd->regions[0]);
			rc = EXIT_ENV;
		} else {
			rc = print_published(cmd, r);
		}
	}
	setup_close(&s);
	return rc;
}
