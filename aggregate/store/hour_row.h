/* SPDX-License-Identifier: MIT */
/*
 * hour_row.h: what is left of a probe when its records have expired: a slot of
 * three bytes in the row of its hour and region, see key_hour_row,
 *
 *	1 byte	quarters of a second of its minute at which it started, plus 1;
 *		0: none
 *	10 bits	the bucket of its duration, of terms/rates.h; 1023: not known
 *	2 bits	enum region_state; 2 bits enum era
 *	1 bit	it is whole, see histories/collect.h; 1 bit: it was counted
 *
 * and behind the 60 slots, in the order of minutes, three for each that failed:
 *
 *	2 bits	enum failure_layer, less one; 6 bits the minute of the hour
 *	4 bits	enum step, the first that failed; 12 bits its code
 *
 * and behind these for each 16 minutes in which there is such a probe:
 *
 *	1 byte	60 to 63, as a minute
 *	2 bytes	a bit for each of them, the lowest for the first: what the probe
 *		said was new, but its records did not stay, see scripts.h
 *
 * The numbers are big-endian; hour_row.lua writes them. A minute has one slot,
 * that of the probe that started first in it.
 */
#ifndef STORE_HOUR_ROW_H
#define STORE_HOUR_ROW_H

#include "records/probe.h"

#include <stdint.h>

#define HOUR_ROW_SLOT 3
#define HOUR_ROW_SIZE (60 * HOUR_ROW_SLOT) /* without failures */
#define HOUR_ROW_HZ 4 /* of the instant at which a probe started */
/* Room for the error and the id of a probe that was read from a slot. */
#define HOUR_ROW_TEXT 40

/*
 * hour_row_code(error): a dotted code as a number from 0, none, to 4095, one
 * that has no number. hour_row_error(code, out): the way back; NULL where there
 * was none, or it is not known. out has HOUR_ROW_TEXT bytes.
 */
unsigned hour_row_code(const char *error);
const char *hour_row_error(unsigned code, char *out);

/* A probe of a row; texts of the record point into it. */
struct hour_row_probe {
	struct probe_record record;
	unsigned code; /* of the error, see hour_row_code */
	bool lost; /* it said something new, of which nothing is left */
	char id[HOUR_ROW_TEXT], error[HOUR_ROW_TEXT];
};

/*
 * hour_row_read(row, n, window, out): the whole probe of a window in its row of
 * n bytes: when it started, to a quarter of a second, its state, step, error, era and
 * duration; the rest of its record is empty. False where there is none.
 */
bool hour_row_read(const char *row, size_t n, int64_t window,
	struct hour_row_probe *out);

#endif
