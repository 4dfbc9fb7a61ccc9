/* SPDX-License-Identifier: MIT */
/*
 * ingest.c: see ingest.h. Records are written in batches: while one is on its
 * way, the next is read. A script in the store takes the probes of a server and
 * puts each in its place, whatever came before. To ingest the same records
 * again changes nothing.
 */
#include "store/ingest.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "base/stats.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "histories/input.h"
#include "json/json.h"
#include "options.h"
#include "records/doctor.h"
#include "records/spool.h"
#include "rule/verdict.h"
#include "store/beat.h"
#include "store/definitions.h"
#include "store/hour_row.h"
#include "store/keys.h"
#include "store/retention.h"
#include "store/scripts.h"
#include "store/setup.h"
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A batch is written once it has this many probes, or bytes. */
#define PROBES_MAX 1000
#define BYTES_MAX (4 * 1024 * 1024)
/* The most probes that one call of the script takes. */
#define CALL_MAX 64

/*
 * A clock that is further ahead is wrong, and would make keys for hours to
 * come: its probes are not counted.
 */
#define AHEAD_MAX_S 86400

/* The answer on a probe: an element of the array that is a reply. */
struct answer {
	size_t reply, item;
};

/* A batch, and where the answers on its probes are. */
struct round {
	struct batch *batch;
	struct answer answers[PROBES_MAX];
	struct {
		size_t reply;
		unsigned long line; /* of the summary */
	} lists[PROBES_MAX]; /* what was queued of definitions */
	size_t n_lists, bytes; /* bytes of these */
	size_t wait; /* of store_add_wait */
};

struct ingest {
	struct store *store;
	/* Which is read now, and which is on its way into the store. */
	struct round *reading, *sent;
	char sha[STORE_SHA]; /* of script_ingest */
	char sha_definitions[STORE_SHA]; /* of script_definitions */
	struct definition_batch waiting; /* for the summary of their probe */
	double evidence_s, passing_s; /* how long a probe's records live */
	struct conf_store_wait wait; /* as store_confirm was told */
	struct input input;
	/* probes: records of these; doctors: what no round has stored */
	unsigned long records, runners, probes, doctors;
	int (*also)(void *arg, const struct record *r, char *why); /* or NULL */
	void *arg;
	struct buf text; /* room for an argument of the script */
};

/* The keys and arguments of script_ingest: of the call, and of each probe. */
enum { CALL_KEYS = 7, PROBE_KEYS = 8, CALL_ARGS = 14, PROBE_ARGS = 15 };

static void put_text(struct ingest *in, const char *text)
{
	store_arg(in->store, text, strlen(text));
}

static void put_number(struct ingest *in, double v, int digits)
{
	buf_clear(&in->text);
	if (digits)
		buf_fixed(&in->text, v, digits);
	else
		buf_int(&in->text, (long long)v);
	store_arg(in->store, in->text.p, in->text.len);
}

static void put_life(char *out, double seconds)
{
	snprintf(out, 16, "%.0f", seconds);
}

static void put_keys(struct ingest *in, const struct bundle *u)
{
	int64_t window = clock_window(u->started_at);
	char key[KEY_MAX];

	put_text(in, key_probe(key, u->slug, window, u->region));
	put_text(in, key_head(key, u->slug, window, u->region));
	put_text(in, key_hour_row(key, u->slug, window / 3600, u->region));
	put_text(in, key_tool_hash(key, u->slug, u->region));
	put_text(in, key_head(key, u->slug, window - 60, u->region));
	put_text(in, key_head(key, u->slug, window + 60, u->region));
	put_text(in, key_probe(key, u->slug, window - 60, u->region));
	put_text(in, key_reporters(key, u->slug, window));
}

/* The marks of the pieces that are there, or the lengths of their texts. */
static void put_list(struct ingest *in, const struct bundle *u, bool lengths)
{
	buf_clear(&in->text);
	for (size_t i = 0; i < RECORD_PROBE_LINES; i++) {
		const struct piece *p = &u->pieces[i];

		if (!p->text)
			continue;
		if (in->text.len)
			buf_char(&in->text, ' ');
		if (lengths)
			buf_int(&in->text, (long long)strlen(p->text));
		else
			buf_str(&in->text, p->mark);
	}
	store_arg(in->store, in->text.p, in->text.len);
}

/* The array of the texts. */
static void put_array(struct ingest *in, const struct bundle *u)
{
	buf_clear(&in->text);
	for (size_t i = 0; i < RECORD_PROBE_LINES; i++) {
		if (!u->pieces[i].text)
			continue;
		buf_str(&in->text, in->text.len ? ",\n" : "[");
		buf_str(&in->text, u->pieces[i].text);
	}
	buf_char(&in->text, ']');
	store_arg(in->store, in->text.p, in->text.len);
}

