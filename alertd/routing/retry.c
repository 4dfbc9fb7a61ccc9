#include "routing/retry.h"

#include <math.h>

double retry_delay(int attempts, double chance, double retry_after_s)
{
	double s = RETRY_DELAY_MIN_S;

	for (int i = 1; i < attempts && s < RETRY_DELAY_MAX_S; i++)
		s *= 2;
	s = fmin(s * (1 + chance), RETRY_DELAY_MAX_S);
	return fmax(s, fmin(retry_after_s, RETRY_GIVE_UP_S));
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
