#include "commands/pin.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "commands/pin_changes.h"
#include "commands/tools_lock.h"
#include "conf/conf.h"
#include "json/json.h"
#include "offline/collect.h"
#include "options.h"
#include "rule/drift.h"
#include "store/definition_history.h"
#include "store/format.h"
#include "store/load.h"
#include "store/store.h"
#include "verdict_line.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP 100

struct work {
	const struct conf *conf;
	struct store *store;
	struct tools_lock *lock;
	const char *path; /* of the lock */
	bool pin;	  /* else only report */
	struct lines *answers; /* of a review; else NULL */
	struct pin_writer out;
	bool differs; /* some tools differ, or were not approved */
	bool refused; /* a server could not be pinned */
	bool quit;
	int status; /* the worst that happened */
};

/* One server, and what its regions saw last. */
struct view {
	const char *slug;
	const struct region_history *regions;
	size_t n_regions;
};

static bool expected(const struct work *w, const char *slug, const char *region)
{
	struct conf_server s;

	if (!conf_server(w->conf, slug, &s))
		return false;
	for (size_t i = 0; i < s.n_regions; i++)
		if (strcmp(s.regions[i], region) == 0)
			return true;
	return false;
}

static void worse(struct work *w, int status)
{
	if (status > w->status)
		w->status = status;
}

/* The tool of that name in a list, or NULL. */
static const struct tool_digest *tool_of(
	const struct tool_list *l, const char *name)
{
	for (size_t low = 0, n = l->tools ? l->n_tools : 0; n;) {
		const struct tool_digest *t = &l->tools[low + n / 2];
		int order = strcmp(name, t->name);

		if (!order)
			return t;
		if (order > 0) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

/* What a tool says; of 16 digits that agree, all must. */
static char *text_of(
	const struct listed_tools *list, const struct tool_digest *t)
{
	char own[SHA256_HEX];

	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->v[i].text;

		if (!text ||
			strncmp(list->v[i].digest, t->full, DIGEST_HEAD) != 0)
			continue;
		sha256_hex(text, strlen(text), own);
		if (strcmp(own, t->full) == 0)
			return xstrdup(text);
	}
	return NULL;
}

/* What each tool of a list says, or NULL where the store does not have it; each
   and the list are the caller's. */
static char **texts_of(struct work *w, const char *slug,
	const struct tool_list *l)
{
	char **texts = xcalloc(l->n_tools + 1, sizeof *texts);
	struct definition_history h = {0};

	if (definition_history_read(w->store, slug, &h)) {
		store_failed(w->store);
		worse(w, EXIT_ENV);
	}
	for (size_t i = 0; i < h.n_lists; i++) {
		if (!l->tools || !l->full_hash ||
			strncmp(h.lists[i].id, l->full_hash, DIGEST_HEAD) != 0)
			continue;
		for (size_t k = 0; k < l->n_tools; k++)
			if (!texts[k])
				texts[k] = text_of(
					&h.lists[i], &l->tools[k]);
	}
	definition_history_release(&h);
	return texts;
}

static void texts_free(char **texts, const struct tool_list *l)
{
	for (size_t i = 0; i < l->n_tools; i++)
		free(texts[i]);
	free(texts);
}

/* The pinned definitions, but for those of tools that are seen now and whose
   text is not known, as tool records: their digests are checked. */
static char *before_of(const struct work *w, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *t = &pinned->tools[i];
		const struct tool_digest *now = tool_of(seen, t->name);
		const cJSON *d = lock_definition(w->lock, slug, t->name);

		if (!d || (now && !texts[now - seen->tools]))
			continue;
		buf_fmt(&b, "{\"v\":%d,\"type\":\"tool\"", RECORD_VERSION);
		json_put_member(&b, "slug", slug);
		json_put_member(&b, "digest", t->full);
		json_put_key(&b, "definition");
		json_put(&b, d);
		buf_str(&b, "}\n");
	}
	if (!b.len)
		buf_str(&b, "[]");
	return buf_take(&b);
}

