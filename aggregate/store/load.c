/* SPDX-License-Identifier: MIT */
#include "store/load.h"

#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/strings.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "rule/drift.h"
#include "store/hour_row.h"
#include "store/keys.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for the code of a failure; of a longer one the rest is lost. */
#define ERROR_MAX 400

/* The replies to one server's commands, in the order of ask(). */
enum { ASK_LATEST, ASK_TOOLS, ASK_FIGURES };

/* sha is that of rollup_load, or NULL where no figures are asked for. */
static void ask(struct store *s, const char *slug, const char *sha, double now)
{
	char key[KEY_MAX];

	store_add(s, "HGETALL", key_latest(key, slug), NULL);
	store_add(s, "HGETALL", key_tools(key, slug), NULL);
	if (sha)
		rollup_ask(s, sha, slug, now);
}

static void collect_record(void *collect, const struct record *r)
{
	char why[RECORD_WHY];

	if (collect_add(collect, r, why))
		log_warn("store: a record cannot be used: %s", why);
}

/* A record was checked when it was stored, so this should not fail. */
static void read_record(const char *p, size_t n,
	void (*each)(void *arg, const struct record *r), void *arg)
{
	char why[RECORD_WHY];
	struct record r;

	if (record_read(p, n, &r, why)) {
		log_warn("store: a record cannot be read: %s", why);
		return;
	}
	each(arg, &r);
	record_release(&r);
}

/* Find where the columns of a row begin, five at most; how many. */
static size_t split_columns(const char *row, const char *column[5])
{
	size_t n = 0;

	column[n++] = row;
	while (n < 5) {
		row += strcspn(row, "\t\n");
		if (*row != '\t')
			break;
		column[n++] = ++row;
	}
	return n;
}

static int width(const char *column)
{
	return (int)strcspn(column, "\t\n");
}

/* The summary of a row with these five columns, the last without its hash. */
static void put_summary(struct buf *b, const char *slug, const char *region,
	const char *const *column, const char *shared)
{
	const char *tail = shared + width(shared);

	buf_fmt(b,
		"{\"v\":%d,\"type\":\"probe\",\"slug\":\"%s\","
		"\"region\":\"%s\",\"probe_id\":\"%.*s\","
		"\"probe_started_at\":%.*s,%.*s,\"total_ms\":%.*s,",
		RECORD_VERSION, slug, region, width(column[1]), column[1],
		width(column[0]), column[0], width(shared), shared,
		width(column[3]), column[3]);
	tail += *tail == '\t';
	buf_add(b, tail, (size_t)width(tail));
}

/* A column as text; false where there is no room for it. */
static bool column_text(const char *column, char *out, size_t size)
{
	size_t n = strcspn(column, "\t\n");

	if (n >= size)
		return false;
	memcpy(out, column, n);
	out[n] = '\0';
	return true;
}

/* The most that a duration may be; see total_ms in records/probe.c. */
#define MS_MAX 1e9

/*
 * Make the record of a summary that of a row which shares the rest with it. id
 * has room for one. False where the columns are not what they should be.
 */
static bool change_summary(struct probe_record *r, const char *const *column,
	char *id)
{
	char at[48], ms[48];

	if (!column_text(column[0], at, sizeof at) ||
		!column_text(column[1], id, PROBE_ID_MAX + 1) ||
		!column_text(column[3], ms, sizeof ms))
		return false;
	r->key.probe_id = id;
	return probe_id_valid(id) && num_decimal(at, &r->key.started_at) &&
		num_decimal(ms, &r->total_ms) && r->total_ms <= MS_MAX;
}

/* The last summary of a server that was read whole, and what it is made of. */
struct summary {
	struct record r; /* its doc is NULL where there is none */
	const char *shared; /* the fifth column of its row */
};

/* Whether a row shares all but a few columns with the last summary. */
static bool is_shared(const struct summary *last, const char *column)
{
	size_t n;

	if (!last->r.doc || column == last->shared)
		return last->r.doc;
	n = strcspn(column, "\n");
	return strncmp(column, last->shared, n) == 0 &&
		strchr("\n", last->shared[n]);
}

