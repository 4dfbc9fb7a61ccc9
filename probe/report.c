/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "base/clock.h"
#include "base/lines.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "http/address.h"
#include "json/json.h"
#include "redaction/redaction.h"

#include <errno.h>
#include <math.h>

#define RED "\033[1;31m"
#define GREEN "\033[32m"
#define DIM "\033[2m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

void report_write(struct report *r, struct buf *b)
{
	if (b->len && !r->error && line_write(r->fd, b->p, b->len))
		r->error = errno;
	buf_clear(b);
}

void report_runner(struct report *r, const struct runner_record *rec)
{
	struct runner_record copy = *rec;
	char *message;
	struct buf b;

	if (r->format != FORMAT_JSONL)
		return;
	message = redact_text(rec->message);
	copy.message = message;
	buf_init(&b, LINE_MAX_BYTES);
	runner_record_write(&b, &copy);
	report_write(r, &b);
	buf_release(&b);
	free(message);
}

void report_begin(struct report *r, const char *region, const char *own_region)
{
	struct runner_record ok = {.region = region,
		.at = clock_wall(),
		.status = RUNNER_OK,
		.version = VERSION,
		.own_region = own_region};
	const char *pop = getenv("MCP_POP");
	char egress[ADDRESS_TEXT];

	if (r->stream)
		return;
	if (address_egress(egress))
		ok.egress = egress;
	if (pop && pop_valid(pop))
		ok.pop = pop;
	report_runner(r, &ok);
}

void report_end(struct report *r)
{
	struct buf b;

	if (r->format != FORMAT_TAP)
		return;
	buf_init(&b, 64);
	buf_fmt(&b, "1..%d\n", r->tests);
	report_write(r, &b);
	buf_release(&b);
}

void report_release(struct report *r)
{
	for (size_t i = 0; i < REPORT_LISTS; i++)
		free(r->lists[i].text);
}

static const char *paint(const struct view *v, const char *colour)
{
	return v->report->colour ? colour : "";
}

void view_init(struct view *v, struct report *r, const struct url *u,
	const char *region)
{
	const char *query = strchr(u->text, '?');

	memset(v, 0, sizeof *v);
	v->report = r;
	if (query)
		mask_parts(NULL, query, strlen(query));
	buf_init(&v->out, 16 * LINE_MAX_BYTES);
	if (r->format == FORMAT_TEXT)
		buf_fmt(&v->out, "%s%s%s  from %s\n\n", paint(v, BOLD),
			u->shown, paint(v, PLAIN), region);
	if (r->stream)
		report_write(r, &v->out);
}

/* Append text of a stranger, made fit for one line of a screen. */
static void put_clean(struct buf *b, const char *s, size_t max)
{
	char clean[TEXT_SIZE];

	text_clean(s, strlen(s), clean, sizeof clean, max);
	buf_str(b, clean);
}

static void text_step(struct view *v, const struct step_record *s)
{
	static const char *const words[] = {"pass", "FAIL", "skip"};
	static const char *const colours[] = {GREEN, RED, DIM};
	struct buf *b = &v->out;

	buf_fmt(b, "  %d  %-16s %s%s%s", (int)s->step, step_name(s->step),
		paint(v, colours[s->status]), words[s->status],
		paint(v, PLAIN));
	if (isnan(s->ms))
		buf_str(b, "            ");
	else
		buf_fmt(b, " %8.1f ms", s->ms);
	if (s->status == STATUS_FAIL) {
		buf_str(b, "  ");
		put_clean(b, s->error, 60);
	} else if (s->message) {
		buf_fmt(b, "  %s",
			s->status == STATUS_SKIP ? paint(v, DIM) : "");
		put_clean(b, s->message, 100);
		buf_str(b, s->status == STATUS_SKIP ? paint(v, PLAIN) : "");
	}
	buf_char(b, '\n');
}

