/* SPDX-License-Identifier: MIT */
#include "web/web.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/num.h"
#include "cgi/request.h"
#include "json/json.h"
#include "last_good.h"
#include "state/backend.h"
#include "store/beat.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

/* How long a request waits for a slot; and when to try again. */
#define PATIENCE_MS 5000
/*
 * A request needs a slot, which is a locked file: each loads a configuration with
 * all servers and connects to the store, so the processes of this user work on
 * this many at once.
 */
#define SLOTS 4
/* Visitors have one slot: however many come, operators have the others. */
#define PUBLIC_SLOTS 1
#define RETRY_S 5
/* How often the file of an outage is tried until it is free. */
#define OUTAGE_LOOK_MS 100

extern char **environ;

/*
 * One address: a path in which '*', if any, stands for one segment, and for each method
 * what answers it. A HEAD is answered as a GET, and its body is left out.
 */
struct row {
	const char *path;
	const char *allow; /* the methods, for the Allow field */
	/* The type of the body of a POST; parameters are allowed. NULL: any. */
	const char *type;
	size_t most; /* bytes of the body of a POST */
	/*
	 * Whether the request proves that it may be answered; if not, *a says
	 * what it gets. Anybody may ask, so this costs little: there is no
	 * store, and c->conf is NULL or, with `file`, what the file says
	 * without its lists.
	 */
	bool file;
	bool (*admit)(struct cgi *c, struct cgi_answer *a);
	void (*get)(const struct cgi *c, struct cgi_answer *a);
	void (*post)(const struct cgi *c, struct cgi_answer *a);
	bool away; /* it works without the store, too */
	bool visitors; /* anybody may use it */
};

#define CONSOLE                                                                \
	"GET, HEAD, POST", "application/x-www-form-urlencoded", CGI_BODY_MAX, true

static const struct row rows[] = {
	{"/api/v1/monitors/*/maintenance", "POST", "application/json",
		CGI_BODY_MAX, true, cgi_maintenance_admit, NULL,
		cgi_maintenance, false, false},
	{"/ack/*", "GET, HEAD, POST", "application/x-www-form-urlencoded",
		CGI_BODY_MAX, false, cgi_ack_admit, cgi_ack_get, cgi_ack_post,
		true, false},
	{"/a/*", "GET, HEAD, POST", "application/x-www-form-urlencoded",
		CGI_BODY_MAX, false, cgi_short_admit, cgi_short_get,
		cgi_short_post, false, false},
	{"/answer/*", "POST", NULL, CGI_ANSWER_MAX, true, cgi_answer_admit,
		NULL, cgi_answer, true, false},
	{"/ops", CONSOLE, cgi_console_admit, cgi_console_get, cgi_console_post,
		false, false},
	{"/ops/server/*", CONSOLE, cgi_console_admit, cgi_console_server, NULL,
		false, false},
	{"/ops/link/*", CONSOLE, cgi_console_link_admit, cgi_console_link,
		cgi_console_enter, false, false},
	{"/ops/*", CONSOLE, cgi_console_admit, cgi_console_get,
		cgi_console_post, false, false},
	{"/subscribe", "POST", "application/x-www-form-urlencoded",
		CGI_BODY_MAX, true, cgi_signup_admit, NULL, cgi_signup, false,
		true},
	{"/subscribe/*", "GET, HEAD, POST", NULL, CGI_BODY_MAX, true,
		cgi_confirm_admit, cgi_confirm_get, cgi_confirm_post, false,
		true},
	/* RFC 8058 lets a mail program send its form in either type. */
	{"/unsubscribe/*", "GET, HEAD, POST", NULL, CGI_BODY_MAX, true,
		cgi_leave_admit, cgi_leave_get, cgi_leave_post, false, true},
	{NULL, NULL, NULL, 0, false, NULL, NULL, NULL, false, false},
};

#define SLOT_NAME "web-%d"
/* Between two looks for a free slot. */
#define PAUSE_MS 20

enum look { LOOK_TAKEN, LOOK_BUSY, LOOK_UNUSABLE };

/* Lock the first file that nobody has locked. */
static enum look look_for_slot(int folder, int most, int *slot)
{
	enum look found = LOOK_UNUSABLE;

