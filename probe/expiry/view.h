/*
 * view.h: prints when things expire, in each of the formats of report.h.
 */
#ifndef EXPIRY_VIEW_H
#define EXPIRY_VIEW_H

#include "records/expiry.h"
#include "report.h"
#include "target.h"

/*
 * expiry_plugin(r, n): the exit status of a monitoring plugin for these
 * records: 0 OK; 1 WARNING; 2 CRITICAL; 3 UNKNOWN: a certificate could not be
 * read.
 */
int expiry_plugin(const struct expiry_record *r, size_t n);

/* expiry_show(rep, t, r, n): write the n records of a target. */
void expiry_show(struct report *rep, const struct target *t,
	const struct expiry_record *r, size_t n);

#endif
