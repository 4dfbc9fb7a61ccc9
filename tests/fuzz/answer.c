/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a web server passes on, and whatever the store holds, the
 * whole output is a response that the contract allows: fields that are whole
 * lines, the length that they say, JSON that is JSON, a 304 only for what
 * matches; and whoever does not show the token learns nothing of a private
 * server, from memory neither.
 *
 * An input is the lines of an environment, up to an empty one; then up to three
 * that the store answers with: an entry, a verdict, and one that is an account,
 * a site, incidents, planned work and a list of tools, by who asks.
 */
#include "fuzz.h"

#include "access/credentials.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "cgi/request.h"
#include "data/entries.h"
#include "data/page_data.h"
#include "data/search.h"
#include "data/tools.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "terms/names.h"
#include "handlers/handler.h"
#include "http/front.h"
#include "json/json.h"
#include "words/words.h"

#include <stdlib.h>

#define LINES 32
#define NOW 1777494710.0

/* The store: the server "known" is what the input says, "secret" is private. */
static char *held[3];

#define SECRET                                                                 \
	"{\"private\":true,\"token_sha256\":"                                  \
	"\"1ec1c26b50d5d3c58d9583181af80766"                                   \
	"55fe00756bf7285940ba3670f99fcba0\",\"title\":\"canary\"}"
#define DIGEST                                                                 \
	"1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0"
#define VERDICT                                                                \
	"{\"v\":1,\"window\":1777494660,\"verdict\":\"red\",\"uptime_30d\":1," \
	"\"p95_ms\":666,\"regions\":[],\"published_at\":1777494663,"           \
	"\"last_probe_at\":1777494660}"

int fetch_server(struct source *s, const char *slug, const char *token,
	const char **server, const char **verdict)
{
	(void)s;
	(void)token;
	need(slug_valid(slug));
	*server = *verdict = NULL;
	if (strcmp(slug, "known") == 0) {
		*server = held[0];
		*verdict = held[1];
	} else if (strcmp(slug, "secret") == 0) {
		*server = SECRET;
		*verdict = VERDICT;
	} else if (strcmp(slug, "down") == 0) {
		return -1;
	}
	return 0;
}

int fetch_page(struct source *s, const char *slug, const char *token,
	double now, bool past, struct fetched *got, struct page_data *d)
{
	const char *tools[] = {"0000000000000000", held[2]};

	(void)past;
	*d = (struct page_data) {0};
	history_init(&d->history, now);
	*got = (struct fetched) {.site = held[2]};
	if (fetch_server(s, slug, token, &got->server, &got->verdict))
		return -1;
	fetch_stages(s, d->heartbeats, NULL);
	maintenance_list_add(&d->maintenance, held[2]);
	incidents_read_all(
		&(struct incident_sources) {.state = held[2],
			.updates = (const char *const[]) {held[1], held[2],
				"1777400040:downtime:1777400160000:note",
				held[2]},
			.n_updates = 4,
			.since = (d->history.today - HISTORY_KEPT) * 86400},
		&d->incidents);
	history_minutes(&d->history, held[2], 1);
	history_tools(&d->history, tools, held[2] ? 2 : 0);
	return 0;
}

int fetch_account_entry(struct source *s, const char *account,
	const char *token, const char **json)
{
	(void)s;
	need(slug_valid(account));
	*json = token ? held[2] : NULL;
	return 0;
}

int fetch_stages(struct source *s, double at[STAGES], const char **regions)
{
	(void)s;
	if (regions)
		*regions = held[2];
	for (size_t i = 0; i < STAGES; i++)
		at[i] = NOW;
	return 0;
}

int fetch_runs(struct source *s, const char *texts[STAGES])
{
	(void)s;
	for (size_t i = 0; i < STAGES; i++)
		texts[i] = held[i];
	return 0;
}

int fetch_site(struct source *s, const char **json)
{
	(void)s;
	*json = held[2];
	return 0;
}

int fetch_undelivered(struct source *s, double *n)
{
	(void)s;
	*n = 0;
	return 0;
}

int fetch_unnotified(struct source *s, bool *fails)
{
	(void)s;
	*fails = held[2] != NULL;
	return 0;
}

static const struct listing nothing;

int fetch_maintenances(struct source *s, struct maintenance_list *list)
{
	(void)s;
	*list = (struct maintenance_list) {0};
	maintenance_list_add(list, held[2]);
	return 0;
}

