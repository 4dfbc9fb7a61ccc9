/* SPDX-License-Identifier: MIT */
/*
 * Goal: what was delivered is remembered until that is stored, also while other
 * processes keep changing the same state; and a store that fails before anything
 * was sent leaves nothing to wait for.
 */
#include "delivery/delivery.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "incident/state.h"
#include "outbox/outbox.h"
#include "state/backend.h"
#include "state/state_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define NOW 1777494660

/*
 * The state of one server; others change it before the writes from one on. A store
 * that is down takes no write.
 */
struct fake {
	char *text;
	int writes, lost_from, lost;
	bool down;
};

static bool fake_read(void *arg, struct state_row *const *rows, size_t n)
{
	const struct fake *f = arg;

	for (size_t i = 0; i < n; i++)
		rows[i]->seen = xstrdup(f->text);
	return true;
}

static bool fake_write(void *arg, struct state_row *const *rows, size_t n)
{
	struct fake *f = arg;

	if (f->down)
		return false;
	assert_int_equal(n, 1);
	rows[0]->lost = ++f->writes > f->lost_from && f->lost-- > 0;
	if (rows[0]->lost)
		return true;
	free(f->text);
	f->text = xstrdup(rows[0]->text);
	return true;
}

static const struct state_backend backend = {
	.read = fake_read,
	.write = fake_write,
};

static char *text_of(const struct alert_state *st)
{
	struct buf b;

	buf_init(&b, STATE_MAX);
	state_write(&b, st);
	return buf_take(&b);
}

static char *one_event(const char *route)
{
	const struct alert_record r = {.slug = "s", .started_at = NOW};
	struct strings to = {0};
	struct alert_state st;
	char *text;

	strings_add(&to, route);
	state_init(&st, "s");
	outbox_add(&st, &r, "{}", &to, NOW);
	text = text_of(&st);
	strings_release(&to);
	state_release(&st);
	return text;
}

/* How many events wait, and how often the route got its event. */
static void expect(
	const struct fake *f, const char *path, size_t waiting, const char *got)
{
	char why[STATE_WHY], said[100] = "";
	struct alert_state st;
	FILE *in = fopen(path, "r");

	assert_true(state_read(f->text, strlen(f->text), "s", &st, why));
	assert_int_equal(st.n_outbox, waiting);
	state_release(&st);
	assert_non_null(in);
	said[fread(said, 1, sizeof said - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(said, got);
}

static void test_conflicts(void **state)
{
	char path[] = "/tmp/test_worker.XXXXXX";
	char *command[] = {"tee", "-a", path, NULL};
	struct conf_route route = {
		.name = "r", .type = CONF_ROUTE_COMMAND, .command = command};
	const struct conf conf = {.routes = &route, .n_routes = 1};
	/* It is taken; more than a transaction tries are lost after that. */
	struct fake fake = {
		.text = one_event("r"), .lost_from = 1, .lost = 150};
	struct state_store *states = state_store_new_on(&backend, &fake);
	struct deliver *deliver = deliver_new(NULL, &conf);
	struct worker *w = worker_new(states, deliver, &conf);
	char *slugs[] = {"s"};

	(void)state;
	close(mkstemp(path));
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW);
	worker_finish(w);
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW + 60);
	worker_finish(w);
	expect(&fake, path, 0, "{}\n");
	worker_free(w);
	deliver_free(deliver);
	state_store_free(states);
	free(fake.text);
	unlink(path);
}

/* What was leased with the decision goes out without another write, but not
   while it waits for others. */
static void test_leased(void **state)
{
	char path[] = "/tmp/test_worker.XXXXXX";
	char *command[] = {"tee", "-a", path, NULL};
	struct conf_route route = {
		.name = "r", .type = CONF_ROUTE_COMMAND, .command = command};
	const struct conf conf = {.routes = &route, .n_routes = 1};
	struct fake fake = {.text = one_event("r"), .lost_from = 100};
	struct state_store *states = state_store_new_on(&backend, &fake);
	struct deliver *deliver = deliver_new(NULL, &conf);
	struct worker *w = worker_new(states, deliver, &conf);
	struct outbox_judge j = worker_judge(w, NOW);
	char *slugs[] = {"s"};
	char key[ALERT_KEY_SIZE], *keys[] = {key};
	struct strings held = {keys, 1, 1};
	struct alert_state st;
	char why[STATE_WHY];

	(void)state;
	close(mkstemp(path));
	assert_true(state_read(fake.text, strlen(fake.text), "s", &st, why));
	snprintf(key, sizeof key, "%s", st.outbox[0].key);
	state_release(&st);
	/* What is held does not begin, leased or not. */
	worker_hold(w, &held);
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW);
	worker_finish(w);
	expect(&fake, path, 1, "");
	assert_true(state_read(fake.text, strlen(fake.text), "s", &st, why));
	assert_int_equal(outbox_take(&st, &j), 1);
	free(fake.text);
	fake.text = text_of(&st);
	state_release(&st);
	worker_hold(w, &held);
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW);
	/* So outbox_let_go takes nothing from an attempt. */
	assert_false(worker_busy(w));
	worker_finish(w);
	expect(&fake, path, 1, "");
	held.n = 0;
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW);
	worker_finish(w);
	/* That of its result. */
	assert_int_equal(fake.writes, 1);
	expect(&fake, path, 0, "{}\n");
	worker_free(w);
	deliver_free(deliver);
	state_store_free(states);
	free(fake.text);
	unlink(path);
}

/* mcp-alert stood still for 10 s after its store had failed. */
static void test_store_down(void **state)
{
	char path[] = "/tmp/test_worker.XXXXXX";
	char *command[] = {"tee", "-a", path, NULL};
	struct conf_route route = {
		.name = "r", .type = CONF_ROUTE_COMMAND, .command = command};
	const struct conf conf = {.routes = &route, .n_routes = 1};
	struct fake fake = {.text = one_event("r"), .down = true};
	struct state_store *states = state_store_new_on(&backend, &fake);
	struct deliver *deliver = deliver_new(NULL, &conf);
	struct worker *w = worker_new(states, deliver, &conf);
	char *slugs[] = {"s"};
	double began = clock_mono_ms();

	(void)state;
	close(mkstemp(path));
	worker_out(w, &(struct strings) {slugs, 1, 1}, NOW);
	worker_finish(w);
	assert_true(clock_mono_ms() - began < DELIVER_LIMIT_MS / 2);
	assert_true(worker_left(w));
	expect(&fake, path, 1, "");
	worker_free(w);
	deliver_free(deliver);
	state_store_free(states);
	free(fake.text);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_leased),
		cmocka_unit_test(test_store_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
