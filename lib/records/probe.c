/*
 * probe.c: writes the lines of mcp-records(5), member by member, so that their
 * order is fixed. probe_read.c reads them.
 */
#include "records/probe.h"

#include "base/lines.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"

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
