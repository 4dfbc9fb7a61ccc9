#include "incident/acknowledgement.h"

#include "incident/dedup_key.h"

#include <math.h>
#include <string.h>

/* The time of an acknowledgement does not count for the ladder. */
static void stand_still(struct incident *inc, double end)
{
	if (inc->escalation.ladder)
		inc->escalation.since += fmax(0, end - inc->ack.at);
}

static void end_acknowledgement(struct alert_state *st, enum alert_kind kind,
	double at, const char *what)
{
	struct incident *inc = &st->incidents[kind];
	char name[64];

	snprintf(name, sizeof name, "%s_%s", alert_kind_name(kind), what);
	state_note(st, at, name, inc->ack.by);
	stand_still(inc, at);
	ack_release(&inc->ack);
}

size_t ack_set(struct alert_state *st, const struct ack_request *q, double now,
	struct alert_events *out)
{
	size_t n = 0;

	for (unsigned k = 0; k < ALERT_KINDS; k++) {
		struct incident *inc = &st->incidents[k];
		enum alert_kind kind = (enum alert_kind)k;
		char key[ALERT_KEY_SIZE];

		if (!inc->open || inc->superseded ||
			(q->key &&
				strcmp(q->key, dedup_key(st, kind, key)) != 0))
			continue;
		if (inc->ack.by)
			stand_still(inc, fmin(now, inc->ack.until));
		string_set(&inc->ack.by, q->by);
		string_set(&inc->ack.reason, q->reason);
		inc->ack.at = now;
		inc->ack.until = now + q->for_s;
		events_put(out, st, &(struct summary) {
			.kind = kind,
			.phase = ALERT_ACKNOWLEDGED,
			.at = now,
		});
		n++;
	}
	return n;
}

bool ack_holds(const struct incident *inc, double now)
{
	return inc->ack.by && now < inc->ack.until;
}

void ack_expire(struct alert_state *st, enum alert_kind kind, double now)
{
	const struct ack *a = &st->incidents[kind].ack;

	if (a->by && now >= a->until && !st->incidents[kind].passes)
		end_acknowledgement(st, kind, a->until, "ack_expired");
}

void ack_break(struct alert_state *st, enum alert_kind kind, double now)
{
	const struct ack *a = &st->incidents[kind].ack;

	if (a->by)
		end_acknowledgement(
			st, kind, fmin(now, a->until), "ack_broken");
}
