/* SPDX-License-Identifier: MIT */
/*
 * sift.c: the lines that the runner of a region printed, sorted into records and what
 * they are. A line can be read in one way only: keys that repeat, and bytes that are
 * not UTF-8, are not passed on.
 */
#include "commands/commands.h"

#include "base/exits.h"
#include "base/ip.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "json/json.h"
#include "options.h"
#include "records/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Lines are written together, about as many bytes. */
#define PIECE 65536
/* Messages name at most so many characters of another region. */
#define OWN_CHARS 40
/* The longest piece of a probe. */
#define MS_MAX 1e6
/* The longest address that is passed on. */
#define ADDRESS_MAX 45

struct sift {
	const char *region;
	struct strings asked; /* the slugs of the targets, sorted */
	struct buf out;
};

static bool is_asked(const struct sift *s, const char *slug)
{
	size_t i =
		strings_place(s->asked.v, s->asked.n, sizeof *s->asked.v, slug);

	return i < s->asked.n && strcmp(s->asked.v[i], slug) == 0;
}

static void ask_for(struct sift *s, const char *p, size_t n)
{
	char why[JSON_WHY];
	cJSON *o = json_parse(p, n, &json_record, why);
	const char *slug = json_str(o, "slug");

	if (slug && slug_valid(slug))
		strings_add(&s->asked, slug);
	cJSON_Delete(o);
}

/* The slugs of a file of target records. */
static int read_targets(struct sift *s, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	enum lines_result got = LINES_ERROR;
	struct lines *l;
	const char *p;
	size_t n;

	if (fd >= 0) {
		l = lines_new(fd);
		while ((got = lines_next(l, &p, &n)) == LINES_LINE ||
			got == LINES_TOO_LONG)
			if (got == LINES_LINE)
				ask_for(s, p, n);
		saved = errno;
		lines_free(l);
		close(fd);
		errno = saved;
	}
	if (got == LINES_END) {
		strings_sort(&s->asked);
		return 0;
	}
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

/* A public address, which tells one machine from others; else NULL. */
static const char *egress_of(const cJSON *o)
{
	const char *s = json_str(o, "egress");
	uint8_t bytes[16];
	size_t n;

	if (!s || strlen(s) > ADDRESS_MAX || s[strspn(s, "0123456789abcdef.:")])
		return NULL;
	n = ip_read(s, bytes);
	return n && !ip_private(bytes, n) ? s : NULL;
}

/* The region whose runner it says to be, made harmless; false: this one. */
static bool is_of_another(
	const struct sift *s, const cJSON *o, struct buf *name)
{
	const cJSON *own = json_get(o, "own_region");

	if (!own || cJSON_IsNull(own) || cJSON_IsFalse(own) ||
		(cJSON_IsString(own) &&
			strcmp(own->valuestring, s->region) == 0))
		return false;
	if (cJSON_IsString(own))
		buf_str(name, own->valuestring);
	else
		json_put(name, own);
	for (size_t i = 0; i < name->len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    name->p[i]))
			name->p[i] = '?';
	return true;
}

static void put_number(struct buf *b, const cJSON *v)
{
	if (cJSON_IsNumber(v))
		buf_fmt(b, "%.17g", v->valuedouble);
	else
		buf_char(b, '?');
}

/* mcp-fleet measures these members; a runner must not set them. */
static bool put_runner(struct sift *s, cJSON *o)
{
	const char *egress = egress_of(o), *pop = json_str(o, "pop");
	const char *from = pop && pop_valid(pop) ? "@" : "";
	char place[POP_MAX + 1];

	if (json_get(o, "offset_s") || json_get(o, "host_key"))
		return false;
	snprintf(place, sizeof place, "%s",
		*from ? pop : egress ? egress : "-");
	buf_str(&s->out, "R ");
	put_number(&s->out, json_get(o, "at"));
	buf_fmt(&s->out, " %s%s", from, place);
	cJSON_DeleteItemFromObjectCaseSensitive(o, "own_region");
	cJSON_DeleteItemFromObjectCaseSensitive(o, "egress");
	cJSON_DeleteItemFromObjectCaseSensitive(o, "pop");
	/* The last member, so that it can be cut off. */
	if (*from)
		cJSON_AddStringToObject(o, "pop", place);
	else if (strcmp(place, "-") != 0)
		cJSON_AddStringToObject(o, "egress", place);
	return true;
}

/* A piece of a probe hands this to the next one: see scripts/cloud.bash. */
static bool put_resume(struct sift *s, const cJSON *o, const char *slug,
	const char *id)
{
	double at, ms;

	if (!json_num(o, "probe_started_at", &at) || !json_num(o, "ms", &ms) ||
		!(at >= 0 && at <= NUM_EPOCH_MAX) || !(ms >= 0 && ms <= MS_MAX))
		return false;
	buf_fmt(&s->out, "N %s/%s %.6f %.3f", slug, id, at, ms);
	return true;
}

