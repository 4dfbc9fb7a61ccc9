#include "store/format.h"

#include "store/keys.h"
#include "store/store.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

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
			"store: its keys are of version %d, and this program "
			"knows version %d at most: upgrade mcp-fleet",
			number, STORE_FORMAT);
	else if (strcmp(text, FORMAT_RESTORING) == 0)
		snprintf(why, STORE_WHY,
			"store: a restore is at work, or was interrupted: "
			"mcp-aggregate restore --replace does it again");
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