	for (int i = 1; i <= most; i++) {
		char name[16];
		int fd;

		snprintf(name, sizeof name, SLOT_NAME, i);
		fd = private_open(folder, name, O_RDWR | O_CREAT);
		if (fd < 0)
			continue;
		if (!flock(fd, LOCK_EX | LOCK_NB)) {
			*slot = fd;
			return LOOK_TAKEN;
		}
		close(fd);
		found = LOOK_BUSY;
	}
	return found;
}

static enum look wait_for(int folder, double patience_ms, int most, int *slot)
{
	double end = clock_mono_ms() + patience_ms;
	enum look found = look_for_slot(folder, most, slot);

	while (found == LOOK_BUSY && clock_mono_ms() < end) {
		poll(NULL, 0, PAUSE_MS);
		found = look_for_slot(folder, most, slot);
	}
	return found;
}

/*
 * Wait for one of the first `most` slots; slot_free releases it, and so does the
 * end of this process. False if none was free in time; then a warning is logged. If
 * no folder can hold the slots, it logs a warning and returns true without one: an
 * outage must be acknowledged all the same.
 */
static bool slot_take(double patience_ms, int most, int *slot)
{
	enum look found = LOOK_UNUSABLE;

	*slot = -1;
	for (int f = FOLDER_RUN; f < FOLDERS && found == LOOK_UNUSABLE; f++) {
		int folder = folder_open((enum folder)f, true);

		if (folder < 0)
			continue;
		found = wait_for(folder, patience_ms, most, slot);
		close(folder);
	}
	if (found == LOOK_BUSY)
		log_warn("a request waited %.0f s while %d others were worked "
			 "on, and got 503",
			patience_ms / 1000, most);
	if (found == LOOK_UNUSABLE)
		log_warn("no folder for the locks of requests: any number of "
			 "them is worked on at once; see FILES in mcp-alert(1)");
	return found != LOOK_BUSY;
}

static void slot_free(int slot)
{
	if (slot >= 0)
		close(slot);
}

bool cgi_wanted(void)
{
	return request_env(environ, "GATEWAY_INTERFACE") &&
		request_env(environ, "REQUEST_METHOD");
}

/* Whether a path is that of a row, and the segment that its '*' stands for. */
static bool path_matches(const char *row, const char *path, char *name)
{
	size_t before = strcspn(row, "*"), len;

	*name = '\0';
	if (!row[before])
		return strcmp(path, row) == 0;
	if (strncmp(path, row, before) != 0)
		return false;
	len = strcspn(path + before, "/");
	if (!len || strcmp(path + before + len, row + before + 1) != 0)
		return false;
	memcpy(name, path + before, len);
	name[len] = '\0';
	return true;
}

static const struct row *find_row(struct cgi_request *r)
{
	for (int i = 0; i < REQUEST_FORMS; i++)
		for (const struct row *row = rows; row->path; row++)
			if (path_matches(row->path, r->http.path[i], r->name))
				return row;
	return NULL;
}

/* Whether the body is said to be of that type. */
static bool has_type(const char *wanted)
{
	const char *type = request_env(environ, "CONTENT_TYPE");
	size_t n = wanted ? strlen(wanted) : 0;

	return !wanted || (type && strncasecmp(type, wanted, n) == 0 &&
		strchr("; \t", type[n]));
}

/* The body of the request. False, and *a says why, where there is none. */
static bool read_body(struct buf *body, size_t most, struct cgi_answer *a)
{
	const char *length = request_env(environ, "CONTENT_LENGTH");
	long long left = 0;
	char piece[4096], why[64];

	if (length && *length && !num_parse(length, 0, (long long)most, &left)) {
		snprintf(why, sizeof why, "The body may have up to %zu bytes.",
			most);
		cgi_error(a, 413, "too_large", why);
		return false;
	}
	while (left > 0) {
		size_t want = left < (long long)sizeof piece ? (size_t)left
							     : sizeof piece;
		ssize_t n = read(STDIN_FILENO, piece, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			cgi_error(a, 400, "body", "The body is cut short.");
			return false;
		}
		buf_add(body, piece, (size_t)n);
		left -= n;
	}
	return true;
}

/* Whoever reads that a thing was done may rely on it, even if Redis is
   killed. */
static void answer_post(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	row->post(c, a);
	if (a->status >= 400 || !store_persist(c->store))
		return;
	store_failed(c->store);
	cgi_unavailable(a);
}