int fetch_account_listing(struct source *s, const struct account *a,
	const char *token, double now, struct listing *l)
{
	(void)s;
	(void)now;
	need(token && strlen(token) == SHA256_HEX - 1);
	for (size_t i = 0; i < a->n; i++)
		need(slug_valid(a->slugs[i]));
	*l = nothing;
	return 0;
}

int fetch_listing(struct source *s, const struct listing **l)
{
	(void)s;
	*l = &nothing;
	return 0;
}

int fetch_views(struct source *s, double now, const struct listing **l)
{
	(void)now;
	return fetch_listing(s, l);
}

/* One server, whose row is what the input says. */
static struct {
	char *text;
	struct index_entry entry;
	struct listing all;
} row;

int fetch_index(struct source *s, double now, const struct listing **l)
{
	(void)s;
	(void)now;
	free(row.text);
	row.text = held[2] ? xstrdup(held[2]) : NULL;
	row.entry = (struct index_entry) {.slug = "known"};
	row.all.v = &row.entry;
	row.all.n = row.text && listing_row_read(row.text, &row.entry.row);
	row.entry.condition.state = CONDITION_DOWN;
	*l = &row.all;
	return 0;
}

int fetch_index_rows(struct source *s, double now,
	const struct index_entry *const *v, size_t n, struct index_row *rows)
{
	(void)s;
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct index_row) {
			.e = v[i], .condition = v[i]->condition};
		index_days(v[i], (int64_t)now / 86400, rows[i].days);
	}
	return 0;
}

void index_rows_release(struct index_row *rows, size_t n)
{
	(void)rows;
	(void)n;
}

int fetch_counts(struct source *s, double now,
	size_t counts[CONDITION_STATES])
{
	(void)s;
	(void)now;
	for (int i = 0; i < CONDITION_STATES; i++)
		counts[i] = held[i % 3] ? strlen(held[i % 3]) : 0;
	return 0;
}

int fetch_maintained(struct source *s, const char *slug, const char *account,
	double now, bool *goes_on)
{
	struct maintenance_list list;

	need(slug_valid(slug));
	fetch_maintenances(s, &list);
	*goes_on = maintenance_list_now(&list, slug, account, now, 14400).found;
	maintenance_list_release(&list);
	return 0;
}

int fetch_names(struct source *s, const struct names **names)
{
	static const struct names none;

	(void)s;
	*names = &none;
	return 0;
}

int fetch_public(struct source *s, const char **names, size_t n, size_t max)
{
	(void)s;
	(void)max;
	for (size_t i = 0; i < n; i++)
		need(*names[i]);
	return 0;
}

int fetch_token_account(struct source *s, const char *token, char *account)
{
	(void)s;
	need(token && strlen(token) == SHA256_HEX - 1);
	*account = '\0';
	return 0;
}

int fetch_account_digest(struct source *s, const char *account, char *sha256)
{
	(void)s;
	need(slug_valid(account));
	snprintf(sha256, SHA256_HEX, "%s",
		strcmp(account, "known") == 0 ? DIGEST : "");
	return strcmp(account, "down") == 0 ? -1 : 0;
}

int fetch_incidents(struct source *s, const struct incident_rows **rows)
{
	static const struct incident_rows none;

	(void)s;
	*rows = &none;
	return 0;
}

int fetch_own_incidents(struct source *s, const char *const *slugs, size_t n,
	const char *token, struct incident_rows *rows)
{
	(void)s;
	need(!token || strlen(token) == SHA256_HEX - 1);
	for (size_t i = 0; i < n; i++)
		need(slug_valid(slugs[i]));
	*rows = (struct incident_rows) {0};
	return 0;
}

int fetch_tools(struct source *s, const char *slug, const char *token,
	struct fetched_tools *t)
{
	const char *pairs[] = {"l:0", held[2], "r:x", held[2]};

	*t = (struct fetched_tools) {.n = held[2] ? 4 : 0};
	t->got.site = held[2];
	if (fetch_server(s, slug, token, &t->got.server, &t->got.verdict))
		return -1;
	t->pairs = xcalloc(4, sizeof *t->pairs);
	memcpy(t->pairs, pairs, sizeof pairs);
	return 0;
}

void fetch_tools_release(struct fetched_tools *t)
{
	free(t->pairs);
	*t = (struct fetched_tools) {.n = 0};
}

