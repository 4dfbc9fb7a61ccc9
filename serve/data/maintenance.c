#include "data/maintenance.h"

struct occurrence maintenance_list_next(const struct maintenance_list *w,
	const char *slug, const char *account, double now, double cap_s)
{
	struct occurrence first = {0};

	for (size_t i = 0; i < w->n; i++) {
		struct occurrence o;

		if (!maintenance_for(&w->v[i].m, slug, account))
			continue;
		o = maintenance_next(&w->v[i].m, now, cap_s);
		if (o.found && (double)o.start <= now + MAINTENANCE_AHEAD_S &&
			(!first.found || o.start < first.start))
			first = o;
	}
	return first;
}