/*
 * Call each for the rows of a region, as load_latest does. They must live as
 * long as *last, which goes from one region of a server to the next.
 */
static void read_rows(struct summary *last, const char *slug,
	const char *region, const char *rows,
	void (*each)(void *arg, const struct record *r), void *arg)
{
	const char *shared = "", *members, *column[5];
	char id[PROBE_ID_MAX + 1], why[RECORD_WHY];
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	for (; *rows; rows += *rows == '\n') {
		size_t n = split_columns(rows, column);

		if (n == 5 && *column[2] == '=') {
			if (*column[4] != '=')
				shared = column[4];
			rows = column[4] + strcspn(column[4], "\n");
			last->r.u.probe.key.region = region;
			if (is_shared(last, shared) &&
				change_summary(&last->r.u.probe, column, id)) {
				shared = last->shared;
				each(arg, &last->r);
				continue;
			}
			record_release(&last->r);
			last->shared = shared;
			/* The hash in front is not the record's. */
			members = shared + strcspn(shared, " \n");
			buf_clear(&b);
			put_summary(&b, slug, region, column,
				members + (*members == ' '));
			if (record_read(b.p, b.len, &last->r, why))
				log_warn("store: a record cannot be read: %s",
					why);
			else
				each(arg, &last->r);
			continue;
		}
		/* A text without '{' is no record. */
		for (; *rows && *rows != '\n'; rows += *rows == '\t') {
			if (*rows == '{')
				read_record(rows, (size_t)width(rows), each, arg);
			rows += width(rows);
		}
	}
	buf_release(&b);
}

void load_latest(const char *slug, const char *region, const char *rows,
	void (*each)(void *arg, const struct record *r), void *arg)
{
	struct summary last = {.shared = NULL};

	read_rows(&last, slug, region, rows, each, arg);
	record_release(&last.r);
}

/* The tools in JSON as struct tool_digest; NULL where it is no object. */
static struct tool_digest *read_tools(const cJSON *o, size_t *n)
{
	struct tool_digest *t;
	const cJSON *v;

	*n = 0;
	if (!cJSON_IsObject(o))
		return NULL;
	t = xcalloc((size_t)cJSON_GetArraySize(o), sizeof *t);
	cJSON_ArrayForEach(v, o)
	{
		const char *a = v->child ? v->child->valuestring : NULL;
		const char *b = a && v->child->next ? v->child->next->valuestring
						    : NULL;

		if (!b || !hash_valid(a) || !hash_valid(b))
			continue;
		t[*n].name = v->string;
		memcpy(t[*n].contract, a, HASH_HEX + 1);
		memcpy(t[*n].full, b, HASH_HEX + 1);
		(*n)++;
	}
	return t;
}

/* Split "<hash>.<full>" or "<hash>."; false where it is neither. */
static bool split_key(const char *key, char *hash, char *full)
{
	size_t n = strlen(key);

	if (n < HASH_HEX + 1 || key[HASH_HEX] != '.')
		return false;
	memcpy(hash, key, HASH_HEX);
	hash[HASH_HEX] = '\0';
	snprintf(full, HASH_HEX + 1, "%s", key + HASH_HEX + 1);
	return hash_valid(hash) && (!*full || hash_valid(full));
}

/* Learn a list of tools, if this field of key_tools is one. */
static void learn_list(struct collect *c, const char *key, const char *text)
{
	char hash[HASH_HEX + 1], full[HASH_HEX + 1], why[JSON_WHY];
	struct probe_record r = {0};
	struct tool_digest *tools;
	cJSON *doc;

	if (!split_key(key, hash, full))
		return;
	doc = json_parse(text, strlen(text), &json_record, why);
	tools = read_tools(doc, &r.n_tools);
	r.tool_hash = hash;
	r.full_hash = *full ? full : NULL;
	r.tools = tools;
	if (tools)
		collect_learn(c, &r);
	free(tools);
	cJSON_Delete(doc);
}

