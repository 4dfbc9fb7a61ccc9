/*
 * recording.h: a line of what was recorded for mcp-alert: records of several
 * types, each with a time of its own. Pure.
 */
#ifndef COMMANDS_RECORDING_H
#define COMMANDS_RECORDING_H

#include "records/expiry.h"
#include "records/maintenance.h"
#include "records/verdict.h"

enum recorded_what {
	RECORDED_VERDICT,
	RECORDED_EXPIRY,
	RECORDED_MAINTENANCE, /* of no minute: it is known from now on */
	RECORDED_NOTHING /* it means nothing here */
};

struct recorded {
	enum recorded_what what;
	int64_t at; /* its minute, epoch seconds */
	struct verdict_record verdict;
	struct expiry_record expiry;
	/* Its strings and lists are for whoever takes it; see recorded_read. */
	struct maintenance maintenance;
	cJSON *doc; /* owns the strings of the expiry record */
};

/*
 * recorded_read(p, n, r, why): read a line. 0, and then recorded_release frees
 * what *r holds; or -1, and why, which has RECORD_WHY bytes. Who takes the
 * maintenance makes it RECORDED_NOTHING.
 */
int recorded_read(const char *p, size_t n, struct recorded *r, char *why);
void recorded_release(struct recorded *r);

#endif
