/*
 * definition_batch.h: what the tools of servers say, on its way into the store.
 * The tool records of a probe wait for its summary, which names the list that they
 * are from; only where a summary does so is anything written.
 */
#ifndef STORE_DEFINITION_BATCH_H
#define STORE_DEFINITION_BATCH_H

#include "terms/names.h"
#include "records/probe.h"

struct input;
struct store;

/* The tool records of one probe. All zero has none. */
struct definition_batch {
	char slug[SLUG_MAX + 1];
	char region[REGION_MAX + 1];
	char probe_id[PROBE_ID_MAX + 1];
	struct waiting_definition {
		char digest[HASH_HEX + 1];
		char *text;	    /* in the form of RFC 8785 */
		unsigned long line; /* of its record */
	} *v;
	size_t n, cap, bytes;
};

/*
 * definition_batch_add(d, r, line, why): take in a tool record, from that line.
 * -1 and why, which has RECORD_WHY bytes: its probe has too many.
 */
int definition_batch_add(struct definition_batch *d,
	const struct tool_record *r, unsigned long line, char *why);

/*
 * definition_batch_stray(d, k, in): a record of k's probe comes next: refuse what
 * waits for the summary of another; k NULL: none comes.
 */
void definition_batch_stray(struct definition_batch *d,
	const struct probe_key *k, struct input *in);

/*
 * definition_batch_queue(d, s, sha, r, now, in, bytes): the summary r came: where
 * it names its tools, queue script_definitions, which the store knows as sha, with
 * what waits. Refuse what is of no tool that it names. Nothing waits then. The
 * number of the reply, or STORE_NO_REPLY; *bytes grows by what was queued.
 */
size_t definition_batch_queue(struct definition_batch *d, struct store *s,
	const char *sha, const struct probe_record *r, double now,
	struct input *in, size_t *bytes);

/*
 * definition_batch_renew(s, slug, probe_id): the server is seen: queue that the
 * key lives on, for one probe in some.
 */
void definition_batch_renew(struct store *s, const char *slug,
	const char *probe_id);

/* definition_batch_release(d): nothing waits any more. */
void definition_batch_release(struct definition_batch *d);

#endif
