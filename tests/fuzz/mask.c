/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever the secrets are and whatever a text is, no secret stands in what
 * is left of it, the text costs little, and what is none stays as it is. And of
 * two names each has a form of its own that can be shown.
 * Input: lines of secrets, an empty line, the text; the first and the second
 * half of the text are the names.
 */
#include "fuzz.h"

#include "base/text.h"
#include "redaction/redaction.h"

#include <stdlib.h>
#include <string.h>

/* The secrets of the head; returns how many bytes it takes. */
static size_t remember(const char *p, size_t n, struct mask_set *held)
{
	size_t i = 0;

	while (i < n && p[i] != '\n') {
		size_t len = fuzz_cut(p + i, n - i, '\n');
		char *s = fuzz_string(p + i, len);

		if (i % 2)
			mask_given(s);
		else
			mask_secret(s);
		if (!(i % 2) || strlen(s) >= 8)
			mask_set_add(held, s, strlen(s));
		mask_parts(NULL, s, strlen(s));
		free(s);
		i += len + 1;
	}
	return i < n ? i + 1 : n;
}

static void unsaid(const struct mask_set *held, const char *p, size_t n)
{
	struct buf b;
	char *text;

	buf_init(&b, 4 * n + 64);
	mask(&b, p, n, n, NULL);
	need(buf_ok(&b));
	/* What the stars themselves make is none. */
	text = fuzz_string(b.p, b.len);
	for (size_t i = 0; i < held->n; i++)
		need(strchr(held->list[i], '*') ||
			!strstr(text, held->list[i]));
	free(text);
	buf_clear(&b);
	mask(&b, p, n, n / 2, held);
	need(buf_ok(&b));
	buf_release(&b);
}

static void visible(const char *p, size_t n)
{
	char *a = fuzz_string(p, n / 2), *b = fuzz_string(p + n / 2, n - n / 2);
	struct tool_digest tools[] = {{.name = a}, {.name = b}};
	struct probe_record record = {.tools = tools, .n_tools = 2};
	struct redacted r;

	redact_probe(&r, &record);
	for (size_t i = 0; i < 2 && r.u.probe.tools; i++) {
		const char *name = r.u.probe.tools[i].name;

		need(text_harmless(name, strlen(name)));
		need(strlen(name) <= 4 * TEXT_MAX);
	}
	need(!r.u.probe.tools || strcmp(a, b) == 0 ||
		strcmp(r.u.probe.tools[0].name, r.u.probe.tools[1].name) != 0);
	redacted_release(&r);
	free(a);
	free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct mask_set held = {0};
	size_t head = remember(p, size, &held);

	unsaid(&held, p + head, size - head);
	visible(p + head, size - head);
	mask_forget();
	need(mask_none());
	mask_set_release(&held);
	return 0;
}
