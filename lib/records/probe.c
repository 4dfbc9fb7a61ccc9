/* SPDX-License-Identifier: MIT */
/*
 * probe.c: the lines of mcp-records(5) that a probe's side writes. They are
 * read within the limits that they are written within.
 */
#include "records/probe.h"

#include "base/lines.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/jcs.h"
#include "json/json.h"
#include "records/doctor.h"
#include "records/spool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * A copy of the *n tools with names that are cut and cleaned, of names that became
 * equal the first. The array owns the names; free(3) frees both.
 */
static struct tool_digest *record_tools_clean(const struct tool_digest *tools,
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
		buf_str(b, ":[\"");
		buf_str(b, clean[i].contract);
		buf_str(b, "\",\"");
		buf_str(b, clean[i].full);
		buf_str(b, "\"]");
	}
	buf_char(b, '}');
	free(clean);
}

/* Whether the line that b ends with has room for n more bytes, and its end. */
static bool fits_line(const struct buf *b, size_t n)
{
	size_t most = LINE_MAX_BYTES - 16, begin = b->len;

	if (n + b->len <= most)
		return true;
	while (begin && b->p[begin - 1] != '\n')
		begin--;
	return n + b->len - begin <= most;
}

/*
 * The member "tools", or nothing where the line would get too long with it, or
 * a name is no text: what is not UTF-8 in it stands for U+0000, which no record
 * may hold.
 */
static bool put_tools(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct probe_record *r = s;
	size_t before = b->len;
	struct buf t;

	(void)l;
	if (r->tools_text && fits_line(b, strlen(r->tools_text)))
		buf_str(b, r->tools_text);
	if (r->tools_text || !r->tools)
		return b->len > before;
	for (size_t i = 0; i < r->n_tools; i++)
		if (!text_is_utf8(r->tools[i].name, strlen(r->tools[i].name)))
			return false;
	buf_init(&t, LINE_MAX_BYTES);
	record_tools_write(&t, r->tools, r->n_tools);
	if (buf_ok(&t) && fits_line(b, t.len))
		buf_add(b, t.p, t.len);
	buf_release(&t);
	return b->len > before;
}

/* A result that is not known is left out. */
static bool put_cache(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct probe_record *r = s;

	(void)l;
	if (!r->cache || !r->cache->result)
		return false;
	buf_char(b, '{');
	cache_check_write(b, r->cache, CACHE_NAMES);
	buf_char(b, '}');
	return true;
}

static bool put_detail(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct step_record *r = s;

	(void)l;
	buf_str(b, r->detail && strlen(r->detail) <= RECORD_DETAIL_MAX
			? r->detail
			: "{}");
	return true;
}

static bool put_definition(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct tool_record *r = s;

	(void)l;
	buf_str(b, r->definition);
	return true;
}

/* The clock offset that the caller of the runner measured: [least,most]. */
static bool put_offset(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct runner_record *r = s;

	(void)l;
	buf_char(b, '[');
	json_put_num(b, r->offset_min);
	buf_char(b, ',');
	json_put_num(b, r->offset_max);
	buf_char(b, ']');
	return r->measured;
}

/* Anything but a pair of numbers counts as not measured. */
static const char *take_offset(const cJSON *v, void *s)
{
	struct runner_record *r = s;
	const cJSON *least = cJSON_IsArray(v) ? v->child : NULL;
	const cJSON *most = least ? least->next : NULL;

	r->measured = cJSON_IsNumber(least) && cJSON_IsNumber(most) &&
		!most->next;
	if (r->measured) {
		r->offset_min = least->valuedouble;
		r->offset_max = most->valuedouble;
	}
	return NULL;
}

static bool put_canaries(struct buf *b, const void *s,
	const struct field_limits *l)
{
	const struct runner_record *r = s;

	(void)l;
	buf_fmt(b, "{\"answered\":%d,\"failed\":%d}", r->canaries_answered,
		r->canaries_failed);
	return r->canaries_answered || r->canaries_failed;
}

/* Anything but a pair of counts leaves 0. */
static const char *take_canaries(const cJSON *v, void *s)
{
	struct runner_record *r = s;
	double answered = 0, failed = 0;

	if (json_num(v, "answered", &answered) &&
		json_num(v, "failed", &failed) && answered >= 0 &&
		failed >= 0 && answered + failed <= RECORD_CANARIES_MAX) {
		r->canaries_answered = (int)answered;
		r->canaries_failed = (int)failed;
	}
	return NULL;
}

