#include "commands/show.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "commands/explain.h"
#include "commands/known_server.h"
#include "commands/timeline.h"
#include "conf/policy.h"
#include "incident/machine.h"
#include "mcp/names.h"
#include "print.h"
#include "state/state_store.h"

#include <math.h>
#include <string.h>

/* So much of a list is written at once. */
#define LIST_PART 65536

static int print(const struct buf *b)
{
	if (!buf_ok(b)) {
		log_error("there is too much to be shown");
		return EXIT_ENV;
	}
	return line_print(b->p, b->len) ? EXIT_ENV : EXIT_GOOD;
}

/* What is known of a server, to be released, or an exit status. */
static int fetch(const struct notifier_setup *s, const char *slug,
	struct alert_state *st)
{
	int status;

	if (!slug_valid(slug)) {
		log_error("'%s' is not the slug of a server", slug);
		return EXIT_USAGE;
	}
	if (!state_store_get(s->states, slug, st))
		return EXIT_ENV;
	if (st->revision > 0)
		return EXIT_GOOD;
	state_release(st);
	status = known_server(s, slug);
	if (status)
		return status;
	log_error("%s: no verdict on it has come in the last 30 days", slug);
	return EXIT_USAGE;
}

int show_explain(const struct notifier_setup *s, const char *slug)
{
	const struct conf_policy p = conf_policy_of(s->conf);
	double now = isnan(s->now) ? clock_wall() : s->now;
	struct alert_state st;
	struct buf b;
	int status = fetch(s, slug, &st);

	if (status)
		return status;
	buf_init(&b, EXPLAIN_MAX);
	if (s->text)
		explain_put(&b, &st, &p, now);
	else
		explain_json(&b, &st, &p, now);
	status = print(&b);
	buf_release(&b);
	state_release(&st);
	return status;
}

/* Of all servers. False: the store failed. */
static bool collect(const struct notifier_setup *s, struct timeline *t)
{
	struct strings slugs = {0};
	bool ok = state_store_all(s->states, &slugs);
	struct transaction *all = transaction_begin(s->states, &slugs);
	const struct alert_state *st;
	size_t i;

	while (ok && (st = transaction_next(all, &i)))
		timeline_add(t, st);
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	strings_release(&slugs);
	return ok;
}

int show_history(const struct notifier_setup *s, const char *slug)
{
	struct timeline t = {0};
	struct alert_state st;
	int status = EXIT_GOOD;
	struct buf b;

	if (slug) {
		status = fetch(s, slug, &st);
		if (status)
			return status;
		timeline_add(&t, &st);
		state_release(&st);
	} else if (!collect(s, &t)) {
		status = EXIT_ENV;
	}
	buf_init(&b, (t.n + 1) * TIMELINE_LINE);
	timeline_put(&b, &t, s->text ? s->zone : NULL);
	if (s->text && !t.n && status == EXIT_GOOD)
		buf_str(&b, "Nobody was told of anything.\n");
	if (status == EXIT_GOOD)
		status = print(&b);
	buf_release(&b);
	timeline_release(&t);
	return status;
}

/* One server of the list, behind a head where none is there yet. */
static void list_one(const struct notifier_setup *s,
	const struct alert_state *st, bool *headed, struct buf *out)
{
	if (s->text && !*headed && state_open(st)) {
		print_head(out, s->zone);
		*headed = true;
	}
	print_incidents(out, st, s->text ? s->zone : NULL, s->colour);
}

int show_list(const struct notifier_setup *s)
{
	struct strings slugs = {0};
	bool ok = state_store_all(s->states, &slugs), headed = false;
	struct transaction *all = transaction_begin(s->states, &slugs);
	const struct alert_state *st;
	struct buf out;
	size_t i;

	buf_init(&out, STATE_MAX);
	while (ok && (st = transaction_next(all, &i))) {
		list_one(s, st, &headed, &out);
		if (out.len < LIST_PART)
			continue;
		ok = print(&out) == EXIT_GOOD && ok;
		buf_clear(&out);
	}
	ok = ok && !transaction_failed(all);
	transaction_end(all);
	if (s->text && !headed && ok)
		buf_str(&out, "No incident is open.\n");
	if (print(&out))
		ok = false;
	strings_release(&slugs);
	buf_release(&out);
	return ok ? EXIT_GOOD : EXIT_ENV;
}
