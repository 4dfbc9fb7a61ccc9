#include "delivery/delivery.h"

#include "base/xalloc.h"
#include "store/beat.h"

#include <stdio.h>
#include <stdlib.h>

void round_complete_verdict(
	struct round_complete *p, const struct verdict *v, double now)
{
	size_t place;

	/* A verdict on a late minute says nothing of now. */
	if (v->judged_at > 0 ||
		stage_stale((double)v->window, now, STAGE_STALE_S))
		return;
	p->verdicts++;
	p->reporters += v->reporters > 0 ? (size_t)v->reporters : 0;
	place = conf_place(p->conf, v->slug);
	if (place == CONF_NOWHERE)
		return;
	if (!p->judged)
		p->judged = xcalloc(conf_count(p->conf), sizeof *p->judged);
	p->judged[place] = true;
}

/* The first server that nobody judged, or NULL. */
static const char *missing(const struct round_complete *p)
{
	for (size_t i = 0; i < conf_count(p->conf); i++)
		if (!p->judged || !p->judged[i])
			return conf_server_slug(p->conf, i);
	return NULL;
}

bool round_complete_complete(const struct round_complete *p, char *why)
{
	const char *slug = missing(p);

	if (p->refused)
		snprintf(why, ROUND_COMPLETE_WHY, "%zu lines were refused",
			p->refused);
	else if (slug || !p->verdicts)
		snprintf(why, ROUND_COMPLETE_WHY, "no verdict of now%s%s",
			slug ? " on " : "", slug ? slug : "");
	else if (!p->reporters)
		snprintf(why, ROUND_COMPLETE_WHY, "no region reports");
	else
		return true;
	return false;
}

void round_complete_clear(struct round_complete *p)
{
	free(p->judged);
	*p = (struct round_complete) {.conf = p->conf};
}