static bool put_probe(struct sift *s, const cJSON *o, const char *type)
{
	const char *slug = json_str(o, "slug"), *id = json_str(o, "probe_id");
	const char *state = json_str(o, "state");
	double at, ms;

	if (!slug || !id || !probe_id_valid(id) || !is_asked(s, slug))
		return false;
	if (strcmp(type, "step") == 0) {
		buf_fmt(&s->out, "S %s/%s ", slug, id);
		put_number(&s->out, json_get(o, "n"));
		return true;
	}
	if (strcmp(type, "tool") == 0) {
		buf_fmt(&s->out, "T %s/%s", slug, id);
		return true;
	}
	if (strcmp(type, "resume") == 0)
		return put_resume(s, o, slug, id);
	if (strcmp(type, "probe") != 0)
		return false;
	if (!json_num(o, "probe_started_at", &at) ||
		!json_num(o, "total_ms", &ms))
		at = ms = 0;
	buf_fmt(&s->out, "P %s/%s %s %.17g", slug, id,
		state && strcmp(state, "broken") == 0	      ? "true"
			: state && strcmp(state, "unfinished") == 0 ? "unfinished"
								    : "false",
		at + ms / 1000);
	return true;
}

/* The kind of a record, and its n bytes at p; false where it is none. */
static bool put_record(struct sift *s, cJSON *o, const char *p, size_t n)
{
	const char *region = json_str(o, "region"), *type = json_str(o, "type");
	bool runner = type && strcmp(type, "runner") == 0, own;
	struct buf name;
	double v;

	if (!json_num(o, "v", &v) || v != RECORD_VERSION)
		return false;
	if (runner) {
		buf_init(&name, LINE_MAX_BYTES);
		own = !is_of_another(s, o, &name);
		if (!own)
			buf_fmt(&s->out, "O %.*s\n", OWN_CHARS, name.p);
		buf_release(&name);
		if (!own)
			return true;
	}
	if (!region || strcmp(region, s->region) != 0) {
		if (region && region_valid(region))
			buf_fmt(&s->out, "F %s\n", region);
		return region && region_valid(region);
	}
	if (!type || !(runner ? put_runner(s, o) : put_probe(s, o, type)))
		return false;
	buf_char(&s->out, '\t');
	/* A tab would end the record, and that of a runner has changed. */
	if (runner || memchr(p, '\t', n))
		json_put(&s->out, o);
	else
		buf_add(&s->out, p, n);
	buf_char(&s->out, '\n');
	return true;
}

/* A text whose every character that is not UTF-8 is U+FFFD. */
static void put_utf8(struct buf *b, const char *p, size_t n)
{
	uint32_t cp;

	for (size_t len; n; p += len, n -= len) {
		len = text_utf8(p, n, &cp);
		if (len)
			buf_add(b, p, len);
		else
			buf_str(b, "\xef\xbf\xbd");
		len += !len;
	}
}

static bool is_text(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\t')
			return false;
	return true;
}

static void sort_line(struct sift *s, const char *p, size_t n)
{
	size_t before = s->out.len;
	char why[JSON_WHY];
	cJSON *o = NULL;
	struct buf text;

	buf_init(&text, 3 * n);
	if (!text_is_utf8(p, n)) {
		put_utf8(&text, p, n);
		p = text.p;
		n = text.len;
	}
	if (is_text(p, n))
		o = json_parse(p, n, &json_record, why);
	if (!cJSON_IsObject(o) || !put_record(s, o, p, n)) {
		s->out.len = before;
		buf_str(&s->out, "?\n");
	}
	cJSON_Delete(o);
	buf_release(&text);
}

/* 0, or an exit status. */
static int flush_sorted(struct sift *s)
{
	int failed = s->out.len && line_print(s->out.p, s->out.len);

	buf_clear(&s->out);
	return failed ? EXIT_ENV : 0;
}

static int sort_lines(struct sift *s)
{
	struct lines *l = lines_new(STDIN_FILENO);
	enum lines_result got;
	const char *p;
	size_t n;
	int rc = 0;

	while (!rc && ((got = lines_next(l, &p, &n)) == LINES_LINE ||
			      got == LINES_TOO_LONG)) {
		if (got == LINES_TOO_LONG)
			buf_str(&s->out, "?\n");
		else if (strspn(p, " \t\r") < n)
			sort_line(s, p, n);
		if (s->out.len >= PIECE)
			rc = flush_sorted(s);
	}
	if (!rc && got == LINES_ERROR) {
		log_error("standard input: %s", strerror(errno));
		rc = EXIT_ENV;
	}
	lines_free(l);
	return rc ? rc : flush_sorted(s);
}

int sift(const struct command *cmd)
{
	struct sift s = {.region = cmd->n_regions ? cmd->regions[0] : NULL};
	int rc = EXIT_USAGE;

	if (cmd->n_regions != 1) {
		log_error("sift: --region needs the one region that printed "
			  "the records");
		return rc;
	}
	/* A line may get longer by what is escaped. */
	buf_init(&s.out, PIECE + 8 * (size_t)LINE_MAX_BYTES);
	if (!read_targets(&s, cmd->input))
		rc = sort_lines(&s);
	buf_release(&s.out);
	strings_release(&s.asked);
	return rc;
}
