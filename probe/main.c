/* SPDX-License-Identifier: MIT */
/*
 * mcp-probe: tells whether an MCP server works, and if not, at which of eight
 * steps and why. See mcp-probe(1).
 */
#include "auth/oauth.h"
#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "expiry/expiry.h"
#include "http/address.h"
#include "http/client.h"
#include "json/json.h"
#include "options.h"
#include "probe.h"
#include "protocol/budget.h"
#include "protocol/known_answers.h"
#include "queue.h"
#include "redaction/redaction.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONCURRENCY 50
/* The most probes that begin before the others have a turn again. */
#define STARTS 4
#define PROGRESS_MS 250.0
/* The most descriptors of a probe: two to wake the thread that resolves its
   name, and two of the resolver; later one or two connections. */
#define DESCRIPTORS 4
#define DESCRIPTORS_BESIDE 32 /* standard output, certificates, … */
#define USER_AGENT "mcp-probe/" VERSION

/* The most that --serve-ssh takes from a client. */
#define SERVED_LINES 100000
#define SERVED_BYTES (64 * 1024 * 1024)
#define SERVED_S 60 /* until the targets have ended */

/* Further reasons why probes were lost are counted as one. */
#define LOSSES 8

/* Probes that this machine failed at, for reasons alike but for their
   numbers. */
struct loss {
	char *why; /* of the first of them; NULL: there are none */
	size_t n;
};

struct run {
	const struct options *opts;
	struct http *http;
	struct report report;
	struct target *target; /* the one of the command line, or NULL */
	struct queue queue;    /* those of a file */
	size_t active, ended;
	bool begun;   /* the runner record is written */
	bool refused; /* a line of the targets was refused */
	bool broken;  /* a server is broken, or its certificate expires */
	int plugin;   /* the exit status of a monitoring plugin then */
	size_t width; /* how many probes there are at a time */
	struct loss lost[LOSSES];
	struct known_answers known;
	double began; /* of the batch, epoch seconds */
	int canaries_answered, canaries_failed;
	struct record earlier; /* of --resume; doc NULL: none */
	double progress_ms; /* monotonic: when progress was printed; 0: never */
};

/* The work for a target: a probe, a check of expiry, or a canary. */
struct job {
	struct run *run;
	struct target *target;
	uint64_t host; /* for the limit of each host */
	struct view view;
	bool failed; /* a step, or what was checked */
};

/* Whether two reasons say the same, but for their numbers. */
static bool same_reason(const char *a, const char *b)
{
	static const char numbers[] = "0123456789.";

	for (;; a++, b++) {
		a += strspn(a, numbers);
		b += strspn(b, numbers);
		if (*a != *b || !*a)
			return *a == *b;
	}
}

static void note_loss(struct run *run, const char *why)
{
	struct loss *l = run->lost;

	while (l->why && !same_reason(l->why, why) &&
		l < &run->lost[LOSSES - 1])
		l++;
	if (!l->why)
		l->why = xstrdup(l < &run->lost[LOSSES - 1] ? why
							   : "other reasons");
	l->n++;
}

static void job_end(struct job *job, const char *why)
{
	struct run *run = job->run;

	run->active--;
	run->ended++;
	queue_busy(&run->queue, job->host, -1);
	if (why)
		note_loss(run, why);
	if (!job->target->canary)
		stats_add(why		   ? COUNT_LOST
				: job->failed ? COUNT_FAILED
					      : COUNT_PASSED,
			1);
	target_release(job->target);
	free(job->target);
	free(job);
}

static void on_end(void *arg, const char *why)
{
	struct job *job = arg;

	view_release(&job->view);
	job_end(job, why);
}

static void on_step(void *arg, const struct step_record *s)
{
	struct job *job = arg;

	if (s->status == STATUS_FAIL) {
		job->failed = true;
		job->run->broken = true;
		job->run->plugin = 2;
	}
	view_step(&job->view, s);
}

static bool on_tool(void *arg, const struct tool_record *r)
{
	return view_tool(&((struct job *)arg)->view, r);
}

static void on_summary(void *arg, const struct probe_record *p)
{
	view_summary(&((struct job *)arg)->view, p);
}

/* Print the result of --check-expiry for a target. */
static void on_found(void *arg, const struct target *t,
	const struct expiry_record *r, size_t n)
{
	struct job *job = arg;
	struct run *run = job->run;

	run->plugin = expiry_plugin(r, n);
	run->broken = job->failed = run->plugin != 0;
	expiry_show(&run->report, t, r, n);
}

