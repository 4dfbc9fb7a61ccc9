/* SPDX-License-Identifier: MIT */
/*
 * log.h: what a program says to its operator, on standard error.
 *
 * One message is one write(2) and one line: "mcp-probe: warning: what: why".
 * Control characters and bytes that are not UTF-8 become '?', for much of what
 * is named here was chosen by a stranger. No time stamps: the supervisor adds
 * them. A secret may be passed in only if a filter takes it out.
 *
 * Where standard error is the journal of systemd, a line begins with its priority,
 * as in sd-daemon(3), which the journal takes off: <3> error, <4> warning, <6> note.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Of syslog(3), by which journalctl -p chooses. */
enum log_priority {
	LOG_PRIORITY_CRITICAL = 2,
	LOG_PRIORITY_ERROR = 3,
	LOG_PRIORITY_WARNING = 4,
	LOG_PRIORITY_NOTICE = 5,
	LOG_PRIORITY_INFO = 6
};

/*
 * log_is_journal(fd): whether the descriptor is the journal's stream, as
 * JOURNAL_STREAM of systemd.exec(5) says with its device and inode. What inherited
 * that variable, but has another descriptor, must not write there as to the journal.
 */
bool log_is_journal(int fd);

/* log_init(prog): the name before every message; kept, not copied. */
void log_init(const char *prog);

/*
 * log_patience(ms): from now on wait at most that long, once, for a reader that
 * is slow; after that, drop each message that cannot be written at once.
 */
void log_patience(int ms);

/*
 * log_filter(fn): every message goes through fn(in, out, size) before it is
 * written; NULL for none.
 */
void log_filter(void (*fn)(const char *in, char *out, size_t size));

/* log_error(fmt, ...): why the program will not exit with 0. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* log_warn(fmt, ...): what the operator should look into some time. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* log_note(fmt, ...): what the operator asked for; nothing is wrong. */
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
