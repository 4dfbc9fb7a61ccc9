#include "commands/check_open.h"

#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "incident/event.h"
#include "incident/incident.h"
#include "routing/renamed_route.h"
#include "routing/routing.h"
#include "state/state_store.h"
#include "words/phrases.h"

/* Warn of one incident. */
static void check_incident(const struct conf *c, const struct alert_state *st,
	enum alert_kind kind)
{
	const struct incident *inc = &st->incidents[kind];
	struct alert_events events = {0};
	struct strings gone = {0}, now = {0};
	char key[ALERT_KEY_SIZE];
	struct buf b;

	events_add(&events, st, kind, ALERT_RESOLVED, (double)inc->opened_at);
	if (route_renamed(c, &events.v[0], &gone)) {
		route_pick(c, &events.v[0], &now);
		buf_init(&b, TEXT_SIZE);
		buf_fmt(&b,
			"%s: its end was for %s, which the configuration "
			"does not have; it goes to ",
			dedup_key(st, kind, key), gone.v[0]);
		if (now.n)
			phrase_regions(&b, &now);
		else
			buf_str(&b, "nobody");
		log_warn("%s", b.p);
		buf_release(&b);
	}
	strings_release(&gone);
	strings_release(&now);
	events_release(&events);
}

bool check_open(const struct conf *c, struct state_store *states)
{
	struct strings slugs = {0};
	bool ok = state_store_all(states, &slugs);
	struct transaction *all = transaction_begin(states, &slugs);
	const struct alert_state *st;
	size_t i;

	while (ok && (st = transaction_next(all, &i)))
		for (unsigned k = 0; k < ALERT_KINDS; k++)
			if (st->incidents[k].open)
				check_incident(c, st, (enum alert_kind)k);
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	strings_release(&slugs);
	return ok;
}
