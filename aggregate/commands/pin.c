/* SPDX-License-Identifier: MIT */
#include "commands/pin.h"

#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "commands/commands.h"
#include "conf/conf.h"
#include "judge/fleet.h"
#include "options.h"
#include "pinned/tools_lock.h"
#include "rule/drift.h"
#include "store/beat.h"
#include "store/setup.h"
#include "store/store.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct work {
	struct tools_lock *lock;
	const char *path; /* of the lock */
	bool pin;	  /* else only report */
	bool records; /* of standard input, and no store */
	struct lines *answers; /* of a review; else NULL */
	struct pin_writer out;
	bool differs; /* some tools differ, or were not approved */
	bool refused; /* a server could not be pinned */
	bool unread; /* the records have no tools of a server */
	bool quit;
	int status; /* the worst that happened, EXIT_USAGE or EXIT_ENV */
};

static void worse(struct work *w, int status)
{
	if (status > w->status)
		w->status = status;
}

/*
 * Report how the tools that a probe read, in these regions, differ from the
 * pinned ones, if they do; none are of a server that is not pinned.
 */
static bool compare_tools(struct work *w, struct pin_view *v,
	const char **regions, size_t n, const struct probe *seen)
{
	struct pin_comparison x = {.slug = v->slug, .path = w->path};
	struct pin_change c = {
		.tools = &x, .regions = regions, .n_regions = n};
	bool differs = pin_differs(&x, w->lock, seen);

	if (differs) {
		pin_read(&x, w->lock, seen, pin_view_texts(v));
		pin_changes_put(&w->out, &c);
		if (x.refused)
			worse(w, EXIT_USAGE);
	}
	pin_release(&x);
	return differs;
}

static int print_changes(struct work *w)
{
	int failed = line_print(w->out.out.p, w->out.out.len);

	buf_clear(&w->out.out);
	return failed;
}

static void save(struct work *w)
{
	if (lock_save(w->lock, w->path)) {
		log_error("%s: %s", w->path, strerror(errno));
		worse(w, EXIT_ENV);
	}
}

/* ---- pin. */

static void refuse_server(struct work *w, const char *slug, const char *why)
{
	log_error("%s: not pinned: %s", slug, why);
	w->refused = true;
}

static bool differ_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

/* The probe with the tools that all regions see, and whether they see the same
   words; NULL, and why, where there is none. */
static const struct probe *agreed(
	const struct pin_view *v, bool *same_words, const char **why)
{
	const struct probe *one = NULL;

	*same_words = true;
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct probe *p = drift_newest(&v->regions[i], INFINITY);

		if (!p)
			continue;
		*why = "the regions see different tools";
		if (one && differ_text(one->tools->hash, p->tools->hash))
			return NULL;
		if (one && differ_text(one->tools->full_hash,
				   p->tools->full_hash))
			*same_words = false;
		one = one && one->tools->tools ? one : p;
	}
	*why = !one ? "no region has read its tool list"
		    : "the names of its tools are not known";
	return one && one->tools->tools ? one : NULL;
}

/* Ask what is to be done with what was just shown. */
static bool approved(struct work *w, const char *slug)
{
	struct buf *b = &w->out.out;
	const char *p;
	size_t n;

	for (;;) {
		buf_fmt(b, "%s: [a]pprove, [l]eave, or [q]uit?\n", slug);
		if (print_changes(w)) {
			worse(w, EXIT_ENV);
			break;
		}
		if (lines_next(w->answers, &p, &n) != LINES_LINE)
			break;
		if (strcmp(p, "a") == 0 || strcmp(p, "approve") == 0)
			return true;
		if (strcmp(p, "l") == 0 || strcmp(p, "leave") == 0)
			return false;
		if (strcmp(p, "q") == 0 || strcmp(p, "quit") == 0)
			break;
	}
	w->quit = true;
	return false;
}

/* Pin contracts alone: which words are meant nobody knows. */
static void pin_contracts(struct work *w, const char *slug,
	const struct tool_list *seen)
{
	struct tool_digest *tools = xcalloc(seen->n_tools + 1, sizeof *tools);
	const char **texts = xcalloc(seen->n_tools + 1, sizeof *texts);
	struct tool_list contracts = *seen;

	for (size_t i = 0; i < seen->n_tools; i++) {
		tools[i] = seen->tools[i];
		*tools[i].full = '\0';
	}
	contracts.tools = tools;
	contracts.full_hash = NULL;
	lock_pin(w->lock, slug, &contracts, texts);
	log_warn("%s: only the contracts of its tools are pinned: the regions "
		 "see different descriptions", slug);
	free(texts);
	free(tools);
}

