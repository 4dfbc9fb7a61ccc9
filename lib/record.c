/*
 * record.c: writes and reads the lines of mcp-records(5). A line is written
 * member by member, so that its order is fixed; it is read through json.h, and
 * each member is checked before anybody sees it.
 */
#include "record.h"

#include "json.h"
#include "lines.h"
#include "num.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>

static void put_key(struct buf *b, const char *type, const struct probe_key *k)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"%s\",\"slug\":", RECORD_VERSION, type);
	json_put_str(b, k->slug);
	json_put_member(b, "region", k->region);
	json_put_member(b, "probe_id", k->probe_id);
	/* Microseconds: what a double holds of an epoch, and no more. */
	buf_fmt(b, ",\"probe_started_at\":%.6f", k->started_at);
}

static void put_ms(struct buf *b, double ms)
{
	json_put_num(b, isnan(ms) ? ms : round(ms * 1000) / 1000);
}

void step_record_write(struct buf *b, const struct step_record *r)
{
	put_key(b, "step", &r->key);
	buf_fmt(b, ",\"n\":%d,\"step\":\"%s\",\"status\":\"%s\",\"ms\":",
		(int)r->step, step_name(r->step), step_status_name(r->status));
	put_ms(b, r->ms);
	buf_str(b, ",\"error\":");
	json_put_clean(b, r->error, TEXT_MAX);
	buf_str(b, ",\"message\":");
	json_put_clean(b, r->message, TEXT_MAX);
	buf_str(b, ",\"detail\":");
	buf_str(b, r->detail && strlen(r->detail) <= RECORD_DETAIL_MAX
			? r->detail
			: "{}");
	buf_str(b, "}\n");
}

/*
 * The member "tools", or nothing where the line would get too long with it, or
 * nobody could read it: what is not UTF-8 in a name stands for U+0000, which no
 * record may hold.
 */
static void put_tools(struct buf *b, const struct probe_record *r)
{
	struct buf t;

	for (size_t i = 0; i < r->n_tools; i++)
		if (!text_is_utf8(r->tools[i].name, strlen(r->tools[i].name)))
			return;
	buf_init(&t, LINE_MAX_BYTES - b->len - 16);
	buf_str(&t, ",\"tools\":{");
	for (size_t i = 0; i < r->n_tools; i++) {
		if (i)
			buf_char(&t, ',');
		json_put_str(&t, r->tools[i].name);
		buf_fmt(&t, ":[\"%s\",\"%s\"]", r->tools[i].contract,
			r->tools[i].full);
	}
	buf_char(&t, '}');
	if (buf_ok(&t))
		buf_add(b, t.p, t.len);
	buf_release(&t);
}

void probe_record_write(struct buf *b, const struct probe_record *r)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	put_key(&line, "probe", &r->key);
	if (r->url) {
		json_put_member(&line, "url", r->url);
	}
	buf_fmt(&line, ",\"state\":\"%s\",\"failed_step\":",
		region_state_name(r->state));
	json_put_str(&line, step_name(r->failed_step));
	buf_str(&line, ",\"error\":");
	json_put_clean(&line, r->error, TEXT_MAX);
	buf_str(&line, ",\"total_ms\":");
	put_ms(&line, r->total_ms);
	buf_str(&line, ",\"protocol\":");
	json_put_clean(&line, r->protocol, TEXT_MAX);
	json_put_member(&line, "era", era_name(r->era));
	json_put_member(&line, "tool_hash", r->tool_hash);
	json_put_member(&line, "full_hash", r->full_hash);
	buf_str(&line, ",\"tool_count\":");
	if (r->tool_count < 0)
		buf_str(&line, "null");
	else
		buf_fmt(&line, "%d", r->tool_count);
	if (r->tools)
		put_tools(&line, r);
	buf_str(&line, "}\n");
	buf_add(b, line.p, line.len);
	buf_release(&line);
}

void runner_record_write(struct buf *b, const struct runner_record *r)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"runner\",\"region\":", RECORD_VERSION);
	json_put_str(b, r->region);
	buf_fmt(b, ",\"at\":%.6f,\"status\":\"%s\",\"version\":", r->at,
		runner_status_name(r->status));
	json_put_clean(b, r->version, TEXT_MAX);
	buf_str(b, ",\"message\":");
	json_put_clean(b, r->message, TEXT_MAX);
	buf_str(b, "}\n");
}

