#include "records/spool.h"

#include "base/num.h"
#include "base/text.h"
#include "json/json.h"
#include "records/probe.h"

#include <stdio.h>
#include <string.h>

static bool text(const cJSON *o, const char *key, char *out, char *why)
{
	const char *s = json_str(o, key);

	if (!s)
		return record_fail(why, key, "missing or not a string");
	text_clean(s, strlen(s), out, SPOOL_TEXT * 4 + 1, SPOOL_TEXT);
	return *out || record_fail(why, key, "empty");
}

static bool count(const cJSON *o, const char *key, int *out, char *why)
{
	double v;

	if (!json_num(o, key, &v))
		return record_fail(why, key, "missing or not a number");
	if (!(v >= 0 && v <= 1e9 && v == (int)v))
		return record_fail(why, key, "not a number of files");
	*out = (int)v;
	return true;
}

static bool take_files(const cJSON *o, struct spool_record *r, char *why)
{
	const cJSON *a = json_get(o, "files"), *v;

	if (!cJSON_IsArray(a))
		return record_fail(why, "files", "missing or not an array");
	cJSON_ArrayForEach(v, a)
	{
		const char *s = cJSON_GetStringValue(v);

		if (!s)
			return record_fail(why, "files", "not a name");
		if (r->n_files < SPOOL_FILES)
			text_clean(s, strlen(s), r->files[r->n_files++],
				sizeof *r->files, SPOOL_TEXT);
	}
	return true;
}

bool spool_take(const cJSON *doc, struct spool_record *r, char *why)
{
	*r = (struct spool_record) {0};
	if (!json_num(doc, "at", &r->at))
		return record_fail(why, "at", "missing or not a number");
	if (!(r->at >= 0 && r->at <= NUM_EPOCH_MAX))
		return record_fail(why, "at", "not an instant");
	return text(doc, "host", r->host, why) &&
	       text(doc, "folder", r->folder, why) &&
	       count(doc, "waiting", &r->waiting, why) &&
	       count(doc, "set_aside", &r->set_aside, why) &&
	       take_files(doc, r, why);
}

static void put(struct buf *b, const struct spool_record *r, int files)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"spool\"", RECORD_VERSION);
	json_put_member(b, "host", r->host);
	json_put_member(b, "folder", r->folder);
	buf_fmt(b, ",\"at\":%.3f,\"waiting\":%d,\"set_aside\":%d,\"files\":[",
		r->at, r->waiting, r->set_aside);
	for (int i = 0; i < files; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, r->files[i]);
	}
	buf_str(b, "]}\n");
}

void spool_record_write(struct buf *b, const struct spool_record *r)
{
	struct buf line;
	int files = r->n_files;

	buf_init(&line, RECORD_SPOOL_MAX);
	put(&line, r, files);
	while (!buf_ok(&line) && files) {
		buf_clear(&line);
		put(&line, r, --files);
	}
	buf_add(b, line.p, line.len);
	buf_release(&line);
}
