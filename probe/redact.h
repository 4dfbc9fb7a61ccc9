/*
 * redact.h: records without secrets: what a server echoes of the credential
 * that it was shown becomes *** before anybody is told.
 */
#ifndef REDACT_H
#define REDACT_H

#include "steps.h"

struct redact {
	struct steps_sink to;
	const char *const *secrets; /* NULL at the end; it may grow */
};

/*
 * redact_text(secrets, text): replace in text, in place, every secret, and
 * where a secret was cut its first eight or more characters.
 */
void redact_text(const char *const *secrets, char *text);

/* redact_sink(r): the sink that hands on to r->to; r must outlive it. */
struct steps_sink redact_sink(struct redact *r);

#endif