/* Add the three arguments for `latest`: see scripts.h. */
static void put_brief(struct ingest *in, const struct bundle *u)
{
	if (u->pieces[BATCH_SUMMARY].text) {
		put_text(in, u->pieces[BATCH_SUMMARY].mark);
		put_text(in, u->ms);
		put_text(in, u->brief);
		return;
	}
	put_list(in, u, false);
	put_text(in, "");
	buf_clear(&in->text);
	for (size_t i = 0; i < RECORD_PROBE_LINES; i++) {
		char *brief;

		if (!u->pieces[i].text)
			continue;
		brief = batch_brief(u->pieces[i].text);
		if (in->text.len)
			buf_char(&in->text, '\t');
		buf_str(&in->text, brief);
		free(brief);
	}
	store_arg(in->store, in->text.p, in->text.len);
}

static void put_probe(struct ingest *in, const struct bundle *u, double now)
{
	int64_t window = clock_window(u->started_at);
	bool counts = u->started_at > now - in->evidence_s &&
		u->started_at < now + AHEAD_MAX_S;

	put_text(in, u->region);
	put_text(in, u->probe_id);
	put_number(in, u->started_at, 6);
	put_text(in, *u->tool_hash ? u->tool_hash : "-");
	put_text(in, counts ? "1" : "0");
	put_number(in, (double)(window % 3600 / 60), 0);
	put_number(in,
		floor((u->started_at - (double)window) * HOUR_ROW_HZ) + 1, 0);
	put_list(in, u, false);
	put_list(in, u, true);
	put_array(in, u);
	put_brief(in, u);
	put_text(in, u->tools_key ? u->tools_key : "");
	put_text(in, u->tools ? u->tools : "");
}

/* The arguments for all probes of a call. */
static void put_call(struct ingest *in, int64_t window, double now)
{
	put_number(in, in->evidence_s, 0);
	put_number(in, in->passing_s, 0);
	put_number(in, fmax(in->evidence_s, RETENTION_ROW_S), 0);
	put_number(in, RETENTION_LATEST_S, 0);
	put_number(in, RETENTION_HASH_S, 0);
	put_number(in, RETENTION_LATENCY_HOUR_S, 0);
	put_number(in, RETENTION_ROLLUP_S, 0);
	put_number(in, RETENTION_ERRORS_HOUR_S, 0);
	put_number(in, RETENTION_ERRORS_DAY_S, 0);
	put_number(in, KEYS_TOOLS_MAX, 0);
	put_number(in, RECORD_PROBE_MAX, 0);
	put_number(in, now + rule_default(60).ahead_s, 6);
	put_number(in, (double)(window % 86400 / 3600), 0);
	put_number(in, (double)(window / 86400), 0);
}

/*
 * Queue script_ingest for n probes of a server that started in one hour;
 * returns the number of its reply.
 */
static size_t queue_call(
	struct ingest *in, const struct bundle *const *u, size_t n, double now)
{
	int64_t window = clock_window(u[0]->started_at);
	const char *slug = u[0]->slug;
	char key[KEY_MAX];
	size_t reply, keys = CALL_KEYS + n * PROBE_KEYS;

	reply = store_begin(in->store, 3 + keys + CALL_ARGS + n * PROBE_ARGS);
	put_text(in, "EVALSHA");
	put_text(in, in->sha);
	put_number(in, (double)keys, 0);
	put_text(in, key_latest(key, slug));
	put_text(in, key_latency(key, slug, window / 3600));
	put_text(in, key_latency_day(key, slug, window / 86400));
	put_text(in, key_errors(key, slug, window / 3600));
	put_text(in, key_errors_day(key, slug, window / 86400));
	put_text(in, key_baseline(key, slug));
	put_text(in, key_tools(key, slug));
	for (size_t i = 0; i < n; i++)
		put_keys(in, u[i]);
	put_call(in, window, now);
	for (size_t i = 0; i < n; i++)
		put_probe(in, u[i], now);
	return reply;
}

/* Announce a server that no configuration names: public, with its URL. */
static void queue_server(
	struct ingest *in, const struct bundle *const *u, size_t n)
{
	struct buf b;

	while (n && !(*u)->pieces[BATCH_SUMMARY].text)
		u++, n--;
	if (!n)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	json_fmt(&b,
		"{'url':%s,'private':false,'account':null,'token_sha256':null,"
		"'interval':60,'regions':[],'title':null}",
		(*u)->url);
	store_add(in->store, "HSETNX", KEY_SERVERS, (*u)->slug, b.p, NULL);
	buf_release(&b);
}

