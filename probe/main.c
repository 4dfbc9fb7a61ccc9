/*
 * mcp-probe: tells whether an MCP server works, and if not, at which of eight
 * steps and why. See mcp-probe(1).
 */
#include "auth/token_cache.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/xalloc.h"
#include "expiry/expiry.h"
#include "expiry/view.h"
#include "http/address.h"
#include "http/client.h"
#include "json/json.h"
#include "mcp/budget.h"
#include "mcp/known_lists.h"
#include "options.h"
#include "probe.h"
#include "redaction/mask.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <signal.h>
#include <unistd.h>

#define CONCURRENCY 50
#define USER_AGENT "mcp-probe/" VERSION

struct run {
	const struct options *opts;
	struct http *http;
	struct report report;
	struct target *targets;
	size_t n, cap;
	size_t started, active;
	bool refused; /* a line of the targets was refused */
	bool broken;  /* a server is broken, or its certificate expires */
	int plugin;   /* the exit status of a monitoring plugin then */
	char *why;    /* what this machine failed at, or NULL */
	struct known_lists lists;
	double began; /* of the batch, epoch seconds */
	int canaries_answered, canaries_failed;
};

struct job {
	struct run *run;
	struct view view;
};

/* A probe of a canary: only whether it answers. */
struct canary {
	struct run *run;
	bool failed;
};

static void one_less(void *arg, const char *why)
{
	struct run *run = arg;

	run->active--;
	if (why && !run->why)
		run->why = xstrdup(why);
}

static void on_end(void *arg, const char *why)
{
	struct job *job = arg;

	one_less(job->run, why);
	view_release(&job->view);
	free(job);
}

static void on_step(void *arg, const struct step_record *s)
{
	struct job *job = arg;

	if (s->status == STATUS_FAIL) {
		job->run->broken = true;
		job->run->plugin = 2;
	}
	view_step(&job->view, s);
}

static void on_summary(void *arg, const struct probe_record *p)
{
	view_summary(&((struct job *)arg)->view, p);
}

/* What --check-expiry found for a target. */
static void on_found(void *arg, const struct target *t,
	const struct expiry_record *r, size_t n)
{
	struct run *run = arg;

	run->plugin = expiry_plugin(r, n);
	run->broken = run->plugin != 0;
	expiry_show(&run->report, t, r, n);
}

static void check(struct run *run, const struct target *t)
{
	struct expiry_job job = {.http = run->http,
		.target = t,
		.found = on_found,
		.end = one_less,
		.arg = run};

	run->active++;
	expiry_start(&job);
}

static void on_canary_step(void *arg, const struct step_record *s)
{
	struct canary *c = arg;

	/* A canary need not be an MCP server. */
	if (s->step <= STEP_TLS && s->status == STATUS_FAIL)
		c->failed = true;
}

static void on_canary_summary(void *arg, const struct probe_record *p)
{
	(void)arg;
	(void)p;
}

static void on_canary_end(void *arg, const char *why)
{
	struct canary *c = arg;

	if (why || c->failed)
		c->run->canaries_failed++;
	else
		c->run->canaries_answered++;
	one_less(c->run, NULL);
	free(c);
}

/* A canary answers where a connection stands, with TLS for https. */
static void start_canary(struct run *run, const struct target *t)
{
	struct canary *c = xcalloc(1, sizeof *c);
	struct probe_job job = {.http = run->http,
		.target = t,
		.first = STEP_DNS,
		.last = STEP_TLS,
		.sink = {.step = on_canary_step,
			.summary = on_canary_summary,
			.arg = c},
		.end = on_canary_end,
		.arg = c};

	c->run = run;
	run->active++;
	probe_start(&job);
}

static void start(struct run *run, const struct target *t)
{
	struct job *job = xcalloc(1, sizeof *job);
	struct probe_job pj = {.http = run->http,
		.target = t,
		.lists = &run->lists,
		.first = run->opts->first,
		.last = run->opts->last,
		.sink = {.step = on_step, .summary = on_summary, .arg = job},
		.end = on_end,
		.arg = job};

	job->run = run;
	view_init(&job->view, &run->report, &t->url, t->region);
	run->active++;
	probe_start(&pj);
}

static void start_any(struct run *run, const struct target *t)
{
	if (t->canary)
		start_canary(run, t);
	else if (run->opts->check_expiry)
		check(run, t);
	else
		start(run, t);
}

