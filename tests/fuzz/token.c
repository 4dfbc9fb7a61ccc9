/* SPDX-License-Identifier: MIT */
/*
 * Goal: no link to acknowledge an incident is good but one that we signed, as
 * it was: whatever else a stranger sends is refused.
 *
 * An input is a token as it comes in a URL; 0x01 stands for one that we
 * signed.
 */
#include "fuzz.h"

#include "base/xalloc.h"
#include "transport/signature.h"

#include <stdlib.h>

#define NOW 1777485300
#define KEY "shop:downtime:1777485000"

static void ask(const char *token, const char *good)
{
	char key[ALERT_KEY_SIZE];
	int64_t end = 0;

	memset(key, 'x', sizeof key);
	if (ack_token_read("secret", token, NOW, key, &end) == ACK_TOKEN_OK) {
		need(strcmp(token, good) == 0);
		need(strcmp(key, KEY) == 0 && end == NOW + 60);
	}
	need(ack_token_read("secret", token, NOW + 60, key, NULL) !=
		ACK_TOKEN_OK);
	need(ack_token_read("another", token, NOW, key, NULL) ==
		ACK_TOKEN_WRONG);
	need(ack_token_read("", token, NOW, key, NULL) == ACK_TOKEN_WRONG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char good[ACK_TOKEN_SIZE], *token;
	struct buf b;

	need(ack_token_make("secret", KEY, NOW + 60, good));
	buf_init(&b, 65536);
	for (size_t i = 0; i < size && data[i]; i++) {
		if (data[i] == 1)
			buf_str(&b, good);
		else
			buf_add(&b, data + i, 1);
	}
	token = fuzz_string(b.p, b.len);
	buf_release(&b);
	ask(token, good);
	free(token);
	return 0;
}
