#include "judge/counted_minutes.h"

#include "store/store.h"

#include <string.h>

static int bit(const struct store_reply *r, int i)
{
	size_t byte = (size_t)i / 8;

	return byte < store_size(r) &&
		((unsigned char)store_text(r)[byte] >> (7 - i % 8) & 1);
}

/* The same of a day that an older version wrote: see uptime.lua. */
static bool counted_in_bits(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	static const enum verdict_colour colours[] = {VERDICT_UNKNOWN,
		VERDICT_GREEN, VERDICT_AMBER, VERDICT_RED};
	int at = 24 * 60 + 2 * minute;

	*as = colours[2 * bit(day, at) + bit(day, at + 1)];
	return bit(day, minute);
}

/*
 * Take the next of the runs at *runs: its letter, and in *past how many minutes
 * there are up to its end. 0 behind the last, and where it is none.
 */
static char next_run(const char **runs, int *past)
{
	const char *p = *runs;
	int n = 0;

	while (*p >= '0' && *p <= '9' && n <= 24 * 60)
		n = 10 * n + *p++ - '0';
	if (!*p || n < 1 || n > 24 * 60)
		return '\0';
	*past += n;
	*runs = p + 1;
	return *p;
}

/* The runs of a day; NULL where there are none, or an older version wrote it. */
static const char *runs_of(const struct store_reply *day)
{
	const char *text = store_text(day);

	return text && strncmp(text, "runs:", 5) == 0 ? text + 5 : NULL;
}

bool minute_counted(const struct store_reply *day, int minute,
	enum verdict_colour *as)
{
	const char *runs = runs_of(day);
	char letter;
	int past = 0;

	*as = VERDICT_UNKNOWN;
	if (!runs)
		return store_text(day) && counted_in_bits(day, minute, as);
	do
		letter = next_run(&runs, &past);
	while (letter && past <= minute);
	if (letter == 'g')
		*as = VERDICT_GREEN;
	else if (letter == 'a')
		*as = VERDICT_AMBER;
	else if (letter == 'r')
		*as = VERDICT_RED;
	return *as != VERDICT_UNKNOWN || letter == 'u';
}

bool minutes_counted_before(const struct store_reply *day, int minute)
{
	const char *runs = runs_of(day);
	enum verdict_colour unused;
	int past = 0;

	while (runs && past < minute) {
		char letter = next_run(&runs, &past);

		if (!letter || strchr("ugar", letter))
			return letter;
	}
	while (!runs && minute-- > 0)
		if (minute_counted(day, minute, &unused))
			return true;
	return false;
}
