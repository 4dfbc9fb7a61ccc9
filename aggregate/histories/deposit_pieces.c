/* SPDX-License-Identifier: MIT */
#include "histories/deposit_pieces.h"

#include "base/num.h"
#include "json/json.h"
#include "records/probe.h"

#include <math.h>
#include <string.h>

void deposit_pieces_init(
	struct deposit_pieces *d, const char *region, size_t most)
{
	*d = (struct deposit_pieces) {.region = region, .most = most};
	buf_init(&d->probe, most - DEPOSIT_FRONT_MAX);
}

void deposit_pieces_release(struct deposit_pieces *d)
{
	for (size_t i = 0; i < d->n; i++)
		buf_release(&d->pieces[i]);
	buf_release(&d->probe);
}

/* Put the lines of a probe, or of the runner, into a piece that has room. */
static void end_probe(struct deposit_pieces *d)
{
	if (!d->n ||
		d->pieces[d->n - 1].len + d->probe.len >
			d->most - DEPOSIT_FRONT_MAX) {
		if (d->n == KEYS_INBOX_SLOTS) {
			d->lost++;
			buf_clear(&d->probe);
			return;
		}
		buf_init(&d->pieces[d->n++], d->most);
	}
	buf_add(&d->pieces[d->n - 1], d->probe.p, d->probe.len);
	buf_clear(&d->probe);
}

/* Whether the region may leave this record; *whole: its probe ends with it. */
static bool is_own(const struct deposit_pieces *d, const struct record *r,
	bool *whole, char *why)
{
	const char *region = r->type == RECORD_RUNNER ? r->u.runner.region
						      : r->u.probe.key.region;

	*whole = r->type == RECORD_PROBE || r->type == RECORD_RUNNER;
	if (r->type == RECORD_EXPIRY || r->type == RECORD_SPOOL ||
		r->type == RECORD_DOCTOR) {
		snprintf(why, RECORD_WHY, "type: not a type of probe or runner "
					  "records");
		return false;
	}
	if (strcmp(region, d->region) == 0)
		return true;
	snprintf(why, RECORD_WHY, "region: %s, and not %s", region, d->region);
	return false;
}

bool deposit_pieces_take(
	struct deposit_pieces *d, const char *p, size_t n, char *why)
{
	struct record r;
	bool own, whole;

	if (record_read(p, n, &r, why))
		return false;
	own = is_own(d, &r, &whole, why);
	record_release(&r);
	if (!own)
		return false;
	buf_add(&d->probe, p, n);
	buf_char(&d->probe, '\n');
	if (!buf_ok(&d->probe)) {
		snprintf(why, RECORD_WHY, "too many lines of one probe");
		buf_clear(&d->probe);
		return false;
	}
	if (whole)
		end_probe(d);
	return true;
}

bool deposit_pieces_end(struct deposit_pieces *d)
{
	buf_clear(&d->probe);
	return d->n > 0;
}

void deposit_front_write(
	struct buf *out, const char *region, double at, const double ahead[2])
{
	buf_fmt(out, "{\"v\":%d,\"type\":\"deposit\",\"region\":\"%s\","
		"\"at\":%.6f,\"ahead_s\":[%.6f,%.6f]}\n", RECORD_VERSION,
		region, at, ahead[0], ahead[1]);
}

bool deposit_front_read(
	const char *p, size_t n, const char *region, double ahead[2])
{
	const char *end = n ? memchr(p, '\n', n) : NULL;
	cJSON *o = NULL;
	char why[JSON_WHY];
	const char *type, *whose;
	const cJSON *both;
	double v;
	bool good;

	if (end)
		o = json_parse(p, (size_t)(end - p), &json_record, why);
	type = json_str(o, "type");
	whose = json_str(o, "region");
	both = json_get(o, "ahead_s");
	good = json_num(o, "v", &v) && v == RECORD_VERSION && type &&
		strcmp(type, "deposit") == 0 && whose &&
		strcmp(whose, region) == 0 && cJSON_GetArraySize(both) == 2;
	for (int i = 0; i < 2 && good; i++) {
		const cJSON *item = cJSON_GetArrayItem(both, i);

		good = cJSON_IsNumber(item) &&
			fabs(item->valuedouble) < NUM_EPOCH_MAX;
		ahead[i] = good ? item->valuedouble : 0;
	}
	cJSON_Delete(o);
	return good && ahead[0] <= ahead[1];
}