int fetch_tool_count(struct source *s, const char *slug, const char *token,
	int *n)
{
	(void)s;
	(void)token;
	need(slug_valid(slug));
	*n = held[2] ? (int)strlen(held[2]) : -1;
	return 0;
}

int fetch_report_months(struct source *s, double now, int months[REPORT_MONTHS])
{
	(void)s;
	*months = month_of(now);
	return held[2] ? 1 : 0;
}

int fetch_report(struct source *s, const char *month, struct report_head *head)
{
	char why[FIELD_WHY];

	(void)s;
	need(month_valid(month));
	if (!held[2])
		return 0;
	return month_report_read(held[2], head, why) ? -1 : 1;
}

int fetch_report_part(struct source *s, const char *month, int64_t as_of,
	size_t from, size_t n, struct report_part *part)
{
	struct report_row rows[REPORT_ROWS];
	char why[FIELD_WHY];

	(void)s;
	(void)month;
	(void)as_of;
	need(from % REPORT_ROWS == 0 && n <= REPORT_BATCH);
	*part = (struct report_part) {.v = NULL};
	part->docs = xcalloc(1, sizeof(cJSON *));
	if (!held[1] || month_report_rows_read(
				held[1], rows, &part->n, part->docs, why)) {
		report_part_release(part);
		return -1;
	}
	part->n_docs = 1;
	part->v = xcalloc(REPORT_ROWS, sizeof *part->v);
	for (size_t i = 0; i < part->n; i++)
		part->v[i] = (struct report_entry) {.row = rows[i]};
	return 1;
}

void report_part_release(struct report_part *part)
{
	free(part->v);
	for (size_t i = 0; i < part->n_docs; i++)
		cJSON_Delete(part->docs[i]);
	free(part->docs);
	*part = (struct report_part) {.v = NULL};
}

bool listing_has(const struct listing *l, const struct index_entry *e)
{
	(void)l;
	(void)e;
	return false;
}

void listing_release(struct listing *l)
{
	*l = nothing;
}

int fetch_verdicts_of(struct source *s, const char *const *slugs, size_t n)
{
	(void)s;
	for (size_t i = 0; i < n; i++)
		need(slug_valid(slugs[i]));
	return 0;
}

const char *fetch_verdict(const struct source *s, size_t i)
{
	(void)s;
	return i % 2 ? held[1] : NULL;
}

void fetch_close(struct source *s)
{
	(void)s;
	free(row.text);
	row.text = NULL;
}

/* The value of a field, up to its end; or NULL. */
static const char *value(const char *header, const char *name)
{
	const char *at = strstr(header, name);

	return at ? at + strlen(name) : NULL;
}

static void check_header(const char *header)
{
	need(strncmp(header, "Status: ", 8) == 0);
	for (const char *p = header; *p; p += 2) {
		size_t n = strcspn(p, "\r\n");

		need(n > 0 && memchr(p, ':', n) && p[n] == '\r' &&
			p[n + 1] == '\n');
		for (size_t i = 0; i < n; i++)
			need((unsigned char)p[i] >= 0x20 && p[i] != 0x7f);
		p += n;
	}
	need(strstr(header, "Vary: ") != NULL);
	need(!strstr(header, "Set-Cookie") ||
		strstr(header, "private, no-store"));
	need(!strstr(header, "Status: 401") ||
		strstr(header, "WWW-Authenticate: Basic "));
	need(!strstr(header, "private, no-store") ||
		!strstr(header, "Access-Control"));
}

static void check_body(const char *header, const char *body, size_t n,
	const struct request *r)
{
	const char *length = value(header, "Content-Length: ");
	char why[JSON_WHY];
	cJSON *doc;

	if (strncmp(header + 8, "304", 3) == 0) {
		need(!n && !length && r->if_none_match);
		return;
	}
	need(length && strstr(header, "X-Content-Type-Options: nosniff\r\n"));
	need(r->method == METHOD_HEAD ? !n
				      : strtoul(length, NULL, 10) == n);
	if (!n || !strstr(header, "Content-Type: application/json"))
		return;
	doc = json_parse(body, n, &json_reply, why);
	need(doc && cJSON_IsObject(doc));
	cJSON_Delete(doc);
}

/* An output, with a NUL behind it: an image has some in it, too. */
static char *copy(const struct output *out)
{
	char *text = xmalloc(out->n + 1);

	memcpy(text, out->p, out->n);
	text[out->n] = '\0';
	return text;
}