/* Microseconds: what a double holds of an epoch, and no more. */
#define EPOCH(key, T, m)                                                       \
	FIELD(key, T, m, FIELD_NEEDED, .max = NUM_EPOCH_MAX, .digits = 6,      \
		.fault = "not an instant")
#define FOREIGN(key, T, m) FIELD(key, T, m, FIELD_NULL | FIELD_CLEAN)
#define HASH(key, T, m)                                                        \
	FIELD(key, T, m, FIELD_NULL, .valid = hash_valid,                      \
		.fault = "not a SHA-256")
/* The first rows of steps and probes; k: what is before the members of the
   struct probe_key in T. */
#define PROBE_KEY(T, k)                                                        \
	FIELD("slug", T, k slug, FIELD_NEEDED, .valid = slug_valid),           \
		FIELD("region", T, k region, FIELD_NEEDED,                     \
			.valid = region_valid),                                \
		FIELD("probe_id", T, k probe_id, FIELD_NEEDED,                 \
			.valid = probe_id_valid),                              \
		EPOCH("probe_started_at", T, k started_at)

static const struct field key_fields[] = {
	PROBE_KEY(struct probe_key, ),
	{.type = FIELD_END},
};
#define KEY_ROWS (sizeof key_fields / sizeof *key_fields - 1)

const struct field step_fields[] = {
	PROBE_KEY(struct step_record, key.),
	FIELD_AS(FIELD_INT, "n", struct step_record, step, FIELD_OUT),
	FIELD("step", struct step_record, step, FIELD_NEEDED,
		.words = &step_words),
	FIELD("status", struct step_record, status, FIELD_NEEDED,
		.words = &step_status_words),
	FIELD("ms", struct step_record, ms,
		FIELD_NEEDED | FIELD_NULL, .places = 3, .none = NAN),
	FOREIGN("error", struct step_record, error),
	FOREIGN("message", struct step_record, message),
	FIELD_MADE("detail", FIELD_OUT, .put = put_detail),
	{.type = FIELD_END},
};

const struct field tool_fields[] = {
	PROBE_KEY(struct tool_record, key.),
	FIELD("name", struct tool_record, name, FIELD_NEEDED | FIELD_CLEAN),
	FIELD("digest", struct tool_record, digest, FIELD_NEEDED,
		.valid = hash_valid, .fault = "not a SHA-256"),
	FIELD_MADE("definition", FIELD_OUT, .put = put_definition),
	{.type = FIELD_END},
};

/* An address is of no use once it is cut, or another than it was. */
static bool url_harmless(const char *s)
{
	return text_harmless(s, strlen(s));
}

const struct field probe_fields[] = {
	PROBE_KEY(struct probe_record, key.),
	/* The record must fit into a line again. */
	FIELD("url", struct probe_record, url, FIELD_LAX | FIELD_OMIT,
		.max = RECORD_URL_SIZE - 1, .valid = url_harmless,
		.fault = "contains a control character"),
	FIELD("state", struct probe_record, state, FIELD_NEEDED,
		.words = &region_state_words),
	FIELD("failed_step", struct probe_record, failed_step, FIELD_NULL,
		.words = &step_words),
	FOREIGN("error", struct probe_record, error),
	FINDING_SAID(struct probe_record),
	FIELD("total_ms", struct probe_record, total_ms,
		FIELD_NEEDED, .places = 3),
	FOREIGN("protocol", struct probe_record, protocol),
	FIELD("era", struct probe_record, era, FIELD_NULL, .words = &era_words),
	HASH("tool_hash", struct probe_record, tool_hash),
	HASH("full_hash", struct probe_record, full_hash),
	FIELD("tool_count", struct probe_record, tool_count, FIELD_NULL,
		.none = -1, .max = 1e6),
	FIELD_MADE("cache", FIELD_OUT, .put = put_cache),
	FINDING_ROWS(struct probe_record),
	FIELD("definitions_left_out", struct probe_record,
		definitions_left_out, FIELD_LAX | FIELD_OMIT, .max = 1e6),
	FIELD_MADE("tools", FIELD_OUT, .put = put_tools),
	{.type = FIELD_END},
};

/* A member that is left out if it is not known. */
#define KNOWN(key, m, ...)                                                     \
	FIELD(key, struct runner_record, m,                                    \
		FIELD_LAX | FIELD_OMIT | FIELD_CLEAN | __VA_ARGS__)

