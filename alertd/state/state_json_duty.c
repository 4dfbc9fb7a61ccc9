/*
 * state_json_duty.c: the members of a state that say who is told, when, and who
 * looks after it. They came later than the rest: a state without them is whole.
 */
#include "incident/state.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define EPOCH_MAX 1e11
#define STEPS_MAX 1000

static const char *const digests[] = {NULL, "hourly", "daily", "weekly"};

void duty_write(struct buf *b, const struct incident *inc)
{
	if (inc->ack.by) {
		buf_str(b, ",\"ack\":{\"by\":");
		json_put_str(b, inc->ack.by);
		json_put_member(b, "reason", inc->ack.reason);
		buf_fmt(b, ",\"at\":%.3f,\"until\":%.3f}", inc->ack.at,
			inc->ack.until);
	}
	if (inc->climb.ladder) {
		buf_str(b, ",\"climb\":{\"ladder\":");
		json_put_str(b, inc->climb.ladder);
		buf_fmt(b, ",\"step\":%d,\"since\":%.3f}", inc->climb.step,
			inc->climb.since);
	}
}

static bool get_time(const cJSON *o, const char *key, double *out)
{
	return json_num(o, key, out) && *out >= 0 && *out <= EPOCH_MAX;
}

static bool read_ack(const cJSON *o, struct ack *a)
{
	const char *by = json_str(o, "by"), *reason = json_str(o, "reason");

	if (!by || (!reason && !json_has_null(o, "reason")) ||
		!get_time(o, "at", &a->at) || !get_time(o, "until", &a->until))
		return false;
	a->by = xstrdup(by);
	a->reason = reason ? xstrdup(reason) : NULL;
	return true;
}

static bool read_climb(const cJSON *o, struct escalation *c)
{
	const char *ladder = json_str(o, "ladder");
	double step;

	if (!ladder || !get_time(o, "since", &c->since) ||
		!json_num(o, "step", &step) || step < 0 || step > STEPS_MAX ||
		step != floor(step))
		return false;
	c->ladder = xstrdup(ladder);
	c->step = (int)step;
	return true;
}

bool duty_read(const cJSON *o, struct incident *inc)
{
	const cJSON *a = json_get(o, "ack"), *c = json_get(o, "climb");

	return (!a || read_ack(a, &inc->ack)) &&
		(!c || read_climb(c, &inc->climb));
}

void delivery_write(struct buf *b, const struct delivery *d)
{
	if (d->tried > 0)
		buf_fmt(b, ",\"tried\":%.3f", d->tried);
	if (d->done)
		buf_fmt(b, ",\"done\":%d", d->done);
	if (d->digest != CONF_DIGEST_NO)
		buf_fmt(b,
			",\"digest\":\"%s\",\"over\":%s,"
			"\"boundary\":%" PRId64,
			digests[d->digest], d->over ? "true" : "false",
			d->boundary);
	if (d->why) {
		json_put_member(b, "why", d->why);
	}
	if (d->refused)
		buf_str(b, ",\"refused\":true");
	if (d->elsewhere > 0)
		buf_fmt(b, ",\"elsewhere\":%.3f", d->elsewhere);
}

/* How it waits for others. */
static bool read_wait(const cJSON *o, struct delivery *d)
{
	const char *digest = json_str(o, "digest");
	double boundary;
	unsigned i;

	if (!json_get(o, "digest"))
		return true;
	if (!digest || !names_lookup(digests, 4, digest, &i) ||
		!json_bool(o, "over", &d->over) ||
		!get_time(o, "boundary", &boundary) ||
		boundary != floor(boundary))
		return false;
	d->digest = (enum conf_digest)i;
	d->boundary = (int64_t)boundary;
	return true;
}

bool delivery_read(const cJSON *o, struct delivery *d)
{
	const char *why = json_str(o, "why");
	double done = 0;

	if (why)
		d->why = xstrdup(why);
	if (json_get(o, "done") &&
		(!json_num(o, "done", &done) || done < 0 || done > STEPS_MAX ||
			done != floor(done)))
		return false;
	d->done = (int)done;
	if (json_get(o, "tried") && !get_time(o, "tried", &d->tried))
		return false;
	return read_wait(o, d) && !why == !json_get(o, "why") &&
		(!json_get(o, "refused") ||
			json_bool(o, "refused", &d->refused)) &&
		(!json_get(o, "elsewhere") ||
			get_time(o, "elsewhere", &d->elsewhere));
}
