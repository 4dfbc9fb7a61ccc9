#include "routing.h"

#include <fnmatch.h>
#include <string.h>

static bool among(char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return n == 0;
}

static bool matches(char *const *patterns, size_t n, const char *slug)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], slug, 0) == 0)
			return true;
	return n == 0;
}

/* Who wants to hear of downtimes has to hear of those that overrun. */
static bool wants_kind(const struct conf_route *r, enum alert_kind kind)
{
	return among(r->kinds, r->n_kinds, alert_kind_name(kind)) ||
		(kind == ALERT_OVERRUN &&
			among(r->kinds, r->n_kinds,
				alert_kind_name(ALERT_DOWNTIME)));
}

/* Nobody is told of an anomaly who did not ask for it. */
static bool asks_for(const struct conf_route *r, enum alert_kind kind)
{
	return kind != ALERT_ANOMALY || r->n_kinds;
}

bool route_wants(const struct conf_route *r, const struct alert_record *a)
{
	return asks_for(r, a->kind) &&
		among(r->severities, r->n_severities,
		       severity_name(a->severity)) &&
		wants_kind(r, a->kind) &&
		matches(r->servers, r->n_servers, a->slug);
}

void route_pick(const struct conf *c, const struct alert_event *e,
	struct strings *out)
{
	for (size_t i = 0; c && i < c->n_routes; i++) {
		const struct conf_route *r = &c->routes[i];
		bool told = strings_has(&e->told, r->name);

		if (told || (e->record.phase != ALERT_RESOLVED &&
				    route_wants(r, &e->record)))
			strings_note(out, r->name);
	}
}

const struct conf_route *route_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; c && i < c->n_routes; i++)
		if (strcmp(c->routes[i].name, name) == 0)
			return &c->routes[i];
	return NULL;
}
