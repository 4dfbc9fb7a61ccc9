/* SPDX-License-Identifier: MIT */
/*
 * probe.h: one probe of one server: eight steps, one deadline.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "steps/step_results.h"
#include "target.h"

struct http;
struct known_answers;

struct probe_job {
	struct http *http;
	const struct target *target; /* must live until the end */
	struct known_answers *known; /* must live too; NULL: none is kept */
	/* The id and start of an earlier piece of this probe; or NULL. */
	const struct probe_key *earlier;
	/* The steps to report. Those before `first` are made all the same. */
	enum step first, last;
	struct steps_sink sink;
	/*
	 * The probe has ended and its session is closed. why: NULL; or the
	 * reason why this machine, not the server, could not go on: then no
	 * summary was reported.
	 */
	void (*end)(void *arg, const char *why);
	void *arg;
};

/*
 * probe_start(job): start a probe. The rest happens in http_turn; at the end
 * job->end is called exactly once. *job is copied, the target is not.
 */
void probe_start(const struct probe_job *job);

#endif