/* "<since when it has these contracts>[ <and these words, if not as long>]" */
static void take_since(struct seen *seen, const char *text)
{
	size_t n = strcspn(text, " ");
	char since[32];

	snprintf(since, sizeof since, "%.*s", (int)(n < 31 ? n : 31), text);
	if (!num_decimal(since, &seen->since))
		seen->since = 0;
	seen->words_since = seen->since;
	if (text[n] && !num_decimal(text + n + 1, &seen->words_since))
		seen->words_since = 0;
}

/* "seen:<region>" with "<era> <hash>.<full>[ <since>[ <since>]]". */
static void add_seen(struct collect *c, struct loaded *l, const char *region,
	const char *text)
{
	size_t n = strcspn(text, " "), key_n;
	struct probe_record r = {0};
	struct seen *seen = &l->seen[l->n_seen];
	char era[16], key[2 * HASH_HEX + 2], hash[HASH_HEX + 1];
	char full[HASH_HEX + 1];

	snprintf(era, sizeof era, "%.*s", (int)(n < 15 ? n : 15), text);
	text += n + (text[n] == ' ');
	key_n = strcspn(text, " ");
	if (key_n >= sizeof key)
		return;
	snprintf(key, sizeof key, "%.*s", (int)key_n, text);
	if (!region_valid(region) || !split_key(key, hash, full))
		return;
	snprintf(seen->region, sizeof seen->region, "%s", region);
	era_parse(era, &seen->probe.era);
	r.tool_hash = hash;
	r.full_hash = *full ? full : NULL;
	seen->probe.tools = collect_learn(c, &r);
	if (text[key_n])
		take_since(seen, text + key_n + 1);
	l->n_seen++;
}

/* "stood:<region>" with "works <since>" or "broken <since>". */
static void add_stood(struct loaded *l, const char *region, const char *text)
{
	struct stood *s = &l->stood[l->n_stood];
	const char *since = strchr(text, ' ');

	s->standing.broken = strncmp(text, "broken ", 7) == 0;
	if (!since || !num_decimal(since + 1, &s->standing.since) ||
		!region_valid(region))
		return;
	snprintf(s->region, sizeof s->region, "%s", region);
	l->n_stood++;
}

/* "changes:<region>" with what churn_put writes. */
static void add_changed(struct loaded *l, const char *region, const char *text)
{
	struct changed *c = &l->changed[l->n_changed];

	if (!region_valid(region) || !churn_read(text, &c->changes))
		return;
	snprintf(c->region, sizeof c->region, "%s", region);
	l->n_changed++;
}

const struct region_since *load_region_since(
	const struct loaded *l, const char *region)
{
	for (size_t i = 0; i < l->n_stood; i++)
		if (strcmp(l->stood[i].region, region) == 0)
			return &l->stood[i].standing;
	return NULL;
}

/* The rest of a field after the prefix, or NULL. */
static const char *after(const char *field, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(field, prefix, n) == 0 ? field + n : NULL;
}

static void read_tool_field(struct collect *c, struct loaded *l,
	const char *field, const char *text)
{
	const char *seen = after(field, "seen:");
	const char *stood = after(field, "stood:");
	const char *changed = after(field, "changes:");

	if (seen)
		add_seen(c, l, seen, text);
	else if (stood)
		add_stood(l, stood, text);
	else if (changed)
		add_changed(l, changed, text);
	else if (strcmp(field, DIVERGENCE_WORDS) == 0 && !l->divergence_words)
		l->divergence_words = xstrdup(text);
	else if (strcmp(field, UNAPPROVED_CHANGE) == 0 && !l->unapproved)
		l->unapproved = xstrdup(text);
	else if (strcmp(field, "churn:since") == 0 &&
		!num_decimal(text, &l->churn_since))
		l->churn_since = 0;
	else if (strcmp(field, "colour:last") == 0)
		l->coloured = verdict_colour_parse(text, &l->colour);
	else if (strcmp(field, "healthy:last") == 0 &&
		!num_decimal(text, &l->last_healthy))
		l->last_healthy = 0;
	else if (strcmp(field, "success:last") == 0 &&
		!num_decimal(text, &l->last_success))
		l->last_success = 0;
}

