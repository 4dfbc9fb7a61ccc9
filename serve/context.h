/*
 * context.h: what the functions share that answer one kind of route each.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "answer.h"
#include "fetch.h"
#include "request.h"
#include "respond.h"
#include "server.h"
#include "view.h"

struct context {
	const struct request *request;
	const struct setting *setting;
	struct source *source;
	const char *name; /* what stands in the path for a slug */
	struct response *r;
};

/* What there is to know about a server, for the one who asks. */
enum found { FOUND, NOT_FOUND, STORE_DOWN };

struct subject {
	struct server server;
	struct view view;
};

/*
 * look_up(c, s): FOUND, and then subject_release frees what *s holds. Sets for
 * whom the answer is.
 */
enum found look_up(const struct context *c, struct subject *s);
void subject_release(struct subject *s);

/* error_found(r, found): make r the error for programs of one not FOUND. */
void error_found(struct response *r, enum found found);

/* answer_api.c: what programs are told. */
void answer_embed_status(const struct context *c);
void answer_regions(const struct context *c);
void answer_account(const struct context *c);
void answer_openapi(const struct context *c);

#endif
