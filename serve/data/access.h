/*
 * access.h: what is asked, and the server that it is asked about. Whoever may
 * not know of a server is answered as if there were none, everywhere and to the
 * byte.
 */
#ifndef DATA_ACCESS_H
#define DATA_ACCESS_H

#include "data/server.h"
#include "data/view.h"

struct request;
struct response;
struct source;

struct setting {
	double now;	  /* epoch seconds */
	const char *site; /* the address of this site, no slash at its end */
};

struct context {
	const struct request *request;
	const struct setting *setting;
	struct source *source;
	const char *name;  /* what stands in the path for a slug */
	const char *token; /* the digest of the one that was shown, or NULL */
	struct response *r;
};

/* What there is to know about a server, for the one who asks. */
enum found { FOUND, NOT_FOUND, STORE_DOWN };

struct subject {
	struct server server;
	struct view view;
};

/*
 * subject_find(c, s): look the name up. FOUND, and then subject_release frees
 * what *s holds. Says to the response for whom it is.
 *
 * subject_read(c, server, verdict, s): the same from what the store holds of
 * the name, which is a slug; either may be NULL.
 */
enum found subject_find(const struct context *c, struct subject *s);
enum found subject_read(const struct context *c, const char *server,
	const char *verdict, struct subject *s);
void subject_release(struct subject *s);

#endif