static void check(const struct output *out, const struct request *r)
{
	char *text = copy(out);
	char *end = strstr(text, "\r\n\r\n");

	need(end != NULL);
	end[2] = '\0';
	/* Only an image has what is no text. */
	if (strstr(text, "Content-Type: image/png\r\n"))
		need(end + 4 == text + out->n ||
			memcmp(end + 4, "\x89PNG\r\n\x1a\n", 8) == 0);
	else
		need(strlen(end + 4) == out->n - (size_t)(end + 4 - text));
	check_header(text);
	/* What came in as markup does not go out as such. */
	need(strstr(text, "Content-Type: application/json") ||
		!strstr(end + 4, "<fuzz"));
	check_body(text, end + 4, out->n - (size_t)(end + 4 - text), r);
	free(text);
}

/* The same again, from memory, is the same. */
static void check_twice(struct front *f, char *const *env)
{
	struct request r;
	struct output out;
	char *first;
	size_t n;

	request_read(&r, env);
	out = front_answer(f, env);
	check(&out, &r);
	n = out.n;
	first = copy(&out);
	out = front_answer(f, env);
	need(out.n == n && memcmp(out.p, first, n) == 0);
	free(first);
}

static struct output ask(struct front *f, char *path, char *token)
{
	char *env[] = {"REQUEST_METHOD=GET", path, token, NULL};

	return front_answer(f, env);
}

/*
 * The cookie of the account of that token does the same on what people look at,
 * and one that another token signed, or for another account, nothing.
 */
static void check_cookie(struct front *f, char *path, bool page)
{
	static const struct {
		const char *account, *digest;
		double at;
		bool good;
	} cases[] = {{"known", DIGEST, NOW, true},
		{"known", DIGEST, NOW - 61, false},
		{"other", DIGEST, NOW, false},
		{"down", DIGEST, NOW, false}, {"known", "0", NOW, false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char field[SESSION_FIELD], env[SESSION_FIELD + 16];
		struct output out;
		bool told;

		session_set(cases[i].account, cases[i].digest, cases[i].at, 60,
			field);
		snprintf(env, sizeof env, "HTTP_COOKIE=a=b; %.*s",
			(int)strcspn(field, ";"), field);
		out = ask(f, path, env);
		told = strstr(out.p, "666") || strstr(out.p, "canary") ||
			strstr(out.p, "no-store");
		need(told == (page && cases[i].good));
		out = ask(f, path, NULL);
		need(!strstr(out.p, "666") && !strstr(out.p, "canary"));
	}
}

/* After all that, nobody else is told what the holder of the token is. */
static void check_secret(struct front *f)
{
	static char *const paths[] = {"PATH_INFO=/api/embed-status/secret",
		"PATH_INFO=/api/status/secret/regions",
		"PATH_INFO=/badge/secret.svg", "PATH_INFO=/badge/secret.json",
		"PATH_INFO=/status/secret"};
	struct output preview = ask(f, "PATH_INFO=/status/secret/preview.png",
		"HTTP_AUTHORIZATION=Bearer wrong");

	/* With the token it would be drawn, which takes long. */
	need(strncmp(preview.p, "Status: 404 ", 12) == 0);

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct output out = ask(f, paths[i],
			"HTTP_AUTHORIZATION=Bearer s3cret");

		need(strstr(out.p, "no-store") != NULL);
		out = ask(f, paths[i], NULL);
		need(!strstr(out.p, "666") &&
			!strstr(out.p, "canary"));
		out = ask(f, paths[i], "HTTP_AUTHORIZATION=Bearer wrong");
		need(!strstr(out.p, "666") &&
			!strstr(out.p, "canary"));
		check_cookie(f, paths[i], i >= 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *env[LINES + 1];
	struct service service = {.url = "https://status.example.com"};
	struct front front;
	size_t n = 0, h = 0;
	bool stored = false;

	while (size && n < LINES && h < 3) {
		size_t len = fuzz_cut(data, size, '\n');
		char *line = fuzz_string(data, len);

		if (stored)
			held[h++] = line;
		else if (*line)
			env[n++] = line;
		else
			free(line);
		stored = stored || !len;
		len += len < size;
		data += len;
		size -= len;
	}
	env[n] = NULL;
	front_init(&front, handle_request, &service, NOW, true);
	check_twice(&front, env);
	check_secret(&front);
	front_release(&front);
	while (n)
		free(env[--n]);
	while (h) {
		free(held[--h]);
		held[h] = NULL;
	}
	return 0;
}
