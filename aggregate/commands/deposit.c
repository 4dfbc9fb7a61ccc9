/* SPDX-License-Identifier: MIT */
/*
 * deposit.c: a region that probes by itself leaves its records in its inbox. They are
 * put into pieces of whole probes, each with a line of its own in front, and each
 * piece into a place of the inbox that is empty. The centre believes none of it: the
 * checks here are for the people of the region.
 */
#include "commands/commands.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "histories/deposit_pieces.h"
#include "histories/input.h"
#include "options.h"
#include "records/probe.h"
#include "store/beat.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/setup.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct deposit {
	const char *region;
	struct deposit_pieces pieces;
	struct input input;
};

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
		else if (strspn(p, " \t\r") == n ||
			deposit_pieces_take(&d->pieces, p, n, why))
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
	char why[RECORD_WHY];
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	runner_record_write(&line, &r);
	deposit_pieces_take(&d->pieces, line.p, line.len - 1, why);
	buf_release(&line);
}

/* Put a piece, with its line in front, into an empty place. */
static void queue_piece(struct deposit *d, struct store *s, size_t piece,
	int slot, const double skew[2])
{
	const struct buf *pieces = d->pieces.pieces;
	char key[KEY_MAX], life[16];
	struct buf b;

	buf_init(&b, KEYS_INBOX_MAX);
	deposit_front_write(&b, d->region, clock_wall(), skew);
	buf_add(&b, pieces[piece].p, pieces[piece].len);
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
	for (int i = 0; i < KEYS_INBOX_SLOTS && put < d->pieces.n; i++) {
		if (!room[i])
			continue;
		rc = put_piece(d, s, put, i, skew);
		if (rc < 0)
			return EXIT_ENV;
		put += (size_t)rc;
	}
	if (put == d->pieces.n && !d->pieces.lost)
		return 0;
	log_error("the inbox of %s is full: no machine collects it; records "
		  "are lost", d->region);
	return EXIT_ENV;
}

int deposit(const struct command *cmd)
{
	struct deposit d = {.region = cmd->n_regions ? cmd->regions[0] : NULL};
	struct setup s;
	int rc;

	if (cmd->n_regions != 1) {
		log_error("deposit: --region needs the one region that saw "
			  "the records");
		return EXIT_USAGE;
	}
	deposit_pieces_init(&d.pieces, d.region, KEYS_INBOX_MAX);
	rc = read_lines(&d);
	if (!deposit_pieces_end(&d.pieces) && !rc)
		say_runner(&d);
	if (!rc) {
		rc = setup_open(&s, cmd);
		rc = rc ? rc : put_pieces(&d, s.store);
		setup_close(&s);
	}
	deposit_pieces_release(&d.pieces);
	return rc ? rc : d.input.refused ? EXIT_USAGE : EXIT_GOOD;
}
