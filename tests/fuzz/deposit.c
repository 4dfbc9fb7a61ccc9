/* SPDX-License-Identifier: MIT */
/*
 * Goal: of whatever a region is given, or puts into its inbox itself: what its own
 * program leaves there are records of that region alone, in pieces within their
 * limits, each of which ends with a probe; and the line in front of a piece is
 * taken for no more than it says, and by its own region alone.
 *
 * An input is a byte for how long a piece may be, then lines, or a piece.
 */
#include "fuzz.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "histories/deposit_pieces.h"
#include "records/probe.h"

#include <math.h>

#define REGION "us-east-1"

/* The line is a record that the region may leave; whether its probe is over. */
static bool check_record(const char *p, size_t n)
{
	char why[RECORD_WHY], *line = xmalloc(n + 1);
	struct record r;
	bool whole;

	memcpy(line, p, n);
	line[n] = '\0';
	need(record_read(line, n, &r, why) == 0);
	whole = r.type == RECORD_PROBE || r.type == RECORD_RUNNER;
	need(whole || r.type == RECORD_STEP || r.type == RECORD_TOOL);
	need(strcmp(r.type == RECORD_RUNNER ? r.u.runner.region
					    : r.u.probe.key.region,
		     REGION) == 0);
	record_release(&r);
	free(line);
	return whole;
}

static void check_piece(const struct buf *b, size_t most)
{
	const char *p = b->p, *end = b->p + b->len;
	bool whole = false;

	need(buf_ok(b) && b->len && b->len <= most - DEPOSIT_FRONT_MAX);
	while (p < end) {
		size_t n = fuzz_cut(p, (size_t)(end - p), '\n');

		need(p + n < end);
		whole = check_record(p, n);
		p += n + 1;
	}
	need(whole);
}

static void leave(const char *p, size_t size, size_t most)
{
	struct deposit_pieces d;
	char why[RECORD_WHY];
	size_t n;

	deposit_pieces_init(&d, REGION, most);
	for (; size; p += n, size -= n) {
		char *line;

		n = fuzz_cut(p, size, '\n');
		line = xmalloc(n + 1);
		memcpy(line, p, n);
		line[n] = '\0';
		memset(why, 0xaa, sizeof why);
		if (!deposit_pieces_take(&d, line, n, why))
			need(fuzz_line(why, sizeof why));
		free(line);
		n += n < size;
	}
	need(deposit_pieces_end(&d) == (d.n > 0) && !d.probe.len);
	need(d.n <= KEYS_INBOX_SLOTS);
	need(!d.lost || d.n == KEYS_INBOX_SLOTS);
	for (size_t i = 0; i < d.n; i++)
		check_piece(&d.pieces[i], most);
	deposit_pieces_release(&d);
}

/* What is understood of a line in front is understood again, as far as it is told. */
static void front(const char *p, size_t size)
{
	double ahead[2], again[2];
	struct buf b;

	if (!deposit_front_read(p, size, REGION, ahead))
		return;
	need(ahead[0] <= ahead[1]);
	need(fabs(ahead[0]) < NUM_EPOCH_MAX && fabs(ahead[1]) < NUM_EPOCH_MAX);
	need(!deposit_front_read(p, size, "us-east-10", again));
	buf_init(&b, DEPOSIT_FRONT_MAX);
	deposit_front_write(&b, REGION, 1777485060.5, ahead);
	need(buf_ok(&b));
	if (fabs(ahead[0]) < NUM_EPOCH_MAX - 1 &&
		fabs(ahead[1]) < NUM_EPOCH_MAX - 1) {
		need(deposit_front_read(b.p, b.len, REGION, again));
		need(fabs(ahead[0] - again[0]) < 1e-5);
		need(fabs(ahead[1] - again[1]) < 1e-5);
	}
	need(!deposit_front_read(b.p, b.len - 1, REGION, again));
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (!size)
		return 0;
	copy = xmalloc(size);
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = '\0';
	leave(copy, size - 1, DEPOSIT_FRONT_MAX + 1 + 16 * (size_t)*data);
	front(copy, size - 1);
	free(copy);
	return 0;
}
