/* SPDX-License-Identifier: MIT */
/*
 * mcp-serve: answers the web with what is published about the servers. A CGI,
 * or a FastCGI application where standard input is a listening socket; see
 * mcp-serve(8).
 */
#include "access/credentials.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/options.h"
#include "base/secrets.h"
#include "base/stats.h"
#include "fastcgi.h"
#include "fetch/fetch.h"
#include "handlers/handler.h"
#include "http/front.h"
#include "http/response_cache.h"
#include "render/render.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

/* Longer than any address that people type. */
#define SITE_MAX 300

extern char **environ;

struct opts {
	const char *store; /* or NULL */
	char site[SITE_MAX];
	double now;	   /* NAN for the clock's */
	double life_s;	   /* of a link */
	bool verbose;
	const char *folder; /* to render into; or NULL */
	const char *account; /* to print a link for; or NULL */
};

/*
 * A web server may turn a query without '=' into arguments (RFC 3875, section
 * 4.4), and so let a stranger choose our options. Such a query begins with a
 * '-', plain or encoded.
 */
static bool query_is_options(void)
{
	const char *q = getenv("QUERY_STRING");

	return q && (*q == '-' || *q == '%') && !strchr(q, '=');
}

/* The address of this site, without a slash at its end. -1, or EXIT_USAGE. */
static int parse_site(struct opts *o)
{
	const char *site = getenv("MCP_SITE");
	size_t n = site ? strlen(site) : 0;

	if (n >= sizeof o->site) {
		log_error("MCP_SITE: too long");
		return EXIT_USAGE;
	}
	while (n && site[n - 1] == '/')
		n--;
	if (n)
		memcpy(o->site, site, n);
	o->site[n] = '\0';
	return -1;
}

static const struct option_row options[] = {
	{.name = "for", .arg = "duration", .type = OPTION_SECONDS,
		.at = offsetof(struct opts, life_s), .min = 60,
		.max = SESSION_LINK_MAX_S,
		.wanted = "a duration from 1m to 30d",
		.help = "how long the link works; default 7d"},
	OPTION_NOW(offsetof(struct opts, now)),
	{.name = "store", .arg = "url", .at = offsetof(struct opts, store),
		.help = "the store; default MCP_STORE"},
	{.name = "verbose", .letter = 'v', .type = OPTION_FLAG,
		.at = offsetof(struct opts, verbose),
		.help = "print each file written or removed"},
	OPTIONS_END
};

enum action { ACTION_RENDER = 1, ACTION_LINK };

#define REQUEST "[-N epoch] [--store url]"

