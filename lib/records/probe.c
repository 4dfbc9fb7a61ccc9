/*
 * probe.c: writes the lines of mcp-records(5), member by member, so that their
 * order is fixed, and reads them.
 */
#include "records/probe.h"

#include "base/lines.h"
#include "base/num.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/spool.h"

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

/* By name; of equal names, by their place in the array. */
static int by_name(const void *a, const void *b)
{
	const struct tool_digest *x = *(struct tool_digest *const *)a;
	const struct tool_digest *y = *(struct tool_digest *const *)b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x > y) - (x < y);
}

/* Keep the first tool of each name, in their order. Returns how many. */
static size_t drop_repeated(struct tool_digest *tools, size_t n)
{
	struct tool_digest **sorted = xcalloc(n, sizeof(struct tool_digest *));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = &tools[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, by_name);
	for (size_t i = n; i-- > 1;)
		if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
			sorted[i]->name = NULL;
	for (size_t i = 0; i < n; i++)
		if (tools[i].name)
			tools[kept++] = tools[i];
	free(sorted);
	return kept;
}

struct tool_digest *record_tools_clean(const struct tool_digest *tools,
	size_t *n)
{
	struct tool_digest *out;
	size_t room = 0;
	char *name;

	for (size_t i = 0; i < *n; i++)
		room += strlen(tools[i].name) + 1;
	out = xcalloc(*n * sizeof *out + room, 1);
	name = (char *)(out + *n);
	for (size_t i = 0; i < *n; i++) {
		size_t size = strlen(tools[i].name) + 1;

		out[i] = tools[i];
		out[i].name = name;
		text_clean(tools[i].name, size - 1, name, size, TEXT_MAX);
		name += size;
	}
	*n = drop_repeated(out, *n);
	return out;
}

void record_tools_write(struct buf *b, const struct tool_digest *tools,
	size_t n)
{
	struct tool_digest *clean = record_tools_clean(tools, &n);

	buf_char(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(b, ',');
		json_put_str(b, clean[i].name);
		buf_fmt(b, ":[\"%s\",\"%s\"]", clean[i].contract,
			clean[i].full);
	}
	buf_char(b, '}');
	free(clean);
}

/*
 * The member "tools", or nothing where the line would get too long with it, or
 * a name is no text: what is not UTF-8 in it stands for U+0000, which no record
 * may hold.
 */
static void put_tools(struct buf *b, const struct probe_record *r)
{
	struct buf t;

	for (size_t i = 0; i < r->n_tools; i++)
		if (!text_is_utf8(r->tools[i].name, strlen(r->tools[i].name)))
			return;
	buf_init(&t, LINE_MAX_BYTES - b->len - 16);
	json_put_key(&t, "tools");
	record_tools_write(&t, r->tools, r->n_tools);
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
	if (r->cache && r->cache->result) {
		buf_str(&line, ",\"cache\":{");
		cache_check_write(&line, r->cache, CACHE_NAMES);
		buf_char(&line, '}');
	}
	if (r->tools)
		put_tools(&line, r);
	buf_str(&line, "}\n");
	buf_add(b, line.p, line.len);
	buf_release(&line);
}

/* A member that is left out where it is not known. */
static void put_known(
	struct buf *b, const char *key, const char *text, size_t most)
{
	if (!text)
		return;
	buf_str(b, key);
	json_put_clean(b, text, most);
}

/* The line, with text of at most `most` characters. */
static void put_runner(struct buf *b, const struct runner_record *r, size_t most)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"runner\",\"region\":", RECORD_VERSION);
	json_put_str(b, r->region);
	buf_fmt(b, ",\"at\":%.6f,\"status\":\"%s\",\"version\":", r->at,
		runner_status_name(r->status));
	json_put_clean(b, r->version, most);
	buf_str(b, ",\"message\":");
	json_put_clean(b, r->message, most);
	put_known(b, ",\"own_region\":", r->own_region, most);
	put_known(b, ",\"host_key\":", r->host_key, most);
	put_known(b, ",\"egress\":", r->egress, most);
	if (r->measured) {
		buf_str(b, ",\"offset_s\":[");
		json_put_num(b, r->offset_min);
		buf_char(b, ',');
		json_put_num(b, r->offset_max);
		buf_char(b, ']');
	}
	if (r->canaries_answered || r->canaries_failed)
		buf_fmt(b, ",\"canaries\":{\"answered\":%d,\"failed\":%d}",
			r->canaries_answered, r->canaries_failed);
	buf_str(b, "}\n");
}

