/*
 * batch.h: records on their way into the store, put together by probe.
 */
#ifndef BATCH_H
#define BATCH_H

#include "buf.h"
#include "names.h"
#include "record.h"

/* One probe, as far as its records have come. */
struct bundle {
	char slug[SLUG_MAX + 1];
	char region[REGION_MAX + 1];
	char probe_id[PROBE_ID_MAX + 1];
	double started_at;  /* epoch seconds */
	struct buf records; /* compact JSON texts with ",\n" between them */
	char *summary; /* the probe record without its tools; NULL before */
	char *url;     /* or NULL */
	char *tools_key; /* "<tool_hash>.<full_hash>", or NULL */
	char *tools;	 /* its tools as JSON; NULL where not told */
};

/* Opaque. */
struct batch;

struct batch *batch_new(void);
void batch_free(struct batch *b);

/*
 * batch_add(b, r, why): take in a step or probe record; it stays the caller's.
 * -1 where it does not fit the others of its probe, and then why, which has
 * RECORD_WHY bytes.
 */
int batch_add(struct batch *b, const struct record *r, char *why);

/* batch_bytes(b): about how much memory it holds. */
size_t batch_bytes(const struct batch *b);

/* batch_bundles(b, n): the probes, in the order of their first records. */
const struct bundle *batch_bundles(const struct batch *b, size_t *n);

/* batch_clear(b): empty and usable again. */
void batch_clear(struct batch *b);

#endif