/*
 * Reading. Each function below takes a member out of the object, checks it, and
 * says in `why` what is wrong with it.
 */
bool record_fail(char *why, const char *key, const char *what)
{
	snprintf(why, RECORD_WHY, "%s: %s", key, what);
	return false;
}

/* A string that `valid` accepts. */
static bool take(const cJSON *o, const char *key, bool (*valid)(const char *),
	const char **out, char *why)
{
	const cJSON *v = json_get(o, key);

	if (!v)
		return record_fail(why, key, "missing");
	if (!cJSON_IsString(v))
		return record_fail(why, key, "not a string");
	if (!valid(v->valuestring))
		return record_fail(why, key, "not a valid name");
	*out = v->valuestring;
	return true;
}

/* A string, or NULL where it is null or missing. */
static bool take_text(const cJSON *o, const char *key, const char **out,
	char *why)
{
	const cJSON *v = json_get(o, key);

	*out = NULL;
	if (!v || cJSON_IsNull(v))
		return true;
	*out = cJSON_GetStringValue(v);
	return *out || record_fail(why, key, "not a string");
}

static bool take_hash(const cJSON *o, const char *key, const char **out,
	char *why)
{
	if (!take_text(o, key, out, why))
		return false;
	return !*out || hash_valid(*out) || record_fail(why, key, "not a SHA-256");
}

static bool take_epoch(const cJSON *o, const char *key, double *out, char *why)
{
	if (!json_num(o, key, out))
		return record_fail(why, key, "missing or not a number");
	return (*out >= 0 && *out <= NUM_EPOCH_MAX) ||
		record_fail(why, key, "not an instant");
}

/* Milliseconds; NAN where null is allowed and found. */
static bool take_ms(const cJSON *o, const char *key, bool null_ok, double *out,
	char *why)
{
	if (null_ok && json_has_null(o, key)) {
		*out = NAN;
		return true;
	}
	if (!json_num(o, key, out))
		return record_fail(why, key, "missing or not a number");
	return (*out >= 0 && *out <= 1e9) || record_fail(why, key, "out of range");
}

static bool take_probe_key(const cJSON *o, struct probe_key *k, char *why)
{
	return take(o, "slug", slug_valid, &k->slug, why) &&
		take(o, "region", region_valid, &k->region, why) &&
		take(o, "probe_id", probe_id_valid, &k->probe_id, why) &&
		take_epoch(o, "probe_started_at", &k->started_at, why);
}

static bool any_string(const char *s)
{
	return s != NULL;
}

static bool read_step(struct record *r, char *why)
{
	struct step_record *s = &r->u.step;
	const char *name;

	if (!take_probe_key(r->doc, &s->key, why) ||
		!take(r->doc, "step", any_string, &name, why))
		return false;
	if (!step_parse(name, &s->step))
		return record_fail(why, "step", "unknown");
	if (!take(r->doc, "status", any_string, &name, why))
		return false;
	if (!step_status_parse(name, &s->status))
		return record_fail(why, "status", "unknown");
	if (!take_ms(r->doc, "ms", s->status == STATUS_SKIP, &s->ms, why) ||
		!take_text(r->doc, "error", &s->error, why) ||
		!take_text(r->doc, "message", &s->message, why))
		return false;
	s->detail = NULL;
	return true;
}

static bool read_tools(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "tools"), *v;
	size_t n = 0;

	if (!o || cJSON_IsNull(o))
		return true;
	if (!cJSON_IsObject(o))
		return record_fail(why, "tools", "not an object");
	r->tools = xcalloc((size_t)cJSON_GetArraySize(o), sizeof *r->tools);
	cJSON_ArrayForEach(v, o)
	{
		const char *c, *f;

		if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != 2)
			return record_fail(why, "tools", "not two digests");
		c = cJSON_GetStringValue(v->child);
		f = cJSON_GetStringValue(v->child->next);
		if (!c || !f || !hash_valid(c) || !hash_valid(f))
			return record_fail(why, "tools", "not a SHA-256");
		r->tools[n].name = v->string;
		memcpy(r->tools[n].contract, c, HASH_HEX + 1);
		memcpy(r->tools[n].full, f, HASH_HEX + 1);
		n++;
	}
	r->u.probe.tools = r->tools;
	r->u.probe.n_tools = n;
	return true;
}