static void read_tool_fields(struct collect *c, struct loaded *l,
	const struct store_reply *r)
{
	size_t n = store_count(r);

	l->seen = xcalloc(n / 2, sizeof *l->seen);
	l->stood = xcalloc(n / 2, sizeof *l->stood);
	l->changed = xcalloc(n / 2, sizeof *l->changed);
	/* The lists first: "seen:" refers to them. */
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		learn_list(c, f.name, f.text);
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		read_tool_field(c, l, f.name, f.text);
}

void load_group_add(struct load_group *g, const char *slug)
{
	g->v = xgrow(g->v, &g->cap, g->n + 1, sizeof *g->v);
	g->v[g->n++] = (struct loaded) {.slug = slug};
}

int load_group_ask(struct store *s, struct load_group *g, double now)
{
	char sha[STORE_SHA];

	if (!isnan(now) && rollup_load(s, sha))
		return -1;
	g->now = now;
	g->reply = store_queued(s);
	store_add(s, "HGETALL", KEY_RUNNERS, NULL);
	for (size_t i = 0; i < g->n; i++)
		ask(s, g->v[i].slug, isnan(now) ? NULL : sha, now);
	return 0;
}

/* The last records of the runners: they show which are on one machine. */
static void add_runners(struct collect *c, const struct store_reply *r)
{
	for (struct store_field f = {.next = 0}; store_field(r, &f);)
		read_record(f.text, strlen(f.text), collect_record, c);
}

/* Take the replies to one server's commands, of which the first is number `at`. */
static void take_server(struct store *s, struct load_group *g, struct loaded *l,
	size_t at)
{
	const struct store_reply *rows = store_reply(s, at + ASK_LATEST);
	struct summary last = {.shared = NULL};

	read_tool_fields(g->collect, l, store_reply(s, at + ASK_TOOLS));
	for (struct store_field f = {.next = 0}; store_field(rows, &f);)
		read_rows(&last, l->slug, f.name, f.text, collect_record,
			g->collect);
	record_release(&last.r);
	if (!isnan(g->now))
		l->baseline_missing =
			rollup_read(store_reply(s, at + ASK_FIGURES), g->now,
				&l->figures);
}

void load_group_take(struct store *s, struct load_group *g)
{
	size_t each = isnan(g->now) ? ASK_FIGURES : ASK_FIGURES + 1;
	struct server *servers;
	size_t n;

	if (!g->collect)
		g->collect = collect_new();
	add_runners(g->collect, store_reply(s, g->reply));
	collect_trust(g->collect);
	for (size_t i = 0; i < g->n; i++)
		take_server(s, g, &g->v[i], g->reply + 1 + i * each);
	collect_finish(g->collect);
	servers = collect_servers(g->collect, &n);
	for (size_t i = 0; i < g->n; i++) {
		size_t at = strings_place(
			servers, n, sizeof *servers, g->v[i].slug);

		if (at < n && strcmp(servers[at].slug, g->v[i].slug) == 0)
			g->v[i].found = &servers[at];
	}
}

int load_group(struct store *s, struct load_group *g, double now)
{
	if (load_group_ask(s, g, now))
		return -1;
	if (store_run(s))
		return store_failed(s);
	load_group_take(s, g);
	return 0;
}

void load_group_release(struct load_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].seen);
		free(g->v[i].stood);
		free(g->v[i].changed);
		free(g->v[i].divergence_words);
		free(g->v[i].unapproved);
	}
	free(g->v);
	collect_free(g->collect);
	*g = (struct load_group) {.n = 0};
}

int load_each(struct store *s, const char *const *slugs, size_t n, double now,
	load_use *use, void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i += LOAD_GROUP) {
		struct load_group g = {.n = 0};

		while (g.n < LOAD_GROUP && i + g.n < n)
			load_group_add(&g, slugs[i + g.n]);
		rc = load_group(s, &g, now);
		if (!rc)
			rc = use(arg, i, &g);
		load_group_release(&g);
	}
	return rc;
}

/* The last probe of a region that has records. */
struct told {
	enum region_state state;
	enum step failed_step;
	char error[ERROR_MAX], hash[HASH_HEX + 1], full[HASH_HEX + 1];
};

