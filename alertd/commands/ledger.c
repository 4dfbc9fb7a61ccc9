#include "commands/ledger.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "routing/routing.h"

#include <stdlib.h>
#include <string.h>

/* So many servers are named, the worst first. */
#define WORST 10
#define MONTH_S (30 * 86400)

bool ledger_pages(const struct alert_record *r, const struct strings *routes,
	const struct conf *c)
{
	if (r->severity != SEVERITY_P1 || r->phase == ALERT_RESOLVED)
		return false;
	for (size_t i = 0; c && i < routes->n; i++) {
		const struct conf_route *to = route_find(c, routes->v[i]);

		if (to && to->role != CONF_ROLE_CHANNEL &&
			to->digest == CONF_DIGEST_NO)
			return true;
	}
	return !c;
}

/* Where a server is, or belongs. */
static size_t place(const struct ledger *l, const char *slug)
{
	return strings_place(l->servers, l->n, sizeof *l->servers, slug);
}

const struct ledger_server *ledger_server(const struct ledger *l,
	const char *slug)
{
	size_t i = place(l, slug);

	return i < l->n && strcmp(l->servers[i].slug, slug) == 0
		? &l->servers[i]
		: NULL;
}

static struct ledger_server *server_of(struct ledger *l, const char *slug)
{
	size_t i = place(l, slug);

	if (i < l->n && strcmp(l->servers[i].slug, slug) == 0)
		return &l->servers[i];
	l->servers = xgrow(l->servers, &l->cap, l->n + 1, sizeof *l->servers);
	memmove(l->servers + i + 1, l->servers + i,
		(l->n - i) * sizeof *l->servers);
	l->n++;
	l->servers[i] = (struct ledger_server) {.slug = xstrdup(slug)};
	return &l->servers[i];
}

/* The incident of an event, which may be its first. */
static struct ledger_incident *incident_of(struct ledger_server *s,
	const struct alert_record *r)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->incidents[i].kind == r->kind &&
			s->incidents[i].first == r->started_at)
			return &s->incidents[i];
	s->incidents = xgrow(s->incidents, &s->cap, s->n + 1,
		sizeof *s->incidents);
	s->incidents[s->n] = (struct ledger_incident) {
		.kind = r->kind,
		.severity = r->severity,
		.first = r->started_at,
		.told = (int64_t)r->at,
		.resolved = INT64_MAX,
	};
	return &s->incidents[s->n++];
}

void ledger_add(struct ledger *l, const struct alert_record *r, bool page)
{
	struct ledger_server *s = server_of(l, r->slug);

	if ((unsigned)r->kind < LEDGER_KINDS) {
		l->events[r->kind][r->phase][0]++;
		l->events[r->kind][r->phase][r->severity]++;
	}
	l->severities[0]++;
	l->severities[r->severity]++;
	l->pages += page;
	s->pages += page;
	s->events++;
	if (r->phase != ALERT_ONCE) {
		struct ledger_incident *inc = incident_of(s, r);

		if (r->severity < inc->severity)
			inc->severity = r->severity;
		if (r->phase == ALERT_RESOLVED || r->phase == ALERT_FOUND)
			inc->resolved = r->resolved_at;
	}
}

void ledger_release(struct ledger *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->servers[i].slug);
		free(l->servers[i].incidents);
	}
	free(l->servers);
	*l = (struct ledger) {0};
}

void ledger_put_span(struct buf *b, const struct ledger_span *span)
{
	char from[CLOCK_RFC3339], to[CLOCK_RFC3339];

	clock_rfc3339(span->from, from);
	clock_rfc3339(span->to, to);
	buf_fmt(b, "%s to %s: %lu verdict%s on %zu server%s\n", from, to,
		span->verdicts, span->verdicts == 1 ? "" : "s", span->servers,
		span->servers == 1 ? "" : "s");
}

unsigned long ledger_month(unsigned long pages, const struct ledger_span *span)
{
	double s = (double)(span->to - span->from) + 60;

	return (unsigned long)((double)pages * MONTH_S / s + 0.5);
}

/* The worst first; of equals by name. */
static int by_pages(const void *a, const void *b)
{
	const struct ledger_server *s = *(const struct ledger_server *const *)a;
	const struct ledger_server *t = *(const struct ledger_server *const *)b;

	if (s->pages != t->pages)
		return s->pages < t->pages ? 1 : -1;
	if (s->events != t->events)
		return s->events < t->events ? 1 : -1;
	return strcmp(s->slug, t->slug);
}

static void put_worst(struct buf *b, const struct ledger *l)
{
	const struct ledger_server **order = xcalloc(l->n + 1, sizeof *order);
	size_t shown = l->n < WORST ? l->n : WORST;

	for (size_t i = 0; i < l->n; i++)
		order[i] = &l->servers[i];
	qsort(order, l->n, sizeof *order, by_pages);
	if (l->n)
		buf_fmt(b, "  %-30s %6s %6s %9s\n", "server", "pages",
			"events", "incidents");
	for (size_t i = 0; i < shown; i++)
		buf_fmt(b, "  %-30s %6lu %6lu %9zu\n", order[i]->slug,
			order[i]->pages, order[i]->events, order[i]->n);
	if (shown < l->n)
		buf_fmt(b, "  and %zu more\n", l->n - shown);
	free(order);
}

static void put_row(struct buf *b, const char *name, const unsigned long *by)
{
	buf_fmt(b, "  %-30s %6lu %6lu %6lu %6lu\n", name, by[0],
		by[SEVERITY_P1], by[SEVERITY_P2], by[SEVERITY_P3]);
}

void ledger_put(struct buf *b, const struct ledger *l,
	const struct ledger_span *span)
{
	char name[ALERT_EVENT_SIZE];

	ledger_put_span(b, span);
	buf_fmt(b, "pages: %lu, at this rate %lu in 30 days\n", l->pages,
		ledger_month(l->pages, span));
	if (!l->severities[0])
		return;
	buf_fmt(b, "  %-30s %6s %6s %6s %6s\n", "", "all", "P1", "P2", "P3");
	put_row(b, "events", l->severities);
	for (unsigned k = 0; k < LEDGER_KINDS; k++) {
		for (unsigned p = 0; p < LEDGER_PHASES; p++) {
			struct alert_record r = {
				.kind = (enum alert_kind)k,
				.phase = (enum alert_phase)p,
			};

			if (l->events[k][p][0])
				put_row(b, alert_event(&r, name),
					l->events[k][p]);
		}
	}
	put_worst(b, l);
}
