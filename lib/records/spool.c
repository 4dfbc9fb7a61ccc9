/* SPDX-License-Identifier: MIT */
#include "records/spool.h"

#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <string.h>

static bool put_files(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct spool_record *r = s;

	buf_char(b, '[');
	for (int i = 0; i < r->n_files && (size_t)i < l->names; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, r->files[i]);
	}
	buf_char(b, ']');
	return true;
}

static const char *take_files(const cJSON *a, void *s)
{
	struct spool_record *r = s;
	const cJSON *v;

	if (!cJSON_IsArray(a))
		return "missing or not an array";
	cJSON_ArrayForEach(v, a)
	{
		const char *name = cJSON_GetStringValue(v);

		if (!name)
			return "not a name";
		if (r->n_files < SPOOL_FILES)
			text_clean(name, strlen(name), r->files[r->n_files++],
				sizeof *r->files, SPOOL_TEXT);
	}
	return NULL;
}

static bool not_empty(const char *s)
{
	return *s;
}

#define TEXT(key, m)                                                           \
	FIELD_AS(FIELD_CHARS, key, struct spool_record, m,                     \
		FIELD_NEEDED | FIELD_CLEAN, .max = SPOOL_TEXT,                 \
		.valid = not_empty, .fault = "empty")
#define COUNT(key, m)                                                          \
	FIELD(key, struct spool_record, m, FIELD_NEEDED,                       \
		.fault = "not a number of files")

const struct field spool_fields[] = {
	TEXT("host", host),
	TEXT("folder", folder),
	FIELD("at", struct spool_record, at, FIELD_NEEDED, .max = NUM_EPOCH_MAX,
		.digits = 3, .fault = "not an instant"),
	COUNT("waiting", waiting),
	COUNT("set_aside", set_aside),
	FIELD_MADE("files", FIELD_NEEDED, .put = put_files, .take = take_files),
	FIELD("round_at", struct spool_record, round_at, FIELD_LAX | FIELD_OMIT,
		.max = NUM_EPOCH_MAX, .digits = 3),
	FIELD("round_until", struct spool_record, round_until,
		FIELD_LAX | FIELD_OMIT, .max = NUM_EPOCH_MAX, .digits = 3),
	{.type = FIELD_END},
};

bool spool_take(const cJSON *doc, struct spool_record *r, char *why)
{
	*r = (struct spool_record) {0};
	return fields_take(spool_fields, doc, r, why);
}

static void put_spool(struct buf *b, const struct spool_record *r, size_t files)
{
	struct field_limits limits = {.names = files, .chars = SPOOL_TEXT};

	record_put(b, "spool", spool_fields, r, &limits);
	buf_char(b, '\n');
}

void spool_record_write(struct buf *b, const struct spool_record *r)
{
	size_t files = (size_t)r->n_files;
	struct buf line;

	buf_init(&line, RECORD_SPOOL_MAX);
	put_spool(&line, r, files);
	while (!buf_ok(&line) && files) {
		buf_clear(&line);
		put_spool(&line, r, --files);
	}
	buf_add(b, line.p, line.len);
	buf_release(&line);
}