void runner_record_write(struct buf *b, const struct runner_record *r)
{
	struct buf line;
	size_t most = TEXT_MAX;

	buf_init(&line, RECORD_RUNNER_MAX);
	put_runner(&line, r, most);
	while (!buf_ok(&line) && most) {
		most /= 2;
		buf_clear(&line);
		put_runner(&line, r, most);
	}
	buf_add(b, line.p, line.len);
	buf_release(&line);
}

void record_write(struct buf *b, const struct record *r)
{
	struct probe_record bare;

	switch (r->type) {
	case RECORD_STEP:
		step_record_write(b, &r->u.step);
		break;
	case RECORD_PROBE:
		bare = r->u.probe;
		bare.tools = NULL;
		probe_record_write(b, &bare);
		break;
	case RECORD_RUNNER:
		runner_record_write(b, &r->u.runner);
		break;
	default: /* those of which nothing is read */
		break;
	}
}

size_t record_size(const struct record *r)
{
	struct buf b;
	size_t n;

	buf_init(&b, LINE_MAX_BYTES);
	record_write(&b, r);
	n = b.len ? b.len - 1 + RECORD_JOINT : 0;
	buf_release(&b);
	return n;
}

/*
 * Reads the lines of mcp-records(5) through json/json.h, and holds
 * them to the limits that they are written within. Each function below takes a
 * member out of the object, checks it, and says in `why` what is wrong with it.
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

/* Cut and clean text where it stands; it does not get longer by that. */
static void tidy(char *s)
{
	char clean[TEXT_SIZE];
	size_t n = text_clean(s, strlen(s), clean, sizeof clean, TEXT_MAX);

	memcpy(s, clean, n + 1);
}

/* A text from outside, tidied; or NULL where it is null or missing. */
static bool take_text(const cJSON *o, const char *key, const char **out,
	char *why)
{
	const cJSON *v = json_get(o, key);

	*out = NULL;
	if (!v || cJSON_IsNull(v))
		return true;
	if (!cJSON_IsString(v))
		return record_fail(why, key, "not a string");
	tidy(v->valuestring);
	*out = v->valuestring;
	return true;
}

/* An address is of no use once it is cut, or another than it was. */
static bool take_url(const cJSON *o, const char *key, const char **out,
	char *why)
{
	const cJSON *v = json_get(o, key);
	char clean[RECORD_URL_SIZE];

	*out = cJSON_GetStringValue(v);
	if (!*out)
		return !v || cJSON_IsNull(v) ||
			record_fail(why, key, "not a string");
	/* The record must fit into a line again. */
	if (strlen(*out) >= RECORD_URL_SIZE)
		return record_fail(why, key, "too long");
	text_clean(*out, strlen(*out), clean, sizeof clean, RECORD_URL_SIZE);
	return strcmp(*out, clean) == 0 ||
		record_fail(why, key, "a control character in it");
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

/* Tidy the texts of a tree. A key that would not stay as it is, is refused. */
static bool tidy_tree(const cJSON *v, char *why)
{
	char clean[TEXT_SIZE];

	if (cJSON_IsString(v))
		tidy(v->valuestring);
	for (const cJSON *c = v->child; c; c = c->next) {
		if (c->string) {
			text_clean(c->string, strlen(c->string), clean,
				sizeof clean, TEXT_MAX);
			if (strcmp(c->string, clean) != 0)
				return record_fail(why, "detail",
					"a key that is no name");
		}
		if (!tidy_tree(c, why))
			return false;
	}
	return true;
}

/* The detail as we would write it; NULL where it is {}, null or missing. */
static bool take_detail(struct record *r, char *why)
{
	const cJSON *v = json_get(r->doc, "detail");
	struct buf b;

	if (!v || cJSON_IsNull(v))
		return true;
	if (!cJSON_IsObject(v))
		return record_fail(why, "detail", "not an object");
	if (!v->child)
		return true;
	if (!tidy_tree(v, why))
		return false;
	buf_init(&b, RECORD_DETAIL_MAX);
	json_put(&b, v);
	if (!buf_ok(&b)) {
		buf_release(&b);
		return record_fail(why, "detail", "longer than 4096 bytes");
	}
	r->u.step.detail = r->detail = buf_take(&b);
	return true;
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
	return take_ms(r->doc, "ms", s->status == STATUS_SKIP, &s->ms, why) &&
		take_text(r->doc, "error", &s->error, why) &&
		take_text(r->doc, "message", &s->message, why) &&
		take_detail(r, why);
}

static bool read_tools(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "tools"), *v;
	struct tool_digest *raw;
	size_t n = 0;

	if (!o || cJSON_IsNull(o))
		return true;
	if (!cJSON_IsObject(o))
		return record_fail(why, "tools", "not an object");
	raw = r->tools = xcalloc(
		(size_t)cJSON_GetArraySize(o), sizeof *r->tools);
	cJSON_ArrayForEach(v, o)
	{
		const char *c, *f;

		if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != 2)
			return record_fail(why, "tools", "not two digests");
		c = cJSON_GetStringValue(v->child);
		f = cJSON_GetStringValue(v->child->next);
		if (!c || !f || !hash_valid(c) || !hash_valid(f))
			return record_fail(why, "tools", "not a SHA-256");
		raw[n].name = v->string;
		memcpy(raw[n].contract, c, HASH_HEX + 1);
		memcpy(raw[n].full, f, HASH_HEX + 1);
		n++;
	}
	r->u.probe.tools = r->tools = record_tools_clean(raw, &n);
	free(raw);
	r->u.probe.n_tools = n;
	return true;
}