static void on_checked(void *arg, const char *why)
{
	job_end(arg, why);
}

static void start_expiry_check(struct job *job)
{
	struct expiry_job e = {.http = job->run->http,
		.target = job->target,
		.found = on_found,
		.end = on_checked,
		.arg = job};

	expiry_start(&e);
}

static void on_canary_step(void *arg, const struct step_record *s)
{
	struct job *job = arg;

	/* A canary need not be an MCP server. */
	if (s->step <= STEP_TLS && s->status == STATUS_FAIL)
		job->failed = true;
}

static void on_canary_summary(void *arg, const struct probe_record *p)
{
	(void)arg;
	(void)p;
}

static void on_canary_end(void *arg, const char *why)
{
	struct job *job = arg;

	if (why || job->failed)
		job->run->canaries_failed++;
	else
		job->run->canaries_answered++;
	job_end(job, NULL);
}

/* A canary answers where a connection stands, with TLS for https. */
static void start_canary(struct job *job)
{
	struct probe_job pj = {.http = job->run->http,
		.target = job->target,
		.first = STEP_DNS,
		.last = STEP_TLS,
		.sink = {.step = on_canary_step,
			.summary = on_canary_summary,
			.arg = job},
		.end = on_canary_end,
		.arg = job};

	probe_start(&pj);
}

static void on_resume(void *arg, const struct probe_key *k,
	const struct piece *p)
{
	view_resume(&((struct job *)arg)->view, k, p);
}

static void start_probe(struct job *job)
{
	struct run *run = job->run;
	const struct piece *piece = &job->target->piece;
	struct probe_job pj = {.http = run->http,
		.target = job->target,
		.known = &run->known,
		.earlier = run->earlier.doc ? &run->earlier.u.step.key : NULL,
		.first = piece->first ? piece->first : run->opts->first,
		.last = piece->first ? piece->last : run->opts->last,
		.sink = {.step = on_step,
			.tool = on_tool,
			.summary = on_summary,
			.resume = on_resume,
			.arg = job},
		.end = on_end,
		.arg = job};

	view_init(&job->view, &run->report, job->target->url,
		job->target->region);
	probe_start(&pj);
}

/* Takes the target over. */
static void start_job(struct run *run, struct target *t, uint64_t host)
{
	struct job *job = xcalloc(1, sizeof *job);

	*job = (struct job) {.run = run, .target = t, .host = host};
	if (!run->begun)
		report_begin(&run->report, run->opts->region,
			run->opts->own_region);
	run->begun = true;
	run->active++;
	queue_busy(&run->queue, host, 1);
	stats_add(COUNT_TARGETS, !t->canary);
	if (t->canary)
		start_canary(job);
	else if (run->opts->check_expiry)
		start_expiry_check(job);
	else
		start_probe(job);
}

/* Whether -4 or -6 allows the URL's address, if it holds one. */
static bool is_reachable(const struct options *o, const struct target *t)
{
	return !o->ip_version || !address_literal(t->url->host) ||
		(t->url->host[0] == '[') == (o->ip_version == 6);
}