/*
 * A probe that came late makes evidence of the one that started after it: that
 * lives longer, if it is still there. To send it twice does no harm.
 */
static void queue_evidence(struct ingest *in, const struct bundle *u,
	double follower)
{
	int64_t window = clock_window(follower);
	char key[KEY_MAX], life[16];

	if (window == clock_window(u->started_at))
		return;
	put_life(life, in->evidence_s);
	store_add(in->store, "EXPIRE",
		key_probe(key, u->slug, window, u->region), life, NULL);
	store_add(in->store, "EXPIRE",
		key_head(key, u->slug, window, u->region), life, NULL);
}

/* Why a probe was refused by the script, or the script failed; "": it was not. */
static void refusal(const struct ingest *in, const struct answer *at, char *why)
{
	const struct store_reply *r = store_reply(in->store, at->reply);
	const struct store_reply *item = store_item(r, at->item);
	const char *error = store_error(r);

	snprintf(why, RECORD_WHY, "%s%s", error ? "the store: " : "",
		error ? error : store_text(item) ? store_text(item) : "");
}

static uint64_t records_of(const struct bundle *u)
{
	uint64_t n = 0;

	for (size_t i = 0; i < RECORD_PROBE_LINES; i++)
		n += u->pieces[i].text != NULL;
	return n;
}

/*
 * A probe that the script refused, or failed for, counts as a refused line.
 */
static void settle(
	struct ingest *in, const struct bundle *u, const struct answer *at)
{
	const struct store_reply *r = store_reply(in->store, at->reply);
	const struct store_reply *item = store_item(r, at->item);
	char why[RECORD_WHY];
	double follower;

	refusal(in, at, why);
	if (*why)
		input_refuse(&in->input, u->line, why);
	else
		stats_add(COUNT_STORED, records_of(u));
	if (store_text(store_item(item, 0)) &&
		num_decimal(store_text(store_item(item, 0)), &follower))
		queue_evidence(in, u, follower);
}

/*
 * Whether as many replicas as the configuration wants have the batch that was
 * sent: only then it is accepted.
 */
static bool confirmed(const struct ingest *in)
{
	const struct store_reply *r = store_reply(in->store, in->sent->wait);
	const char *error = store_error(r);
	long long n = store_int(r, 0);

	if (in->sent->wait == STORE_NO_REPLY || n >= in->wait.replicas)
		return true;
	log_error("store: only %lld of %d replicas stored the records within "
		  "%g s%s%s", n, in->wait.replicas, in->wait.timeout_s,
		error ? ": " : "", error ? error : "");
	return false;
}

/*
 * Whether the probe was refused whose summary is in that line: of the probes that
 * began before it, the last.
 */
static bool probe_refused(const struct ingest *in, unsigned long line)
{
	const struct bundle *u;
	char why[RECORD_WHY];
	size_t n, last = 0;

	u = batch_bundles(in->sent->batch, &n);
	for (size_t i = 0; i < n; i++)
		if (u[i].line <= line && u[i].line >= u[last].line)
			last = i;
	if (!n)
		return false;
	refusal(in, &in->sent->answers[last], why);
	return *why;
}

/* A list that the script failed for; of a probe that was refused, that is said. */
static void settle_list(struct ingest *in, size_t reply, unsigned long line)
{
	const char *error = store_error(store_reply(in->store, reply));
	char why[RECORD_WHY];

	if (!error || probe_refused(in, line))
		return;
	snprintf(why, sizeof why, "the definitions of the tools are not "
				  "stored: %s", error);
	input_refuse(&in->input, line, why);
}

/* Wait for the batch that is on its way, and use the answers. */
static int finish_batch(struct ingest *in)
{
	const struct bundle *u;
	size_t n;

	if (store_finish(in->store))
		return store_failed(in->store);
	if (!confirmed(in))
		return -1;
	u = batch_bundles(in->sent->batch, &n);
	for (size_t i = 0; i < n; i++)
		settle(in, &u[i], &in->sent->answers[i]);
	for (size_t i = 0; i < in->sent->n_lists; i++)
		settle_list(in, in->sent->lists[i].reply,
			in->sent->lists[i].line);
	in->sent->n_lists = in->sent->bytes = 0;
	batch_clear(in->sent->batch);
	return 0;
}