static bool read_probe_result(struct record *r, char *why)
{
	struct probe_record *p = &r->u.probe;
	const char *name;
	double count = -1;

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

/* What is no result that is known leaves nothing. */
static bool read_cache(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "cache");
	const char *fault;

	if (!o || cJSON_IsNull(o))
		return true;
	fault = cache_check_read(o, &r->cache);
	if (!fault && r->cache.result)
		r->u.probe.cache = &r->cache;
	return !fault || record_fail(why, "cache", fault);
}

static bool read_probe(struct record *r, char *why)
{
	struct probe_record *p = &r->u.probe;

	return take_probe_key(r->doc, &p->key, why) &&
		take_url(r->doc, "url", &p->url, why) &&
		read_probe_result(r, why) &&
		take_text(r->doc, "error", &p->error, why) &&
		take_ms(r->doc, "total_ms", false, &p->total_ms, why) &&
		take_text(r->doc, "protocol", &p->protocol, why) &&
		take_hash(r->doc, "tool_hash", &p->tool_hash, why) &&
		take_hash(r->doc, "full_hash", &p->full_hash, why) &&
		read_cache(r, why) && read_tools(r, why);
}

/* "offset_s":[least,most], where who started the runner has measured it. */
static void take_offset(const cJSON *o, struct runner_record *u)
{
	const cJSON *v = json_get(o, "offset_s");
	const cJSON *least = cJSON_IsArray(v) ? v->child : NULL;
	const cJSON *most = least ? least->next : NULL;

	u->measured = cJSON_IsNumber(least) && cJSON_IsNumber(most) &&
		!most->next;
	if (!u->measured)
		return;
	u->offset_min = least->valuedouble;
	u->offset_max = most->valuedouble;
}

/* "canaries":{"answered":N,"failed":N}; what is neither is 0. */
static void take_canaries(const cJSON *o, struct runner_record *u)
{
	const cJSON *v = json_get(o, "canaries");
	double answered = 0, failed = 0;

	if (!cJSON_IsObject(v) || !json_num(v, "answered", &answered) ||
		!json_num(v, "failed", &failed) || !(answered >= 0) ||
		!(failed >= 0) || !(answered + failed <= RECORD_CANARIES_MAX))
		return;
	u->canaries_answered = (int)answered;
	u->canaries_failed = (int)failed;
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
	take_offset(r->doc, u);
	take_canaries(r->doc, u);
	return take_text(r->doc, "version", &u->version, why) &&
		take_text(r->doc, "message", &u->message, why) &&
		take_text(r->doc, "host_key", &u->host_key, why) &&
		take_text(r->doc, "egress", &u->egress, why);
}

static const struct {
	const char *name;
	enum record_type type;
	bool (*read)(struct record *r, char *why); /* NULL: by others */
	size_t most; /* bytes of a line, its newline not counted; 0: any */
} types[] = {
	{"step", RECORD_STEP, read_step, 0},
	{"probe", RECORD_PROBE, read_probe, 0},
	{"runner", RECORD_RUNNER, read_runner, RECORD_RUNNER_MAX},
	{"expiry", RECORD_EXPIRY, NULL, 0},
	{"spool", RECORD_SPOOL, NULL, RECORD_SPOOL_MAX},
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

static bool read_typed(struct record *r, size_t length, char *why)
{
	const char *type = record_type(r->doc, why);

	if (!type)
		return false;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcmp(types[i].name, type) != 0)
			continue;
		r->type = types[i].type;
		if (types[i].most && length > types[i].most)
			return record_fail(why, type, "longer than 4096 bytes");
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
	if (read_typed(r, n, why))
		return 0;
	record_release(r);
	return -1;
}

void record_release(struct record *r)
{
	cJSON_Delete(r->doc);
	free(r->tools);
	free(r->detail);
	memset(r, 0, sizeof *r);
}
