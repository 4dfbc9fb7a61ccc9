/* SPDX-License-Identifier: MIT */
/*
 * render.c: asks handlers/handler.h for every path that there is, as a stranger
 * would, and keeps what comes. So a page that is added to the routes is
 * rendered, too. Months and incidents are found by the links of the page of their
 * server, and of each month; previews only where a page names them, for one takes
 * longer than a page.
 *
 * A file cannot say 503. Where the answer is an error there is no file; but a
 * page that says that nothing is known is one.
 */
#include "render/render.h"

#include "api/api.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/strings.h"
#include "data/view.h"
#include "fetch/fetch.h"
#include "fetch/fetch_listing.h"
#include "handlers/handler.h"
#include "http/paging.h"
#include "http/respond.h"
#include "http/route.h"
#include "pages/pages.h"
#include "render/file_tree.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* For deflateInit2: a window of 32 KiB, and the header of gzip. */
#define WINDOW_GZIP (15 + 16)
#define MEMORY_LEVEL 8
#define LEVEL 6
#define PIECE 16384

/*
 * Append n bytes, compressed, without a time or a name; false where that fails.
 */
static bool gzip_put(struct buf *b, const void *p, size_t n)
{
	unsigned char out[PIECE];
	z_stream z;
	int rc = Z_OK;

	memset(&z, 0, sizeof z);
	if (n > UINT_MAX || deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP,
				    MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (z_const Bytef *)p;
	z.avail_in = (uInt)n;
	while (rc == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof out;
		rc = deflate(&z, Z_FINISH);
		buf_add(b, (const char *)out, sizeof out - z.avail_out);
	}
	deflateEnd(&z);
	return rc == Z_STREAM_END && buf_ok(b);
}

/* A compressed file, and the least that is worth one, in bytes. */
#define GZIP ".gz"
#define GZIP_LEAST 512
/* The file of a page, in a folder of its path. */
#define INDEX "index.html"
/* Beyond the list of some hundred thousand servers. */
#define FILE_MAX ((size_t)256 * 1024 * 1024)

struct job {
	struct service *service;
	double now;
	struct file_tree tree;
	char why[FILE_TREE_WHY];
};

/* The file for a path: a page is the index of a folder of its name. */
static bool file_name(const char *path, bool is_page, char *out, size_t size)
{
	bool folder = path[strlen(path) - 1] == '/';
	int n = snprintf(out, size, "%s%s%s", path + 1,
		is_page && !folder ? "/" : "", is_page ? INDEX : "");

	return n > 0 && (size_t)n < size;
}

/* The path that a file was rendered for. */
static void path_of(const char *file, char *out, size_t size)
{
	size_t n = strlen(file), index = strlen(INDEX);
	struct route route;

	if (n >= index && strcmp(file + n - index, INDEX) == 0)
		n -= index;
	if (n && file[n - 1] == '/')
		n--;
	snprintf(out, size, "/%.*s", (int)n, file);
	route_find(out, &route);
	if (route.kind == ROUTE_NONE)
		snprintf(out, size, "/%.*s/", (int)n, file);
}

/* Whether the page that says "unknown", with status 503, is to be a file. */
static bool says_so(const char *path)
{
	struct route route;

	route_find(path, &route);
	return route.kind == ROUTE_PAGE || route.kind == ROUTE_INDEX;
}

/*
 * Whether the file has a compressed one beside it. Where a slug is the name of a
 * file, a slug that ends in ".gz" has that name; and PNG is compressed already.
 */
static bool is_compressed(const char *file, const struct response *r)
{
	return r->body.len >= GZIP_LEAST && strncmp(file, "api/", 4) != 0 &&
		strncmp(file, "badge/", 6) != 0 &&
		strcmp(r->type, TYPE_PNG) != 0;
}

static int put_compressed(struct job *j, const char *file, bool changed,
	const struct response *r)
{
	char name[REQUEST_PATH + sizeof INDEX + sizeof GZIP];
	struct buf b;
	int rc = -1;

	snprintf(name, sizeof name, "%s" GZIP, file);
	if (!changed && file_tree_keep(&j->tree, name))
		return 0;
	buf_init(&b, FILE_MAX);
	if (gzip_put(&b, r->body.p, r->body.len))
		rc = file_tree_put(&j->tree, name, b.p, b.len, j->why);
	else
		snprintf(j->why, sizeof j->why, "%.200s: not compressed", name);
	buf_release(&b);
	return rc < 0 ? -1 : 0;
}

static int put(struct job *j, const char *path, const struct response *r)
{
	bool is_page = strcmp(r->type, TYPE_HTML) == 0;
	char file[REQUEST_PATH + sizeof INDEX];
	int changed;

	if (r->audience == AUDIENCE_HOLDER ||
		(r->status != 200 && r->status != 302 &&
			!(r->status == 503 && says_so(path))))
		return 0;
	if (!buf_ok(&r->body)) {
		snprintf(j->why, sizeof j->why, "%.200s: too large", path);
		return -1;
	}
	if (!file_name(path, is_page, file, sizeof file))
		return 0;
	changed = file_tree_put(&j->tree, file, r->body.p, r->body.len, j->why);
	if (changed < 0 || !is_compressed(file, r))
		return changed < 0 ? -1 : 0;
	return put_compressed(j, file, changed, r);
}

/* The paths of that route in a page, each once: of one server. */
static void find_links(const struct buf *page, enum route_kind kind,
	struct strings *out)
{
	static const char begin[] = "href=\"/status/";
	const char *s = buf_ok(page) ? page->p : NULL;
	char path[REQUEST_PATH];
	struct route route;

	while (s && (s = strstr(s, begin))) {
		size_t n;

		s += sizeof "href=\"" - 1;
		n = strcspn(s, "\"#");
		if (n >= sizeof path)
			continue;
		memcpy(path, s, n);
		path[n] = '\0';
		route_find(path, &route);
		if (route.kind == kind)
			strings_note(out, path);
	}
}

/* The path of the preview that a page at `path` names, if it is one of those. */
static bool find_preview(const char *path, const struct response *page,
	char *out, size_t size)
{
	struct route route;

	route_find(path, &route);
	if ((route.kind != ROUTE_PAGE && route.kind != ROUTE_INCIDENT) ||
		page->status != 200 || !buf_ok(&page->body) ||
		!strstr(page->body.p, "property=\"og:image\""))
		return false;
	return route_preview(route.name,
		route.kind == ROUTE_PAGE ? NULL : route.rest, out, size);
}

/*
 * 0; or -1, and why. An answer that failed for lack of the store is not
 * rendered, unless the caller set source.away. Links to pages of that route are
 * added to `links`, unless that is NULL. A preview that a page names comes with it.
 */
static int ask(struct job *j, const char *path, enum route_kind kind,
	struct strings *links)
{
	struct request request = {.method = METHOD_GET, .query = PAGING_WHOLE};
	unsigned long failures = j->service->source.failures;
	char preview[REQUEST_PATH];
	bool has_preview = false;
	struct response r;
	int rc = 0;

	if (strlen(path) >= sizeof request.path[0])
		return 0;
	snprintf(request.path[0], sizeof request.path[0], "%s", path);
	respond_init(&r);
	r.body.max = FILE_MAX;
	handle_request(j->service, &request, j->now, &r);
	if (j->service->source.failures == failures) {
		rc = put(j, path, &r);
		if (links && r.status == 200)
			find_links(&r.body, kind, links);
		has_preview = find_preview(path, &r, preview, sizeof preview);
	} else {
		snprintf(j->why, sizeof j->why, "the store went away");
		rc = -1;
	}
	respond_release(&r);
	/* Which is no page, and has none of its own. */
	return !rc && has_preview ? ask(j, preview, ROUTE_NONE, NULL) : rc;
}

/* The months and incidents of the server whose page has this path. */
static int ask_past(struct job *j, const char *page)
{
	struct strings months = {0}, incidents = {0};
	int rc = ask(j, page, ROUTE_MONTH, &months);

	for (size_t i = 0; i < months.n && !rc; i++)
		rc = ask(j, months.v[i], ROUTE_INCIDENT, &incidents);
	for (size_t i = 0; i < incidents.n && !rc; i++)
		rc = ask(j, incidents.v[i], ROUTE_NONE, NULL);
	strings_release(&months);
	strings_release(&incidents);
	return rc;
}

static int ask_row(struct job *j, const char *path)
{
	struct route route;

	route_find(path, &route);
	return route.kind == ROUTE_PAGE ? ask_past(j, path)
					: ask(j, path, ROUTE_NONE, NULL);
}

/* The report on each month. */
static int ask_reports(struct job *j)
{
	int months[REPORT_MONTHS], n;
	char path[REQUEST_PATH], text[MONTH_TEXT];

	n = fetch_report_months(&j->service->source, j->now, months);
	if (n < 0) {
		snprintf(j->why, sizeof j->why, "the store went away");
		return -1;
	}
	for (size_t row = 0; row < route_rows(); row++)
		for (int i = 0; route_monthly(row) && i < n; i++)
			if (route_path(row, month_text(months[i], text), path,
				    sizeof path) &&
				ask(j, path, ROUTE_NONE, NULL))
				return -1;
	return 0;
}

static int ask_sitemap(struct job *j, size_t row, size_t parts)
{
	char path[REQUEST_PATH], number[32];

	for (size_t i = 1; i <= parts; i++) {
		snprintf(number, sizeof number, "%zu", i);
		if (route_path(row, number, path, sizeof path) &&
			ask(j, path, ROUTE_NONE, NULL))
			return -1;
	}
	return 0;
}

static int ask_all(struct job *j, const struct listing *l)
{
	char path[REQUEST_PATH];

	for (size_t row = 0; row < route_rows(); row++) {
		size_t n = route_named(row) ? l->n : 1;

		if (route_numbered(row) &&
			ask_sitemap(j, row, sitemap_parts(l->n)))
			return -1;
		if (route_monthly(row) || route_numbered(row))
			continue;
		for (size_t i = 0; i < n && !route_live(row); i++) {
			const char *slug =
				route_named(row) ? l->v[i].slug : "";

			if (route_path(row, slug, path, sizeof path) &&
				ask_row(j, path))
				return -1;
		}
	}
	if (ask_reports(j))
		return -1;
	for (size_t i = 0; i < manual_count; i++) {
		snprintf(path, sizeof path, "/man/%s", manual_pages[i].name);
		if (ask(j, path, ROUTE_NONE, NULL))
			return -1;
	}
	return 0;
}

/*
 * Replace all that was rendered by what is answered while the store is away: a
 * page that says so, or no file.
 */
static int withdraw(struct job *j)
{
	char path[REQUEST_PATH];

	j->service->source.away = true;
	for (size_t i = 0; i < j->tree.had.n; i++) {
		const char *file = j->tree.had.v[i];
		size_t n = strlen(file);

		/* It is put with the one that it is beside. */
		if (n > strlen(GZIP) && strcmp(file + n - strlen(GZIP), GZIP) == 0)
			continue;
		path_of(file, path, sizeof path);
		if (ask(j, path, ROUTE_NONE, NULL))
			return -1;
	}
	return file_tree_finish(&j->tree, j->tree.made_at, j->why);
}

/* Whether the files are older than a verdict may be. */
static bool outdated(const struct job *j)
{
	return fabs(j->now - j->tree.made_at) > VIEW_STALE_S;
}

/* An exit status. */
static int run(struct job *j)
{
	const struct listing *l;
	int rc;

	if (fetch_listing(&j->service->source, &l)) {
		if (outdated(j) && withdraw(j))
			log_error("%s", j->why);
		return EXIT_ENV;
	}
	rc = ask_all(j, l);
	if (!rc)
		rc = file_tree_finish(&j->tree, j->now, j->why);
	if (rc)
		log_error("%s", j->why);
	return rc ? EXIT_ENV : EXIT_GOOD;
}

int render(const char *path, struct service *service, double now, bool verbose)
{
	struct job j = {.service = service, .now = now};
	int rc = file_tree_open(&j.tree, path, j.why);

	if (rc != EXIT_GOOD) {
		log_error("%s", j.why);
		return rc;
	}
	j.tree.verbose = verbose;
	rc = run(&j);
	file_tree_release(&j.tree);
	if (fflush(stdout)) {
		log_error("standard output: %s", strerror(errno));
		return EXIT_ENV;
	}
	return rc;
}