static void put_in_lock(struct work *w, struct pin_view *v,
	const struct tool_list *seen, bool same_words)
{
	const struct tool_texts *known = pin_view_texts(v);
	const char **texts;

	if (!same_words) {
		pin_contracts(w, v->slug, seen);
		return;
	}
	texts = xcalloc(seen->n_tools + 1, sizeof *texts);
	for (size_t i = 0; i < seen->n_tools; i++)
		texts[i] = tool_texts_find(known, seen->tools[i].full);
	lock_pin(w->lock, v->slug, seen, texts);
	free(texts);
}

/* The tools that were shown are approved, however long that took. */
static void review(struct work *w, struct pin_view *v, const struct probe *seen,
	bool same_words)
{
	bool differs = compare_tools(w, v, NULL, 0, seen);

	if (v->failed)
		worse(w, EXIT_ENV);
	if (differs && w->status != EXIT_ENV && approved(w, v->slug)) {
		put_in_lock(w, v, seen->tools, same_words);
		save(w);
		differs = false;
	}
	w->quit = w->quit || w->status == EXIT_ENV;
	w->differs = w->differs || differs;
}

static void pin(struct work *w, struct pin_view *v)
{
	bool same_words;
	const char *why;
	const struct probe *one = agreed(v, &same_words, &why);

	if (!one) {
		refuse_server(w, v->slug, why);
		return;
	}
	pin_view_texts(v);
	if (w->answers) {
		review(w, v, one, same_words);
		return;
	}
	if (lock_hash(w->lock, v->slug))
		compare_tools(w, v, NULL, 0, one);
	else
		buf_fmt(&w->out.out, "%s: pinned, %zu tools, %.12s\n", v->slug,
			one->tools->n_tools, one->tools->hash);
	put_in_lock(w, v, one->tools, same_words);
}

/* ---- diff. */

static bool same_tools(const struct probe *a, const struct probe *b)
{
	return a->era == b->era &&
		!differ_text(a->tools->hash, b->tools->hash) &&
		!differ_text(a->tools->full_hash, b->tools->full_hash) &&
		!a->tools->full_hash == !b->tools->full_hash &&
		!a->tools->tools == !b->tools->tools;
}

/* Compare the tools of region i, for all that see the same. */
static void diff_from(struct work *w, struct pin_view *v, size_t i,
	const struct probe **seen)
{
	const char **names = xcalloc(v->n_regions, sizeof *names);
	const struct probe *one = seen[i];
	size_t n = 0;

	for (size_t k = i; k < v->n_regions; k++) {
		if (!seen[k] || !same_tools(one, seen[k]))
			continue;
		names[n++] = v->regions[k].name;
		seen[k] = NULL;
	}
	if (compare_tools(w, v, names, n, one))
		w->differs = true;
	free(names);
}

/* Say why records have no tools of a region. */
static void tell_unread(struct work *w, const struct pin_view *v,
	const struct region_history *h)
{
	const struct probe *p = h->n ? &h->probes[h->n - 1] : NULL;

	if (!p)
		log_error("%s, %s: its tools were not read: the records of the "
			  "probe are incomplete", v->slug, h->name);
	else if (p->error)
		log_error("%s, %s: its tools were not read: %s failed: %s",
			v->slug, h->name, step_name(p->failed_step), p->error);
	else
		log_error("%s, %s: its tools were not read: the server is %s",
			v->slug, h->name, region_state_name(p->state));
	w->unread = true;
}

static void diff_server(struct work *w, struct pin_view *v)
{
	const struct probe **seen;

	if (!lock_hash(w->lock, v->slug)) {
		log_error("%s: not in %s: its tools are not approved",
			v->slug, w->path);
		worse(w, EXIT_USAGE);
		return;
	}
	seen = xcalloc(v->n_regions + 1, sizeof *seen);
	for (size_t i = 0; i < v->n_regions; i++) {
		seen[i] = drift_newest(&v->regions[i], INFINITY);
		if (w->records && !seen[i])
			tell_unread(w, v, &v->regions[i]);
	}
	for (size_t i = 0; i < v->n_regions; i++)
		if (seen[i])
			diff_from(w, v, i, seen);
	free(seen);
}

/* ---- Both. */

static bool use_server(void *arg, struct pin_view *v)
{
	struct work *w = arg;

	if (w->pin)
		pin(w, v);
	else
		diff_server(w, v);
	if (v->failed)
		worse(w, EXIT_ENV);
	return !w->quit;
}