const struct field runner_fields[] = {
	FIELD("region", struct runner_record, region, FIELD_NEEDED,
		.valid = region_valid),
	EPOCH("at", struct runner_record, at),
	FIELD("status", struct runner_record, status, FIELD_NEEDED,
		.words = &runner_status_words),
	FOREIGN("version", struct runner_record, version),
	FOREIGN("message", struct runner_record, message),
	KNOWN("own_region", own_region, FIELD_OUT),
	KNOWN("host_key", host_key, 0),
	KNOWN("egress", egress, 0),
	FIELD("pop", struct runner_record, pop, FIELD_LAX | FIELD_OMIT,
		.valid = pop_valid),
	FIELD_MADE("offset_s", FIELD_LAX, .put = put_offset,
		.take = take_offset),
	FIELD_MADE("canaries", FIELD_LAX, .put = put_canaries,
		.take = take_canaries),
	{.type = FIELD_END},
};

/* The beginning of the records of a probe: there are many. */
#define DIGITS(number) #number
#define BEGIN_VERSION(version, type)                                           \
	"{\"v\":" DIGITS(version) ",\"type\":\"" type "\""
#define BEGIN(type) BEGIN_VERSION(RECORD_VERSION, type)

void record_put(struct buf *b, const char *type, const struct field *fields,
	const void *s, const struct field_limits *l)
{
	buf_fmt(b, "{\"v\":%d,\"type\":\"%s\"", RECORD_VERSION, type);
	fields_put(b, fields, s, l);
	buf_char(b, '}');
}

void record_put_within(struct buf *b, size_t most, const char *type,
	const struct field *fields, const void *s, size_t chars)
{
	struct field_limits limits = {.chars = chars};
	struct buf line;

	buf_init(&line, most);
	do {
		buf_clear(&line);
		record_put(&line, type, fields, s, &limits);
		buf_char(&line, '\n');
		limits.chars /= 2;
	} while (!buf_ok(&line) && limits.chars);
	buf_add(b, line.p, line.len);
	buf_release(&line);
}

void probe_key_write(struct buf *b, const struct probe_key *k)
{
	fields_put(b, key_fields, k, NULL);
}

/* A record of a probe, whose key may be written already. */
static void put_of_probe(struct buf *b, const char *begin,
	const struct field *fields, const void *s, const struct probe_key *k)
{
	buf_str(b, begin);
	if (k->text) {
		buf_char(b, ',');
		buf_str(b, k->text);
	}
	fields_put(b, k->text ? fields + KEY_ROWS : fields, s, NULL);
	buf_str(b, "}\n");
}

void step_record_write(struct buf *b, const struct step_record *r)
{
	put_of_probe(b, BEGIN("step"), step_fields, r, &r->key);
}

void tool_record_write(struct buf *b, const struct tool_record *r)
{
	struct buf line;

	buf_init(&line, SIZE_MAX / 2);
	put_of_probe(&line, BEGIN("tool"), tool_fields, r, &r->key);
	json_put_seen(b, line.p, line.len - 1);
	buf_char(b, '\n');
	buf_release(&line);
}

void probe_record_write(struct buf *b, const struct probe_record *r)
{
	put_of_probe(b, BEGIN("probe"), probe_fields, r, &r->key);
}

