/* SPDX-License-Identifier: MIT */
#include "base/stats.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define NUMBER_MAX 1e15
#define KEY_SIZE 24

static const char *const names[STATS] = {
	[COUNT_TARGETS] = "targets",
	[COUNT_PASSED] = "passed",
	[COUNT_FAILED] = "failed",
	[COUNT_LOST] = "lost",
	[COUNT_REQUESTS] = "requests",
	[COUNT_BYTES] = "bytes",
	[COUNT_RECORDS] = "records",
	[COUNT_REFUSED] = "refused",
	[COUNT_STORED] = "stored",
	[COUNT_SERVERS] = "servers",
	[COUNT_VERDICTS] = "verdicts",
	[COUNT_EVENTS] = "events",
	[COUNT_OPENED] = "opened",
	[COUNT_CLOSED] = "closed",
	[COUNT_DELIVERED] = "delivered",
	[COUNT_RETRIED] = "retried",
	[COUNT_GIVEN_UP] = "given_up",
	[COUNT_CACHE_HITS] = "cache_hits",
	[COUNT_STORE_READS] = "store_reads",
};

static uint64_t counts[STATS];
static double began_ms;
static const char *command;

void stats_begin(void)
{
	began_ms = clock_mono_ms();
}

void stats_add(enum counter counter, uint64_t n)
{
	counts[counter] += n;
}

const char *stats_name(enum counter counter)
{
	return names[counter];
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

struct stats stats_now(unsigned set)
{
	struct stats s = {.wall_s = (clock_mono_ms() - began_ms) / 1000,
		.set = set};
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) == 0) {
		s.user_s = seconds(&used.ru_utime);
		s.system_s = seconds(&used.ru_stime);
		/* Linux counts KiB. */
		s.peak_bytes = (double)used.ru_maxrss * 1024;
	}
	for (int i = 0; i < STATS; i++)
		s.counts[i] = (double)counts[i];
	return s;
}

void stats_put(struct buf *b, const struct stats *s)
{
	buf_fmt(b, "wall_s=%.3f user_s=%.3f system_s=%.3f peak_bytes=%.0f",
		s->wall_s, s->user_s, s->system_s, s->peak_bytes);
	for (int i = 0; i < STATS; i++)
		if (s->set & STATS_OF(i))
			buf_fmt(b, " %s=%.0f", names[i], s->counts[i]);
}

/* The place for the number of a key; NULL: the key is not known. */
static double *place_of(struct stats *s, const char *key, unsigned *seen)
{
	double *const times[] = {
		&s->wall_s, &s->user_s, &s->system_s, &s->peak_bytes};
	static const char *const keys[] = {
		"wall_s", "user_s", "system_s", "peak_bytes"};

	for (unsigned i = 0; i < 4; i++) {
		if (strcmp(key, keys[i]) == 0) {
			*seen |= 1u << i;
			return times[i];
		}
	}
	for (int i = 0; i < STATS; i++) {
		if (strcmp(key, names[i]) == 0) {
			s->set |= STATS_OF(i);
			return &s->counts[i];
		}
	}
	return NULL;
}

bool stats_read(const char *text, struct stats *s)
{
	unsigned seen = 0;

	*s = (struct stats) {0};
	while (*text) {
		size_t n = strcspn(text, "= ");
		char key[KEY_SIZE] = "", *end;
		double v, *at;

		if (text[n] != '=')
			return false;
		if (n < sizeof key)
			memcpy(key, text, n);
		text += n + 1;
		/* No sign, "inf", "nan" or hexadecimal digits. */
		n = strspn(text, "0123456789.");
		if (!n || (text[n] && text[n] != ' '))
			return false;
		v = strtod(text, &end);
		if (end != text + n || v > NUMBER_MAX)
			return false;
		at = place_of(s, key, &seen);
		if (at)
			*at = v;
		text += n + (text[n] == ' ');
	}
	return seen == 15;
}

void stats_command(const char *words)
{
	command = words;
}

/* The words of a command as one: "inbox-clear"; without the "-" of a form. */
static void put_command(struct buf *b)
{
	const char *p = command;

	if (!p || !*p)
		return;
	buf_str(b, "command=");
	for (; *p && strcmp(p, " -") != 0; p++)
		buf_char(b, *p == ' ' ? '-' : *p);
	buf_char(b, ' ');
}

bool stats_wanted(void)
{
	const char *wanted = getenv("MCP_STATS");

	return wanted && strcmp(wanted, "1") == 0;
}

int stats_end(unsigned set, int status)
{
	static bool said;
	struct stats s;
	struct buf b;

	if (said || !stats_wanted())
		return status;
	said = true;
	s = stats_now(set);
	buf_init(&b, 2 * STATS_TEXT);
	put_command(&b);
	buf_fmt(&b, "exit=%d ", status);
	stats_put(&b, &s);
	log_note("stats: %s", b.p);
	buf_release(&b);
	return status;
}