/* Save and print the result; returns the exit status. */
static int finish_pin(struct work *w)
{
	pin_changes_end(&w->out, !w->unread && !w->status);
	if (w->pin && !w->answers && w->status != EXIT_ENV)
		save(w);
	if (print_changes(w))
		return EXIT_ENV;
	if (w->status)
		return w->status;
	if (w->refused || ((!w->pin || w->answers) && w->differs))
		return EXIT_NEWS;
	return w->unread ? EXIT_ENV : EXIT_GOOD;
}

static int of_records(struct work *w, const struct command *cmd)
{
	int status;
	struct pin_records *r = pin_records_read(STDIN_FILENO, &status);

	if (w->pin && status != EXIT_GOOD) {
		pin_records_free(r);
		return status;
	}
	worse(w, status);
	pin_changes_start(&w->out);
	if (!pin_records_each(r, cmd->slug, use_server, w)) {
		log_error("standard input: no probe of %s",
			cmd->slug ? cmd->slug : "a server");
		worse(w, EXIT_USAGE);
	}
	status = finish_pin(w);
	pin_records_free(r);
	return status;
}

/* Pin or compare the servers that are asked for. */
static int of_store(struct work *w, const struct command *cmd,
	const struct conf *conf, struct store *store)
{
	const char **slugs = xcalloc(conf_count(conf), sizeof *slugs);
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < conf_count(conf); i++) {
		const char *s = conf_server_slug(conf, i);

		if ((!cmd->slug || strcmp(cmd->slug, s) == 0) &&
			(w->pin || lock_hash(w->lock, s)))
			slugs[n++] = s;
	}
	pin_changes_start(&w->out);
	failed = pin_views_stored(conf, store, slugs, n, use_server, w);
	free(slugs);
	return failed ? EXIT_ENV : finish_pin(w);
}

static int with_store(
	struct work *w, const struct command *cmd, const struct conf *conf)
{
	char why[STORE_WHY];
	struct store *store;
	int rc = EXIT_ENV;

	store = store_open(
		cmd->store ? cmd->store : conf->store, conf->store_ca, why);
	store = format_guard(store, false, why);
	if (!store) {
		log_error("%s", why);
		return rc;
	}
	rc = of_store(w, cmd, conf, store);
	store_close(store);
	return rc;
}

/* conf: NULL where records are compared. */
static int with_lock(
	struct work *w, const struct command *cmd, const struct conf *conf)
{
	char why[LOCK_WHY];
	int rc = EXIT_USAGE;

	w->out.path = w->path;
	w->out.format = cmd->format;
	w->out.colour = output_choose(FORMAT_BY_OUTPUT).colour;
	buf_init(&w->out.out, SIZE_MAX / 2);
	w->lock = lock_load(w->path, why);
	if (!w->lock)
		log_error("%s: %s", w->path, why);
	else
		rc = conf ? with_store(w, cmd, conf) : of_records(w, cmd);
	lock_free(w->lock);
	buf_release(&w->out.out);
	return rc;
}

static int with_config(struct work *w, const struct command *cmd)
{
	struct conf *conf;
	char *path;
	int rc = EXIT_USAGE;

	if (!cmd->config) {
		log_error("neither --config nor MCP_CONFIG names a "
			  "configuration");
		return rc;
	}
	conf = conf_load(cmd->config);
	if (!conf)
		return rc;
	path = lock_path(cmd->config);
	w->path = path;
	if (cmd->slug && conf_place(conf, cmd->slug) == CONF_NOWHERE)
		setup_no_server(&(struct setup) {.conf = conf}, cmd->slug);
	else
		rc = with_lock(w, cmd, conf);
	free(path);
	conf_free(conf);
	return rc;
}

static int start(struct work *w, const struct command *cmd)
{
	w->records = cmd->input != NULL;
	if (!w->records)
		return with_config(w, cmd);
	w->path = cmd->lock ? cmd->lock : "tools.lock";
	return with_lock(w, cmd, NULL);
}

int pin_tools(const struct command *cmd)
{
	struct work w = {.pin = true};
	int rc;

	if (cmd->review && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))) {
		log_error("pin --review needs a terminal as standard input and "
			  "output");
		return EXIT_USAGE;
	}
	if (cmd->review)
		w.answers = lines_new(STDIN_FILENO);
	rc = start(&w, cmd);
	lines_free(w.answers);
	return rc;
}

int pin_diff(const struct command *cmd)
{
	struct work w = {.pin = false};

	return start(&w, cmd);
}
