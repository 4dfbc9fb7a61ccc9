/* SPDX-License-Identifier: MIT */
/*
 * lists.c: lists of servers, in files or printed by commands: a line of JSON to a
 * server, by the table that reads those of the configuration, and with what
 * `defaults` say.
 */
#include "conf/lists.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "conf/check.h"
#include "conf/formats.h"
#include "conf/servers.h"
#include "conf/yaml.h"
#include "json/json.h"
#include "records/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a command may take. */
#define COMMAND_S 20
/* A folder where what they printed is kept for other programs of a round. */
#define CACHE "MCP_SERVERS_CACHE"

/* The most of a command's standard error that is looked at, and told. */
#define SAID_BYTES 4096
#define SAID_CHARS 200

extern char **environ;

struct list_source {
	struct lines *lines;
	int fd;
	pid_t pid;  /* 0: a file */
	int errors; /* a file in memory, the command's standard error; or -1 */
	double limit_s, until_ms; /* of the command */
	bool late;
	int failed; /* errno of a read that failed, or 0 */
	/* It becomes the file `name` of the cache, if the list is whole. */
	FILE *copy; /* or NULL */
	int cache;
	char name[SHA256_HEX], unfinished[32];
};

/* Whether an element of `servers_from` is a file: one word that ends in ".jsonl".
   Every other is a command. */
static bool list_is_file(const char *text)
{
	size_t n = strlen(text);

	return !strchr(text, ' ') && n > 6 &&
	       strcmp(text + n - 6, ".jsonl") == 0;
}

static struct list_source *source_new(int fd, pid_t pid, int errors)
{
	struct list_source *s = xcalloc(1, sizeof *s);

	s->lines = lines_new(fd);
	s->fd = fd;
	s->pid = pid;
	s->errors = errors;
	return s;
}

/* The list in a regular file; NULL, and the reason in why, which has LIST_WHY
   bytes. */
