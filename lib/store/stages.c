#include "store/stages.h"

#include "base/log.h"
#include "base/num.h"
#include "store/keys.h"

#include <math.h>

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {"ingest", "verdict", "alert"};

	return names[stage];
}

double stage_beat(enum stage stage, const char *text)
{
	double at = NAN;

	if (text && !num_epoch(text, &at))
		log_warn("%s: %s: not an instant", KEY_HEARTBEATS,
			stage_name(stage));
	return at;
}

bool stage_stale(double at, double now, double most)
{
	/* A comparison with NAN is false. */
	return now - at > most || at - now > STAGE_STALE_S;
}
