/* SPDX-License-Identifier: MIT */
/*
 * Goal: a state of alerts that is taken is written as one that is taken, too,
 * and stays the same from there on; whatever else stands in the store is
 * refused with the reason, and the state is then that of a server of which
 * nothing is known.
 *
 * An input is what stands in the store.
 */
#include "fuzz.h"

#include "incident/state.h"

static void check_fresh(const struct alert_state *st)
{
	need(!state_open(st) && !st->n_regions && !st->n_outbox);
	need(!st->n_timeline && !st->revision);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct alert_state st, again;
	struct buf once, twice, head;
	char why[STATE_WHY];

	memset(why, 'x', sizeof why);
	if (!state_read((const char *)data, size, "example-mcp", &st, why)) {
		need(fuzz_line(why, sizeof why));
		check_fresh(&st);
		state_release(&st);
		return 0;
	}
	buf_init(&once, SIZE_MAX / 2);
	buf_init(&twice, SIZE_MAX / 2);
	buf_init(&head, 4096);
	state_write(&once, &st);
	need(buf_ok(&once) && !memchr(once.p, '\n', once.len));
	need(strncmp(once.p, "{\"v\":1,\"revision\":", 18) == 0);
	state_write_head(&head, &st);
	need(buf_ok(&head) && strncmp(once.p, head.p, head.len) == 0);
	need(state_read(once.p, once.len, "example-mcp", &again, why));
	state_write(&twice, &again);
	need(fuzz_same(&once, &twice));
	state_release(&again);
	state_release(&st);
	buf_release(&once);
	buf_release(&twice);
	buf_release(&head);
	return 0;
}