/* By server, hour, and when they started. */
static int by_call(const void *a, const void *b)
{
	const struct bundle *x = *(const struct bundle *const *)a;
	const struct bundle *y = *(const struct bundle *const *)b;
	int64_t p = clock_window(x->started_at) / 3600;
	int64_t q = clock_window(y->started_at) / 3600;
	int order = strcmp(x->slug, y->slug);

	if (order || p != q)
		return order ? order : p < q ? -1 : 1;
	if (x->started_at < y->started_at)
		return -1;
	return x->started_at > y->started_at || x > y;
}

static bool same_call(const struct bundle *a, const struct bundle *b)
{
	return strcmp(a->slug, b->slug) == 0 &&
		clock_window(a->started_at) / 3600 ==
		clock_window(b->started_at) / 3600;
}

/* Queue the batch that was read. */
static void queue_batch(struct ingest *in)
{
	const struct bundle *order[PROBES_MAX], *u;
	double now = clock_wall();
	size_t n, size;

	u = batch_bundles(in->reading->batch, &n);
	for (size_t i = 0; i < n; i++)
		order[i] = &u[i];
	if (n)
		qsort(order, n, sizeof *order, by_call);
	for (size_t i = 0; i < n; i += size) {
		size_t reply;

		for (size = 1; size < CALL_MAX && i + size < n; size++)
			if (!same_call(order[i], order[i + size]))
				break;
		reply = queue_call(in, order + i, size, now);
		for (size_t k = 0; k < size; k++)
			in->reading->answers[order[i + k] - u] =
				(struct answer) {reply, k};
		queue_server(in, order + i, size);
		for (size_t k = 0; k < size; k++)
			definition_batch_renew(in->store, order[i + k]->slug,
				order[i + k]->probe_id);
	}
	in->reading->wait = store_queued(in->store) ? store_add_wait(in->store)
						    : STORE_NO_REPLY;
}

/* Send the batch that was read, once the one before has arrived. */
static int send_batch(struct ingest *in)
{
	struct round *r = in->reading;

	queue_batch(in);
	if (finish_batch(in))
		return -1;
	store_start(in->store);
	in->reading = in->sent;
	in->sent = r;
	return 0;
}

static void queue_runner(struct ingest *in, const struct record *r)
{
	struct buf b;

	buf_init(&b, RECORD_RUNNER_MAX);
	record_write(&b, r);
	b.p[--b.len] = '\0';
	store_add(in->store, "HSET", KEY_RUNNERS, r->u.runner.region, b.p, NULL);
	buf_release(&b);
}

/* Queue a spool record, by the names of its machine and folder. */
static bool queue_spool(struct ingest *in, const struct record *r, char *why)
{
	struct spool_record spool;
	char life[16], field[sizeof spool.host + sizeof spool.folder];
	struct buf b;

	if (!spool_take(r->doc, &spool, why))
		return false;
	snprintf(field, sizeof field, "%s:%s", spool.host, spool.folder);
	buf_init(&b, RECORD_SPOOL_MAX);
	spool_record_write(&b, &spool);
	put_life(life, RETENTION_ROLLUP_S);
	store_add(in->store, "HSET", KEY_SPOOLS, field, b.p, NULL);
	store_add(in->store, "EXPIRE", KEY_SPOOLS, life, NULL);
	buf_release(&b);
	return true;
}

static bool queue_doctor(struct ingest *in, const struct record *r, char *why)
{
	struct doctor_record doctor;
	char life[16];
	struct buf b;

	if (!doctor_take(r->doc, &doctor, why))
		return false;
	buf_init(&b, RECORD_DOCTOR_MAX);
	doctor_record_write(&b, &doctor);
	put_life(life, RETENTION_ROLLUP_S);
	store_add(in->store, "SET", KEY_DOCTOR, b.p, "EX", life, NULL);
	buf_release(&b);
	in->doctors++;
	return true;
}

/* Take in what belongs to a probe. */
static int take_probe(struct ingest *in, const struct record *r, char *why)
{
	struct round *round = in->reading;
	size_t reply;

	definition_batch_stray(&in->waiting, &r->u.probe.key, &in->input);
	if (r->type == RECORD_TOOL)
		return definition_batch_add(&in->waiting, &r->u.tool,
			in->input.line, why);
	if (batch_add(round->batch, r, in->input.line, why))
		return -1;
	in->probes++;
	if (r->type != RECORD_PROBE)
		return 0;
	reply = definition_batch_queue(&in->waiting, in->store,
		in->sha_definitions, &r->u.probe, clock_wall(), &in->input,
		&round->bytes);
	if (reply != STORE_NO_REPLY) {
		round->lists[round->n_lists].reply = reply;
		round->lists[round->n_lists++].line = in->input.line;
	}
	return 0;
}

