/*
 * report.h: what a probe found, for a terminal, a pipe, a test harness, or a
 * plugin host. All of standard output is written here, and without secrets.
 */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include "http/url.h"
#include "records/probe.h"

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_TAP, FORMAT_NAGIOS };

/* What is being written, for all probes of a run. */
struct report {
	enum format format;
	int fd;
	bool colour;
	bool stream; /* write each step as it ends: there is one probe only */
	int tests;   /* TAP lines so far */
	int error;   /* errno of the first write that failed, or 0 */
};

/* What is written for one probe. */
struct view {
	struct report *report;
	struct buf out;
	char message[700]; /* of the step that failed */
	double step_ms[STEP_COUNT + 1];
};

/*
 * report_begin(r, region, own_region), report_end(r): before the first probe
 * and after the last. own_region is what this machine's settings say, or NULL.
 */
void report_begin(struct report *r, const char *region, const char *own_region);
void report_end(struct report *r);

/* report_runner(r, rec): a runner record, which only JSON lines can carry. */
void report_runner(struct report *r, const struct runner_record *rec);

/*
 * report_write(r, b): write what is in b, and clear it. Only what went through
 * redaction/records.h may be in it.
 */
void report_write(struct report *r, struct buf *b);

/* view_init(v, r, u, region): a probe of u begins; its query may be a secret. */
void view_init(struct view *v, struct report *r, const struct url *u,
	const char *region);
/* These two are what steps.h calls a sink; arg is the view. */
void view_step(void *arg, const struct step_record *s);
void view_summary(void *arg, const struct probe_record *p);
/* view_release(v): write what is left, and free. */
void view_release(struct view *v);

#endif
