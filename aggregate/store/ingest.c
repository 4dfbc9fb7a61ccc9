/*
 * ingest.c: see ingest.h. Records are written in batches; a script in the store
 * puts those of a probe in their place, whatever came before. To ingest the
 * same records again changes nothing.
 */
#include "store/ingest.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"
#include "conf/conf.h"
#include "json/json.h"
#include "offline/input.h"
#include "options.h"
#include "records/spool.h"
#include "rule/verdict.h"
#include "store/batch.h"
#include "store/heartbeat.h"
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
#define PROBES_MAX 500
#define BYTES_MAX (8 * 1024 * 1024)

/*
 * A clock that is further ahead is wrong, and would make keys for hours to
 * come: its probes are not counted.
 */
#define AHEAD_MAX_S 86400

struct ingest {
	struct store *store;
	struct batch *batch;
	char sha[STORE_SHA]; /* of script_ingest */
	double evidence_s, passing_s; /* how long a probe's records live */
	struct input input;
	unsigned long records, runners, probes; /* probes: records of these */
	int (*also)(void *arg, const struct record *r, char *why); /* or NULL */
	void *arg;
};

/* The numbers that script_ingest is given, as text. */
struct numbers {
	char at[40], ahead[40], minute[8], hour[8], day[24];
	char probe[16], latest[16], hash[16], rollup[16], rollup_day[16];
	char errors_hour[16], errors_day[16];
	char lists[16], pieces[16], whole[16];
	char slot[16], started[16], passing[16], row[16];
};

static void put_life(char *out, double seconds)
{
	snprintf(out, 16, "%.0f", seconds);
}

static void number(struct numbers *n, const struct ingest *in,
	const struct bundle *u, double now)
{
	int64_t window = clock_window(u->started_at);
	int pieces = 0;

	for (size_t i = 0; i < RECORD_PROBE_LINES; i++)
		pieces += u->pieces[i].text != NULL;
	snprintf(n->pieces, sizeof n->pieces, "%d", pieces);
	snprintf(n->whole, sizeof n->whole, "%d", RECORD_PROBE_MAX);
	snprintf(n->lists, sizeof n->lists, "%d", KEYS_TOOLS_MAX);
	snprintf(n->at, sizeof n->at, "%.6f", u->started_at);
	snprintf(n->ahead, sizeof n->ahead, "%.6f",
		now + rule_default(60).ahead_s);
	snprintf(n->minute, sizeof n->minute, "%d", (int)(window % 3600 / 60));
	snprintf(n->hour, sizeof n->hour, "%d", (int)(window % 86400 / 3600));
	snprintf(n->day, sizeof n->day, "%" PRId64, window / 86400);
	put_life(n->probe, in->evidence_s);
	put_life(n->passing, in->passing_s);
	put_life(n->row, fmax(in->evidence_s, RETENTION_ROW_S));
	snprintf(n->slot, sizeof n->slot, "%d",
		(int)(window % 3600 / 60) * HOUR_ROW_SLOT);
	snprintf(n->started, sizeof n->started, "%d",
		(int)((u->started_at - (double)window) * HOUR_ROW_HZ) + 1);
	put_life(n->latest, RETENTION_LATEST_S);
	put_life(n->hash, RETENTION_HASH_S);
	put_life(n->rollup, RETENTION_LATENCY_HOUR_S);
	put_life(n->rollup_day, RETENTION_ROLLUP_S);
	put_life(n->errors_hour, RETENTION_ERRORS_HOUR_S);
	put_life(n->errors_day, RETENTION_ERRORS_DAY_S);
}

/*
 * The pieces of a probe, then those for `latest`: the summary, if there is one.
 */
static size_t add_pieces(const struct bundle *u, const char **args)
{
	const struct piece *sum = &u->pieces[BATCH_SUMMARY];
	size_t n = 0;

	for (size_t i = 0; i < RECORD_PROBE_LINES; i++) {
		if (!u->pieces[i].text)
			continue;
		args[n++] = u->pieces[i].mark;
		args[n++] = u->pieces[i].text;
	}
	for (size_t i = sum->text ? BATCH_SUMMARY : 0; i < RECORD_PROBE_LINES;
		i++) {
		if (!u->pieces[i].text)
			continue;
		args[n++] = u->pieces[i].mark;
		args[n++] = u->pieces[i].brief;
	}
	return n;
}

/* Queue script_ingest for one probe; returns the number of its reply. */
static size_t queue(struct ingest *in, const struct bundle *u)
{
	int64_t window = clock_window(u->started_at);
	double now = clock_wall();
	bool counts = u->started_at > now - in->evidence_s &&
		u->started_at < now + AHEAD_MAX_S;
	char key[15][KEY_MAX];
	struct numbers n;
	const char *args[] = {"EVALSHA", in->sha, "15",
		key_probe(key[0], u->slug, window, u->region),
		key_reporters(key[1], u->slug, window),
		key_latest(key[2], u->slug),
		key_tool_hash(key[3], u->slug, u->region),
		key_latency(key[4], u->slug, window / 3600),
		key_latency_day(key[5], u->slug, window / 86400),
		key_errors(key[6], u->slug, window / 3600),
		key_errors_day(key[7], u->slug, window / 86400),
		key_baseline(key[8], u->slug), key_tools(key[9], u->slug),
		key_head(key[10], u->slug, window, u->region),
		key_hour_row(key[11], u->slug, window / 3600, u->region),
		key_probe(key[12], u->slug, window - 60, u->region),
		key_head(key[13], u->slug, window - 60, u->region),
		key_probe(key[14], u->slug, window + 60, u->region),
		u->region, u->probe_id, n.at, *u->tool_hash ? u->tool_hash : "-",
		u->tools_key ? u->tools_key : "", u->tools ? u->tools : "",
		counts ? "1" : "0", n.probe, n.lists, n.latest, n.hash,
		n.rollup, n.ahead, n.minute, n.hour, n.errors_hour,
		n.errors_day, n.day, n.pieces, n.whole, n.slot, n.started,
		n.passing, n.row, n.rollup_day};
	const char *all[sizeof args / sizeof *args + 4 * RECORD_PROBE_LINES];
	size_t fixed = sizeof args / sizeof *args;

	number(&n, in, u, now);
	memcpy(all, args, sizeof args);
	return store_try_argv(
		in->store, fixed + add_pieces(u, all + fixed), all);
}

