/*
 * redact_record.h: makes records fit to be printed: without secrets (mask.h),
 * and with names of tools that can be read and told apart. Pure.
 */
#ifndef REDACTION_REDACT_RECORD_H
#define REDACTION_REDACT_RECORD_H

#include "records/probe.h"

/* A copy of a record, with its own strings where they had to be changed. */
struct redacted {
	union {
		struct step_record step;
		struct probe_record probe;
		struct tool_record tool;
	} u;
	/* Of a tool its name is in message, of a probe what the server says. */
	char *message, *detail;
	struct tool_digest *tools;
	char **names;
	struct cache_check cache;
	char *changed[CACHE_CHANGES * CACHE_NAMES + 1]; /* the names in it */
};

/*
 * redact_step(r, s), redact_probe(r, p): make r->u.step or r->u.probe the
 * printable copy of the record. redacted_release frees it; it must not outlive
 * the record.
 */
void redact_step(struct redacted *r, const struct step_record *s);
void redact_probe(struct redacted *r, const struct probe_record *p);

/*
 * redact_tool(r, t): the same with r->u.tool; false where its definition holds a
 * secret, and must not be printed.
 */
bool redact_tool(struct redacted *r, const struct tool_record *t);

/* redacted_release(r): free what it made. */
void redacted_release(struct redacted *r);

/*
 * redact_tree(b, v): append v as json_put does, with each string masked in its
 * decoded form. Names of members stay as they are.
 */
void redact_tree(struct buf *b, const cJSON *v);

/*
 * redact_text(s): a copy of a text without secrets, which the caller frees;
 * NULL for NULL.
 */
char *redact_text(const char *s);

#endif
