/*
 * api.h: what programs are told, a function for each kind of route.
 */
#ifndef API_API_H
#define API_API_H

#include "data/access.h"

struct account;

/* error_found(r, found): make r the error for programs of one not FOUND. */
void error_found(struct response *r, enum found found);

/*
 * answer_of(c, put): an answer that put makes of a fresh view of the server
 * that is asked for, or the error.
 */
void answer_of(const struct context *c,
	void (*put)(const struct context *c, const struct subject *s));

/*
 * account_find(c, a): the account that is asked for; FOUND where whoever asks
 * shows its token, and then account_release frees *a.
 */
enum found account_find(const struct context *c, struct account *a);

void answer_embed_status(const struct context *c);
void answer_regions(const struct context *c);
void answer_api_account(const struct context *c);
void answer_openapi(const struct context *c);

#endif