static void text_summary(struct view *v, const struct probe_record *p)
{
	bool broken = p->state == STATE_BROKEN;
	struct buf *b = &v->out;

	buf_fmt(b, "\n%s%s%s", paint(v, broken ? RED : GREEN),
		region_state_name(p->state), paint(v, PLAIN));
	if (broken) {
		buf_fmt(b, " at step %d, %s: ", (int)p->failed_step,
			step_name(p->failed_step));
		put_clean(b, v->message, TEXT_MAX);
	} else {
		buf_fmt(b, " in %.0f ms", p->total_ms);
		if (p->protocol)
			buf_fmt(b, ", protocol %s", p->protocol);
		if (p->tool_count >= 0)
			buf_fmt(b, ", %d tool%s", p->tool_count,
				p->tool_count == 1 ? "" : "s");
	}
	buf_str(b, "\n");
	/* A line of --targets names its credential itself. */
	if (p->state == STATE_AUTH_WALLED && v->report->stream)
		buf_str(b, "Next: --token-file FILE sends a bearer token, "
			   "--credential FILE any credential\n");
	if (!v->report->stream)
		buf_str(b, "\n");
}

static void tap_step(struct view *v, const struct step_record *s)
{
	struct buf *b = &v->out;

	buf_fmt(b, "%sok %d - %s %s",
		s->status == STATUS_FAIL ? "not " : "", ++v->report->tests,
		s->key.slug, step_name(s->step));
	if (s->status == STATUS_SKIP) {
		buf_str(b, " # SKIP ");
		put_clean(b, s->message ? s->message : "not reached", 200);
	}
	buf_char(b, '\n');
	if (s->status == STATUS_FAIL) {
		buf_str(b, "# ");
		put_clean(b, s->error, 60);
		buf_str(b, ": ");
		put_clean(b, s->message, TEXT_MAX);
		buf_char(b, '\n');
	}
}

/* One line and performance data, as the plugin guidelines ask for. */
static void nagios_summary(struct view *v, const struct probe_record *p)
{
	bool broken = p->state == STATE_BROKEN;
	struct buf *b = &v->out;
	size_t text;

	buf_fmt(b, "MCP %s: %s", broken ? "CRITICAL" : "OK",
		region_state_name(p->state));
	text = b->len;
	if (broken) {
		buf_fmt(b, " at %s, %s: ", step_name(p->failed_step), p->error);
		put_clean(b, v->message, 300);
	} else if (p->tool_count >= 0) {
		buf_fmt(b, ", %d tools, protocol %s", p->tool_count,
			p->protocol);
	}
	/* A "|" would begin the performance data. */
	for (size_t i = text; i < b->len; i++)
		if (b->p[i] == '|')
			b->p[i] = '/';
	buf_fmt(b, " | total=%.1fms;;;0", p->total_ms);
	for (int i = 1; i <= STEP_COUNT; i++)
		if (!isnan(v->step_ms[i]))
			buf_fmt(b, " %s=%.1fms;;;0", step_name((enum step)i),
				v->step_ms[i]);
	if (p->tool_count >= 0)
		buf_fmt(b, " tools=%d;;;0", p->tool_count);
	buf_char(b, '\n');
}

void view_step(void *arg, const struct step_record *record)
{
	struct view *v = arg;
	struct redacted r;
	const struct step_record *s = &r.u.step;

	redact_step(&r, record);
	v->step_ms[s->step] = s->ms;
	if (s->status == STATUS_FAIL) {
		free(v->message);
		v->message = xstrdup(s->message);
	}
	switch (v->report->format) {
	case FORMAT_TEXT:
		text_step(v, s);
		break;
	case FORMAT_JSONL:
		step_record_write(&v->out, s);
		break;
	case FORMAT_TAP:
		tap_step(v, s);
		break;
	case FORMAT_NAGIOS:
		break;
	}
	redacted_release(&r);
	if (v->report->stream)
		report_write(v->report, &v->out);
}

/* Whether the line at the end of the output is one that is read, and has
   room. */
static bool definition_fits(const struct view *v, size_t at)
{
	size_t n = v->out.len - at;
	char why[RECORD_WHY];
	struct record r;

	if (!buf_ok(&v->out) || v->definitions + n > RECORD_DEFINITIONS_MAX ||
		record_read(v->out.p + at, n - 1, &r, why))
		return false;
	record_release(&r);
	return true;
}

