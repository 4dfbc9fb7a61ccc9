/*
 * finding.h: makes a record of what was found about the end of a certificate or
 * a credential, with a sentence for people. Pure.
 */
#ifndef EXPIRY_FINDING_H
#define EXPIRY_FINDING_H

#include "records/expiry.h"

struct finding {
	double end; /* epoch seconds; 0 where not known */
	enum expiry_source source;
	const char *issuer;   /* see expiry_record, or NULL */
	const char *refused;  /* why a certificate is not accepted, or NULL */
	bool refused_expired; /* it is not accepted because it expired */
	const char *why;      /* why the end is not known, or NULL */
};

/* Room for the sentence of a record. */
#define FINDING_MESSAGE 640

/*
 * finding_conclude(r, f, message): fill in the rest of *r, whose what and at
 * are set, from *f. r->message will be `message`, of FINDING_MESSAGE bytes.
 */
void finding_conclude(struct expiry_record *r, const struct finding *f,
	char *message);

#endif
