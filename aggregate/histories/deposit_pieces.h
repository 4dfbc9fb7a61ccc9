/* SPDX-License-Identifier: MIT */
/*
 * deposit_pieces.h: what a region leaves in its inbox: pieces of whole probes, each
 * with a line of its own in front, which says how the region's clock is. Pure.
 */
#ifndef HISTORIES_DEPOSIT_PIECES_H
#define HISTORIES_DEPOSIT_PIECES_H

#include "base/buf.h"
#include "store/keys.h"

/* Room for the line in front. */
#define DEPOSIT_FRONT_MAX 512

struct deposit_pieces {
	const char *region;
	size_t most; /* the most bytes of a piece, with the line in front */
	struct buf pieces[KEYS_INBOX_SLOTS];
	size_t n; /* of these */
	struct buf probe;   /* the lines of one that is not whole yet */
	unsigned long lost; /* probes for which there is no room */
};

/*
 * deposit_pieces_init(d, region, most): none yet; the name is not copied.
 *
 * deposit_pieces_take(d, p, n, why): add a line of n bytes, which have a NUL
 * behind them: a record of a probe or of the runner of this region. Else false and
 * why, of RECORD_WHY bytes.
 *
 * deposit_pieces_end(d): at the end of the input; what is left of a probe that is
 * not whole is dropped. True: a piece is there.
 */
void deposit_pieces_init(
	struct deposit_pieces *d, const char *region, size_t most);
bool deposit_pieces_take(
	struct deposit_pieces *d, const char *p, size_t n, char *why);
bool deposit_pieces_end(struct deposit_pieces *d);
void deposit_pieces_release(struct deposit_pieces *d);

/*
 * deposit_front_write(out, region, at, ahead): append the line in front: a deposit
 * record, see mcp-records(5). The region's clock is ahead of the store's by at
 * least ahead[0] and at most ahead[1] seconds.
 *
 * deposit_front_read(p, n, region, ahead): read the first line of a piece of n
 * bytes, which have a NUL behind them; false where it is none of this region.
 */
void deposit_front_write(
	struct buf *out, const char *region, double at, const double ahead[2]);
bool deposit_front_read(
	const char *p, size_t n, const char *region, double ahead[2]);

#endif
