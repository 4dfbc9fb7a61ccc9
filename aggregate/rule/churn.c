/*
 * churn.c: see churn.h. The store keeps 16 probes of a region, but an hour has
 * more: so each verdict keeps how many changes each minute had. For the minutes
 * that its probes cover, they replace what the verdict before kept: a change
 * counts once, however often it is looked at, and however late its probes come.
 */
#include "rule/churn.h"

#include "base/clock.h"
#include "base/num.h"
#include "rule/drift.h"

#include <inttypes.h>
#include <string.h>

#define HOUR (60 * CHANGES_MINUTES)

/* The digits of counts in a text; the last one is for 35 and more. */
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
#define COUNT_MAX (sizeof digits - 2)

/*
 * The index of the minute of an instant; below 0 where it is before the first.
 */
static int64_t place(const struct tool_changes *c, double at)
{
	return CHANGES_MINUTES - 1 - (c->upto - clock_window(at)) / 60;
}

/* Copy what the verdict before knew, each minute to its index as of now. */
static void recall(struct tool_changes *out, const struct tool_changes *known)
{
	for (int64_t i = 0; i < CHANGES_MINUTES; i++) {
		int64_t k = i + (out->upto - known->upto) / 60;

		if (k >= 0 && k < CHANGES_MINUTES)
			out->count[i] = known->count[k];
	}
}

/* The first probe to look at. */
static size_t first(const struct region_history *h, size_t end, double until)
{
	size_t start = end;

	if (h->changes.upto)
		return end > HISTORY_MAX ? end - HISTORY_MAX : 0;
	while (start > 0 && h->probes[start - 1].started_at > until - HOUR)
		start--;
	/* And one before: the first probe of the hour may bring the change. */
	while (start > 0 && !h->probes[--start].tools)
		;
	return start;
}

struct tool_changes churn_changes(const struct region_history *h, double until)
{
	struct tool_changes out = {.upto = clock_window(until)};
	uint8_t seen[CHANGES_MINUTES] = {0};
	size_t end = history_until(h, until);
	const struct probe *before = NULL;
	int64_t covered = CHANGES_MINUTES; /* from this minute on */

	if (h->changes.upto)
		recall(&out, &h->changes);
	for (size_t i = first(h, end, until); i < end; i++) {
		const struct probe *p = &h->probes[i];
		int64_t at = place(&out, p->started_at);

		if (!p->tools)
			continue;
		if (!before)
			covered = at;
		else if (at >= 0 && drift_between(before, p) &&
			seen[at] < COUNT_MAX)
			seen[at]++;
		before = p;
	}
	for (int64_t i = covered < 0 ? 0 : covered; i < CHANGES_MINUTES; i++)
		/*
		 * In the minute of the first probe, changes may have come
		 * before it.
		 */
		if (i > covered || seen[i] > out.count[i])
			out.count[i] = seen[i];
	return out;
}

static int changes_in_hour(const struct region_history *h, double until)
{
	struct tool_changes c = churn_changes(h, until);
	int sum = 0;

	for (size_t i = 0; i < CHANGES_MINUTES; i++)
		sum += c.count[i];
	return sum;
}

int churn_judge(const struct expected_regions *f, double until, int limit)
{
	int machines = 0, agree = 0, most = 0;
	bool any = false;

	for (size_t i = 0; i < f->n; i++)
		any = any || f->runs[i].reports;
	for (size_t m = 0; m < f->n; m++) {
		int changes = -1; /* of machine m; -1: it has no say */

		for (size_t i = m; i < f->n; i++) {
			int n;

			if (f->machines[i] != m ||
				(any && !f->runs[i].reports))
				continue;
			n = changes_in_hour(&f->regions[i], until);
			if (n > changes)
				changes = n;
		}
		machines += changes >= 0;
		agree += changes > limit;
		if (changes > most)
			most = changes;
	}
	return agree >= (machines > 1 ? 2 : 1) ? most : 0;
}

void churn_put(struct buf *b, const struct tool_changes *c)
{
	static const uint8_t none[CHANGES_MINUTES];

	if (memcmp(c->count, none, sizeof none) == 0)
		return;
	buf_fmt(b, "%" PRId64 " ", c->upto);
	for (size_t i = 0; i < CHANGES_MINUTES; i++)
		buf_char(b, digits[c->count[i]]);
}

bool churn_read(const char *text, struct tool_changes *c)
{
	size_t n = strcspn(text, " ");
	char upto[24];
	long long v;

	*c = (struct tool_changes) {0};
	snprintf(upto, sizeof upto, "%.*s", (int)(n < 23 ? n : 23), text);
	if (!text[n] || strlen(text + n + 1) != CHANGES_MINUTES ||
		!num_parse(upto, 60, (long long)NUM_EPOCH_MAX, &v) || v % 60)
		return false;
	for (size_t i = 0; i < CHANGES_MINUTES; i++) {
		const char *d = strchr(digits, text[n + 1 + i]);

		if (!d)
			return false;
		c->count[i] = (uint8_t)(d - digits);
	}
	c->upto = v;
	return true;
}
