/*
 * mcp-serve: answers the web with what is published about the servers. A CGI,
 * or a FastCGI application where standard input is a listening socket; see
 * mcp-serve(8).
 */
#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secrets.h"
#include "handlers/handler.h"
#include "http/front.h"
#include "render/render.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <unistd.h>

/* Longer than any address that people type. */
#define FILE_TREE_MAX 300

extern char **environ;

static const char usage[] =
	"usage: mcp-serve [-N epoch] [--store url]\n"
	"       mcp-serve render [-v] [-N epoch] [--store url] dir\n"
	"       mcp-serve -h | -V\n";

enum { OPT_STORE = 256 };

static const struct option options[] = {
	{"help", no_argument, NULL, 'h'},
	{"now", required_argument, NULL, 'N'},
	{"store", required_argument, NULL, OPT_STORE},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

struct opts {
	const char *store; /* or NULL */
	char site[FILE_TREE_MAX];
	double now;	   /* NAN for the clock's */
	bool verbose;
	const char *folder; /* to render into; or NULL, for requests */
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

/* The address of this site, without the slash that may stand at its end. */
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
	return EXIT_GOOD;
}

/* The arguments after the options. */
static int parse_operands(int argc, char **argv, bool renders, struct opts *o)
{
	if (renders && optind == argc) {
		log_error("render: the folder is missing");
		return EXIT_USAGE;
	}
	if (renders)
		o->folder = argv[optind++];
	else if (o->verbose) {
		log_error("--verbose: for render alone");
		return EXIT_USAGE;
	}
	/* Behind a web server, words of a query stand here, too. */
	if (optind < argc && !getenv("REQUEST_METHOD")) {
		log_error("'%s': one argument too many", argv[optind]);
		return EXIT_USAGE;
	}
	return parse_site(o);
}

/* EXIT_GOOD to go on, -1 to exit with 0, or the status to exit with. */
static int parse(int argc, char **argv, struct opts *o)
{
	/* A request must not be able to render. */
	bool renders = argc > 1 && strcmp(argv[1], "render") == 0 &&
		!getenv("REQUEST_METHOD");
	int c;

	*o = (struct opts) {.now = NAN};
	if (query_is_options())
		return parse_site(o);
	if (renders) {
		argc--;
		argv++;
	}
	while ((c = getopt_long(argc, argv, "+hN:vV", options, NULL)) != -1) {
		switch (c) {
		case 'h':
		case 'V':
			fputs(c == 'h' ? usage : "mcp-serve " VERSION "\n",
				stdout);
			return -1;
		case 'N':
			if (num_epoch(optarg, &o->now))
				break;
			log_error("--now: '%s' is not an epoch second", optarg);
			return EXIT_USAGE;
		case OPT_STORE:
			o->store = optarg;
			break;
		case 'v':
			o->verbose = true;
			break;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	return parse_operands(argc, argv, renders, o);
}

static int serve_cgi(struct front *front)
{
	struct output out;

	if (!getenv("REQUEST_METHOD")) {
		log_error("REQUEST_METHOD is not set: this is a program for a "
			  "web server, see mcp-serve(8)");
		return EXIT_USAGE;
	}
	out = front_answer(front, environ);
	if (fwrite(out.p, 1, out.n, stdout) == out.n && !fflush(stdout))
		return EXIT_GOOD;
	log_error("standard output: %s", strerror(errno));
	return EXIT_ENV;
}

/*
 * Closing our copy of the socket ends the wait for the next request, whether
 * that has begun or is about to. The request at hand is answered first.
 */
static void on_term(int sig)
{
	(void)sig;
	FCGX_ShutdownPending();
	close(STDIN_FILENO);
}

/*
 * Closing the streams here sends the rest of the answer and the end of the
 * request in one write, and tells whether that worked; FCGX_Finish_r, which
 * then only frees them, would not tell.
 */
static bool send_all(FCGX_Request *fr, const struct output *out)
{
	/* A body is far below INT_MAX. */
	bool put = FCGX_PutStr(out->p, (int)out->n, fr->out) == (int)out->n;

	FCGX_FClose(fr->err);
	return FCGX_FClose(fr->out) == 0 && put;
}

static int serve_fastcgi(struct front *front)
{
	struct sigaction term = {.sa_handler = on_term};
	FCGX_Request fr;

	sigemptyset(&term.sa_mask);
	if (FCGX_Init() || FCGX_InitRequest(&fr, STDIN_FILENO, 0) ||
		sigaction(SIGTERM, &term, NULL) ||
		sigaction(SIGUSR1, &term, NULL)) {
		log_error("FastCGI cannot be set up");
		return EXIT_ENV;
	}
	while (FCGX_Accept_r(&fr) == 0) {
		struct output out = front_answer(front, fr.envp);

		if (!send_all(&fr, &out))
			log_warn("the web server did not take the answer");
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

	log_init("mcp-serve");
	secret_seal();
	rc = parse(argc, argv, &o);
	if (rc < 0)
		return fflush(stdout) ? EXIT_ENV : EXIT_GOOD;
	if (rc != EXIT_GOOD)
		return rc;
	service.url = o.site;
	service.source.url = o.store;
	cgi = FCGX_IsCGI();
	/* Only FastCGI answers more than one request. */
	service.source.once = cgi || o.folder;
	front_init(&front, handle_request, &service, o.now,
		!service.source.once);
	if (o.folder)
		rc = render(o.folder, &service,
			isnan(o.now) ? clock_wall() : o.now, o.verbose);
	else
		rc = cgi ? serve_cgi(&front) : serve_fastcgi(&front);
	front_release(&front);
	fetch_close(&service.source);
	return rc;
}