/* Answer a request while the store is away. */
static void answer_away(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	double began = clock_mono_ms();

	if (!row->away) {
		cgi_unavailable(a);
		return;
	}
	c->outage = outage_file_open(c->conf->store, false);
	/* mcp-alert may be at it. */
	while (!c->outage && clock_mono_ms() < began + PATIENCE_MS) {
		poll(NULL, 0, OUTAGE_LOOK_MS);
		c->outage = outage_file_open(c->conf->store, false);
	}
	(c->request.http.method == METHOD_POST ? row->post : row->get)(c, a);
	outage_file_close(c->outage);
	c->outage = NULL;
}

/* Answer a request with the configuration that was read. */
static void answer_from(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	const char *url = c->conf->store;
	char why[STORE_WHY];

	c->store = store_open(url, c->conf->store_ca, why);
	c->store = format_guard(c->store, false, why);
	if (c->store)
		store_confirm(c->store, c->conf->store_wait.replicas,
			c->conf->store_wait.timeout_s);
	if (!c->store) {
		log_error("%s", why);
		answer_away(c, row, a);
	} else if (c->request.http.method == METHOD_POST) {
		answer_post(c, row, a);
	} else {
		row->get(c, a);
	}
	store_close(c->store);
}

/* The configuration; or NULL, and *a says that there is none. */
static struct conf *load_conf(
	struct conf *(*how)(const char *path), struct cgi_answer *a)
{
	const char *file = request_env(environ, "MCP_CONFIG");
	struct conf *conf = NULL;

	if (file && *file)
		conf = how(file);
	else
		log_error("MCP_CONFIG is not set");
	if (!conf)
		cgi_error(a, 503, "unavailable",
			"The configuration is refused, so nothing was done. "
			"The log of the web server says why.");
	return conf;
}

static bool request_admitted(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	struct conf *file = row->file ? load_conf(conf_load_file, a) : NULL;
	bool ok;

	if (row->file && !file)
		return false;
	c->conf = file;
	ok = row->admit(c, a);
	c->conf = NULL;
	conf_free(file);
	return ok;
}

/* Answer a request that is admitted, as soon as there is a slot for it. */
static void answer_admitted(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	struct conf *conf;
	int slot;

	if (!slot_take(PATIENCE_MS, row->visitors ? PUBLIC_SLOTS : SLOTS,
		    &slot)) {
		cgi_error(a, 503, "busy",
			"Others are being answered. Try again in a moment.");
		a->retry_s = RETRY_S;
		return;
	}
	conf = load_conf(conf_load_or_last_good, a);
	if (conf) {
		c->conf = conf;
		answer_from(c, row, a);
		conf_free(conf);
	}
	slot_free(slot);
}

/* Answer a request whose URL is that of a row. */
static void answer_row(struct cgi *c, const struct row *row,
	struct cgi_answer *a)
{
	bool post = c->request.http.method == METHOD_POST;

	if (post ? !row->post
		 : !row->get || c->request.http.method == METHOD_OTHER) {
		cgi_error(a, 405, "method", "There is no such method here.");
		a->allow = row->allow;
		return;
	}
	if (post && !has_type(row->type)) {
		cgi_error(a, 415, "media_type", row->type);
		return;
	}
	if (post && !read_body(&c->request.body, row->most, a))
		return;
	if (request_admitted(c, row, a))
		answer_admitted(c, row, a);
}

/* A gateway that cannot hand over all of a body may answer 502. */
static void drop_body(void)
{
	const char *length = request_env(environ, "CONTENT_LENGTH");
	long long left = 0;
	char piece[4096];
	ssize_t n = 1;

	if (length)
		num_parse(length, 0, CGI_ANSWER_MAX, &left);
	for (; left > 0 && n > 0; left -= n)
		n = read(STDIN_FILENO, piece, sizeof piece);
}

int cgi_main(void)
{
	struct cgi c = {.now = clock_wall(), .env = environ};
	struct cgi_answer a = {.status = 200, .type = CGI_JSON};
	const struct row *row;
	int status;

	buf_init(&a.done, CGI_PAGE_MAX);
	buf_init(&a.body, CGI_PAGE_MAX);
	buf_init(&c.request.body, CGI_ANSWER_MAX);
	request_read(&c.request.http, environ);
	row = find_row(&c.request);
	if (row)
		answer_row(&c, row, &a);
	else
		cgi_error(&a, 404, "not_found", "There is nothing here.");
	if (!c.request.body.len)
		drop_body();
	status = cgi_write(&a, c.request.http.method == METHOD_HEAD);
	buf_release(&c.request.body);
	buf_release(&a.done);
	buf_release(&a.body);
	return status;
}
