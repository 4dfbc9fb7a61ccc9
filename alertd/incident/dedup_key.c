#include "incident/dedup_key.h"

const char *dedup_key(const struct alert_state *st, enum alert_kind kind,
	char *out)
{
	return alert_key(
		&(struct alert_record) {
			.slug = st->slug,
			.kind = kind,
			.started_at = st->incidents[kind].first,
		},
		out);
}
