/* SPDX-License-Identifier: MIT */
#include "records/doctor.h"

#include "base/num.h"
#include "records/probe.h"

static const char *const statuses[] = {"warn", "fail"};
static const struct word_table status_words = {statuses, 2};

#define TEXT(key, T, m, flags)                                                 \
	FIELD(key, T, m, FIELD_CLEAN | (flags), .max = DOCTOR_TEXT)
#define COUNT(key, m)                                                          \
	FIELD(key, struct doctor_record, m, FIELD_NEEDED,                      \
		.fault = "not a number of findings")

static const struct field finding_fields[] = {
	FIELD("status", struct doctor_finding, fails, FIELD_NEEDED,
		.words = &status_words),
	TEXT("subject", struct doctor_finding, subject, FIELD_NEEDED),
	TEXT("finding", struct doctor_finding, finding, FIELD_NEEDED),
	TEXT("mend", struct doctor_finding, mend, FIELD_NULL),
	{.type = FIELD_END},
};

const struct field doctor_fields[] = {
	TEXT("host", struct doctor_record, host, FIELD_NEEDED),
	FIELD("at", struct doctor_record, at, FIELD_NEEDED, .max = NUM_EPOCH_MAX,
		.digits = 3, .fault = "not an instant"),
	COUNT("ok", ok),
	COUNT("warn", warn),
	COUNT("fail", fail),
	FIELD_COUNTED(FIELD_ARRAY, "findings", struct doctor_record, findings, n,
		FIELD_NEEDED, .table = finding_fields, .most = DOCTOR_FINDINGS),
	{.type = FIELD_END},
};

bool doctor_take(const cJSON *doc, struct doctor_record *r, char *why)
{
	*r = (struct doctor_record) {0};
	return fields_take(doctor_fields, doc, r, why);
}

void doctor_record_write(struct buf *b, const struct doctor_record *r)
{
	record_put_within(b, RECORD_DOCTOR_MAX, "doctor", doctor_fields, r,
		DOCTOR_TEXT);
}
