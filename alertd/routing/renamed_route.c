#include "routing/renamed_route.h"

#include "routing/routing.h"

bool route_renamed(
	const struct conf *c, struct alert_event *e, struct strings *gone)
{
	struct alert_event begin = *e;
	struct strings now = {0};

	if (!c || !c->n_routes)
		return false;
	for (size_t i = 0; i < e->told.n; i++)
		if (!route_find(c, e->told.v[i]))
			strings_add(gone, e->told.v[i]);
	if (!gone->n)
		return false;
	begin.record.phase = ALERT_STARTED;
	route_pick(c, &begin, &now);
	for (size_t i = 0; i < now.n; i++)
		strings_note(&e->told, now.v[i]);
	strings_release(&now);
	return true;
}
