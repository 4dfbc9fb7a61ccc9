/* SPDX-License-Identifier: MIT */
/*
 * report.h: prints what a probe found, for a terminal, a pipe, a test harness
 * (TAP) or a monitoring plugin's host. All of standard output is written here,
 * without secrets.
 */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include "http/url.h"
#include "records/probe.h"
#include "target.h"

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_TAP, FORMAT_NAGIOS };

/* How many lists of tools are kept as they were written, and the most bytes of
   one. */
#define REPORT_LISTS 16
#define REPORT_LIST_MAX ((size_t)64 * 1024)
/* The most bytes of definitions that a run prints: its reader must be able
   to keep all of them, whatever the servers send. */
#define REPORT_DEFINITIONS_MAX ((size_t)16 * 1024 * 1024)

/* The output of all probes of a run. */
struct report {
	enum format format;
	int fd;
	bool colour;
	bool stream; /* write each step as it ends: there is one probe only */
	int tests;   /* TAP lines so far */
	int error;   /* errno of the first write that failed, or 0 */
	size_t definitions; /* bytes of them so far */
	struct report_list {
		char full_hash[HASH_HEX + 1]; /* it tells lists apart */
		size_t secrets; /* what mask_count was: more may be masked now */
		char *text;	/* as record_tools_write wrote it; or NULL */
	} lists[REPORT_LISTS]; /* each by the first digit of its hash */
};

/* The output of one probe. */
struct view {
	struct report *report;
	struct buf out;
	char *message; /* of the failed step; NULL: none failed */
	size_t definitions; /* bytes of them */
	double step_ms[STEP_COUNT + 1];
};

/*
 * report_begin(r, region, own_region), report_end(r): call them before the
 * first probe and after the last one. own_region: the region in this machine's
 * settings, or NULL.
 */
void report_begin(struct report *r, const char *region, const char *own_region);
void report_end(struct report *r);

/* report_release(r): free what r holds. */
void report_release(struct report *r);

/* report_runner(r, rec): write a runner record, which only JSON lines have. */
void report_runner(struct report *r, const struct runner_record *rec);

/* report_write(r, b): write the text in b, and clear b. The text must have
   gone through redaction/redact_record.c. */
void report_write(struct report *r, struct buf *b);

/* view_init(v, r, u, region): a probe of u begins. What may be secret in u's
   query is masked from now on. */
void view_init(struct view *v, struct report *r, const struct url *u,
	const char *region);
/* The functions of a struct steps_sink; arg is the view. */
void view_step(void *arg, const struct step_record *s);
bool view_tool(void *arg, const struct tool_record *t);
void view_summary(void *arg, const struct probe_record *p);
void view_resume(void *arg, const struct probe_key *k, const struct piece *p);
/* view_release(v): write the rest, where there was no summary, and free what
   v holds. */
void view_release(struct view *v);

#endif