static size_t width_of(const struct options *o)
{
	if (!o->targets)
		return 1;
	return o->concurrency ? (size_t)o->concurrency : CONCURRENCY;
}

/* Start what is due, and wait for what happens next. */
static void run_all(struct run *run)
{
	size_t most = width_of(run->opts);
	double began = clock_mono_ms();
	double gap = run->n ? run->opts->spread_s * 1000 / (double)run->n : 0;

	while (run->active || run->started < run->n) {
		double wait = 1000;

		/* Nobody reads the output: start no more. */
		if (run->report.error)
			run->n = run->started;
		while (run->started < run->n && run->active < most) {
			wait = began + gap * (double)run->started -
				clock_mono_ms();
			if (wait > 0)
				break;
			start_any(run, &run->targets[run->started++]);
			wait = 1000;
		}
		if (run->active || run->started < run->n)
			http_turn(run->http, wait);
	}
}

/* Whether -4 or -6 allows the URL's address, if it holds one. */
static bool reachable(const struct options *o, const struct target *t)
{
	return !o->ip_version || !address_literal(t->url.host) ||
		(t->url.host[0] == '[') == (o->ip_version == 6);
}

/* The one target of the command line. */
static bool target_from_opts(const struct options *o, struct target *t)
{
	char why[CREDENTIAL_WHY > URL_WHY ? CREDENTIAL_WHY : URL_WHY];
	char json_why[JSON_WHY];

	if (!url_parse(o->url, &t->url, why)) {
		log_error("%s: %s", "URL", why);
		return false;
	}
	if (!reachable(o, t)) {
		log_error("-%d: the URL holds an address of the other kind",
			o->ip_version);
		return false;
	}
	if (o->slug)
		snprintf(t->slug, sizeof t->slug, "%s", o->slug);
	else
		slug_from_host(t->url.host, t->slug);
	snprintf(t->region, sizeof t->region, "%s", o->region);
	t->timeout_s = o->timeout_s;
	t->bare_401_ok = o->bare_401_ok;
	t->cache_check = o->cache_check;
	if (o->token_file || o->credential) {
		const char *path = o->token_file ? o->token_file
						 : o->credential;

		t->credential = o->token_file
			? credential_token(path, &t->url, why)
			: credential_read(path, why);
		if (!t->credential) {
			log_error("%s: %s", path, why);
			return false;
		}
	}
	if (o->health_tool)
		t->health_tool = xstrdup(o->health_tool);
	if (o->health_args) {
		t->health_args = json_parse(o->health_args,
			strlen(o->health_args), &json_record, json_why);
		if (!cJSON_IsObject(t->health_args)) {
			log_error("--health-args: %s",
				t->health_args ? "not an object" : json_why);
			return false;
		}
	}
	return true;
}

static struct target *add(struct run *run)
{
	run->targets = xgrow(run->targets, &run->cap, run->n + 1,
		sizeof *run->targets);
	memset(&run->targets[run->n], 0, sizeof *run->targets);
	return &run->targets[run->n];
}

/* Read the target of a line; 0, or -1 and why. */
static int take(const struct options *o, const char *p, size_t n,
	struct target *t, char *why)
{
	if (target_read(p, n, o->region, t, why))
		return -1;
	if (!(t->timeout_s > 0))
		t->timeout_s = o->timeout_s;
	if (reachable(o, t))
		return 0;
	target_release(t);
	snprintf(why, TARGET_WHY, "the URL holds an address that -%d rules out",
		o->ip_version);
	return -1;
}

/* Read the targets of a file. A refused line is logged, and the others used. */
static int read_targets(struct run *run, int fd)
{
	struct lines *lines = lines_new(fd);
	enum lines_result rc;
	char why[TARGET_WHY];
	const char *p;
	size_t n;

	while ((rc = lines_next(lines, &p, &n)) != LINES_END) {
		struct target *t;

		if (rc == LINES_ERROR)
			break;
		if (rc == LINES_LINE && !n)
			continue;
		t = add(run);
		if (rc == LINES_TOO_LONG)
			snprintf(why, sizeof why, "longer than 1 MiB");
		else if (!take(run->opts, p, n, t, why)) {
			run->n++;
			continue;
		}
		log_error("line %lu: %s", lines_number(lines), why);
		run->refused = true;
	}
	lines_free(lines);
	return rc == LINES_ERROR ? -1 : 0;
}

