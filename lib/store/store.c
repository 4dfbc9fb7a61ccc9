#include "store/store.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/url.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* A store beside us answers in a millisecond, and one far away in a second. */
#define CONNECT_S 2
#define PATIENCE_MS 5000

/* A queue of up to so many bytes keeps its memory for the next one. */
#define QUEUE_KEPT ((size_t)1024 * 1024)

struct store {
	redisContext *c;
	struct store_url url;
	struct timeval patience; /* for a reply */
	char *password;
	bool mortal; /* SIGPIPE would end the program */
	struct buf queue; /* the commands, as they are sent */
	bool *may_fail;	  /* of each command: for a reason of its own */
	size_t n, cap;
	redisReply **replies;
	size_t n_replies;
	char why[STORE_WHY];
};

static int fail(struct store *s, const char *what, const char *why)
{
	snprintf(s->why, sizeof s->why, "store: %s: %s", what, why);
	return -1;
}

static void disconnect(struct store *s)
{
	if (s->c)
		redisFree(s->c);
	s->c = NULL;
}

static void drop_queue(struct store *s)
{
	if (s->queue.cap > QUEUE_KEPT)
		buf_release(&s->queue);
	buf_clear(&s->queue);
	s->n = 0;
}

static void drop_replies(struct store *s)
{
	for (size_t i = 0; i < s->n_replies; i++)
		freeReplyObject(s->replies[i]);
	free(s->replies);
	s->replies = NULL;
	s->n_replies = 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	disconnect(s);
	drop_replies(s);
	buf_release(&s->queue);
	free(s->may_fail);
	store_url_release(&s->url);
	if (s->password)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s);
}

static bool bad_url(char *why, const char *what)
{
	snprintf(why, STORE_WHY, "store: %s", what);
	return false;
}

static bool read_password(struct store *s, char *why)
{
	const char *path = getenv("MCP_STORE_PASSWORD_FILE");
	char text[1024];
	struct stat st;
	ssize_t n;
	int fd;

	if (!path || !*path)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(why, STORE_WHY, "store: %s: %s", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (S_ISREG(st.st_mode) && (st.st_mode & 077))
		return bad_url(why, "others can read the password file");
	if (n <= 0)
		return bad_url(why, "the password file is empty");
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	s->password = xstrdup(text);
	explicit_bzero(text, sizeof text);
	return true;
}

/* Send one command while connecting, before all others. */
static int greet(struct store *s, const char *command, const char *arg)
{
	redisReply *r = redisCommand(s->c, "%s %s", command, arg);
	int rc = 0;

	if (!r)
		rc = fail(s, command, s->c->errstr);
	else if (r->type == REDIS_REPLY_ERROR)
		rc = fail(s, command, r->str);
	if (r)
		freeReplyObject(r);
	return rc;
}

static int connect_now(struct store *s)
{
	struct timeval connect = s->patience;
	struct sigaction pipe;
	const char *where = s->url.path ? s->url.path : s->url.host;
	char db[16];

	s->mortal = sigaction(SIGPIPE, NULL, &pipe) ||
		pipe.sa_handler == SIG_DFL;
	if (connect.tv_sec >= CONNECT_S)
		connect = (struct timeval) {.tv_sec = CONNECT_S};
	s->c = s->url.path
		? redisConnectUnixWithTimeout(s->url.path, connect)
		: redisConnectWithTimeout(s->url.host, s->url.port, connect);
	if (!s->c)
		return fail(s, where, "out of memory");
	if (s->c->err)
		fail(s, where, s->c->errstr);
	else if (redisSetTimeout(s->c, s->patience))
		fail(s, where, "no timeout can be set");
	else if (s->password && greet(s, "AUTH", s->password))
		;
	else if (s->url.db && (snprintf(db, sizeof db, "%d", s->url.db),
				  greet(s, "SELECT", db)))
		;
	else
		return 0;
	disconnect(s);
	return -1;
}

struct store *store_open_hasty(const char *url, int patience_ms, char *why)
{
	struct store *s = xcalloc(1, sizeof *s);

	buf_init(&s->queue, SIZE_MAX / 4);
	s->patience.tv_sec = patience_ms / 1000;
	s->patience.tv_usec = patience_ms % 1000 * 1000;
	if (!url)
		url = getenv("MCP_STORE");
	if (!url || !*url)
		bad_url(why, "neither --store nor MCP_STORE names one");
	else if (store_url_read(url, &s->url, why) && read_password(s, why)) {
		if (!connect_now(s))
			return s;
		snprintf(why, STORE_WHY, "%s", s->why);
	}
	store_close(s);
	return NULL;
}

struct store *store_open(const char *url, char *why)
{
	return store_open_hasty(url, PATIENCE_MS, why);
}

/* A count or a length, as the Redis protocol has it. */
static void put_count(struct buf *b, char type, size_t n)
{
	char text[32];
	size_t at = sizeof text;

	text[--at] = '\n';
	text[--at] = '\r';
	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	text[--at] = type;
	buf_add(b, text + at, sizeof text - at);
}

void store_add_argv(struct store *s, size_t n, const char *const *args)
{
	drop_replies(s);
	s->may_fail = xgrow(s->may_fail, &s->cap, s->n + 1, 1);
	s->may_fail[s->n++] = false;
	put_count(&s->queue, '*', n);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(args[i]);

		put_count(&s->queue, '$', len);
		buf_add(&s->queue, args[i], len);
		buf_add(&s->queue, "\r\n", 2);
	}
}

