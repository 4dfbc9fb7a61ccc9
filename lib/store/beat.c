/* SPDX-License-Identifier: MIT */
#include "store/beat.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "store/keys.h"
#include "store/store.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {"ingest", "verdict", "alert"};

	return names[stage];
}

double stage_beat(enum stage stage, const char *text)
{
	double at = NAN;

	if (text && !num_decimal(text, &at))
		log_warn("%s: %s: not an instant", KEY_HEARTBEATS,
			stage_name(stage));
	return at;
}

bool stage_stale(double at, double now, double most)
{
	/* A comparison with NAN is false. */
	return now - at > most || at - now > STAGE_STALE_S;
}

bool heartbeat_write(
	struct store *s, enum stage stage, double now, bool pretended)
{
	const char *name = stage_name(stage);
	const struct store_reply *r = NULL;
	char text[40];

	if (pretended) {
		r = store_one(s, "HGET", KEY_HEARTBEATS, name, NULL);
		if (!r)
			return false;
		if (stage_beat(stage, store_text(r)) > now)
			return true;
	}
	snprintf(text, sizeof text, "%.3f", now);
	return store_one(s, "HSET", KEY_HEARTBEATS, name, text, NULL);
}

const char *heartbeat_run_field(char *out, enum stage stage)
{
	snprintf(out, HEARTBEAT_FIELD, "%s:run", stage_name(stage));
	return out;
}

void heartbeat_run_queue(
	struct store *s, enum stage stage, double at, unsigned set)
{
	struct stats run = stats_now(set);
	char field[HEARTBEAT_FIELD];
	struct buf b;

	buf_init(&b, STATS_TEXT + 40);
	buf_fmt(&b, "%.3f ", at);
	stats_put(&b, &run);
	store_add(s, "HSET", KEY_HEARTBEATS, heartbeat_run_field(field, stage),
		b.p, NULL);
	buf_release(&b);
}

bool heartbeat_run_read(const char *text, double *at, struct stats *run)
{
	size_t n = strcspn(text, " ");
	char number[32];

	if (!text[n] || n >= sizeof number)
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	return num_decimal(number, at) && stats_read(text + n + 1, run);
}

int format_number(const struct store_reply *r)
{
	long long v = store_int(r, 0);

	return v > 0 && v <= INT_MAX ? (int)v : 0;
}

bool format_fits(const struct store_reply *r, char *why)
{
	const char *text = store_text(r);
	int number = format_number(r);

	if (!text || (number && number <= STORE_FORMAT))
		return true;
	if (number)
		snprintf(why, STORE_WHY,
			"store: its keys have version %d, and this program "
			"knows versions up to %d: upgrade mcp-fleet",
			number, STORE_FORMAT);
	else if (strcmp(text, FORMAT_RESTORING) == 0)
		snprintf(why, STORE_WHY,
			"store: a restore is running, or was interrupted; to "
			"repeat it, run mcp-aggregate restore --replace");
	else
		snprintf(why, STORE_WHY,
			"store: " KEY_FORMAT " holds no version: this is not "
			"a store of mcp-fleet");
	return false;
}

enum format_answer format_check(struct store *s, bool writes, char *why)
{
	const struct store_reply *r = store_one(s, "GET", KEY_FORMAT, NULL);
	char text[16];

	if (r && !format_fits(r, why))
		return FORMAT_REFUSED;
	if (r && writes && format_number(r) < STORE_FORMAT) {
		snprintf(text, sizeof text, "%d", STORE_FORMAT);
		/* NX: a restore that has begun since then stays marked. */
		r = store_one(s, "SET", KEY_FORMAT, text,
			store_text(r) ? "XX" : "NX", NULL);
	}
	if (r)
		return FORMAT_FITS;
	snprintf(why, STORE_WHY, "%s", store_why(s));
	return FORMAT_NO_ANSWER;
}

struct store *format_guard(struct store *s, bool writes, char *why)
{
	if (!s || format_check(s, writes, why) == FORMAT_FITS)
		return s;
	store_close(s);
	return NULL;
}

#define POLL_MS 20

bool persist_pending(const char *info)
{
	static const char name[] = "\naof_buffer_length:";
	const char *at = info;

	while ((at = strstr(at, name)) != NULL) {
		at += strlen(name);
		if (*at != '0')
			return true;
	}
	return false;
}

int store_persist(struct store *s)
{
	static const char *const info[] = {"INFO", "persistence"};
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	double until = clock_mono_ms() + PERSIST_MS;

	for (;;) {
		size_t reply = store_ask_argv(s, 2, info);
		const char *text;

		if (store_run(s) || store_gone(s))
			return -1;
		text = store_text(store_reply(s, reply));
		/*
		 * What is pending may be another client's, on a busy store each
		 * time: ours has been written by then.
		 */
		if (!text || !persist_pending(text) ||
			clock_mono_ms() >= until)
			return 0;
		nanosleep(&pause, NULL);
	}
}

int store_skew(struct store *s, double skew[2])
{
	double before = clock_wall(), theirs;
	const struct store_reply *r = store_one(s, "TIME", NULL);

	if (!r)
		return -1;
	theirs = (double)store_int(store_item(r, 0), 0) +
		(double)store_int(store_item(r, 1), 0) / 1e6;
	skew[0] = before - theirs;
	skew[1] = clock_wall() - theirs;
	return 0;
}