static int load(struct run *run)
{
	const char *path = run->opts->targets;
	bool from_stdin = path && strcmp(path, "-") == 0;
	int fd, rc;

	if (!path) {
		if (target_from_opts(run->opts, add(run))) {
			run->n = 1;
			return EXIT_GOOD;
		}
		target_release(&run->targets[0]);
		return EXIT_USAGE;
	}
	fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		return EXIT_USAGE;
	}
	rc = read_targets(run, fd);
	if (rc)
		log_error("%s: %s", path, strerror(errno));
	if (!from_stdin)
		close(fd);
	if (rc)
		return from_stdin ? EXIT_ENV : EXIT_USAGE;
	/* Refused lines have been logged. */
	if (!run->n && !run->refused)
		log_error("%s: no target in it", path);
	return run->n ? EXIT_GOOD : EXIT_USAGE;
}

static int status(const struct run *run)
{
	bool nagios = run->report.format == FORMAT_NAGIOS;

	if (run->report.error || run->why)
		return EXIT_ENV;
	if (run->refused)
		return EXIT_USAGE;
	if (run->opts->url && run->broken)
		return nagios ? run->plugin : EXIT_NEWS;
	return EXIT_GOOD;
}

static void tell_trouble(struct run *run)
{
	struct runner_record r = {.region = run->opts->region,
		.at = clock_wall(),
		.status = RUNNER_EXIT,
		.version = VERSION,
		.message = run->why};

	if (run->why) {
		log_error("%s", run->why);
		report_runner(&run->report, &r);
	}
	if (run->report.error == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	if (run->report.error)
		log_error("standard output: %s", strerror(run->report.error));
}

/* r.at is when the batch began: it tells which round these belong to. */
static void tell_canaries(struct run *run)
{
	const struct runner_record r = {.region = run->opts->region,
		.at = run->began,
		.status = RUNNER_OK,
		.version = VERSION,
		.canaries_answered = run->canaries_answered,
		.canaries_failed = run->canaries_failed};

	if (!run->why && run->canaries_answered + run->canaries_failed)
		report_runner(&run->report, &r);
}

static int probe_all(struct run *run)
{
	const struct options *o = run->opts;
	struct siphash_key key;
	struct http_config config = {.user_agent = USER_AGENT,
		.cacert = o->cacert,
		.deny_private = o->deny_private,
		.ip_version = o->ip_version,
		.http1 = o->http1,
		.resolve = o->resolve,
		.connect_to = o->connect_to,
		.trace = o->verbose,
		.width = (long)width_of(o),
		.labels = o->targets != NULL};

	if (o->cacert && access(o->cacert, R_OK)) {
		log_error("%s: %s", o->cacert, strerror(errno));
		return EXIT_USAGE;
	}
	if (RAND_bytes((unsigned char *)&key, sizeof key) != 1)
		memset(&key, 0, sizeof key);
	known_lists_init(&run->lists, &key);
	run->http = http_new(&config);
	if (!run->http)
		return EXIT_ENV;
	run->began = clock_wall();
	report_begin(&run->report, o->region, o->own_region);
	run_all(run);
	tell_canaries(run);
	report_end(&run->report);
	tell_trouble(run);
	http_free(run->http);
	known_lists_release(&run->lists);
	token_cache_wipe();
	mask_forget();
	return status(run);
}

/*
 * If the caller closed standard output, a connection would get its number, and
 * a server the records. Open it on something that cannot be written.
 */
static void hold_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options o;
	struct run run = {.opts = &o, .report.fd = STDOUT_FILENO};
	size_t loaded;
	int rc;

	hold_descriptors();
	log_init("mcp-probe");
	secret_seal();
	log_filter(mask_line);
	budget_begin();
	/* A server that closes its connection must not kill us. Failed writes
	 * to standard output are handled in report_write. */
	signal(SIGPIPE, SIG_IGN);
	rc = options_parse(argc, argv, &o);
	if (rc >= 0)
		return rc;
	run.report.stream = o.url != NULL;
	run.report.format = o.has_format ? o.format
		: isatty(STDOUT_FILENO) ? FORMAT_TEXT : FORMAT_JSONL;
	run.report.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	rc = load(&run);
	loaded = run.n;
	rc = rc == EXIT_GOOD ? probe_all(&run) : rc;
	for (size_t i = 0; i < loaded; i++)
		target_release(&run.targets[i]);
	free(run.targets);
	free(run.why);
	return rc;
}