void runner_record_write(struct buf *b, const struct runner_record *r)
{
	record_put_within(b, RECORD_RUNNER_MAX, "runner", runner_fields, r,
		TEXT_MAX);
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
		bare.definitions_left_out = 0;
		probe_record_write(b, &bare);
		break;
	case RECORD_RUNNER:
		runner_record_write(b, &r->u.runner);
		break;
	case RECORD_TOOL:
		tool_record_write(b, &r->u.tool);
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

/* Tidy the texts of a tree. A key that would not stay as it is, is refused. */
static bool tidy_tree(const cJSON *v, char *why)
{
	char clean[TEXT_SIZE];

	if (cJSON_IsString(v)) {
		size_t n = text_clean(v->valuestring, strlen(v->valuestring),
			clean, sizeof clean, TEXT_MAX);

		memcpy(v->valuestring, clean, n + 1);
	}
	for (const cJSON *c = v->child; c; c = c->next) {
		if (c->string) {
			text_clean(c->string, strlen(c->string), clean,
				sizeof clean, TEXT_MAX);
			if (strcmp(c->string, clean) != 0)
				return field_fail(why, "detail",
					"contains a key that is not a name");
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
		return field_fail(why, "detail", "not an object");
	if (!v->child)
		return true;
	if (!tidy_tree(v, why))
		return false;
	buf_init(&b, RECORD_DETAIL_MAX);
	json_put(&b, v);
	if (!buf_ok(&b)) {
		buf_release(&b);
		return field_fail(why, "detail", "longer than 4096 bytes");
	}
	r->u.step.detail = r->detail = buf_take(&b);
	return true;
}

static bool read_step(struct record *r, char *why)
{
	struct step_record *s = &r->u.step;

	if (!fields_take(step_fields, r->doc, s, why))
		return false;
	if (isnan(s->ms) && s->status != STATUS_SKIP)
		return field_fail(why, "ms", "missing or not a number");
	return take_detail(r, why);
}

static bool read_tools(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "tools"), *v;
	struct tool_digest *raw;
	size_t n = 0;

	if (!o || cJSON_IsNull(o))
		return true;
	if (!cJSON_IsObject(o))
		return field_fail(why, "tools", "not an object");
	raw = r->tools = xcalloc(
		(size_t)cJSON_GetArraySize(o), sizeof *r->tools);
	cJSON_ArrayForEach(v, o)
	{
		const char *c, *f;

		if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != 2)
			return field_fail(why, "tools", "not two digests");
		c = cJSON_GetStringValue(v->child);
		f = cJSON_GetStringValue(v->child->next);
		if (!c || !f || !hash_valid(c) || !hash_valid(f))
			return field_fail(why, "tools", "not a SHA-256");
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

/* An unknown result is passed over. */
static bool read_cache(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "cache");
	const char *fault;

	if (!o || cJSON_IsNull(o))
		return true;
	fault = cache_check_read(o, &r->cache);
	if (!fault && r->cache.result)
		r->u.probe.cache = &r->cache;
	return !fault || field_fail(why, "cache", fault);
}

static bool read_probe(struct record *r, char *why)
{
	struct probe_record *p = &r->u.probe;

	if (!fields_take(probe_fields, r->doc, p, why))
		return false;
	if ((p->state == STATE_BROKEN) != (p->failed_step != STEP_NONE))
		return field_fail(why, "state", "does not fit failed_step");
	return read_cache(r, why) && read_tools(r, why);
}

/* Whether o has a name, and no member that a definition has not. */
static bool is_definition(const cJSON *o)
{
	static const char *const members[] = {"annotations", "description",
		"inputSchema", "name", "outputSchema", "title"};
	const char *name = json_str(o, "name");

	if (!name || !*name)
		return false;
	for (const cJSON *v = o->child; v; v = v->next)
		if (!strings_among(members, sizeof members / sizeof *members,
			    v->string))
			return false;
	return true;
}

static bool read_tool(struct record *r, char *why)
{
	const cJSON *o = json_get(r->doc, "definition");
	char digest[SHA256_HEX];
	struct buf b;

	if (!fields_take(tool_fields, r->doc, &r->u.tool, why))
		return false;
	if (!is_definition(o))
		return field_fail(why, "definition", "not a definition of a "
						     "tool");
	buf_init(&b, RECORD_DEFINITION_MAX);
	if (!jcs_write(&b, o)) {
		buf_release(&b);
		return field_fail(why, "definition", "longer than 64 KiB");
	}
	sha256_hex(b.p, b.len, digest);
	r->u.tool.definition = r->detail = buf_take(&b);
	return strcmp(digest, r->u.tool.digest) == 0 ||
		field_fail(why, "digest", "does not match the definition");
}

static bool read_runner(struct record *r, char *why)
{
	return fields_take(runner_fields, r->doc, &r->u.runner, why);
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
	{"tool", RECORD_TOOL, read_tool, 0},
	{"expiry", RECORD_EXPIRY, NULL, 0},
	{"spool", RECORD_SPOOL, NULL, RECORD_SPOOL_MAX},
	{"doctor", RECORD_DOCTOR, NULL, RECORD_DOCTOR_MAX},
};

const char *record_type(const cJSON *doc, char *why)
{
	const char *type = json_str(doc, "type");
	double v;

	if (!cJSON_IsObject(doc))
		field_fail(why, "record", "not a JSON object");
	else if (!json_num(doc, "v", &v))
		field_fail(why, "v", "missing or not a number");
	else if (v != RECORD_VERSION)
		field_fail(why, "v",
			"a version that this program does not know");
	else if (!type)
		field_fail(why, "type", "missing or not a string");
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
			return field_fail(why, type,
				types[i].most == RECORD_DOCTOR_MAX
					? "longer than 16384 bytes"
					: "longer than 4096 bytes");
		return !types[i].read || types[i].read(r, why);
	}
	return field_fail(why, "type", "not step, probe or runner");
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
