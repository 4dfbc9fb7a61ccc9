#include "state/fields.h"

#include "base/xalloc.h"
#include "json/json.h"

#include <math.h>

#define EPOCH_MAX 100000000000LL

void member_wrong(struct members *in, const char *key)
{
	if (!in->bad)
		in->bad = key;
}

int64_t member_int(struct members *in, const char *key, int64_t min,
	int64_t max)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v == floor(v) && v >= (double)min &&
		v <= (double)max)
		return (int64_t)v;
	member_wrong(in, key);
	return min;
}

int64_t member_epoch(struct members *in, const char *key)
{
	return member_int(in, key, 0, EPOCH_MAX);
}

int member_count(struct members *in, const char *key)
{
	return (int)member_int(in, key, 0, MEMBER_COUNT_MAX);
}

double member_time(struct members *in, const char *key)
{
	double v = 0;

	if (json_num(in->o, key, &v) && v >= 0 && v <= (double)EPOCH_MAX)
		return v;
	member_wrong(in, key);
	return 0;
}

bool member_bool(struct members *in, const char *key)
{
	bool v = false;

	if (!json_bool(in->o, key, &v))
		member_wrong(in, key);
	return v;
}

const char *member_str(struct members *in, const char *key)
{
	const char *s = json_str(in->o, key);

	if (!s)
		member_wrong(in, key);
	return s ? s : "";
}

char *member_optional(struct members *in, const char *key)
{
	return json_has_null(in->o, key) ? NULL : xstrdup(member_str(in, key));
}

const cJSON *member_array(struct members *in, const char *key)
{
	const cJSON *v = json_get(in->o, key);

	if (!cJSON_IsArray(v))
		member_wrong(in, key);
	return cJSON_IsArray(v) ? v->child : NULL;
}

void member_strings(struct members *in, const char *key,
	bool (*valid)(const char *), struct strings *out)
{
	for (const cJSON *e = member_array(in, key); e; e = e->next) {
		if (!cJSON_IsString(e) || (valid && !valid(e->valuestring)))
			member_wrong(in, key);
		else
			strings_note(out, e->valuestring);
	}
}

struct tally member_tally(struct members *in, const char *key)
{
	struct members t = {.o = json_get(in->o, key)};
	struct tally out;

	out.n = member_count(&t, "n");
	out.since = member_epoch(&t, "since");
	out.counted = member_epoch(&t, "counted");
	if (t.bad)
		member_wrong(in, key);
	return out;
}

bool member_has(const struct members *in, const char *key)
{
	return json_get(in->o, key) != NULL;
}