/* What tools say now, but for those that are pinned without their text. */
static char *after_of(const struct work *w, const char *slug,
	const struct tool_list *pinned, const struct tool_list *seen,
	char *const *texts)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	buf_char(&b, '[');
	for (size_t i = 0; seen->tools && i < seen->n_tools; i++) {
		const char *name = seen->tools[i].name;

		if (!texts[i] ||
			(tool_of(pinned, name) &&
				!lock_definition(w->lock, slug, name)))
			continue;
		buf_fmt(&b, "%s%s", b.len > 1 ? "," : "", texts[i]);
	}
	buf_char(&b, ']');
	return buf_take(&b);
}

/* Where words were not pinned, they do not differ. */
static void fill_full(struct tool_list *pinned, const struct tool_list *seen)
{
	struct tool_digest *tools = (struct tool_digest *)pinned->tools;

	for (size_t i = 0; i < pinned->n_tools; i++) {
		const struct tool_digest *now = tool_of(seen, tools[i].name);

		if (!*tools[i].full && now)
			memcpy(tools[i].full, now->full, sizeof now->full);
	}
}

/* How what a probe read differs from the pinned tools; false: it does not. */
static bool differs(struct tool_list *pinned, const struct probe *seen,
	struct verdict_drift *d)
{
	struct probe before = *seen, pair = *seen;
	struct region_history h = {
		.name = "", .probes = &pair, .n = 1, .tools_seen = &before};

	before.tools = pinned;
	fill_full(pinned, seen->tools);
	return drift_find(&h, INFINITY, d);
}

/*
 * Report how the tools that a probe read, in these regions, differ from the
 * pinned ones, if they do. known: their texts; NULL: the store is asked.
 */
static void compare(struct work *w, const char *slug, const char **regions,
	size_t n, const struct probe *seen, char **known)
{
	struct tool_list pinned;
	struct verdict_drift d;
	struct pin_change c = {
		.slug = slug, .regions = regions, .n_regions = n, .drift = &d};
	char **texts, *before, *after;

	if (!lock_tools(w->lock, slug, &pinned))
		return;
	if (differs(&pinned, seen, &d)) {
		texts = known ? known : texts_of(w, slug, seen->tools);
		before = before_of(w, slug, &pinned, seen->tools, texts);
		after = after_of(w, slug, &pinned, seen->tools, texts);
		c.words = strcmp(pinned.hash, seen->tools->hash) == 0;
		c.before = before;
		c.after = after;
		worse(w, pin_changes_put(&w->out, &c));
		w->differs = true;
		free(before);
		free(after);
		if (!known)
			texts_free(texts, seen->tools);
		drift_release(&d);
	}
	free((void *)pinned.tools);
}

/* Report all the tools of a server that is not pinned. */
static void introduce(struct work *w, const char *slug,
	const struct probe *seen, char **texts)
{
	const struct tool_list none = {0};
	struct verdict_drift d = {.to = seen->tools->hash,
		.n_added = seen->tools->n_tools};
	struct pin_change c = {.slug = slug, .drift = &d, .before = "[]"};
	char *after;

	d.added = xcalloc(d.n_added, sizeof *d.added);
	for (size_t i = 0; i < d.n_added; i++)
		d.added[i] = seen->tools->tools[i].name;
	after = after_of(w, slug, &none, seen->tools, texts);
	c.after = after;
	worse(w, pin_changes_put(&w->out, &c));
	w->differs = true;
	free(after);
	drift_release(&d);
}

static void refuse(struct work *w, const char *slug, const char *why)
{
	log_error("%s: not pinned: %s", slug, why);
	w->refused = true;
}

static bool differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

/* The probe with the tools that all regions see, and whether they see the same
   words; NULL, and why, where there is none. */