/* See histories/input.h. */
static int take_record(void *arg, const struct record *r, char *why)
{
	struct ingest *in = arg;
	size_t probes;

	in->records++;
	if (r->type == RECORD_SPOOL)
		return queue_spool(in, r, why) ? 0 : -1;
	if (r->type == RECORD_DOCTOR)
		return queue_doctor(in, r, why) ? 0 : -1;
	if (in->also && in->also(in->arg, r, why))
		return -1;
	if (r->type == RECORD_RUNNER) {
		queue_runner(in, r);
		in->runners++;
	} else if (take_probe(in, r, why)) {
		return -1;
	}
	batch_bundles(in->reading->batch, &probes);
	if ((probes >= PROBES_MAX || in->reading->n_lists == PROBES_MAX ||
		    batch_bytes(in->reading->batch) + in->reading->bytes >=
			    BYTES_MAX) &&
		send_batch(in))
		return INPUT_STOP;
	return 0;
}

/* Replies to the commands that finish has queued. */
static int run(struct ingest *in)
{
	return store_run(in->store) ? store_failed(in->store) : 0;
}

/* Read all lines, batch by batch. Returns the exit status. */
static int read_all(struct ingest *in, int fd, const char *name)
{
	int rc = input_read(&in->input, fd, take_record, in);

	if (rc == -1)
		log_error("%s: %s", name, strerror(errno));
	definition_batch_stray(&in->waiting, NULL, &in->input);
	rc = rc || send_batch(in) || finish_batch(in) || run(in) ? -1 : 0;
	input_told(&in->input);
	if (rc)
		return EXIT_ENV;
	if (!in->records && !in->input.refused)
		log_error("no records on %s", name);
	return in->input.refused || !in->records ? EXIT_USAGE : EXIT_GOOD;
}

/* Warn if the store may lose or evict data. */
static void check_store(struct store *s)
{
	char policy[40], aof[40], faults[SETUP_FAULTS][SETUP_FAULT];
	size_t n;

	setup_settings(s, policy, aof);
	n = setup_faults(policy, aof, faults);
	for (size_t i = 0; i < n; i++)
		log_warn("store: %s", faults[i]);
}

/* Read with two batches, of which one is on its way into the store. */
static int read_rounds(struct ingest *in, int fd, const char *name)
{
	struct round *rounds = xcalloc(2, sizeof *rounds);
	int rc;

	for (int i = 0; i < 2; i++)
		rounds[i].batch = batch_new();
	in->reading = &rounds[0];
	in->sent = &rounds[1];
	in->sent->wait = STORE_NO_REPLY;
	buf_init(&in->text, LINE_MAX_BYTES);
	rc = read_all(in, fd, name);
	store_finish(in->store);
	definition_batch_release(&in->waiting);
	buf_release(&in->text);
	for (int i = 0; i < 2; i++)
		batch_free(rounds[i].batch);
	free(rounds);
	return rc;
}

int ingest(const struct command *cmd, int fd,
	int (*also)(void *arg, const struct record *r, char *why), void *arg)
{
	struct ingest in = {.evidence_s = RETENTION_EVIDENCE_S,
		.passing_s = RETENTION_PASSING_S,
		.also = also,
		.arg = arg};
	struct setup s;
	bool round;
	int rc = setup_open(&s, cmd);

	if (rc) {
		setup_close(&s);
		return rc;
	}
	if (s.conf) {
		in.evidence_s = s.conf->retention.evidence_s;
		in.passing_s = s.conf->retention.passing_s;
		in.wait = s.conf->store_wait;
	}
	in.store = s.store;
	store_confirm(in.store, in.wait.replicas, in.wait.timeout_s);
	check_store(in.store);
	rc = EXIT_ENV;
	if (!store_load(in.store, script_ingest, in.sha) &&
		!store_load(in.store, script_definitions, in.sha_definitions))
		rc = read_rounds(&in, fd,
			fd == STDIN_FILENO ? "standard input" : cmd->input);
	round = !in.doctors || in.records > in.doctors;
	/* It goes out with what is asked of the store next. */
	if (rc != EXIT_ENV && round)
		heartbeat_run_queue(in.store, STAGE_INGEST, clock_wall(),
			STATS_AGGREGATE);
	/* Runners that bring nothing show that no region is heard. */
	if (rc != EXIT_ENV &&
		((round && (in.probes || !in.runners) &&
			 !heartbeat_write(in.store, STAGE_INGEST, clock_wall(),
				 false)) ||
			store_persist(in.store))) {
		store_failed(in.store);
		rc = EXIT_ENV;
	}
	setup_close(&s);
	return rc;
}
