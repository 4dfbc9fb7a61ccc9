#include "routing/retry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Our own JSON has no space, and within a string a quote is escaped. */
enum severity retry_severity(const char *body)
{
	static const char member[] = "\"severity\":\"";
	const char *p = strstr(body, member);
	enum severity s = SEVERITY_P1;
	char name[3];

	if (!p)
		return s;
	snprintf(name, sizeof name, "%s", p + sizeof member - 1);
	return severity_parse(name, &s) ? s : SEVERITY_P1;
}

static bool waits_for(const struct pending *p, const char *route)
{
	for (size_t i = 0; i < p->n_deliveries; i++)
		if (strcmp(p->deliveries[i].route, route) == 0)
			return true;
	return false;
}

struct urgency retry_urgency(const struct alert_state *st,
	const struct pending *p, const char *route)
{
	struct urgency u = {retry_severity(p->body), p->created};

	for (const struct pending *next = p + 1;
		next < st->outbox + st->n_outbox; next++) {
		enum severity s;

		if (strcmp(next->key, p->key) != 0 || !waits_for(next, route))
			continue;
		s = retry_severity(next->body);
		if (s < u.severity)
			u = (struct urgency) {s, next->created};
	}
	return u;
}

double retry_delay(const struct urgency *u, double now, int attempts,
	double chance, double retry_after_s)
{
	double s = RETRY_DELAY_MIN_S, asked = fmin(retry_after_s,
					      RETRY_GIVE_UP_S);
	double most = now - u->since < RETRY_P1_SOON_S ? RETRY_P1_S
						       : RETRY_P1_LATE_S;

	for (int i = 1; i < attempts && s < RETRY_DELAY_MAX_S; i++)
		s *= 2;
	s = fmin(s * (1 + chance), RETRY_DELAY_MAX_S);
	if (u->severity == SEVERITY_P1) {
		s = fmin(s, most - RETRY_RUN_S);
		asked = fmin(asked, most);
	}
	return fmax(s, asked);
}

double retry_at(const struct pending *p, const struct delivery *d, double now)
{
	double set = d->attempts ? d->tried : p->created;

	return set > now + STATE_AHEAD_S ? now : d->next_try;
}

bool retry_hopeless(double since, int attempts, double now)
{
	return now - since >= RETRY_GIVE_UP_S &&
		attempts >= RETRY_GIVE_UP_TRIES;
}