static struct list_source *list_open(const char *path, char *why)
{
	/* A pipe that nobody writes to would block. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return source_new(fd, 0, -1);
	snprintf(why, LIST_WHY, "%s",
		fd < 0 ? strerror(errno) : "not a regular file");
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* The words of a command, NULL behind them; they lie in *text. */
static char **split(char *text)
{
	char **v = NULL;
	size_t n = 0, cap = 0;

	for (;;) {
		text += strspn(text, " ");
		v = xgrow(v, &cap, n + 2, sizeof *v);
		v[n] = *text ? text : NULL;
		if (!v[n++])
			return v;
		text += strcspn(text, " ");
		if (*text)
			*text++ = '\0';
	}
}

/* In a process group of its own. 0 or an errno. */
static int spawn(char *const *argv, int out, int errors, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(
		&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
						POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* ---- The cache: what commands printed, a file for each. */

/* A command is another one in another folder. */
static void name_copy(const struct list_command *c, char *name)
{
	struct sha256 *all = sha256_new();

	sha256_add(all, c->folder, strlen(c->folder) + 1);
	sha256_add(all, c->words, strlen(c->words));
	sha256_end(all, name);
	sha256_free(all);
}

static void begin_copy(struct list_source *s, const struct list_command *c)
{
	int fd;

	s->cache = c->cache;
	name_copy(c, s->name);
	snprintf(s->unfinished, sizeof s->unfinished, "new.%ld",
		(long)getpid());
	unlinkat(s->cache, s->unfinished, 0);
	fd = private_open(
		s->cache, s->unfinished, O_WRONLY | O_CREAT | O_EXCL);
	s->copy = fd < 0 ? NULL : fdopen(fd, "w");
	if (fd >= 0 && !s->copy)
		close(fd);
}

/* If it cannot be written, the next program runs the command again. */
static void end_copy(struct list_source *s, bool whole)
{
	bool failed = ferror(s->copy) != 0;

	failed |= fclose(s->copy) != 0;
	if (!whole || failed ||
		renameat(s->cache, s->unfinished, s->cache, s->name))
		unlinkat(s->cache, s->unfinished, 0);
}

/* ---- */

/* For a command, which runs. */
static struct list_source *limited(
	struct list_source *s, const struct list_command *c)
{
	s->limit_s = c->limit_s;
	s->until_ms = clock_mono_ms() + 1000 * c->limit_s;
	if (c->cache >= 0)
		begin_copy(s, c);
	return s;
}

static struct list_source *start(const struct list_command *c, char *why)
{
	char *text = xstrdup(c->words), **argv = split(text), *program = NULL;
	bool below = argv[0] && *argv[0] != '/' && strchr(argv[0], '/');
	int ends[2] = {-1, -1}, rc = 0;
	int errors = (int)syscall(SYS_memfd_create, "stderr", MFD_CLOEXEC);
	pid_t pid = 0;

	if (below) {
		size_t size = strlen(c->folder) + strlen(argv[0]) + 1;

		program = xmalloc(size);
		snprintf(program, size, "%s%s", c->folder, argv[0]);
		argv[0] = program;
	}
	if (!argv[0]) {
		rc = ENOENT;
	} else if (errors < 0 || pipe(ends) != 0) {
		rc = errno;
	} else {
		fcntl(ends[0], F_SETFD, FD_CLOEXEC);
		fcntl(ends[1], F_SETFD, FD_CLOEXEC);
		rc = spawn(argv, ends[1], errors, &pid);
	}
	free(program);
	free(argv);
	free(text);
	if (ends[1] >= 0)
		close(ends[1]);
	if (!rc)
		return limited(source_new(ends[0], pid, errors), c);
	snprintf(why, LIST_WHY, "%s", strerror(rc));
	if (ends[0] >= 0)
		close(ends[0]);
	if (errors >= 0)
		close(errors);
	return NULL;
}

struct list_source *list_run(const struct list_command *c, char *why)
{
	char name[SHA256_HEX];
	int fd = -1;

	if (c->cache >= 0) {
		name_copy(c, name);
		fd = private_open(c->cache, name, O_RDONLY);
	}
	return fd >= 0 ? source_new(fd, 0, -1) : start(c, why);
}

enum lines_result list_line(struct list_source *s, const char **p, size_t *n)
{
	enum lines_result result;

	while (s->pid && !s->late) {
		double left = s->until_ms - clock_mono_ms();

		if (left <= 0)
			s->late = true;
		else if (lines_ready(s->lines) ||
			 lines_soon(s->lines, (int)left + 1))
			break;
	}
	if (s->late)
		return LINES_ERROR;
	result = lines_next(s->lines, p, n);
	if (result == LINES_ERROR)
		s->failed = errno;
	if (result == LINES_LINE && s->copy) {
		fwrite(*p, 1, *n, s->copy);
		putc('\n', s->copy);
	}
	return result;
}

/* Which line list_line gave. */
static size_t list_number(const struct list_source *s)
{
	return lines_number(s->lines);
}

/* ": " and the last line that the command wrote on standard error, if any. */
static void append_said(int errors, char *why)
{
	char said[SAID_BYTES + 1], clean[4 * SAID_CHARS + 1], *line;
	off_t end = lseek(errors, 0, SEEK_END);
	size_t len = strlen(why);
	ssize_t n;

	n = pread(errors, said, SAID_BYTES,
		end > SAID_BYTES ? end - SAID_BYTES : 0);
	if (n < 0)
		n = 0;
	while (n > 0 && strchr(" \t\r\n", said[n - 1]))
		n--;
	said[n] = '\0';
	line = strrchr(said, '\n');
	line = line ? line + 1 : said;
	text_clean(line, strlen(line), clean, sizeof clean, SAID_CHARS);
	if (*clean)
		snprintf(why + len, LIST_WHY - len, ": %s", clean);
}

/* How the command ended; false where it failed. */
static bool reap(struct list_source *s, bool whole, char *why)
{
	bool ended = false;
	int status = 0;

	/* Behind the end of its output it may still be at work. */
	while (whole && !s->late && !s->failed && !ended) {
		ended = waitpid(s->pid, &status, WNOHANG) == s->pid;
		if (!ended && clock_mono_ms() > s->until_ms)
			s->late = true;
		if (!ended)
			nanosleep(&(struct timespec) {0, 2000000}, NULL);
	}
	kill(-s->pid, SIGKILL);
	while (!ended && waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	*why = '\0';
	if (s->late)
		snprintf(why, LIST_WHY, "timed out after %g s", s->limit_s);
	else if (ended && WIFSIGNALED(status))
		snprintf(why, LIST_WHY, "ended by signal %d", WTERMSIG(status));
	else if (ended && WEXITSTATUS(status))
		snprintf(why, LIST_WHY, "exit status %d", WEXITSTATUS(status));
	if (*why)
		append_said(s->errors, why);
	return !*why;
}

bool list_close(struct list_source *s, bool whole, char *why)
{
	bool ok = !s->pid || reap(s, whole, why);

	if (ok && s->failed) {
		snprintf(why, LIST_WHY, "%s", strerror(s->failed));
		ok = false;
	}
	if (s->copy)
		end_copy(s, whole && ok);
	if (s->errors >= 0)
		close(s->errors);
	lines_free(s->lines);
	close(s->fd);
	free(s);
	return ok;
}

/* Whether it says that it is another record than a target. */
static bool foreign(const cJSON *o, struct conf_errors *r)
{
	const cJSON *v = json_get(o, "v"), *type = json_get(o, "type");
	const char *key = NULL;

	if (v && !(cJSON_IsNumber(v) && v->valuedouble == RECORD_VERSION))
		key = "v";
	else if (type && !(cJSON_IsString(type) &&
				 strcmp(type->valuestring, "target") == 0))
		key = "type";
	if (key)
		conf_fault(r, conf_spot(r, NULL),
			"%s: not valid for a target record", key);
	return key;
}

/* A line that is none of a server has no slug. */
static const char *known_slug(const struct conf_server *s)
{
	return s->slug && !conf_bad_slug(s->slug) ? s->slug : NULL;
}

bool conf_take_line(struct conf *c, const char *list, size_t number,
	const char *p, size_t n, struct conf_errors *r)
{
	size_t before = conf_faults(r);
	char why[JSON_WHY];
	struct conf_server s = {.list = list, .line = number};
	cJSON *o;
	bool object;

	conf_next_line(r, list, number);
	o = json_parse(p, n, &json_record, why);
	object = o && cJSON_IsObject(o);
	if (!object) {
		conf_fault(r, conf_spot(r, NULL), "%s",
			o ? "not a JSON object" : why);
	} else if (!foreign(o, r)) {
		conf_read_server(o, &s, r);
		if (conf_faults(r) == before) {
			conf_complete_server(c, &s, r);
			conf_check_server(c, &s, r);
		}
		if (conf_faults(r) == before)
			conf_add_server(c, &s);
	}
	if (conf_faults(r) > before) {
		conf_leave_out(r, before, known_slug(&s));
		conf_release_server(c, &s);
	}
	cJSON_Delete(o);
	return object;
}

/* How many lines were read, and how many of them are objects of JSON. */
struct lines_read {
	size_t all, objects;
};

/* A text that is no list, such as the page of a web server, is refused. */
static bool is_list(const struct lines_read *n)
{
	return !n->all || n->objects;
}

static struct lines_read read_lines(struct conf *c, const char *list,
	struct list_source *source, struct conf_errors *r)
{
	struct lines_read read = {0};
	size_t before = conf_faults(r), n;
	const char *p;

	for (;;) {
		enum lines_result got = list_line(source, &p, &n);

		if (got == LINES_END || got == LINES_ERROR)
			return read;
		if (got == LINES_TOO_LONG) {
			conf_next_line(r, list, list_number(source));
			conf_fault(r, conf_spot(r, NULL), "longer than 1 MiB");
			conf_leave_out(r, before, NULL);
		} else if (n) {
			read.objects += conf_take_line(
				c, list, list_number(source), p, n, r);
		}
		read.all += n > 0 || got == LINES_TOO_LONG;
	}
}

static void read_list(struct conf *c, size_t i, struct list_command command,
	struct conf_spot at, struct conf_errors *r)
{
	const char *text = command.words = c->servers_from[i];
	bool file = list_is_file(text);
	struct list_source *source;
	struct lines_read read;
	char why[LIST_WHY];
	struct buf name;

	buf_init(&name, 8192);
	if (file && *text != '/')
		buf_str(&name, command.folder);
	buf_str(&name, text);
	c->lists[i] = xstrdup(name.p);
	buf_release(&name);
	source = file ? list_open(c->lists[i], why) : list_run(&command, why);
	if (source) {
		read = read_lines(c, c->lists[i], source, r);
		if (list_close(source, true, why)) {
			if (is_list(&read))
				return;
			snprintf(why, sizeof why,
				"not a list of servers: none of its %zu lines "
				"is a JSON object",
				read.all);
		}
	}
	conf_next_line(r, NULL, 0);
	conf_fault(r, at, "servers_from[%zu]: %s: %s", i, c->lists[i], why);
}

/* The folder that the environment names; -1 where there is none that is safe. */
static int open_cache(struct conf *c, struct conf_errors *r)
{
	const char *path = getenv(CACHE);
	int folder = private_folder(path, "", 022, false);

	if (path && *path && folder < 0 && c->n_servers_from)
		conf_doubt(r, &c->servers_from[0],
			"%s: %s is not a folder that only this user can write "
			"to, so it is not used",
			CACHE, path);
	return folder;
}

void conf_read_lists(struct conf *c, const char *folder, struct conf_errors *r)
{
	struct list_command command = {.folder = folder,
		.limit_s = COMMAND_S,
		.cache = open_cache(c, r)};
	struct conf_spot *at = xcalloc(c->n_servers_from, sizeof *at);

	for (size_t i = 0; i < c->n_servers_from; i++)
		at[i] = conf_spot(r, &c->servers_from[i]);
	c->lists = xcalloc(c->n_servers_from + 1, sizeof *c->lists);
	for (size_t i = 0; i < c->n_servers_from; i++)
		read_list(c, i, command, at[i], r);
	free(at);
	if (command.cache >= 0)
		close(command.cache);
	if (conf_sound(r) && c->n_servers_from)
		conf_check_slugs(c, r);
}
