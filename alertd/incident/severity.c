#include "incident/severity.h"

#include <string.h>

/* http.500 to http.599 */
static bool server_error(const char *error)
{
	return strncmp(error, "http.5", 6) == 0 &&
		strspn(error + 6, "0123456789") == 2 && error[8] == '\0';
}

enum severity severity_of_step(enum step step, const char *error)
{
	switch (step) {
	case STEP_DNS:
	case STEP_TLS:
	case STEP_INITIALIZE:
	case STEP_AUTH_INITIALIZE:
		return SEVERITY_P1;
	default:
		break;
	}
	return error && server_error(error) ? SEVERITY_P1 : SEVERITY_P2;
}

const struct verdict_region *severity_region(const struct verdict *v,
	const char *name)
{
	for (size_t i = 0; i < v->n_regions; i++)
		if (strcmp(v->regions[i].region, name) == 0)
			return &v->regions[i];
	return NULL;
}

bool severity_throttled(const struct verdict_region *r)
{
	return r && r->state == STATE_BROKEN &&
		failure_throttled(r->failed_step, r->error);
}

bool severity_rises(enum alert_kind kind)
{
	return kind == ALERT_DOWNTIME;
}

struct assessment severity_assess(const struct verdict *v)
{
	struct assessment a = {.step = v->step,
		.layer = failure_layer_of(v->step, NULL),
		.severity = severity_of_step(v->step, NULL)};
	bool found = false;

	for (size_t i = 0; i < v->n_failing; i++) {
		const struct verdict_region *r =
			severity_region(v, v->failing[i]);
		enum failure_layer layer;

		if (!r || r->failed_step != v->step)
			continue;
		layer = failure_layer_of(v->step, r->error);
		if (severity_of_step(v->step, r->error) < a.severity)
			a.severity = SEVERITY_P1;
		if (found && layer <= a.layer)
			continue;
		found = true;
		a.layer = layer;
		a.error = r->error;
		a.said = r->said;
	}
	return a;
}