static void note_told(const struct record *r, struct told *told)
{
	const struct probe_record *p = &r->u.probe;

	if (r->type != RECORD_PROBE)
		return;
	told->state = p->state;
	told->failed_step = p->failed_step;
	snprintf(told->error, sizeof told->error, "%s",
		p->error ? p->error : "");
	snprintf(told->hash, sizeof told->hash, "%s",
		p->tool_hash ? p->tool_hash : "");
	snprintf(told->full, sizeof told->full, "%s",
		p->full_hash ? p->full_hash : "");
}

/*
 * A probe of a row that left no records, if it is the same as the last that has
 * some, said the same, or it would have left them: add what a row lacks. One that
 * did not, and lost them, leaves nothing to go by.
 */
static void add_told(struct hour_row_probe *p, struct told *told)
{
	struct probe_record *r = &p->record;
	const char *error = *told->error ? told->error : NULL;

	if (p->lost)
		*told = (struct told) {.hash = ""};
	if (r->state != told->state || r->failed_step != told->failed_step ||
		p->code != hour_row_code(error))
		return;
	r->error = error;
	if (*told->hash)
		r->tool_hash = told->hash;
	if (*told->hash && *told->full)
		r->full_hash = told->full;
}

void load_records(const char *text,
	void (*each)(void *arg, const struct record *r), void *arg)
{
	for (text += *text == '['; *text; text += strspn(text, ",\n")) {
		size_t n = strcspn(text, "\n"), len = n;

		while (len && strchr(",]", text[len - 1]))
			len--;
		read_record(text, len, each, arg);
		text += n;
	}
}

/* Takes the records of a minute; c is NULL before the span. */
struct minute {
	struct collect *c;
	const struct load_span *span;
	struct told *told;
};

static void take_record(void *arg, const struct record *r)
{
	const struct minute *m = arg;
	char why[RECORD_WHY];

	if (m->c && collect_add(m->c, r, why))
		log_warn("store: a record cannot be used: %s", why);
	else if (m->span->saw)
		m->span->saw(m->span->arg, r);
	note_told(r, m->told);
}

static void read_probe(struct collect *c, const struct load_span *span,
	const char *text, struct told *told)
{
	struct minute m = {c, span, told};

	load_records(text, take_record, &m);
}

static int64_t hour(int64_t window)
{
	return window / 3600;
}

static bool row_holds(const struct store_reply *row, int64_t window,
	struct hour_row_probe *out)
{
	return store_text(row) &&
		hour_row_read(store_text(row), store_size(row), window, out);
}

/* Whether the rows of a region in `latest` hold a probe of that start. */
static bool is_latest(const struct store_reply *latest, const char *region,
	double at)
{
	const char *rows = store_value(latest, region);

	while (rows && *rows) {
		double late = strtod(rows, NULL) - at;

		/* A slot cuts what is less than that. */
		if (late >= 0 && late < 1.0 / HOUR_ROW_HZ)
			return true;
		rows += strcspn(rows, "\n");
		rows += *rows == '\n';
	}
	return false;
}

/* The first window whose records are read. */
static int64_t first_window(const struct load_span *span)
{
	return span->first - span->before;
}

/*
 * The probes of a region: each by its records where the store has them, else by
 * the row of its hour.
 */
static void read_region(struct store *s, struct collect *c,
	const struct load_span *span, size_t region)
{
	int64_t hours = hour(span->last) - hour(first_window(span)) + 1;
	int64_t minutes = (span->last - first_window(span)) / 60 + 1;
	size_t rows = 1 + region * (size_t)(hours + minutes);
	const struct store_reply *latest = store_reply(s, 0);
	struct told told = {.hash = ""};

	for (int64_t t = first_window(span); t <= span->last; t += 60) {
		const char *text = store_text(store_reply(s,
			rows + (size_t)(hours + (t - first_window(span)) / 60)));
		const struct store_reply *row;
		struct hour_row_probe p;
		char why[RECORD_WHY];
		struct record r = {.type = RECORD_PROBE};

		if (text)
			read_probe(
				t < span->first ? NULL : c, span, text, &told);
		if (text)
			continue;
		row = store_reply(
			s, rows + (size_t)(hour(t) - hour(first_window(span))));
		if (!row_holds(row, t, &p))
			continue;
		add_told(&p, &told);
		if (t < span->first || is_latest(latest, span->regions[region],
					       p.record.key.started_at))
			continue;
		r.u.probe = p.record;
		r.u.probe.key.slug = span->slug;
		r.u.probe.key.region = span->regions[region];
		r.u.probe.key.probe_id = p.id;
		if (collect_add(c, &r, why))
			log_warn("store: a record cannot be used: %s", why);
	}
}

