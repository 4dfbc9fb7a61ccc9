/*
 * finding.h: what was found of a certificate or a credential, as a record with
 * its sentence. Pure.
 */
#ifndef EXPIRY_FINDING_H
#define EXPIRY_FINDING_H

#include "records/expiry.h"

struct finding {
	double end; /* epoch seconds; 0 where not known */
	enum expiry_source source;
	const char *issuer;   /* see expiry_record, or NULL */
	const char *refused;  /* why a certificate is not accepted, or NULL */
	bool refused_expired; /* and that is for its dates */
	const char *why;      /* there is no end, or NULL */
};

/* Room for the sentence of a record. */
#define FINDING_MESSAGE 640

/*
 * finding_conclude(r, f, message): fill in what follows from r->what, r->at and
 * what was found; r->message is `message`, of FINDING_MESSAGE bytes.
 */
void finding_conclude(struct expiry_record *r, const struct finding *f,
	char *message);

#endif