/* Announce a server that no configuration names: public, with its URL. */
static void queue_server(struct ingest *in, const struct bundle *u)
{
	struct buf b;

	if (!u->pieces[BATCH_SUMMARY].text)
		return;
	buf_init(&b, LINE_MAX_BYTES);
	buf_str(&b, "{\"url\":");
	json_put_str(&b, u->url);
	buf_str(&b, ",\"private\":false,\"account\":null,\"token_sha256\":null,"
		    "\"interval\":60,\"regions\":[],\"title\":null}");
	store_add(in->store, "HSETNX", KEY_SERVERS, u->slug, b.p, NULL);
	buf_release(&b);
}

/* A probe that the script refused, or failed for, counts as a refused line. */
static void settle(struct ingest *in, const struct bundle *u, size_t reply)
{
	const struct store_reply *r = store_reply(in->store, reply);
	const char *error = store_error(r);
	char why[RECORD_WHY];

	snprintf(why, sizeof why, "%s%s", error ? "the store: " : "",
		error ? error : store_text(r) ? store_text(r) : "");
	if (*why)
		input_refuse(&in->input, u->line, why);
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

static int flush(struct ingest *in)
{
	size_t replies[PROBES_MAX], n;
	double followers[PROBES_MAX];
	const struct bundle *u = batch_bundles(in->batch, &n);

	if (!n)
		return store_run(in->store) ? store_failed(in->store) : 0;
	/* Loaded anew each time: the store may have been restarted. */
	store_add(in->store, "SCRIPT", "LOAD", script_ingest, NULL);
	for (size_t i = 0; i < n; i++) {
		replies[i] = queue(in, &u[i]);
		queue_server(in, &u[i]);
	}
	if (store_run(in->store))
		return store_failed(in->store);
	for (size_t i = 0; i < n; i++) {
		const struct store_reply *r = store_reply(in->store, replies[i]);

		settle(in, &u[i], replies[i]);
		followers[i] = NAN;
		if (store_text(store_item(r, 0)))
			num_epoch(store_text(store_item(r, 0)), &followers[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (!isnan(followers[i]))
			queue_evidence(in, &u[i], followers[i]);
	batch_clear(in->batch);
	return store_run(in->store) ? store_failed(in->store) : 0;
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

/* See offline/input.h. */
static int take(void *arg, const struct record *r, char *why)
{
	struct ingest *in = arg;
	size_t probes;

	in->records++;
	if (r->type == RECORD_SPOOL)
		return queue_spool(in, r, why) ? 0 : -1;
	if (in->also && in->also(in->arg, r, why))
		return -1;
	if (r->type == RECORD_RUNNER) {
		queue_runner(in, r);
		in->runners++;
	} else if (batch_add(in->batch, r, in->input.line, why)) {
		return -1;
	} else {
		in->probes++;
	}
	batch_bundles(in->batch, &probes);
	if ((probes >= PROBES_MAX || batch_bytes(in->batch) >= BYTES_MAX) &&
		flush(in))
		return INPUT_STOP;
	return 0;
}

/* Read all lines, batch by batch. Returns the exit status. */
static int read_all(struct ingest *in, int fd, const char *name)
{
	int rc = input_read(&in->input, fd, take, in);

	if (rc == -1)
		log_error("%s: %s", name, strerror(errno));
	rc = rc || flush(in) ? -1 : 0;
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

int ingest(const struct command *cmd, int fd,
	int (*also)(void *arg, const struct record *r, char *why), void *arg)
{
	struct ingest in = {.evidence_s = RETENTION_EVIDENCE_S,
		.passing_s = RETENTION_PASSING_S,
		.also = also,
		.arg = arg};
	struct setup s;
	int rc = setup_open(&s, cmd);

	if (rc) {
		setup_close(&s);
		return rc;
	}
	if (s.conf) {
		in.evidence_s = s.conf->retention.evidence_s;
		in.passing_s = s.conf->retention.passing_s;
	}
	in.store = s.store;
	check_store(in.store);
	in.batch = batch_new();
	rc = EXIT_ENV;
	if (!store_load(in.store, script_ingest, in.sha))
		rc = read_all(&in, fd,
			fd == STDIN_FILENO ? "standard input" : cmd->input);
	/* Runners that bring nothing show that no region is heard. */
	if (rc != EXIT_ENV && (in.probes || !in.runners) &&
		!heartbeat_write(in.store, STAGE_INGEST, clock_wall(), false)) {
		store_failed(in.store);
		rc = EXIT_ENV;
	}
	batch_free(in.batch);
	setup_close(&s);
	return rc;
}
