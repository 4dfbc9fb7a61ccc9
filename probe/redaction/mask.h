/*
 * mask.h: redaction: takes the secrets out of texts.
 *
 * The code that reads, gets or makes a secret registers it here, once for the
 * whole process. The code that prints (report.c, http/trace.c, base/log.c)
 * masks all of them in everything, whichever target it is about: one server may
 * know the secret of another.
 *
 * A secret is found as it is and in the forms in which a server may return it:
 * escaped as in JSON, URLs and HTML, more than once and mixed; in base64, alone
 * or within something else; broken over lines. Where it was cut, its first
 * eight or more characters are masked.
 */
#ifndef REDACTION_MASK_H
#define REDACTION_MASK_H

#include "base/buf.h"

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

/* mask_idle(p, n): whether nothing in the n bytes at p is to be masked, as far
   as that can be said at once. */
bool mask_idle(const char *p, size_t n);

#endif
