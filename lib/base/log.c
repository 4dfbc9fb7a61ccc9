/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *program = "mcp-fleet";
static void (*filter)(const char *in, char *out, size_t size);

/* Standard error is the journal, which takes a priority before each line. */
static bool journal;

/* How long a message waits for its reader; negative: for ever. */
static int patience_ms = -1;

bool log_is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (!stream || fstat(fd, &st))
		return false;
	snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev,
		(uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void log_init(const char *prog)
{
	program = prog;
	journal = log_is_journal(STDERR_FILENO);
}

void log_patience(int ms)
{
	patience_ms = ms;
}

/* A pipe takes a message whole or not at all: it is short enough. */
static bool somebody_reads(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (patience_ms < 0 || poll(&p, 1, patience_ms) != 0)
		return true;
	patience_ms = 0;
	return false;
}

void log_filter(void (*fn)(const char *in, char *out, size_t size))
{
	filter = fn;
}

/* Leaves errno alone, so that two messages may be about it. */
static void say(enum log_priority priority, const char *fmt, va_list ap)
{
	const char *level = priority == LOG_PRIORITY_WARNING ? "warning: " : "";
	char raw[2048], filtered[2048], line[4096], prefix[4] = "";
	const char *text = raw;
	int saved = errno, n;
	size_t len;

	vsnprintf(raw, sizeof raw, fmt, ap);
	if (filter) {
		filter(raw, filtered, sizeof filtered);
		text = filtered;
	}
	if (journal)
		snprintf(prefix, sizeof prefix, "<%d>", (int)priority);
	n = snprintf(line, sizeof line, "%s%s: %s", prefix, program, level);
	len = n < 0 ? 0 : (size_t)n;
	len += text_clean(text, strlen(text), line + len,
		sizeof line - len - 1, sizeof raw);
	line[len++] = '\n';
	if (somebody_reads())
		while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
			;
	errno = saved;
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_PRIORITY_ERROR, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_PRIORITY_WARNING, fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_PRIORITY_INFO, fmt, ap);
	va_end(ap);
}