bool view_tool(void *arg, const struct tool_record *record)
{
	struct view *v = arg;
	size_t at = v->out.len, n;
	struct redacted r;
	bool fits;

	if (v->report->format != FORMAT_JSONL)
		return true;
	fits = redact_tool(&r, record);
	if (fits) {
		tool_record_write(&v->out, &r.u.tool);
		fits = definition_fits(v, at);
	}
	redacted_release(&r);
	n = v->out.len - at;
	/* Definitions that do not fit are left to the next run. */
	if (!fits || v->report->definitions + n > REPORT_DEFINITIONS_MAX) {
		buf_cut(&v->out, at);
		return fits;
	}
	v->definitions += n;
	v->report->definitions += n;
	return true;
}

/* The place where the list of tools of a record is kept; NULL: it has none. */
static struct report_list *list_of(struct report *r,
	const struct probe_record *p)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit = p->tools ? strchr(digits, *p->full_hash) : NULL;

	return digit ? &r->lists[digit - digits] : NULL;
}

static bool keeps_tools(
	const struct report_list *l, const struct probe_record *p)
{
	return l->text && l->secrets == mask_count() &&
	       strcmp(l->full_hash, p->full_hash) == 0;
}

/* Keep the tools of a redacted record as they are written. */
static void keep_list(struct report_list *l, const struct probe_record *p)
{
	struct buf b;

	free(l->text);
	*l = (struct report_list) {.secrets = mask_count()};
	buf_init(&b, REPORT_LIST_MAX);
	if (p->tools)
		record_tools_write(&b, p->tools, p->n_tools);
	if (b.len && buf_ok(&b)) {
		text_copy(l->full_hash, sizeof l->full_hash, p->full_hash);
		l->text = buf_take(&b);
	}
	buf_release(&b);
}

/* Append a summary; its tools as they were written before, if they were. */
static void json_summary(struct view *v, const struct probe_record *record)
{
	struct report_list *l = list_of(v->report, record);
	struct probe_record p = *record;
	bool kept = l && keeps_tools(l, &p);
	struct redacted r;

	if (kept)
		p.tools = NULL;
	redact_probe(&r, &p);
	if (l && !kept)
		keep_list(l, &r.u.probe);
	if (l)
		r.u.probe.tools_text = l->text;
	probe_record_write(&v->out, &r.u.probe);
	redacted_release(&r);
}

/* Append a summary for people, or for the host of a monitoring plugin. */
static void plain_summary(struct view *v, const struct probe_record *record)
{
	struct redacted r;

	redact_probe(&r, record);
	if (v->report->format == FORMAT_TEXT)
		text_summary(v, &r.u.probe);
	else if (v->report->format == FORMAT_NAGIOS)
		nagios_summary(v, &r.u.probe);
	redacted_release(&r);
}

void view_summary(void *arg, const struct probe_record *record)
{
	struct view *v = arg;

	if (v->report->format == FORMAT_JSONL)
		json_summary(v, record);
	else
		plain_summary(v, record);
	/* The session may still have to be closed. */
	report_write(v->report, &v->out);
	buf_release(&v->out);
}

void view_resume(void *arg, const struct probe_key *k, const struct piece *p)
{
	struct view *v = arg;
	struct buf key;

	if (v->report->format != FORMAT_JSONL)
		return;
	buf_init(&key, LINE_MAX_BYTES);
	probe_key_write(&key, k);
	buf_fmt(&v->out, "{\"v\":%d,\"type\":\"resume\",%s,\"ms\":%.3f",
		RECORD_VERSION, key.p + (*key.p == ','), p->ms);
	if (*p->revision)
		json_fmt(&v->out,
			",'ids':%d,'protocol':%s,'session':%s,'tools':%i,"
			"'clients_refused':%i",
			p->ids, p->revision, p->session, p->has_tools,
			p->clients_refused);
	buf_str(&v->out, "}\n");
	buf_release(&key);
}

void view_release(struct view *v)
{
	report_write(v->report, &v->out);
	buf_release(&v->out);
	free(v->message);
}
