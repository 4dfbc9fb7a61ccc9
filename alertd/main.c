/* SPDX-License-Identifier: MIT */
/*
 * mcp-alert: tells people what the verdicts mean for them, once. Reads
 * verdicts, keeps incidents, delivers events; see mcp-alert(1).
 */
#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/num.h"
#include "base/secrets.h"
#include "base/stats.h"
#include "commands/commands.h"
#include "conf/conf.h"
#include "delivery/delivery.h"
#include "incident/incident.h"
#include "input.h"
#include "json/json.h"
#include "last_good.h"
#include "notifier.h"
#include "options.h"
#include "output.h"
#include "records/expiry.h"
#include "records/maintenance.h"
#include "records/probe.h"
#include "state/maintenance_store.h"
#include "state/state_store.h"
#include "store/beat.h"
#include "store/store.h"
#include "subscribe/subscribe.h"
#include "transport/credential.h"
#include "web/web.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* While verdicts keep coming, seconds between two sweeps. */
#define SWEEP_S 30
/* How long a log message may wait for its reader; only the first does. */
#define LOG_PATIENCE_MS 1000
/* The address of a page. */
#define ADDRESS_MAX 16384

/* An environment variable, or NULL where it is unset or empty. */
static const char *environment_value(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

/* Takes a maintenance record, which only a dry run does. */
static int use_maintenance(struct notifier *p, cJSON *doc, char *why)
{
	struct maintenance m;

	if (!maintenance_take(doc, &m, why))
		return -1;
	if (notifier_maintenance(p, &m))
		return 0;
	maintenance_release(&m);
	field_fail(why, "type", "a maintenance is added by 'mcp-alert "
				 "maintenance add'; here only in a dry run");
	return -1;
}

/* Takes a silence record, which only a dry run does. */
static int use_silence(struct notifier *p, cJSON *doc, char *why)
{
	struct silence s;

	if (!silence_take(doc, &s, why))
		return -1;
	if (notifier_silence(p, &s))
		return 0;
	silence_release(&s);
	field_fail(why, "type", "a silence is added by 'mcp-alert silence "
				 "add'; here only in a dry run");
	return -1;
}

struct line_reader {
	struct notifier *notifier;
	const struct run *setup;
	struct heartbeat *heartbeat; /* or NULL */
	/* Verdicts of one minute, to be decided on together. */
	struct verdict_record v[TRANSACTION_TOGETHER];
	struct strings slugs; /* of these; none is there twice */
	struct forecast *forecast; /* of a dry run, or NULL */
};

static void run_batch(struct line_reader *r)
{
	notifier_verdicts(r->notifier, r->v, r->slugs.n);
	for (size_t i = 0; i < r->slugs.n; i++) {
		if (r->forecast)
			forecast_note(r->forecast, &r->v[i]);
		else
			verdict_record_release(&r->v[i]);
	}
	strings_clear(&r->slugs);
}

/* Takes a verdict, which is r's from now on. */
static void add_to_batch(struct line_reader *r, const struct verdict_record *v)
{
	if (r->slugs.n == TRANSACTION_TOGETHER ||
		(r->slugs.n && r->v[0].verdict.window != v->verdict.window) ||
		strings_has(&r->slugs, v->verdict.slug))
		run_batch(r);
	r->v[r->slugs.n] = *v;
	strings_add(&r->slugs, v->verdict.slug);
}

/* Takes a record of that type, and frees doc. 0; or -1 and why. */
static int use_record(struct line_reader *r, const char *type, cJSON *doc,
	char *why)
{
	struct notifier *p = r->notifier;
	struct verdict_record v;
	struct expiry_record e;
	bool ok = true;

	if (strcmp(type, "verdict") == 0) {
		if (verdict_take(doc, &v, why))
			return -1;
		heartbeat_verdict(r->heartbeat, &v.verdict,
			isnan(r->setup->now) ? clock_wall() : r->setup->now);
		add_to_batch(r, &v);
		return 0;
	}
	run_batch(r);
	if (strcmp(type, "maintenance") == 0)
		return use_maintenance(p, doc, why);
	if (strcmp(type, "silence") == 0)
		return use_silence(p, doc, why);
	if (strcmp(type, "expiry") == 0) {
		ok = expiry_take(doc, &e, why);
		if (ok)
			notifier_expiry(p, &e);
	} else if (strcmp(type, "probe") == 0) {
		ok = field_fail(why, "type", "a probe record; make verdicts "
			"of them with 'mcp-aggregate verdict -'");
	} else if (strcmp(type, "runner") != 0) {
		/* A runner says nothing about a server. */
		ok = field_fail(why, "type", "not verdict or expiry");
	}
	cJSON_Delete(doc);
	return ok ? 0 : -1;
}

/* Takes a line. 0; or -1 and why. */
static int use_text(struct line_reader *r, const char *s, size_t n, char *why)
{
	const char *type;
	cJSON *doc = json_parse(s, n, &json_record, why);

	if (!doc)
		return -1;
	type = record_type(doc, why);
	if (type)
		return use_record(r, type, doc, why);
	cJSON_Delete(doc);
	return -1;
}

static int use_line(void *arg, const char *s, size_t n, char *why)
{
	struct line_reader *r = arg;
	int result;

	if (notifier_swept(r->notifier) >= SWEEP_S) {
		run_batch(r);
		notifier_sweep(r->notifier);
		heartbeat_round(r->heartbeat, false,
			notifier_trouble(r->notifier));
	}
	result = use_text(r, s, n, why);
	if (result)
		heartbeat_refused(r->heartbeat);
	return result;
}

/* The next line may not come for a minute. */
static void on_idle(void *arg)
{
	struct line_reader *r = arg;

	run_batch(r);
}

static void on_quiet(void *arg)
{
	const struct line_reader *r = arg;

	notifier_flush(r->notifier);
}

static bool on_wait(void *arg, int fd, int ms)
{
	const struct line_reader *r = arg;

	return notifier_wait(r->notifier, fd, ms);
}

/* Takes all lines of standard input. An exit status. */
static int read_verdicts(struct line_reader *r)
{
	struct notifier *p = r->notifier;
	struct input in = {
		.idle = on_idle,
		.quiet = on_quiet,
		.wait = r->setup->deliver ? on_wait : NULL,
	};
	int status = input_read(&in, STDIN_FILENO, "standard input", use_line,
		r);

	run_batch(r);
	strings_release(&r->slugs);
	notifier_finish(p);
	heartbeat_round(r->heartbeat, true,
		status ? "the input is not whole" : notifier_trouble(p));
	return status;
}

/* The same, and then says what else would have been sent. */
static int read_dry_run(struct line_reader *r)
{
	const struct run *s = r->setup;
	struct forecast forecast = {0};
	int status;

	r->forecast = &forecast;
	status = read_verdicts(r);
	if (!forecast_print(&forecast, s->states, s->conf, s->text))
		status = EXIT_ENV;
	forecast_release(&forecast);
	return status;
}

/* Lets time go by for every server. An exit status. */
static int tick_all(struct notifier *p, struct state_store *states)
{
	struct strings slugs = {0};
	bool ok = state_store_all(states, &slugs);

	notifier_tick(p, &slugs);
	strings_release(&slugs);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

/* Tells of a store that is down, or up again, where anybody is to be notified.
   */
static bool tell_store_outage(const struct run *setup, const char *url,
	const char *why)
{
	return !setup->deliver || !setup->conf || !setup->conf->n_routes ||
		notifier_store_outage(setup, url, why);
}

/* Opens an incident by hand, and prints the address of its page. */
static int open_one(
	struct notifier *p, const struct run *setup, const struct options *o)
{
	struct buf address;
	int status;

	buf_init(&address, ADDRESS_MAX);
	status = open_by_hand(p, setup, o, &address);
	notifier_finish(p);
	if (setup->text)
		output_put(setup->output, address.p, address.len);
	buf_release(&address);
	return status;
}

static int use_input(struct line_reader *r, const struct options *o,
	struct ack_request *ack)
{
	int status = EXIT_GOOD;

	if (o->action == OPTIONS_OPEN)
		return open_one(r->notifier, r->setup, o);
	if (o->action == OPTIONS_VERDICTS)
		return o->dry_run ? read_dry_run(r) : read_verdicts(r);
	if (o->action != OPTIONS_TICK)
		status = known_server(r->setup, o->operands[0]);
	if (status)
		return status;
	status = o->action == OPTIONS_TICK
		? tick_all(r->notifier, r->setup->states)
		: acknowledge(r->notifier, o->operands[0],
			  o->group ? o->group : o->operands[0], ack,
			  r->setup->zone);
	notifier_finish(r->notifier);
	return status;
}

static int run_notifier(const struct options *o, const struct run *setup,
	const char *url, struct ack_request *ack)
{
	struct notifier *p = notifier_new(setup);
	struct line_reader r = {
		.notifier = p,
		.setup = setup,
		.heartbeat = setup->deliver
			? heartbeat_new(setup->conf, credential_folder(),
				  deliver_transfers(setup->deliver))
			: NULL,
	};
	int status = use_input(&r, o, ack);

	if (!tell_store_outage(setup, url, notifier_store_why(p)) ||
		notifier_failed(p))
		status = EXIT_ENV;
	heartbeat_free(r.heartbeat);
	/* Once the operators know. */
	if (setup->deliver &&
		(o->action == OPTIONS_VERDICTS || o->action == OPTIONS_TICK) &&
		!subscriber_worker_run(
			setup, deliver_transfers(setup->deliver)))
		status = EXIT_ENV;
	notifier_free(p);
	return status;
}

static struct deliver *open_deliver(const struct conf *conf)
{
	if (!conf)
		log_warn("no configuration, so nothing is delivered");
	return deliver_new(credential_folder(), conf);
}

/*
 * Has the store keep what this run did, and makes sure that it stays done,
 * even if the store is killed now. The exit status of the run, or of that.
 */
static int settle_store(const struct options *o, const struct run *setup,
	int status)
{
	bool rounds = o->action == OPTIONS_VERDICTS || o->action == OPTIONS_TICK;
	struct store *s = setup->deliver ? setup->store : NULL;

	if (!s || (status == EXIT_ENV && store_gone(s)))
		return status;
	if (rounds && isnan(o->now))
		heartbeat_run_queue(s, STAGE_ALERT, clock_wall(), STATS_ALERT);
	/* It failed already, as where a delivery did: that is said. */
	if (status == EXIT_ENV) {
		store_run(s);
		return status;
	}
	return store_persist(s) == 0 || store_failed(s) == 0 ? status : EXIT_ENV;
}

/*
 * Needs of a command. People type it: if the configuration is refused, they
 * use the last good one, as rounds do. It notifies routes. It needs the secret
 * of links in any case.
 */
#define BY_HAND 1U
#define TELLS 2U
#define SECRET 4U

static const struct {
	unsigned needs;
	int (*run)(const struct run *setup, const struct options *o);
} commands[] = {
#define COMMAND(id, needs, run, ...) {needs, run},
#include "options.rows"
#undef COMMAND
};

static bool needs(const struct options *o, unsigned bit)
{
	return commands[o->action].needs & bit;
}

/* Does what the command line says. Without a store (NULL), unless it is a dry
   run: tells of its outage, and why. An exit status. */
static int run_action(const struct options *o, const struct conf *conf,
	struct store *store, const char *url, const char *why)
{
	bool tty = isatty(STDOUT_FILENO);
	struct run setup = {
		.store = store,
		.conf = conf,
		.refused = o->refused,
		.now = o->now,
		.text = o->format == OPTIONS_TEXT ||
			(o->format == OPTIONS_BY_OUTPUT && tty),
		.colour = tty && !environment_value("NO_COLOR"),
		.zone = maintenance_plan_zone(o, conf),
	};
	const char *slug = o->n_operands ? o->operands[0] : NULL;
	bool tells = !o->dry_run && (needs(o, TELLS) ||
		(o->action == OPTIONS_NOTE && o->state));
	struct ack_request ack = {0};
	char *secret = NULL;
	int status = EXIT_ENV, journal = -1;

	if (acknowledge_wanted(o) && !acknowledge_parse(o, conf, &ack))
		return EXIT_USAGE;
	if (tells || needs(o, SECRET))
		setup.secret = secret = acknowledge_secret();
	if (tells) {
		setup.deliver = open_deliver(conf);
		if (!setup.text && log_is_journal(STDOUT_FILENO))
			journal = journal_open(JOURNAL_SOCKET);
		setup.journal = journal >= 0;
		setup.output = output_new(STDOUT_FILENO, journal);
	}
	if (store || o->dry_run) {
		setup.states = state_store_new(store);
		setup.maintenances = maintenance_store_new(store);
		status = commands[o->action].run
			? commands[o->action].run(&setup, o)
			: run_notifier(o, &setup, url, &ack);
		status = settle_store(o, &setup, status);
		maintenance_store_free(setup.maintenances);
		state_store_free(setup.states);
	} else {
		log_error("%s", why);
		if (acknowledge_wanted(o))
			status = acknowledge_in_outage(&setup, url, slug, &ack);
		tell_store_outage(&setup, url, why);
	}
	deliver_free(setup.deliver);
	secret_free(secret);
	return output_close(setup.output) ? status : EXIT_ENV;
}

/* Recorded verdicts: neither a store nor a route is touched. */
static int run_replay(const struct options *o, const struct conf *conf)
{
	bool tty = isatty(STDOUT_FILENO);

	return replay_run(&(struct replay_setup) {
		.file = o->operands[0],
		.conf = conf,
		.policy = o->policy,
		.text = o->format == OPTIONS_TEXT ||
			(o->format == OPTIONS_BY_OUTPUT && tty),
		.colour = tty && !environment_value("NO_COLOR"),
	});
}

/* Prints a link to the console. An exit status. */
static int print_link(const struct options *o, const struct conf *conf)
{
	double life_s = CONSOLE_LINK_S;

	if (!o->span || num_duration(o->span, 60, CONSOLE_LINK_MAX_S, &life_s))
		return console_link(conf, o->operands[0], life_s);
	log_error("--for: '%s' is not a duration from 60s to 1h", o->span);
	return EXIT_USAGE;
}

/* Checks the configuration; and, where the store can be read, what it means for
   open incidents. An exit status. */
static int check_all(const char *file, const struct conf *conf,
	const struct options *o, const char *url)
{
	int status = check_config(file, conf, o, credential_folder());
	char why[STORE_WHY] = "";
	struct state_store *states;
	struct store *store;

	if (status != EXIT_GOOD || o->n_operands || !url)
		return status;
	store = store_open(url, conf->store_ca, why);
	store = format_guard(store, false, why);
	if (store) {
		states = state_store_new(store);
		check_open(conf, states);
		state_store_free(states);
	} else {
		log_warn("open incidents are not checked: %s", why);
	}
	store_close(store);
	return status;
}

/*
 * Opens the store; NULL and why, where it does not answer. False and why: it
 * answers, and is not for this program.
 */
static bool open_store(const struct conf *conf, const char *url,
	struct store **store, char *why)
{
	enum format_answer answer = FORMAT_NO_ANSWER;

	*store = store_open(url, conf ? conf->store_ca : NULL, why);
	if (*store && conf)
		store_confirm(*store, conf->store_wait.replicas,
			conf->store_wait.timeout_s);
	if (*store)
		answer = format_check(*store, false, why);
	if (answer != FORMAT_FITS) {
		store_close(*store);
		*store = NULL;
	}
	return answer != FORMAT_REFUSED;
}

/* Where a group of servers may be named, makes its incident of it. */
static void name_group(
	struct options *o, const struct conf *conf, char *operand)
{
	const char *what = o->n_operands ? o->operands[0] : NULL;

	if (!acknowledge_wanted(o) && o->action != OPTIONS_NOTE)
		return;
	o->operands[0] = (char *)group_operand(conf, what, operand);
	o->group = o->operands[0] == what ? NULL : what;
}

static int start_program(struct options *o)
{
	const char *file = o->config ? o->config
				      : environment_value("MCP_CONFIG");
	struct conf *conf = !file ? NULL
		: needs(o, BY_HAND)
		? conf_load_or_last_good(file)
		: conf_load(file);
	struct store *store = NULL;
	const char *url = o->store;
	char why[STORE_WHY] = "", operand[GROUP_OPERAND];
	int status = EXIT_USAGE;

	if (file && !conf)
		return EXIT_USAGE;
	name_group(o, conf, operand);
	if (o->action == OPTIONS_LINK) {
		status = print_link(o, conf);
		conf_free(conf);
		return status;
	}
	if (o->action == OPTIONS_REPLAY) {
		status = run_replay(o, conf);
		conf_free(conf);
		return status;
	}
	if (!url && conf)
		url = conf->store;
	if (!url)
		url = environment_value("MCP_STORE");
	if (o->action == OPTIONS_CHECK) {
		status = check_all(file, conf, o, url);
		conf_free(conf);
		return status;
	}
	if (url && !o->dry_run && !open_store(conf, url, &store, why)) {
		log_error("%s", why);
		status = EXIT_ENV;
	} else if (url || o->dry_run) {
		status = run_action(o, conf, store, url, why);
	} else {
		log_error("no store: neither --store, the configuration nor "
			  "MCP_STORE names one");
	}
	store_close(store);
	conf_free(conf);
	return status;
}

/*
 * Opens standard streams that are closed, for another file or a connection that
 * got such a number would be taken for the stream. Reading from or writing to
 * what is opened here fails.
 */
static bool open_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY
							     : O_RDONLY) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options o;
	int status;

	stats_begin();
	log_init("mcp-alert");
	if (!open_standard())
		return EXIT_ENV;
	secret_seal();
	/* The reader of our output may go away or hang; pages still have to go
	   out. */
	signal(SIGPIPE, SIG_IGN);
	log_patience(LOG_PATIENCE_MS);
	/* Before the options: a web server may make arguments of a query. */
	if (cgi_wanted())
		return cgi_main();
	status = options_parse(argc, argv, &o);
	return stats_end(STATS_ALERT, status < 0 ? start_program(&o) : status);
}