static const struct command_row commands[] = {
	{"link", ACTION_LINK, "[--for duration] " REQUEST " account", 1, 1,
		"the account is missing",
		"print a link to the private pages of an account"},
	{"render", ACTION_RENDER, "[-v] " REQUEST " dir", 1, 1,
		"the folder is missing", "write the site into a folder, as files"},
	{"", 0, REQUEST, 0, 0, NULL, ""},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

/* Behind a web server, operands are words of a query: none is a command. */
static const struct command_row request[] = {
	{"", 0, REQUEST, 0, SIZE_MAX, NULL, ""},
	{NULL, 0, NULL, 0, 0, NULL, NULL},
};

/* -1 to go on, or the exit status to end with. */
static int parse(int argc, char **argv, struct opts *o)
{
	bool asked = getenv("REQUEST_METHOD") != NULL;
	struct option_tables tables = {
		.program = "mcp-serve",
		.page = "mcp-serve(8)",
		.about = "Answers the web about MCP servers, as a CGI or by "
			 "FastCGI.",
		.exits = "  0  answered, rendered, or the link printed\n"
			 "  2  usage, no such account, or not called by a web "
			 "server\n"
			 "  3  the store, a file or standard output failed\n",
		.options = options,
		.commands = asked ? request : commands,
		.options_first = true,
		.echo = true,
	};
	struct command_line line;
	int status;

	*o = (struct opts) {.now = NAN, .life_s = SESSION_LINK_S};
	if (query_is_options())
		return parse_site(o);
	status = options_read(&tables, argc, argv, o, &line);
	if (status >= 0)
		return status;
	if (line.command->action == ACTION_RENDER)
		o->folder = line.operands[0];
	else if (line.command->action == ACTION_LINK)
		o->account = line.operands[0];
	return parse_site(o);
}

static size_t read_stdin(void *from, char *p, size_t n)
{
	return fread(p, 1, n, from);
}

static int serve_cgi(struct front *front)
{
	struct output out;
	bool put;

	if (!getenv("REQUEST_METHOD")) {
		log_error("REQUEST_METHOD is not set: this is a program for a "
			  "web server, see mcp-serve(8)");
		return EXIT_USAGE;
	}
	front->reader = read_stdin;
	front->from = stdin;
	out = front_answer(front, environ);
	do {
		put = fwrite(out.p, 1, out.n, stdout) == out.n;
	} while (put && front_more(front, &out));
	if (put && !fflush(stdout))
		return EXIT_GOOD;
	log_error("standard output: %s", strerror(errno));
	return EXIT_ENV;
}

static volatile sig_atomic_t ended;

/*
 * Closing our copy of the socket ends the wait for the next request, whether
 * that has begun or is about to. The request at hand is answered first.
 */
static void on_term(int sig)
{
	(void)sig;
	ended = 1;
	FCGX_ShutdownPending();
	close(STDIN_FILENO);
}

static volatile sig_atomic_t state_wanted;

static void on_usr1(int sig)
{
	(void)sig;
	state_wanted = 1;
}

/* The counts of a worker beside STATS_SERVE. */
struct worker {
	const struct front *front;
	const struct source *source;
	double began_ms;
	unsigned long statuses[6]; /* by the first digit: [2] of 200 to 299 */
	sigset_t waiting; /* the signals that stay blocked while it waits */
};

static void tell_state(const struct worker *w)
{
	const struct response_cache *cache = w->front->cache;
	double now = clock_mono_ms();
	struct stats s = stats_now(STATS_SERVE);
	struct buf b;

	s.wall_s = (now - w->began_ms) / 1000;
	buf_init(&b, 2 * STATS_TEXT);
	stats_put(&b, &s);
	for (int i = 2; i < 6; i++)
		buf_fmt(&b, " answers_%dxx=%lu", i, w->statuses[i]);
	buf_fmt(&b, " cache_entries=%zu cache_bytes=%zu",
		response_cache_count(cache), response_cache_bytes(cache));
	if (w->source->store)
		buf_fmt(&b, " store=connected store_age_s=%.3f",
			(now - w->source->opened_ms) / 1000);
	else
		buf_str(&b, " store=none");
	buf_fmt(&b, " store_failures=%lu pid=%ld", w->source->failures,
		(long)getpid());
	log_note("state: %s", b.p);
	buf_release(&b);
}

/*
 * Waits for a request, on the connection that the web server has kept or on a new
 * one, and tells the state meanwhile. SIGUSR1 comes in here alone: a read or write
 * of a request is never interrupted by it. False once SIGTERM has come.
 */
static bool await_request(struct worker *w, const FCGX_Request *fr)
{
	int kept = fr->ipcFd, fd = kept < 0 ? STDIN_FILENO : kept;

	while (fd < FD_SETSIZE) {
		fd_set fds, open_still;
		bool interrupted;

		FD_ZERO(&fds);
		FD_SET((unsigned)fd, &fds);
		/* Once on_term has closed it, pselect fails at once. */
		FD_ZERO(&open_still);
		FD_SET(STDIN_FILENO, &open_still);
		interrupted = pselect(fd + 1, &fds, NULL, &open_still, NULL,
			&w->waiting) < 0 && errno == EINTR;
		if (state_wanted) {
			state_wanted = 0;
			tell_state(w);
		}
		if (ended)
			return false;
		if (!interrupted)
			break;
	}
	return true;
}

/*
 * A worker may find that another one has taken the request that both were woken
 * for: then it waits anew, and not in accept(2), where no signal would come in.
 */
static bool set_up(FCGX_Request *fr, struct worker *w)
{
	struct sigaction term = {.sa_handler = on_term};
	struct sigaction usr1 = {.sa_handler = on_usr1};
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	sigset_t blocked;

	sigemptyset(&term.sa_mask);
	sigemptyset(&usr1.sa_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	return !sigprocmask(SIG_BLOCK, &blocked, &w->waiting) &&
		!sigdelset(&w->waiting, SIGUSR1) && flags >= 0 &&
		!fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) &&
		!FCGX_Init() && !FCGX_InitRequest(fr, STDIN_FILENO, 0) &&
		!sigaction(SIGTERM, &term, NULL) &&
		!sigaction(SIGUSR1, &usr1, NULL);
}

static int serve_fastcgi(struct front *front, const struct source *source)
{
	struct worker w = {.front = front,
		.source = source,
		.began_ms = clock_mono_ms()};
	FCGX_Request fr;
	int failed = 0, status;

	if (!set_up(&fr, &w)) {
		log_error("FastCGI cannot be set up");
		return EXIT_ENV;
	}
	while ((!failed || failed == -EAGAIN) && await_request(&w, &fr)) {
		failed = FCGX_Accept_r(&fr);
		if (failed)
			continue;
		if (!fastcgi_answer(&fr, front, &status))
			log_warn("the web server did not take the answer");
		if (status >= 200 && status < 600)
			w.statuses[status / 100]++;
		FCGX_Finish_r(&fr);
	}
	FCGX_Free(&fr, 1);
	if (fcntl(STDIN_FILENO, F_GETFD) < 0)
		return EXIT_GOOD;
	log_error("no more requests can be accepted");
	return EXIT_ENV;
}

int main(int argc, char **argv)
{
	struct service service = {.url = NULL};
	struct front front;
	struct opts o;
	bool cgi;
	int rc;

	stats_begin();
	log_init("mcp-serve");
	secret_seal();
	rc = parse(argc, argv, &o);
	if (rc >= 0)
		return stats_end(STATS_SERVE, rc);
	service.url = o.site;
	service.source.url = o.store;
	cgi = FCGX_IsCGI();
	/* Only FastCGI answers more than one request. */
	service.source.once = cgi || o.folder || o.account;
	front_init(&front, handle_request, &service, o.now,
		!service.source.once);
	if (o.account)
		rc = sign_in_link(&service, o.account, o.life_s,
			isnan(o.now) ? clock_wall() : o.now);
	else if (o.folder)
		rc = render(o.folder, &service,
			isnan(o.now) ? clock_wall() : o.now, o.verbose);
	else
		rc = cgi ? serve_cgi(&front)
			 : serve_fastcgi(&front, &service.source);
	front_release(&front);
	fetch_close(&service.source);
	return stats_end(STATS_SERVE, rc);
}
