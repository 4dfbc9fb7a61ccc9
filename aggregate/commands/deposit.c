/*
 * deposit.c: see deposit.h. The records are put into pieces of whole probes, each
 * with a line of its own in front, and each piece into a place of the inbox that
 * is empty. Whoever takes them out believes none of it: what is checked here is for
 * the people of the region.
 */
#include "commands/deposit.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "offline/input.h"
#include "options.h"
#include "records/probe.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/setup.h"
#include "store/skew.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for the line in front. */
#define FRONT_MAX 512

struct deposit {
	const char *region;
	struct buf pieces[KEYS_INBOX_SLOTS];
	size_t n; /* of these */
	struct buf probe; /* the lines of one that is not whole yet */
	unsigned long lost; /* probes for which there is no room */
	struct input input;
};

/* Put the lines of a probe, or of the runner, into a piece that has room. */
static void end_probe(struct deposit *d)
{
	if (!d->n ||
		d->pieces[d->n - 1].len + d->probe.len >
			KEYS_INBOX_MAX - FRONT_MAX) {
		if (d->n == KEYS_INBOX_SLOTS) {
			d->lost++;
			buf_clear(&d->probe);
			return;
		}
		buf_init(&d->pieces[d->n++], KEYS_INBOX_MAX);
	}
	buf_add(&d->pieces[d->n - 1], d->probe.p, d->probe.len);
	buf_clear(&d->probe);
}

/* Take a line; else why not. */
static bool take_line(struct deposit *d, const char *p, size_t n, char *why)
{
	struct record r;
	const char *region;
	bool taken, whole;

	if (record_read(p, n, &r, why))
		return false;
	taken = r.type != RECORD_EXPIRY && r.type != RECORD_SPOOL;
	whole = r.type == RECORD_PROBE || r.type == RECORD_RUNNER;
	region = !taken ? "" : r.type == RECORD_RUNNER ? r.u.runner.region
						       : r.u.probe.key.region;
	if (!taken)
		snprintf(why, RECORD_WHY, "type: not of a probe or a runner");
	else if (strcmp(region, d->region) != 0)
		snprintf(why, RECORD_WHY, "region: %s, and not %s", region,
			d->region);
	taken = taken && strcmp(region, d->region) == 0;
	record_release(&r);
	if (!taken)
		return false;
	buf_add(&d->probe, p, n);
	buf_char(&d->probe, '\n');
	if (!buf_ok(&d->probe)) {
		snprintf(why, RECORD_WHY, "too many lines of one probe");
		buf_clear(&d->probe);
		return false;
	}
	if (whole)
		end_probe(d);
	return true;
}

/* 0, or an exit status. */
static int read_lines(struct deposit *d)
{
	struct lines *l = lines_new(STDIN_FILENO);
	enum lines_result got;
	char why[RECORD_WHY];
	const char *p;
	size_t n;
	int rc = 0;

	while ((got = lines_next(l, &p, &n)) == LINES_LINE ||
		got == LINES_TOO_LONG) {
		if (got == LINES_TOO_LONG)
			snprintf(why, sizeof why, "longer than %d bytes",
				LINE_MAX_BYTES);
		else if (strspn(p, " \t\r") == n || take_line(d, p, n, why))
			continue;
		input_refuse(&d->input, lines_number(l), why);
	}
	if (got == LINES_ERROR) {
		log_error("standard input: %s", strerror(errno));
		rc = EXIT_ENV;
	}
	input_told(&d->input);
	lines_free(l);
	return rc;
}

/* Without a probe, it is still said that the region works. */
static void say_runner(struct deposit *d)
{
	struct runner_record r = {.region = d->region, .at = clock_wall(),
		.status = RUNNER_OK, .version = VERSION};

	runner_record_write(&d->probe, &r);
	end_probe(d);
}

/* A piece, with the line in front of it, is put where there is none yet. */
static void queue_piece(struct deposit *d, struct store *s, size_t piece,
	int slot, const double skew[2])
{
	char key[KEY_MAX], life[16];
	struct buf b;

	buf_init(&b, KEYS_INBOX_MAX);
	buf_fmt(&b, "{\"v\":%d,\"type\":\"deposit\",\"region\":\"%s\","
		"\"at\":%.6f,\"ahead_s\":[%.6f,%.6f]}\n", RECORD_VERSION,
		d->region, clock_wall(), skew[0], skew[1]);
	buf_add(&b, d->pieces[piece].p, d->pieces[piece].len);
	snprintf(life, sizeof life, "%d", RETENTION_INBOX_S);
	store_begin(s, 6);
	store_arg(s, "SET", 3);
	key_inbox(key, d->region, slot);
	store_arg(s, key, strlen(key));
	store_arg(s, b.p, b.len);
	store_arg(s, "NX", 2);
	store_arg(s, "EX", 2);
	store_arg(s, life, strlen(life));
	buf_release(&b);
}

/* Whether the store took a piece; -1 where it failed. */
static int put_piece(struct deposit *d, struct store *s, size_t piece, int slot,
	const double skew[2])
{
	const char *error;

	queue_piece(d, s, piece, slot, skew);
	if (store_run(s))
		return store_failed(s);
	error = store_error(store_reply(s, 0));
	if (error)
		log_error("store: %s", error);
	return error ? -1 : store_text(store_reply(s, 0)) != NULL;
}

/* Which places are empty. -1: the store failed. */
static int find_room(const struct deposit *d, struct store *s,
	bool room[KEYS_INBOX_SLOTS])
{
	char key[KEY_MAX];

	for (int i = 0; i < KEYS_INBOX_SLOTS; i++)
		store_add(s, "EXISTS", key_inbox(key, d->region, i), NULL);
	if (store_run(s))
		return store_failed(s);
	for (size_t i = 0; i < KEYS_INBOX_SLOTS; i++)
		room[i] = store_int(store_reply(s, i), 1) == 0;
	return 0;
}

/* 0, or an exit status. */
static int put_pieces(struct deposit *d, struct store *s)
{
	bool room[KEYS_INBOX_SLOTS];
	double skew[2];
	size_t put = 0;
	int rc;

	if (store_skew(s, skew))
		return store_failed(s), EXIT_ENV;
	if (find_room(d, s, room))
		return EXIT_ENV;
	for (int i = 0; i < KEYS_INBOX_SLOTS && put < d->n; i++) {
		if (!room[i])
			continue;
		rc = put_piece(d, s, put, i, skew);
		if (rc < 0)
			return EXIT_ENV;
		put += (size_t)rc;
	}
	if (put == d->n && !d->lost)
		return 0;
	log_error("the inbox of %s is full: nobody has taken out what is there; "
		  "records are lost", d->region);
	return EXIT_ENV;
}

int deposit(const struct command *cmd)
{
	struct deposit d = {.region = cmd->n_regions ? cmd->regions[0] : NULL};
	struct setup s;
	int rc;

	if (cmd->n_regions != 1) {
		log_error("deposit: --regions names the one that saw it");
		return EXIT_USAGE;
	}
	buf_init(&d.probe, KEYS_INBOX_MAX - FRONT_MAX);
	rc = read_lines(&d);
	if (!d.n && !rc)
		say_runner(&d);
	if (!rc) {
		rc = setup_open(&s, cmd);
		rc = rc ? rc : put_pieces(&d, s.store);
		setup_close(&s);
	}
	for (size_t i = 0; i < d.n; i++)
		buf_release(&d.pieces[i]);
	buf_release(&d.probe);
	return rc ? rc : d.input.refused ? EXIT_USAGE : EXIT_GOOD;
}
