/* SPDX-License-Identifier: MIT */
/*
 * redaction.h: takes secrets out of texts (mask.c), of records
 * (redact_record.c) and of what a server says of its failure
 * (server_message.c). Pure.
 */
#ifndef REDACTION_REDACTION_H
#define REDACTION_REDACTION_H

#include "base/buf.h"
#include "records/probe.h"

/* ---- mask.c: our secrets. */

/* A sorted list of secrets; all zero is an empty one. */
struct mask_set {
	char **list;
	size_t n, cap;
	bool begins[256]; /* the bytes that they begin with */
};

/*
 * mask_set_add(m, p, n): add the n bytes at p, without their other forms. Fewer
 * than four bytes are ignored: they would hide half of every sentence.
 */
void mask_set_add(struct mask_set *m, const char *p, size_t n);
void mask_set_release(struct mask_set *m);

/*
 * mask_secret(s): register a secret of ours; NULL is fine. mask_given(s): one
 * that a server chose; short ones are ignored, or a server could hide the words
 * of others.
 */
void mask_secret(const char *s);
void mask_given(const char *s);

/*
 * mask_userinfo(p, n): the n bytes at p are "user:password" of a URL: register
 * the password, and both in base64 as Basic sends them.
 */
void mask_userinfo(const char *p, size_t n);

/*
 * mask_parts(m, p, n): add what may be a secret in a field's value or a query
 * to m, or where that is NULL to the secrets of the process: each part of eight
 * or more bytes between spaces, commas, semicolons and ampersands; of
 * "name=value" only the value.
 */
void mask_parts(struct mask_set *m, const char *p, size_t n);

/* mask_forget(): overwrite and free all secrets of the process. */
void mask_forget(void);

/*
 * mask(out, p, n, end, own): append to out what begins within the first `end`
 * of the n bytes at p, with *** for every secret of the process and of `own`,
 * which may be NULL, and for the value of a session id in a query
 * ("sessionId=…"). A secret that begins before `end` is seen if eight
 * characters of it stand within n.
 */
void mask(struct buf *out, const char *p, size_t n, size_t end,
	const struct mask_set *own);

/* mask_line(in, out, size): mask a string, cut to fit; for log_filter. */
void mask_line(const char *in, char *out, size_t size);

/*
 * mask_count(): how many secrets the process has; it grows until mask_forget.
 * mask_none(): whether it has none: without another set only session ids are
 * masked then.
 */
size_t mask_count(void);
bool mask_none(void);

/* mask_idle(p, n): whether a quick look shows that nothing in the n bytes at
   p is to be masked. */
bool mask_idle(const char *p, size_t n);

/* ---- redact_record.c: records that are printed. */

/* A copy of a record, with its own strings where they had to be changed. */
struct redacted {
	union {
		struct step_record step;
		struct probe_record probe;
		struct tool_record tool;
	} u;
	/* message: of a tool its name, of a probe the server's own message. */
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

/* redact_tool(r, t): the same with r->u.tool; false where its definition
   holds a secret, and must not be printed. */
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

/* ---- server_message.c: the secrets of a server. */

/* The most characters of a message, and room for them. */
#define SERVER_MESSAGE_MAX RECORD_SAID_MAX
#define SERVER_MESSAGE_SIZE (4 * SERVER_MESSAGE_MAX + 1)

/*
 * server_message(p, n, out): write that line of the n bytes at p to out, which
 * has SERVER_MESSAGE_SIZE bytes: the title of a page, or else its first text;
 * the first line with a letter or a digit of any other text; "" if there is
 * none.
 */
void server_message(const char *p, size_t n, char *out);

#endif
