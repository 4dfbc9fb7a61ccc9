#include "base/log.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

static const char *program = "mcp-fleet";
static void (*filter)(const char *in, char *out, size_t size);

/* How long a message waits for its reader; negative: for ever. */
static int patience_ms = -1;

void log_init(const char *prog)
{
	program = prog;
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
static void say(const char *level, const char *fmt, va_list ap)
{
	char raw[2048], filtered[2048], line[4096];
	const char *text = raw;
	int saved = errno, n;
	size_t len;

	vsnprintf(raw, sizeof raw, fmt, ap);
	if (filter) {
		filter(raw, filtered, sizeof filtered);
		text = filtered;
	}
	n = snprintf(line, sizeof line, "%s: %s", program, level);
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
	say("", fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}
