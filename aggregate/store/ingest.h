/* SPDX-License-Identifier: MIT */
/*
 * ingest.h: writes records to the store; and batch.c, the records on their way there,
 * grouped by probe, and each written again from the members that are known.
 */
#ifndef STORE_INGEST_H
#define STORE_INGEST_H

#include "base/buf.h"
#include "records/probe.h"
#include "terms/names.h"

struct command;

/*
 * ingest(cmd, fd, also, arg): read records from fd, which is cmd's input or
 * standard input, and write them to the store that cmd names. Where also is not
 * NULL, also(arg, r, why) is first called with each record, and may refuse it
 * as the `use` of input_read may. Returns the exit status: 0; 2 where lines
 * were refused, and the others stored; 3 where the store failed.
 */
int ingest(const struct command *cmd, int fd,
	int (*also)(void *arg, const struct record *r, char *why), void *arg);

/* ---- Batches. */

/*
 * A line of a probe. Its mark is what script_ingest counts it as (see
 * scripts.h):
 *
 *	6			the step passed, or was skipped
 *	6-			it was skipped, and has no detail
 *	6:http.CODE		it failed, at this layer; or "throttled", with 429
 *	9:342.NUMBER.SAYS	the summary, and the bucket of its duration
 *	9:6:http.CODE.342.NUMBER.SAYS
 *				the summary of a probe that failed at a step, at a
 *				layer
 *	9-			the summary of a probe that was not made to its end:
 *				it is not whole
 *
 * CODE is that of hour_row.h, NUMBER the state times 4 and the era; SAYS is a
 * hash of what makes a probe differ from the one before: state, failed step and
 * its error, era, revision and tools. A mark of an older version ends before
 * the first dot, or lacks the bucket of a failure.
 */
struct piece {
	char mark[48];
	char *text; /* the record without its tools; NULL: not yet there */
};

/* The place of the summary; that of a step is its number less one. */
#define BATCH_SUMMARY (RECORD_PROBE_LINES - 1)

/* One probe, with its records that have come so far. */
struct bundle {
	char slug[SLUG_MAX + 1];
	char region[REGION_MAX + 1];
	char probe_id[PROBE_ID_MAX + 1];
	double started_at;  /* epoch seconds */
	unsigned long line; /* of its first record */
	struct piece pieces[RECORD_PROBE_LINES];
	size_t bytes; /* of their texts */
	/*
	 * The parts of the summary that the rule needs: its total_ms; and "<tool hash or ->
	 * <members before it>\t<members behind it>", from behind probe_started_at
	 * on, or NULL. Of one that is not whole: "", and all of it.
	 */
	char ms[40], *brief;
	char *url;    /* or NULL */
	char tool_hash[HASH_HEX + 1]; /* or "" */
	char *tools_key; /* "<tool_hash>.<full_hash>", or NULL */
	char *tools;	 /* its tools as JSON; NULL where it names none */
};

/* Opaque. */
struct batch;

struct batch *batch_new(void);
void batch_free(struct batch *b);

/*
 * batch_add(b, r, line, why): take in a step or probe record, which stays the
 * caller's, from that line. Of two different records of one step, or of the
 * summary, the lesser in the order of bytes counts, so that their order does
 * not matter. -1, and why, which has RECORD_WHY bytes, where it contradicts the
 * other records of its probe, or the probe would grow too large.
 */
int batch_add(struct batch *b, const struct record *r, unsigned long line,
	char *why);

/*
 * batch_brief(text): what the rule needs of the text of a step, which the
 * caller frees.
 */
char *batch_brief(const char *text);

/* batch_bytes(b): about how much memory it holds. */
size_t batch_bytes(const struct batch *b);

/* batch_bundles(b, n): the probes, in the order of their first records. */
const struct bundle *batch_bundles(const struct batch *b, size_t *n);

/* batch_clear(b): empty and usable again. */
void batch_clear(struct batch *b);

#endif
