/*
 * mask.h: text without the secrets in it.
 *
 * A secret is remembered once, for the whole process, by who reads it, gets it
 * or makes it. Whoever prints (report.c, http/trace.c, base/log.c) masks all
 * that he prints, whichever target it is about: a server may know the secret of
 * another.
 *
 * A secret is found as it stands and in the forms that a server gives it back
 * in: escaped as in JSON, URLs and HTML, more than once and mixed; in base64,
 * on its own and within something else; broken over lines. Where it was cut,
 * its first eight or more characters are masked.
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
 * mask_set_add(m, p, n): add the n bytes at p, without their other forms. What
 * has fewer than four bytes is passed over: it would hide half of every
 * sentence.
 */
void mask_set_add(struct mask_set *m, const char *p, size_t n);
void mask_set_release(struct mask_set *m);

/*
 * mask_secret(s): a secret of ours; NULL is fine. mask_given(s): one that a
 * server chose, of which so short ones are passed over that it could hide the
 * words of others with them.
 */
void mask_secret(const char *s);
void mask_given(const char *s);

/*
 * mask_userinfo(p, n): the n bytes at p are "user:password" of a URL: the
 * password is a secret, and what Basic makes of both.
 */
void mask_userinfo(const char *p, size_t n);

/*
 * mask_parts(m, p, n): add to m, or where that is NULL to the secrets of the
 * process, what may be one in the value of a field or in a query: each part of
 * eight or more bytes between spaces, commas, semicolons and ampersands, of
 * "name=value" the value.
 */
void mask_parts(struct mask_set *m, const char *p, size_t n);

/* mask_forget(): overwrite and free all of them. */
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

/* mask_line(in, out, size): the same of a string, cut; for log_filter. */
void mask_line(const char *in, char *out, size_t size);

/*
 * mask_none(): whether the process has no secret, so that nothing but session
 * ids is masked where there is no other set.
 */
bool mask_none(void);

#endif
