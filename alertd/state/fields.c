#include "state/fields.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>

#define EPOCH_MAX 100000000000LL

void field_wrong(struct fields *in, const char *key)
{
	if (!in->bad)
		in->bad = key;
}

int64_t field_int(struct fields *in, const char *key, int64_t min,
	int64_t max)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v == floor(v) && v >= (double)min &&
		v <= (double)max)
		return (int64_t)v;
	field_wrong(in, key);
	return min;
}

int64_t field_epoch(struct fields *in, const char *key)
{
	return field_int(in, key, 0, EPOCH_MAX);
}

int field_count(struct fields *in, const char *key)
{
	return (int)field_int(in, key, 0, FIELD_COUNT_MAX);
}

double field_time(struct fields *in, const char *key)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v >= 0 && v <= (double)EPOCH_MAX)
		return v;
	field_wrong(in, key);
	return 0;
}

bool field_bool(struct fields *in, const char *key)
{
	bool v = false;

	if (!json_bool(in->o, key, &v))
		field_wrong(in, key);
	return v;
}

const char *field_str(struct fields *in, const char *key)
{
	const char *s = json_str(in->o, key);

	if (!s)
		field_wrong(in, key);
	return s ? s : "";
}

char *field_optional(struct fields *in, const char *key)
{
	return json_has_null(in->o, key) ? NULL : xstrdup(field_str(in, key));
}

const cJSON *field_array(struct fields *in, const char *key)
{
	const cJSON *v = json_get(in->o, key);

	if (!cJSON_IsArray(v))
		field_wrong(in, key);
	return cJSON_IsArray(v) ? v->child : NULL;
}

void field_strings(struct fields *in, const char *key,
	bool (*valid)(const char *), struct strings *out)
{
	for (const cJSON *e = field_array(in, key); e; e = e->next) {
		if (!cJSON_IsString(e) || (valid && !valid(e->valuestring)))
			field_wrong(in, key);
		else
			strings_note(out, e->valuestring);
	}
}

struct streak field_tally(struct fields *in, const char *key)
{
	struct fields t = {.o = json_get(in->o, key)};
	struct streak out;

	out.n = field_count(&t, "n");
	out.since = field_epoch(&t, "since");
	out.counted = field_epoch(&t, "counted");
	if (t.bad)
		field_wrong(in, key);
	return out;
}

bool field_has(const struct fields *in, const char *key)
{
	return json_get(in->o, key) != NULL;
}