/* The one target of the command line. */
static bool target_from_opts(const struct options *o, struct target *t)
{
	char why[CREDENTIAL_WHY > URL_WHY ? CREDENTIAL_WHY : URL_WHY];
	char json_why[JSON_WHY];
	struct url u;

	if (!url_parse(o->url, &u, why)) {
		log_error("%s: %s", "URL", why);
		return false;
	}
	t->url = url_keep(&u);
	if (!is_reachable(o, t)) {
		log_error("-%d: the URL contains an address of the other IP "
			  "version",
			o->ip_version);
		return false;
	}
	if (o->slug)
		snprintf(t->slug, sizeof t->slug, "%s", o->slug);
	else
		slug_from_host(t->url->host, t->slug);
	snprintf(t->region, sizeof t->region, "%s", o->region);
	t->timeout_s = o->timeout_s;
	t->bare_401_ok = o->bare_401_ok;
	t->cache_check = o->cache_check;
	t->deny_private = o->deny_private;
	if (o->token_file || o->credential) {
		const char *path = o->token_file ? o->token_file
						 : o->credential;

		t->credential = o->token_file
			? credential_token(path, t->url, why)
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

/*
 * Whether a client of --serve-ssh may ask for this: its records are of this
 * region, a tool is called with a credential only where that allows it, and no
 * file of this machine is looked for.
 */
static bool may_serve(
	const struct options *o, const struct target *t, char *why)
{
	if (strcmp(t->region, o->region) != 0) {
		snprintf(why, TARGET_WHY, "region: this machine is region %s",
			o->region);
		return false;
	}
	if (t->ca && !trust_inline(t->ca)) {
		snprintf(why, TARGET_WHY,
			"ca: a certificate is required, not a file of this "
			"machine");
		return false;
	}
	if (!t->credential || !t->health_tool ||
		credential_allows(t->credential, t->health_tool))
		return true;
	snprintf(why, TARGET_WHY,
		"health_tool: the credential has no line \"tool = NAME\" that "
		"allows it");
	return false;
}

/*
 * Read it again without its credential, which regions may have where this
 * machine does not: when the certificate of its server ends is to be known all
 * the same.
 */
static int read_bare(const struct options *o, const struct queue_line *line,
	struct target *t, char *why)
{
	char cause[TARGET_WHY], json_why[JSON_WHY];
	cJSON *doc = json_parse(line->text, line->n, &json_record, json_why);
	struct buf bare;
	int rc;

	snprintf(cause, sizeof cause, "%s", why);
	cJSON_DeleteItemFromObjectCaseSensitive(doc, "auth");
	buf_init(&bare, SIZE_MAX / 2);
	json_put(&bare, doc);
	rc = target_read(bare.p, bare.len, o->region, t, why);
	if (!rc)
		log_warn("line %lu: %s; only its certificate is checked",
			line->number, cause);
	buf_release(&bare);
	cJSON_Delete(doc);
	return rc;
}

/* Read the target of a line; 0, or -1 and why. */
static int read_target(const struct options *o, const struct queue_line *line,
	struct target *t, char *why)
{
	if (!line->text) {
		snprintf(why, TARGET_WHY, "longer than 1 MiB");
		return -1;
	}
	if (target_read(line->text, line->n, o->region, t, why) &&
		(!o->check_expiry || strncmp(why, "auth.credential: ", 17) != 0 ||
			read_bare(o, line, t, why)))
		return -1;
	if (!(t->timeout_s > 0))
		t->timeout_s = o->timeout_s;
	t->deny_private |= o->deny_private;
	if ((o->serve_ssh && !may_serve(o, t, why)) || !target_trust(t, why)) {
		target_release(t);
		return -1;
	}
	if (is_reachable(o, t))
		return 0;
	target_release(t);
	snprintf(why, TARGET_WHY, "the URL contains an address that -%d "
				  "excludes",
		o->ip_version);
	return -1;
}

/* Start what a line asks for, unless its host has to wait; a line that is
   refused is logged. */
static void start_line(struct run *run, struct queue_line *line)
{
	struct target *t = xmalloc(sizeof *t);
	char why[TARGET_WHY];
	uint64_t host;

	if (read_target(run->opts, line, t, why)) {
		log_error("line %lu: %s", line->number, why);
		run->refused = true;
		queue_took(&run->queue, line);
		free(t);
		return;
	}
	host = queue_host(t->url->host);
	if (queue_full(&run->queue, line, host)) {
		target_release(t);
		free(t);
		return;
	}
	queue_took(&run->queue, line);
	start_job(run, t, host);
}

static size_t width_of(const struct options *o)
{
	if (!o->targets)
		return 1;
	return o->concurrency ? (size_t)o->concurrency : CONCURRENCY;
}

/* On a terminal that shows no records: how far the run has come. */
static void print_progress(struct run *run, bool end)
{
	double now = clock_mono_ms();
	size_t waiting = run->queue.waiting;

	if (!run->opts->progress ||
		(end ? run->progress_ms <= 0
		     : now - run->progress_ms < PROGRESS_MS))
		return;
	run->progress_ms = now;
	if (end)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r%zu of %zu probed, %zu running\033[K",
			run->ended, run->ended + run->active + waiting,
			run->active);
	fflush(stderr);
}

/*
 * Start the probes that are due, and wait for the next event. While the running
 * probes give this machine much to do, as TLS handshakes do, the others wait:
 * their time has not begun, and they take none from the running ones.
 */
static void run_all(struct run *run)
{
	struct queue *q = &run->queue;
	size_t most = run->width;
	double began = clock_mono_ms();
	bool idle = true;

	if (run->target)
		start_job(run, run->target, 0);
	while (run->active || q->waiting) {
		size_t full = run->active + STARTS;
		struct queue_line *line;
		double wait = 1000;

		full = full < most ? full : most;
		/* Nobody reads the output: start no more. */
		while (idle && !run->report.error && run->active < full &&
			(line = queue_next(
				 q, clock_mono_ms() - began, &wait)))
			start_line(run, line);
		if (run->report.error && !run->active)
			break;
		print_progress(run, false);
		if (q->waiting && run->active < most &&
			(!idle || run->active == full))
			wait = 0;
		if (run->active || q->waiting)
			idle = http_turn(run->http, wait);
	}
	print_progress(run, true);
}

/*
 * Read the first step of the records that an earlier piece of the probe
 * printed, and take its slug and region over; refuse records of a probe that
 * has ended.
 */
static bool read_earlier(struct run *run, struct target *t)
{
	const char *path = run->opts->resume, *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct lines *lines = fd < 0 ? NULL : lines_new(fd);
	bool over = false;
	char why[FIELD_WHY];
	size_t n;

	while (lines && !over && lines_next(lines, &p, &n) == LINES_LINE) {
		struct record r;

		if (record_read(p, n, &r, why))
			continue;
		over = r.type == RECORD_PROBE;
		if (r.type != RECORD_STEP || run->earlier.doc) {
			record_release(&r);
			continue;
		}
		snprintf(t->slug, sizeof t->slug, "%s", r.u.step.key.slug);
		snprintf(t->region, sizeof t->region, "%s",
			r.u.step.key.region);
		run->earlier = r;
	}
	lines_free(lines);
	if (fd < 0)
		log_error("%s: %s", path, strerror(errno));
	else if (over || !run->earlier.doc)
		log_error("%s: %s", path,
			over ? "the probe has ended" : "contains no step "
						       "record");
	if (fd >= 0)
		close(fd);
	return !over && run->earlier.doc;
}

/* The client of --serve-ssh holds its targets back: end. */
static void on_late(int sig)
{
	static const char why[] = "mcp-probe: -: the targets did not arrive in "
				  "time\n";

	(void)sig;
	(void)!write(STDERR_FILENO, why, sizeof why - 1);
	_exit(EXIT_ENV);
}

static int load_targets(struct run *run)
{
	const char *path = run->opts->targets;
	bool from_stdin = path && strcmp(path, "-") == 0;
	int fd, rc;

	if (!path) {
		run->target = xcalloc(1, sizeof *run->target);
		return target_from_opts(run->opts, run->target) &&
				(!run->opts->resume ||
					read_earlier(run, run->target))
			? EXIT_GOOD
			: EXIT_USAGE;
	}
	fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		return EXIT_USAGE;
	}
	run->queue.per_host = run->opts->per_host;
	if (run->opts->serve_ssh) {
		run->queue.most_lines = SERVED_LINES;
		run->queue.most_bytes = SERVED_BYTES;
		signal(SIGALRM, on_late);
		alarm(SERVED_S);
	}
	rc = queue_read(&run->queue, fd, run->opts->spread_s);
	alarm(0);
	if (rc)
		log_error("%s: %s", path, strerror(errno));
	if (!from_stdin)
		close(fd);
	if (rc)
		return from_stdin && errno != EFBIG ? EXIT_ENV : EXIT_USAGE;
	if (!run->queue.n)
		log_error("%s: contains no target", path);
	return run->queue.n ? EXIT_GOOD : EXIT_USAGE;
}

static int exit_status(const struct run *run)
{
	bool nagios = run->report.format == FORMAT_NAGIOS;

	if (run->report.error || run->lost->why)
		return EXIT_ENV;
	if (run->refused)
		return EXIT_USAGE;
	if (run->opts->url && run->broken)
		return nagios ? run->plugin : EXIT_NEWS;
	return EXIT_GOOD;
}

/* Say why this machine failed; for many probes, how often for each reason. */
static void report_losses(struct run *run)
{
	size_t all = run->ended - (size_t)(run->canaries_answered +
						  run->canaries_failed);
	struct runner_record r = {.region = run->opts->region,
		.at = clock_wall(),
		.status = RUNNER_EXIT,
		.version = VERSION};
	struct buf b;

	buf_init(&b, RECORD_DETAIL_MAX);
	for (size_t i = 0; i < LOSSES && run->lost[i].why; i++) {
		buf_fmt(&b, "%s%s", i ? "; " : "", run->lost[i].why);
		if (run->opts->targets)
			buf_fmt(&b, " (%zu of %zu probes)", run->lost[i].n,
				all);
	}
	r.message = b.p;
	log_error("%s", b.p);
	report_runner(&run->report, &r);
	buf_release(&b);
}

static void report_trouble(struct run *run)
{
	if (run->lost->why)
		report_losses(run);
	if (run->report.error == EPIPE) {
		stats_end(STATS_PROBE, EXIT_ENV);
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	if (run->report.error)
		log_error("standard output: %s", strerror(run->report.error));
}

/* r.at is when the batch began, by which these records are counted as one round. */
static void report_canaries(struct run *run)
{
	const struct runner_record r = {.region = run->opts->region,
		.at = run->began,
		.status = RUNNER_OK,
		.version = VERSION,
		.canaries_answered = run->canaries_answered,
		.canaries_failed = run->canaries_failed};

	if (!run->lost->why && run->canaries_answered + run->canaries_failed)
		report_runner(&run->report, &r);
}

static int probe_all(struct run *run)
{
	const struct options *o = run->opts;
	const char *from_env = getenv("SSL_CERT_FILE");
	const char *cacert = o->cacert		   ? o->cacert
		: from_env && *from_env ? from_env
						   : NULL;
	struct http_config config = {.user_agent = USER_AGENT,
		.cacert = cacert,
		.ip_version = o->ip_version,
		.http2 = o->http2,
		.resolve = o->resolve,
		.connect_to = o->connect_to,
		.trace = o->verbose,
		.width = (long)run->width,
		.labels = o->targets != NULL};

	if (cacert && access(cacert, R_OK)) {
		log_error("%s%s: %s", o->cacert ? "" : "SSL_CERT_FILE: ",
			cacert, strerror(errno));
		return EXIT_USAGE;
	}
	run->http = http_new(&config);
	if (!run->http)
		return EXIT_ENV;
	run->began = clock_wall();
	run_all(run);
	report_canaries(run);
	if (run->begun)
		report_end(&run->report);
	report_trouble(run);
	http_free(run->http);
	trust_forget();
	known_answers_release(&run->known);
	report_release(&run->report);
	token_wipe();
	mask_forget();
	return exit_status(run);
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

/* Raise the limit of open files to what so many probes at a time take, as
   far as it may be. Returns for how many it is enough. */
static size_t raise_descriptors(size_t width)
{
	rlim_t wanted = DESCRIPTORS_BESIDE + DESCRIPTORS * width;
	struct rlimit is, more;

	if (getrlimit(RLIMIT_NOFILE, &is) || is.rlim_cur >= wanted)
		return width;
	more = is;
	more.rlim_cur = is.rlim_max < wanted ? is.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &more))
		more = is;
	if (more.rlim_cur >= wanted)
		return width;
	return more.rlim_cur < DESCRIPTORS_BESIDE + DESCRIPTORS
		       ? 1
		       : (more.rlim_cur - DESCRIPTORS_BESIDE) / DESCRIPTORS;
}

int main(int argc, char **argv)
{
	struct options o;
	struct run run = {.opts = &o, .report.fd = STDOUT_FILENO};
	int rc;

	hold_descriptors();
	stats_begin();
	log_init("mcp-probe");
	secret_seal();
	log_filter(mask_line);
	budget_begin();
	/* A server that closes its connection must not kill us. Failed writes
	 * to standard output are handled in report_write. */
	signal(SIGPIPE, SIG_IGN);
	rc = options_parse(argc, argv, &o);
	if (rc >= 0)
		return stats_end(STATS_PROBE, rc);
	run.report.stream = o.url != NULL;
	run.report.format = o.has_format ? o.format
		: isatty(STDOUT_FILENO) ? FORMAT_TEXT : FORMAT_JSONL;
	run.report.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	o.progress = o.targets && isatty(STDERR_FILENO) &&
		!isatty(STDOUT_FILENO) && !o.verbose;
	run.width = raise_descriptors(width_of(&o));
	rc = load_targets(&run);
	if (run.width < width_of(&o) && run.width < run.queue.n)
		log_warn("the limit of open files (ulimit -n) allows %zu "
			 "probes at a time, not %zu",
			run.width, width_of(&o));
	if (rc == EXIT_GOOD)
		rc = probe_all(&run);
	if (run.target && !run.begun) {
		target_release(run.target);
		free(run.target);
	}
	queue_release(&run.queue);
	record_release(&run.earlier);
	for (size_t i = 0; i < LOSSES; i++)
		free(run.lost[i].why);
	return stats_end(STATS_PROBE, rc);
}
