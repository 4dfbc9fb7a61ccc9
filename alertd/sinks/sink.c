#include "sinks/sink.h"

static const struct sink *const sinks[] = {
	[CONF_ROUTE_WEBHOOK] = &sink_webhook,
	[CONF_ROUTE_COMMAND] = &sink_command,
	[CONF_ROUTE_PAGERDUTY] = &sink_pagerduty,
	[CONF_ROUTE_OPSGENIE] = &sink_opsgenie,
	[CONF_ROUTE_SLACK] = &sink_slack,
	[CONF_ROUTE_DISCORD] = &sink_discord,
	[CONF_ROUTE_TWILIO_SMS] = &sink_twilio_sms,
	[CONF_ROUTE_TWILIO_VOICE] = &sink_twilio_voice,
	[CONF_ROUTE_EMAIL] = &sink_email,
	[CONF_ROUTE_ALERTMANAGER] = &sink_alertmanager,
};

const struct sink *sink_of(enum conf_route_type type)
{
	return sinks[type];
}

struct delivered sink_judge(const struct http_answer *a)
{
	int s = a->status;
	struct delivered d = {.ok = s >= 200 && s < 300};

	if (d.ok)
		return d;
	d.retry_after_s = a->retry_after_s;
	d.mend = s == 401 || s == 403 || s == 404;
	d.down = d.mend || s == 408 || s == 429 || s >= 500;
	d.refused = !d.down;
	snprintf(d.why, sizeof d.why, "HTTP %d%s", s,
		s / 100 == 3 ? ", and redirects are not followed" : "");
	return d;
}

void sink_unsound(struct delivered *d, const char *what)
{
	*d = (struct delivered) {.down = true};
	snprintf(d->why, sizeof d->why, "an answer that is not %s", what);
}