size_t store_try_argv(struct store *s, size_t n, const char *const *args)
{
	store_add_argv(s, n, args);
	s->may_fail[s->n - 1] = true;
	return s->n - 1;
}

#define ARGS_MAX 64

static void add_list(struct store *s, const char *arg, va_list ap)
{
	const char *args[ARGS_MAX];
	size_t n = 0;

	for (; arg && n < ARGS_MAX; arg = va_arg(ap, const char *))
		args[n++] = arg;
	store_add_argv(s, n, args);
}

void store_add(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
}

/*
 * hiredis writes to a socket whose other end may be gone: SIGPIPE would end the
 * program. It is blocked meanwhile, and discarded if it came; for standard
 * output it keeps its meaning.
 */
static void hold_sigpipe(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, before);
}

static void release_sigpipe(const sigset_t *before)
{
	const struct timespec at_once = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	while (sigtimedwait(&set, NULL, &at_once) == SIGPIPE)
		;
	sigprocmask(SIG_SETMASK, before, NULL);
}

/*
 * One attempt: send all, read all. -1 where the connection was lost, which a
 * new one may mend; -2 where the store did not answer in time.
 */
static int attempt(struct store *s)
{
	if (!s->c && connect_now(s))
		return -1;
	if (redisAppendFormattedCommand(s->c, s->queue.p, s->queue.len) !=
		REDIS_OK)
		return fail(s, "queue", s->c->errstr);
	for (size_t i = 0; i < s->n; i++) {
		void *r = NULL;

		errno = 0;
		if (redisGetReply(s->c, &r) != REDIS_OK || !r) {
			bool late = s->c->err == REDIS_ERR_IO &&
				errno == EAGAIN;

			fail(s, "no answer", late ? "timeout" : s->c->errstr);
			disconnect(s);
			drop_replies(s);
			return late ? -2 : -1;
		}
		s->replies[s->n_replies++] = r;
	}
	return 0;
}

/*
 * Whether an error is about the command, and not about the store. Up to version
 * 6 Redis puts its own words before those of a script: "ERR Error … -OOM
 * command …".
 */
static bool own_fault(const char *error)
{
	return strncmp(error, "WRONGTYPE ", 10) == 0 ||
		(strncmp(error, "ERR ", 4) == 0 && !strstr(error, " -OOM ") &&
			!strstr(error, " -READONLY ") &&
			!strstr(error, " -MISCONF "));
}

/* The first reply that says that the store failed. */
static int check_replies(struct store *s)
{
	for (size_t i = 0; i < s->n_replies; i++) {
		const redisReply *r = s->replies[i];

		if (r->type == REDIS_REPLY_ERROR &&
			!(s->may_fail[i] && own_fault(r->str)))
			return fail(s, "refused", r->str);
	}
	return 0;
}

int store_run(struct store *s)
{
	bool was_connected = s->c != NULL;
	size_t n = s->n;
	sigset_t before;
	int rc;

	drop_replies(s);
	if (!n)
		return 0;
	s->replies = xcalloc(n, sizeof *s->replies);
	if (s->mortal)
		hold_sigpipe(&before);
	rc = attempt(s);
	/* The connection may have been closed since it was used last. */
	if (rc == -1 && was_connected) {
		s->replies = xcalloc(n, sizeof *s->replies);
		rc = attempt(s);
	}
	if (s->mortal)
		release_sigpipe(&before);
	rc = rc ? -1 : check_replies(s);
	drop_queue(s);
	return rc;
}

int store_failed(const struct store *s)
{
	log_error("%s", s->why);
	return -1;
}

const char *store_why(const struct store *s)
{
	return s->why;
}

const struct store_reply *store_reply(const struct store *s, size_t i)
{
	return i < s->n_replies ? (const struct store_reply *)s->replies[i]
				: NULL;
}

static const redisReply *real(const struct store_reply *r)
{
	return (const redisReply *)r;
}

const char *store_error(const struct store_reply *r)
{
	return r && real(r)->type == REDIS_REPLY_ERROR ? real(r)->str : NULL;
}

const char *store_text(const struct store_reply *r)
{
	return r && (real(r)->type == REDIS_REPLY_STRING ||
			    real(r)->type == REDIS_REPLY_STATUS)
		? real(r)->str
		: NULL;
}

size_t store_size(const struct store_reply *r)
{
	return store_text(r) ? real(r)->len : 0;
}

long long store_int(const struct store_reply *r, long long otherwise)
{
	const char *s = store_text(r);
	long long v;

	if (r && real(r)->type == REDIS_REPLY_INTEGER)
		return real(r)->integer;
	return s && num_parse(s, -(1LL << 53), 1LL << 53, &v) ? v : otherwise;
}

size_t store_count(const struct store_reply *r)
{
	return r && real(r)->type == REDIS_REPLY_ARRAY ? real(r)->elements : 0;
}

const struct store_reply *store_item(const struct store_reply *r, size_t i)
{
	return i < store_count(r)
		? (const struct store_reply *)real(r)->element[i]
		: NULL;
}

const struct store_reply *store_one(struct store *s, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	add_list(s, arg, ap);
	va_end(ap);
	return store_run(s) ? NULL : store_reply(s, 0);
}

int store_load(struct store *s, const char *script, char sha[STORE_SHA])
{
	const struct store_reply *r =
		store_one(s, "SCRIPT", "LOAD", script, NULL);

	if (!store_text(r))
		return store_failed(s);
	snprintf(sha, STORE_SHA, "%s", store_text(r));
	return 0;
}