static void ask_minutes(struct store *s, const struct load_span *span)
{
	char key[KEY_MAX];

	store_add(s, "HGETALL", key_latest(key, span->slug), NULL);
	for (size_t i = 0; i < span->n_regions; i++) {
		for (int64_t h = hour(first_window(span));
			h <= hour(span->last); h++)
			store_add(s, "GET",
				key_hour_row(key, span->slug, h,
					span->regions[i]),
				NULL);
		for (int64_t t = first_window(span); t <= span->last; t += 60)
			store_add(s, "GET",
				key_probe(key, span->slug, t, span->regions[i]),
				NULL);
	}
}

int load_minutes(struct store *s, struct load_group *g,
	const struct load_span *span, double now)
{
	ask_minutes(s, span);
	if (store_run(s))
		return store_failed(s);
	g->collect = collect_new();
	collect_trust(g->collect);
	for (size_t i = 0; i < span->n_regions; i++)
		read_region(s, g->collect, span, i);
	load_group_add(g, span->slug);
	return load_group(s, g, now);
}

int load_heard(struct store *s, const struct load_span *span, bool *heard)
{
	struct hour_row_probe p;
	char key[KEY_MAX];
	size_t at = 0;

	for (int64_t h = hour(span->first); h <= hour(span->last); h++)
		for (size_t i = 0; i < span->n_regions; i++)
			store_add(s, "GET",
				key_hour_row(key, span->slug, h,
					span->regions[i]),
				NULL);
	for (int64_t t = span->first; t <= span->last; t += 60)
		store_add(s, "EXISTS", key_reporters(key, span->slug, t), NULL);
	if (store_run(s))
		return store_failed(s);
	for (int64_t t = span->first; t <= span->last; t += 60)
		heard[(t - span->first) / 60] = false;
	for (int64_t h = hour(span->first); h <= hour(span->last); h++)
		for (size_t i = 0; i < span->n_regions; i++, at++)
			for (int64_t t = span->first; t <= span->last; t += 60)
				if (hour(t) == h &&
					row_holds(store_reply(s, at), t, &p))
					heard[(t - span->first) / 60] = true;
	for (int64_t t = span->first; t <= span->last; t += 60, at++)
		if (store_int(store_reply(s, at), 0) > 0)
			heard[(t - span->first) / 60] = true;
	return 0;
}

char **load_regions(struct store *s, const char *slug, size_t *n)
{
	char key[KEY_MAX], **out;
	const struct store_reply *r =
		store_one(s, "HKEYS", key_latest(key, slug), NULL);

	*n = 0;
	if (!r)
		return NULL;
	out = xcalloc(store_count(r) + 1, sizeof *out);
	for (size_t i = 0; i < store_count(r); i++) {
		const char *name = store_text(store_item(r, i));

		if (name && region_valid(name))
			out[(*n)++] = xstrdup(name);
	}
	if (*n)
		qsort(out, *n, sizeof *out, strings_order);
	return out;
}

void load_regions_free(char **regions)
{
	for (size_t i = 0; regions && regions[i]; i++)
		free(regions[i]);
	free(regions);
}

void load_seen(const struct loaded *l, struct region_history *h, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < l->n_seen; k++) {
			if (strcmp(h[i].name, l->seen[k].region) != 0)
				continue;
			h[i].tools_seen = &l->seen[k].probe;
			h[i].tools_since = l->seen[k].since;
			h[i].words_since = l->seen[k].words_since;
		}
		for (size_t k = 0; k < l->n_changed; k++)
			if (strcmp(h[i].name, l->changed[k].region) == 0)
				h[i].changes = l->changed[k].changes;
	}
}
