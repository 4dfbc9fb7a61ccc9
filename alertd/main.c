/*
 * mcp-alert: tells people what the verdicts mean for them, once. Reads
 * verdicts, keeps incidents, delivers events; see mcp-alert(1).
 */
#include "ack.h"
#include "acknowledge.h"
#include "away.h"
#include "calendar.h"
#include "cgi.h"
#include "checking.h"
#include "conf.h"
#include "deliver.h"
#include "exits.h"
#include "input.h"
#include "json.h"
#include "lines.h"
#include "log.h"
#include "look.h"
#include "maintain.h"
#include "options.h"
#include "pager.h"
#include "print.h"
#include "record.h"
#include "record_expiry.h"
#include "record_maintenance.h"
#include "replay.h"
#include "round.h"
#include "secret.h"
#include "shelf.h"
#include "store.h"
#include "testing.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So often, while verdicts keep coming, what waits is looked at. */
#define SWEEP_S 30
/* A list is written in parts of about so many bytes. */
#define LIST_PART 65536

static int print(const char *s, size_t n)
{
	if (line_write(STDOUT_FILENO, s, n) == 0)
		return EXIT_GOOD;
	log_error("standard output: %s", strerror(errno));
	return EXIT_ENV;
}

/* An environment variable that says something. */
static const char *env(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

/* The same of a maintenance record. */
static int use_maintenance(struct pager *p, cJSON *doc, char *why)
{
	struct maintenance m;

	if (!maintenance_take(doc, &m, why))
		return -1;
	if (pager_maintenance(p, &m))
		return 0;
	maintenance_release(&m);
	record_fail(why, "type", "a maintenance is added by 'mcp-alert "
				 "maintenance add'; here only in a dry run");
	return -1;
}

/* A record of that type, whose object is freed. 0; or -1 and why. */
static int use_record(struct round *round, const char *type, cJSON *doc,
	char *why)
{
	struct pager *p = round->pager;
	struct verdict_record v;
	struct expiry_record e;
	bool ok = true;

	if (strcmp(type, "verdict") == 0) {
		if (verdict_take(doc, &v, why))
			return -1;
		round_add(round, &v);
		return 0;
	}
	round_run(round);
	if (strcmp(type, "maintenance") == 0)
		return use_maintenance(p, doc, why);
	if (strcmp(type, "expiry") == 0) {
		ok = expiry_take(doc, &e, why);
		if (ok)
			pager_expiry(p, &e);
	} else if (strcmp(type, "runner") != 0) {
		/* A runner says nothing about a server. */
		ok = record_fail(why, "type", "not verdict or expiry");
	}
	cJSON_Delete(doc);
	return ok ? 0 : -1;
}

/* 0 where the line was used; else -1 and why. */
static int use_line(void *arg, const char *s, size_t n, char *why)
{
	struct round *round = arg;
	const char *type;
	cJSON *doc;

	if (pager_swept(round->pager) >= SWEEP_S) {
		round_run(round);
		pager_sweep(round->pager);
	}
	doc = json_parse(s, n, &json_record, why);
	if (!doc)
		return -1;
	type = record_type(doc, why);
	if (type)
		return use_record(round, type, doc, why);
	cJSON_Delete(doc);
	return -1;
}

/* No line waits for one that may not come for a minute. */
static void idle(void *arg)
{
	round_run(arg);
}

static void quiet(void *arg)
{
	const struct round *r = arg;

	pager_flush(r->pager);
}

/* All verdicts of standard input. An exit status. */
static int read_verdicts(struct pager *p)
{
	struct round round = {.pager = p};
	struct input in = {.idle = idle, .quiet = quiet};
	int status = input_read(&in, STDIN_FILENO, "standard input", use_line,
		&round);

	round_run(&round);
	round_release(&round);
	return status;
}

/* Lets time pass for every server. */
static int tick(struct pager *p, struct shelf *sh)
{
	struct strings slugs = {0};
	bool ok = shelf_all(sh, &slugs);

	round_tick(p, &slugs);
	strings_release(&slugs);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

/* Without the store; only where there is somebody to be told. */
static bool tell_away(const struct pager_setup *setup, const char *url,
	const char *why)
{
	return !setup->deliver || !setup->conf || !setup->conf->n_routes ||
		away_tell(setup, url, why);
}

static int use(struct pager *p, const struct options *o, struct shelf *sh,
	struct ack_request *ack)
{
	switch (o->action) {
	case OPTIONS_TICK:
		return tick(p, sh);
	case OPTIONS_ACK:
		return acknowledge(p, o->operands[0], ack);
	default:
		return read_verdicts(p);
	}
}

static int run(const struct options *o, const struct pager_setup *setup,
	const char *url, struct ack_request *ack)
{
	struct shelf *sh = setup->shelf;
	struct pager *p = pager_new(setup);
	int status = use(p, o, sh, ack);

	pager_sweep(p);
	if (!tell_away(setup, url, shelf_trouble(sh)) || pager_failed(p))
		status = EXIT_ENV;
	pager_free(p);
	return status;
}

/* One server of the list, behind a head where none is there yet. */
static bool list_one(struct shelf *sh, const char *slug,
	const struct pager_setup *setup, bool *headed, struct buf *out)
{
	struct alert_state st;

	if (!shelf_get(sh, slug, &st))
		return false;
	if (setup->text && !*headed && state_open(&st)) {
		print_head(out);
		*headed = true;
	}
	print_incidents(out, &st, setup->text, setup->colour);
	state_release(&st);
	return true;
}

static int list(struct shelf *sh, const struct pager_setup *setup)
{
	struct strings slugs = {0};
	bool ok = shelf_all(sh, &slugs), headed = false;
	struct buf out;

	buf_init(&out, STATE_MAX);
	for (size_t i = 0; i < slugs.n && ok; i++) {
		shelf_ahead(sh, &slugs, i);
		ok = list_one(sh, slugs.v[i], setup, &headed, &out);
		if (out.len < LIST_PART)
			continue;
		ok = print(out.p, out.len) == EXIT_GOOD && ok;
		buf_clear(&out);
	}
	if (setup->text && !headed && ok)
		buf_str(&out, "No incident is open.\n");
	if (print(out.p, out.len))
		ok = false;
	strings_release(&slugs);
	buf_release(&out);
	return ok ? EXIT_GOOD : EXIT_ENV;
}

/* That of the secrets, or NULL. */
static const char *folder(void)
{
	const char *own = env("MCP_CREDENTIALS");

	return own ? own : env("CREDENTIALS_DIRECTORY");
}

static struct deliver *open_deliver(const struct conf *conf)
{
	if (!conf)
		log_warn("no configuration, so nothing is delivered");
	return deliver_new(folder());
}

/* With the store open, or a dry run; or without, and why. */
static int act(const struct options *o, const struct conf *conf,
	struct store *store, const char *url, const char *why)
{
	bool tty = isatty(STDOUT_FILENO);
	struct pager_setup setup = {
		.store = store,
		.conf = conf,
		.now = o->now,
		.text = o->format == OPTIONS_TEXT ||
			(o->format == OPTIONS_BY_OUTPUT && tty),
		.colour = tty && !env("NO_COLOR"),
	};
	const char *slug = o->n_operands ? o->operands[0] : NULL;
	bool tells = !o->dry_run && (o->action == OPTIONS_VERDICTS ||
		o->action == OPTIONS_TICK || o->action == OPTIONS_ACK ||
		o->action == OPTIONS_TEST);
	struct ack_request ack = {0};
	char *secret = NULL;
	int status = EXIT_ENV;

	if (o->action == OPTIONS_ACK && !acknowledge_parse(o, conf, &ack))
		return EXIT_USAGE;
	if (tells) {
		setup.deliver = open_deliver(conf);
		setup.secret = secret = acknowledge_secret();
	}
	if (store && maintain_wanted(o)) {
		status = maintain(o, conf, store, setup.text);
	} else if (store || o->dry_run) {
		setup.shelf = shelf_new(store);
		setup.calendar = calendar_new(store);
		if (o->action == OPTIONS_LIST)
			status = list(setup.shelf, &setup);
		else if (o->action == OPTIONS_EXPLAIN)
			status = look_explain(&setup, slug);
		else if (o->action == OPTIONS_HISTORY)
			status = look_history(&setup, slug);
		else if (o->action == OPTIONS_TEST)
			status = testing(&setup, o);
		else
			status = run(o, &setup, url, &ack);
		calendar_free(setup.calendar);
		shelf_free(setup.shelf);
	} else {
		log_error("%s", why);
		tell_away(&setup, url, why);
	}
	deliver_free(setup.deliver);
	secret_free(secret);
	return status;
}

/* Recorded verdicts: neither a store nor a route is touched. */
static int replay(const struct options *o, const struct conf *conf)
{
	bool tty = isatty(STDOUT_FILENO);

	return replay_run(&(struct replay_setup) {
		.file = o->operands[0],
		.conf = conf,
		.policy = o->policy,
		.text = o->format == OPTIONS_TEXT ||
			(o->format == OPTIONS_BY_OUTPUT && tty),
		.colour = tty && !env("NO_COLOR"),
	});
}

static int start(const struct options *o)
{
	const char *file = o->config ? o->config : env("MCP_CONFIG");
	struct conf *conf = file ? conf_load(file) : NULL;
	struct store *store = NULL;
	const char *url = o->store;
	char why[STORE_WHY] = "";
	int status = EXIT_USAGE;

	if (file && !conf)
		return EXIT_USAGE;
	if (o->action == OPTIONS_REPLAY) {
		status = replay(o, conf);
		conf_free(conf);
		return status;
	}
	if (o->action == OPTIONS_CHECK) {
		status = checking(file, conf, o, folder());
		conf_free(conf);
		return status;
	}
	if (!url && conf)
		url = conf->store;
	if (!url)
		url = env("MCP_STORE");
	if (url && !o->dry_run)
		store = store_open(url, why);
	if (url || o->dry_run)
		status = act(o, conf, store, url, why);
	else
		log_error("no store: neither --store, the configuration nor "
			  "MCP_STORE names one");
	store_close(store);
	conf_free(conf);
	return status;
}

int main(int argc, char **argv)
{
	struct options o;

	log_init("mcp-alert");
	/* Whoever reads our output may go; the pages have to go out. */
	signal(SIGPIPE, SIG_IGN);
	/* A web server may make arguments of a stranger's query. */
	if (cgi_wanted())
		return cgi_main();
	if (options_parse(argc, argv, &o))
		return EXIT_USAGE;
	if (o.action == OPTIONS_HELP)
		return print(options_usage, strlen(options_usage));
	if (o.action == OPTIONS_VERSION)
		return print("mcp-alert " VERSION "\n",
			strlen("mcp-alert " VERSION "\n"));
	return start(&o);
}