static bool read_probe_result(struct record *r, char *why)
{
	struct probe_record *p = &r->u.probe;
	const char *name;
	double count = -1;

	/* The record must fit into a line again. */
	if (p->url && strlen(p->url) >= RECORD_URL_SIZE)
		return record_fail(why, "url", "too long");
	if (!take(r->doc, "state", any_string, &name, why))
		return false;
	if (!region_state_parse(name, &p->state))
		return record_fail(why, "state", "unknown");
	if (!take_text(r->doc, "failed_step", &name, why))
		return false;
	if (name && !step_parse(name, &p->failed_step))
		return record_fail(why, "failed_step", "unknown");
	if ((p->state == STATE_BROKEN) != (p->failed_step != STEP_NONE))
		return record_fail(why, "state", "does not fit failed_step");
	if (!take_text(r->doc, "era", &name, why))
		return false;
	if (name && !era_parse(name, &p->era))
		return record_fail(why, "era", "unknown");
	p->tool_count = -1;
	if (json_num(r->doc, "tool_count", &count)) {
		if (!(count >= 0 && count <= 1e6))
			return record_fail(why, "tool_count", "out of range");
		p->tool_count = (int)count;
	}
	return true;
}

static bool read_probe(struct record *r, char *why)
{
	struct probe_record *p = &r->u.probe;

	return take_probe_key(r->doc, &p->key, why) &&
		take_text(r->doc, "url", &p->url, why) &&
		read_probe_result(r, why) &&
		take_text(r->doc, "error", &p->error, why) &&
		take_ms(r->doc, "total_ms", false, &p->total_ms, why) &&
		take_text(r->doc, "protocol", &p->protocol, why) &&
		take_hash(r->doc, "tool_hash", &p->tool_hash, why) &&
		take_hash(r->doc, "full_hash", &p->full_hash, why) &&
		read_tools(r, why);
}

static bool read_runner(struct record *r, char *why)
{
	struct runner_record *u = &r->u.runner;
	const char *name;

	if (!take(r->doc, "region", region_valid, &u->region, why) ||
		!take_epoch(r->doc, "at", &u->at, why) ||
		!take(r->doc, "status", any_string, &name, why))
		return false;
	if (!runner_status_parse(name, &u->status))
		return record_fail(why, "status", "unknown");
	return take_text(r->doc, "version", &u->version, why) &&
		take_text(r->doc, "message", &u->message, why);
}

static const struct {
	const char *name;
	enum record_type type;
	bool (*read)(struct record *r, char *why); /* NULL: by others */
} types[] = {
	{"step", RECORD_STEP, read_step},
	{"probe", RECORD_PROBE, read_probe},
	{"runner", RECORD_RUNNER, read_runner},
	{"expiry", RECORD_EXPIRY, NULL},
	{"spool", RECORD_SPOOL, NULL},
};

const char *record_type(const cJSON *doc, char *why)
{
	const char *type = json_str(doc, "type");
	double v;

	if (!cJSON_IsObject(doc))
		record_fail(why, "record", "not a JSON object");
	else if (!json_num(doc, "v", &v))
		record_fail(why, "v", "missing or not a number");
	else if (v != RECORD_VERSION)
		record_fail(why, "v",
			"a version that this program does not know");
	else if (!type)
		record_fail(why, "type", "missing or not a string");
	else
		return type;
	return NULL;
}

static bool read_typed(struct record *r, char *why)
{
	const char *type = record_type(r->doc, why);

	if (!type)
		return false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].name, type) != 0)
			continue;
		r->type = types[i].type;
		return !types[i].read || types[i].read(r, why);
	}
	return record_fail(why, "type", "not step, probe or runner");
}

int record_read(const char *p, size_t n, struct record *r, char *why)
{
	memset(r, 0, sizeof *r);
	r->doc = json_parse(p, n, &json_record, why);
	if (!r->doc)
		return -1;
	if (read_typed(r, why))
		return 0;
	record_release(r);
	return -1;
}

void record_release(struct record *r)
{
	cJSON_Delete(r->doc);
	free(r->tools);
	memset(r, 0, sizeof *r);
}