static const struct probe *agreed(const struct work *w, const struct view *v,
	bool *same_words, const char **why)
{
	const struct probe *one = NULL;

	*same_words = true;
	for (size_t i = 0; i < v->n_regions; i++) {
		const struct probe *p = drift_newest(&v->regions[i], INFINITY);

		if (!p || !expected(w, v->slug, v->regions[i].name))
			continue;
		*why = "the regions see different tools";
		if (one && differ(one->tools->hash, p->tools->hash))
			return NULL;
		if (one && differ(one->tools->full_hash, p->tools->full_hash))
			*same_words = false;
		one = one && one->tools->tools ? one : p;
	}
	*why = !one ? "no region has read its tools"
		    : "its tools are not known by name";
	return one && one->tools->tools ? one : NULL;
}

static int print(struct work *w)
{
	int failed = line_print(w->out.out.p, w->out.out.len);

	buf_clear(&w->out.out);
	return failed;
}

/* Ask what is to be done with what was just shown. */
static bool approved(struct work *w, const char *slug)
{
	struct buf *b = &w->out.out;
	const char *p;
	size_t n;

	for (;;) {
		buf_fmt(b, "%s: [a]pprove, [l]eave, or [q]uit?\n", slug);
		if (print(w)) {
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

static void save(struct work *w)
{
	if (lock_save(w->lock, w->path)) {
		log_error("%s: %s", w->path, strerror(errno));
		worse(w, EXIT_ENV);
	}
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
		 "see different words", slug);
	free(texts);
	free(tools);
}

static void put_in_lock(struct work *w, const char *slug,
	const struct tool_list *seen, char **texts, bool same_words)
{
	if (same_words)
		lock_pin(w->lock, slug, seen, (const char *const *)texts);
	else
		pin_contracts(w, slug, seen);
}

/* What is approved is what was shown, however long that took. */
static void review(struct work *w, const char *slug, const struct probe *seen,
	char **texts, bool same_words)
{
	bool before = w->differs;

	w->differs = false;
	if (lock_hash(w->lock, slug))
		compare(w, slug, NULL, 0, seen, texts);
	else
		introduce(w, slug, seen, texts);
	if (w->differs && w->status != EXIT_ENV && approved(w, slug)) {
		put_in_lock(w, slug, seen->tools, texts, same_words);
		save(w);
		w->differs = false;
	}
	w->quit = w->quit || w->status == EXIT_ENV;
	w->differs = w->differs || before;
}

static void pin(struct work *w, const struct view *v)
{
	bool same_words;
	const char *why;
	const struct probe *one = agreed(w, v, &same_words, &why);
	char **texts;

	if (!one) {
		refuse(w, v->slug, why);
		return;
	}
	texts = texts_of(w, v->slug, one->tools);
	if (w->answers) {
		review(w, v->slug, one, texts, same_words);
	} else {
		if (lock_hash(w->lock, v->slug))
			compare(w, v->slug, NULL, 0, one, texts);
		else
			buf_fmt(&w->out.out, "%s: pinned, %zu tools, %.12s\n",
				v->slug, one->tools->n_tools, one->tools->hash);
		put_in_lock(w, v->slug, one->tools, texts, same_words);
	}
	texts_free(texts, one->tools);
}

static bool same_tools(const struct probe *a, const struct probe *b)
{
	return a->era == b->era && !differ(a->tools->hash, b->tools->hash) &&
		!differ(a->tools->full_hash, b->tools->full_hash) &&
		!a->tools->full_hash == !b->tools->full_hash &&
		!a->tools->tools == !b->tools->tools;
}

/* Compare the tools of region i, for all that see the same. */
static void diff_from(struct work *w, const struct view *v, size_t i,
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
	compare(w, v->slug, names, n, one, NULL);
	free(names);
}

static void diff(struct work *w, const struct view *v)
{
	const struct probe **seen = xcalloc(v->n_regions + 1, sizeof *seen);

	for (size_t i = 0; i < v->n_regions; i++)
		if (expected(w, v->slug, v->regions[i].name))
			seen[i] = drift_newest(&v->regions[i], INFINITY);
	for (size_t i = 0; i < v->n_regions; i++)
		if (seen[i])
			diff_from(w, v, i, seen);
	free(seen);
}

static void see(struct work *w, const char *slug, const struct server *servers,
	size_t n)
{
	struct view v = {.slug = slug};

	for (size_t i = 0; i < n; i++) {
		if (strcmp(servers[i].slug, slug) != 0)
			continue;
		v.regions = servers[i].regions;
		v.n_regions = servers[i].n_regions;
	}
	if (w->pin)
		pin(w, &v);
	else
		diff(w, &v);
}

static int see_group(struct work *w, const char **slugs, size_t n)
{
	struct loaded *loaded = xcalloc(n, sizeof *loaded);
	struct collect *c = collect_new();
	int rc = load_servers(w->store, c, slugs, n, NAN, loaded);

	if (!rc) {
		size_t n_servers;
		const struct server *servers;

		collect_finish(c);
		servers = collect_servers(c, &n_servers);
		for (size_t i = 0; i < n && !w->quit; i++)
			see(w, slugs[i], servers, n_servers);
		load_release(loaded, n);
	}
	collect_free(c);
	free(loaded);
	return rc;
}

/* Pin or compare the servers that are asked for, group by group. */
static int see_all(struct work *w, const char *slug)
{
	const char **slugs = xcalloc(conf_count(w->conf), sizeof *slugs);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < conf_count(w->conf); i++) {
		const char *s = conf_server_slug(w->conf, i);

		if ((!slug || strcmp(slug, s) == 0) &&
			(w->pin || lock_hash(w->lock, s)))
			slugs[n++] = s;
	}
	for (size_t i = 0; i < n && !rc && !w->quit; i += GROUP)
		rc = see_group(w, slugs + i, n - i < GROUP ? n - i : GROUP);
	free(slugs);
	return rc;
}

static int work(struct work *w, const struct command *cmd)
{
	pin_changes_start(&w->out);
	if (see_all(w, cmd->slug))
		return EXIT_ENV;
	pin_changes_end(&w->out);
	if (w->pin && !w->answers && w->status != EXIT_ENV)
		save(w);
	if (print(w))
		return EXIT_ENV;
	if (w->status)
		return w->status;
	if (w->refused)
		return EXIT_NEWS;
	return (!w->pin || w->answers) && w->differs ? EXIT_NEWS : EXIT_GOOD;
}

static int with_store(struct work *w, const struct command *cmd)
{
	char why[STORE_WHY];
	int rc = EXIT_ENV;

	w->store = store_open(cmd->store ? cmd->store : w->conf->store,
		w->conf->store_ca, why);
	w->store = format_guard(w->store, false, why);
	if (!w->store) {
		log_error("%s", why);
		return rc;
	}
	buf_init(&w->out.out, SIZE_MAX / 2);
	rc = work(w, cmd);
	buf_release(&w->out.out);
	store_close(w->store);
	return rc;
}

static int with_config(struct work *w, const struct command *cmd)
{
	char why[LOCK_WHY], *path = lock_path(cmd->config);
	int rc = EXIT_USAGE;

	w->path = w->out.path = path;
	if (cmd->slug && conf_place(w->conf, cmd->slug) == CONF_NOWHERE) {
		log_error("no server %s is configured", cmd->slug);
	} else {
		w->lock = lock_load(path, why);
		if (w->lock)
			rc = with_store(w, cmd);
		else
			log_error("%s: %s", path, why);
		lock_free(w->lock);
	}
	free(path);
	return rc;
}

static int start(struct work *w, const struct command *cmd)
{
	struct conf *conf;
	int rc;

	if (!cmd->config) {
		log_error("neither --config nor MCP_CONFIG names a "
			  "configuration");
		return EXIT_USAGE;
	}
	conf = conf_load(cmd->config);
	if (!conf)
		return EXIT_USAGE;
	w->conf = conf;
	w->out.format = cmd->format;
	w->out.colour = output_choose(FORMAT_BY_OUTPUT).colour;
	rc = with_config(w, cmd);
	conf_free(conf);
	return rc;
}

int pin_tools(const struct command *cmd)
{
	struct work w = {.pin = true};
	int rc;

	if (cmd->review && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))) {
		log_error("pin --review asks on a terminal, and standard input "
			  "or output is none");
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
