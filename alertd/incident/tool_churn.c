#include "incident/tool_churn.h"

#include "base/clock.h"
#include "incident/incident.h"

static void begin_churn(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	double since = v->tool_churn.since;
	bool known = since > 0 && since <= (double)window;

	incident_open(inc, SEVERITY_P2, known ? clock_window(since) : window,
		window, 1);
	inc->layer = LAYER_TOOLS;
	inc->usual = CHURN_USUAL;
	inc->value = v->tool_churn.changes_1h;
	/* Whoever was told of it is told of its end, and of nothing else. */
	st->incidents[ALERT_DIVERGENCE].folded =
		st->incidents[ALERT_DIVERGENCE].open;
	events_add(out, st, ALERT_CHURN, ALERT_STARTED, (double)window, false);
}

void churn_judge(struct alert_state *st, const struct verdict *v,
	int64_t window, struct alert_events *out)
{
	struct incident *inc = &st->incidents[ALERT_CHURN];
	bool churns = v->tool_churn.changes_1h > 0;

	if (churns && !inc->open) {
		begin_churn(st, v, window, out);
	} else if (churns) {
		incident_hold(inc, window);
		inc->value = v->tool_churn.changes_1h;
	} else if (inc->open && v->verdict != VERDICT_UNKNOWN &&
		incident_pass(inc, window, 1)) {
		st->incidents[ALERT_DIVERGENCE].folded = false;
		incident_end(st, ALERT_CHURN, (double)window, out);
	}
}
