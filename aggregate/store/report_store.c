#include "store/report_store.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "records/month_report.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "terms/rates.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* The keys of script_month_figures before those of the days. */
#define KEYS_FIRST 3
#define DAYS_MAX 31
/* What it returns. */
enum { GOT_MINUTES, GOT_LISTS, GOT_CHURN, GOT_P95 };
/* The most days of durations that the store is sure to have. */
#define LATENCY_DAYS (RETENTION_ROLLUP_S / 86400)
/* Room for the name of a field with rows. */
#define FIELD_SIZE 24

int report_load(struct store *s, char sha[STORE_SHA])
{
	return store_load(s, script_month_figures, sha);
}

int64_t report_latency_from(const struct month_span *span, double now)
{
	int64_t least = (int64_t)floor(now / 86400) - LATENCY_DAYS + 1;

	return span->first > least ? span->first : least;
}

void report_ask(struct store *s, const char *sha, const char *slug,
	const struct month_span *span)
{
	char keys[KEYS_FIRST + DAYS_MAX][KEY_MAX], number[8];
	const char *args[3 + KEYS_FIRST + DAYS_MAX] = {"EVALSHA", sha, number};
	size_t n = 0;

	key_minutes(keys[n++], slug);
	key_definitions(keys[n++], slug);
	key_tools(keys[n++], slug);
	for (int64_t d = span->first; d <= span->last; d++)
		key_latency_day(keys[n++], slug, d);
	snprintf(number, sizeof number, "%zu", n);
	for (size_t i = 0; i < n; i++)
		args[3 + i] = keys[i];
	store_add_argv(s, 3 + n, args);
}

void report_take(const struct store_reply *r, const struct month_span *span,
	struct standing *out)
{
	const struct store_reply *minutes = store_item(r, GOT_MINUTES);
	const struct store_reply *lists = store_item(r, GOT_LISTS);
	const char *churn = store_text(store_item(r, GOT_CHURN));
	struct month_minutes m = {.days = {{0}}};
	long long bucket = store_int(store_item(r, GOT_P95), -1);
	double since;

	for (size_t i = 0; i + 1 < store_count(minutes); i += 2)
		month_minutes_add(&m, span, store_text(store_item(minutes, i)),
			store_int(store_item(minutes, i + 1), 0));
	standing_minutes(out, &m);
	for (size_t i = 0; i < store_count(lists); i++)
		if (store_text(store_item(lists, i)))
			standing_lists(
				out, span, store_text(store_item(lists, i)));
	out->tools_churn = churn && num_epoch(churn, &since) && since > 0;
	if (bucket >= 0 && bucket < HISTOGRAM_BUCKETS)
		out->p95_ms = round(histogram_ms((size_t)bucket));
}

int report_is_final(struct store *s, const char *month, bool *final)
{
	char key[KEY_MAX], why[FIELD_WHY];
	const struct store_reply *r =
		store_one(s, "HGET", key_report(key, month), "head", NULL);
	struct report_head head;

	*final = false;
	if (!r)
		return store_failed(s);
	/* One that cannot be read is made anew. */
	if (store_text(r) && !month_report_read(store_text(r), &head, why)) {
		*final = head.final;
		month_report_release(&head);
	}
	return 0;
}

static void put_row(struct buf *b, const struct standing *s)
{
	month_report_row_put(b,
		&(struct report_row) {.slug = s->slug,
			.rank = s->rank,
			.uptime = s->uptime < 0 ? NAN : (double)s->uptime / 100,
			.known_minutes = s->known_minutes,
			.known_days = s->known_days,
			.p95_ms = s->p95_ms,
			.tool_changes = s->tool_changes,
			.tools_since = (int64_t)s->tools_since,
			.tools_churn = s->tools_churn,
			.bucket = bucket_name(s->bucket)});
}

static void put_rows(struct buf *b, const struct standing *v, size_t n)
{
	buf_clear(b);
	buf_char(b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? ",\n" : "");
		put_row(b, &v[i]);
	}
	buf_char(b, ']');
}

int report_write(struct store *s, const struct report_head *head,
	const struct standing *v)
{
	size_t n = (size_t)head->servers;
	size_t fields = (n + REPORT_ROWS - 1) / REPORT_ROWS;
	char key[KEY_MAX], life[16], field[FIELD_SIZE], as_of[CLOCK_RFC3339];
	struct buf b;

	snprintf(life, sizeof life, "%d", RETENTION_REPORT_S);
	clock_rfc3339(head->as_of, as_of);
	buf_init(&b, LINE_MAX_BYTES);
	month_report_put(&b, head);
	store_begin(s, 9 + 2 * fields);
	store_arg(s, "EVAL", 4);
	store_arg(s, script_report, strlen(script_report));
	store_arg(s, "1", 1);
	key_report(key, head->month);
	store_arg(s, key, strlen(key));
	store_arg(s, life, strlen(life));
	store_arg(s, "head", 4);
	store_arg(s, b.p, b.len);
	store_arg(s, "as_of", 5);
	store_arg(s, as_of, strlen(as_of));
	for (size_t i = 0; i < n; i += REPORT_ROWS) {
		int len = snprintf(
			field, sizeof field, "rows:%zu", i / REPORT_ROWS);

		put_rows(&b, v + i, n - i < REPORT_ROWS ? n - i : REPORT_ROWS);
		store_arg(s, field, (size_t)len);
		store_arg(s, b.p, b.len);
	}
	buf_release(&b);
	return store_run(s) ? store_failed(s) : 0;
}
