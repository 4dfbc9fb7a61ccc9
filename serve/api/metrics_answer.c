#include "api/metrics_answer.h"

#include "api/metrics.h"
#include "base/xalloc.h"
#include "data/fetch.h"
#include "data/fetch_listing.h"

static void put_all(const struct listing *l, const struct metrics_fleet *fleet, struct buf *b)
{
	struct metrics_server *servers = xcalloc(l->n + 1, sizeof *servers);

	for (size_t i = 0; i < l->n; i++) {
		const struct listing_entry *e = &l->entries[i];

		servers[i] = (struct metrics_server) {.slug = e->slug,
			.view = &e->view,
			.expected = e->expected ? e->expected
						: e->view.n_regions};
	}
	metrics_put(b, servers, l->n);
	metrics_put_fleet(b, fleet, servers, l->n);
	free(servers);
}

int answer_metrics(struct source *source, double now, struct buf *b)
{
	struct metrics_fleet fleet = {.now = now};
	const struct listing *l;

	if (fetch_stages(source, fleet.at) ||
		fetch_undelivered(source, &fleet.undelivered) ||
		fetch_views(source, now, &l))
		return -1;
	fleet.servers = (double)l->n;
	put_all(l, &fleet, b);
	return 0;
}
