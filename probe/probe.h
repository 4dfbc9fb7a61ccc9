/*
 * probe.h: one probe of one server: eight steps, one deadline.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "steps/steps.h"
#include "target.h"

struct http;

struct probe_job {
	struct http *http;
	const struct target *target; /* must live until the end */
	/* The steps to report; those before `first` are made all the same. */
	enum step first, last;
	struct steps_sink sink;
	/*
	 * The probe is over and its session closed. why: NULL; or the reason
	 * why this machine, not the server, could not go on, and then no
	 * summary was reported.
	 */
	void (*end)(void *arg, const char *why);
	void *arg;
};

/*
 * probe_start(job): begin. Everything else happens in http_turn, and in the
 * end job->end is called exactly once. What job points to is copied, but for
 * the target.
 */
void probe_start(const struct probe_job *job);

#endif
