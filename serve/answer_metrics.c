#include "answer_metrics.h"

#include "fetch.h"
#include "log.h"
#include "metrics.h"
#include "view.h"
#include "xalloc.h"

/* A verdict that cannot be read is named, and is as if it were not there. */
static void put_all(const struct source *source, const struct listing *l,
	const struct metrics_fleet *fleet, struct buf *b)
{
	struct metrics_server *servers = xcalloc(l->n + 1, sizeof *servers);
	struct view *views = xcalloc(l->n + 1, sizeof *views);
	char why[VIEW_WHY];

	for (size_t i = 0; i < l->n; i++) {
		const struct listing_entry *e = &l->entries[i];

		if (view_read(fetch_verdict(source, i), fleet->now, &views[i],
			    why))
			log_error("%s: verdict: %s", e->slug, why);
		servers[i] = (struct metrics_server) {.slug = e->slug,
			.view = &views[i],
			.expected = e->server.n_regions ? e->server.n_regions
							: views[i].n_regions};
	}
	metrics_put(b, servers, l->n);
	metrics_put_fleet(b, fleet, servers, l->n);
	for (size_t i = 0; i < l->n; i++)
		view_release(&views[i]);
	free(views);
	free(servers);
}

int answer_metrics(struct source *source, double now, struct buf *b)
{
	struct metrics_fleet fleet = {.now = now};
	struct listing l = {0};
	int rc = -1;

	if (!fetch_stages(source, fleet.at) &&
		!fetch_undelivered(source, &fleet.undelivered) &&
		!fetch_listing(source, &l) && !fetch_verdicts(source, &l)) {
		fleet.servers = (double)l.n;
		put_all(source, &l, &fleet, b);
		rc = 0;
	}
	listing_release(&l);
	return rc;
}
