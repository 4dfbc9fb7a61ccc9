#include "store/store.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/url.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* A store beside us answers in a millisecond, and one far away in a second. */
#define CONNECT_S 2
#define PATIENCE_MS 5000

/* A queue of up to so many bytes keeps its memory for the next one. */
#define QUEUE_KEPT ((size_t)16 * 1024 * 1024)

struct commands {
	struct buf text; /* as Redis reads them */
	bool *may_fail;	 /* of each: for a reason of its own */
	size_t n, cap;
};

struct replies {
	redisReply **v;
	size_t n;
};

struct store {
	redisContext *c;
	struct store_url url;
	struct timeval patience; /* for a reply */
	char *password;
	bool mortal; /* SIGPIPE would end the program */
	struct commands queue, sent;
	struct replies replies, arriving; /* arriving: those to sent */
	char why[STORE_WHY];
	pthread_t sender;
	bool started, threaded; /* by store_start, and not yet finished */
	int result;		/* of what was started */
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

static void commands_release(struct commands *c)
{
	buf_release(&c->text);
	free(c->may_fail);
	*c = (struct commands) {.n = 0};
}

static void replies_release(struct replies *r)
{
	for (size_t i = 0; i < r->n; i++)
		freeReplyObject(r->v[i]);
	free(r->v);
	*r = (struct replies) {NULL, 0};
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_finish(s);
	disconnect(s);
	commands_release(&s->queue);
	commands_release(&s->sent);
	replies_release(&s->replies);
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

	buf_init(&s->queue.text, SIZE_MAX);
	buf_init(&s->sent.text, SIZE_MAX);
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

static void end_line(struct buf *b)
{
	buf_char(b, '\r');
	buf_char(b, '\n');
}

/* A count or a length, as the Redis protocol has it. */
static void put_count(struct buf *b, char type, size_t n)
{
	buf_char(b, type);
	buf_int(b, (long long)n);
	end_line(b);
}

size_t store_begin(struct store *s, size_t n)
{
	struct commands *q = &s->queue;

	q->may_fail = xgrow(q->may_fail, &q->cap, q->n + 1, sizeof *q->may_fail);
	q->may_fail[q->n] = true;
	put_count(&q->text, '*', n);
	return q->n++;
}

void store_arg(struct store *s, const char *p, size_t n)
{
	put_count(&s->queue.text, '$', n);
	buf_add(&s->queue.text, p, n);
	end_line(&s->queue.text);
}

size_t store_queued(const struct store *s)
{
	return s->queue.n;
}

size_t store_try_argv(struct store *s, size_t n, const char *const *args)
{
	size_t number = store_begin(s, n);

	for (size_t i = 0; i < n; i++)
		store_arg(s, args[i], strlen(args[i]));
	return number;
}

void store_add_argv(struct store *s, size_t n, const char *const *args)
{
	size_t number = store_try_argv(s, n, args);

	s->queue.may_fail[number] = false;
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
	pthread_sigmask(SIG_BLOCK, &set, before);
}

static void release_sigpipe(const sigset_t *before)
{
	const struct timespec at_once = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	while (sigtimedwait(&set, NULL, &at_once) == SIGPIPE)
		;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/*
 * One attempt: send all, read all. -1 where the connection was lost, which a
 * new one may mend; -2 where the store did not answer in time.
 */
static int attempt(struct store *s)
{
	if (!s->c && connect_now(s))
		return -1;
	if (redisAppendFormattedCommand(
		    s->c, s->sent.text.p, s->sent.text.len) != REDIS_OK) {
		fail(s, "no commands can be sent", s->c->errstr);
		disconnect(s);
		return -1;
	}
	s->arriving.v = xcalloc(s->sent.n, sizeof *s->arriving.v);
	for (size_t i = 0; i < s->sent.n; i++) {
		void *r = NULL;

		errno = 0;
		if (redisGetReply(s->c, &r) != REDIS_OK || !r) {
			bool late = s->c->err == REDIS_ERR_IO &&
				errno == EAGAIN;

			fail(s, "no answer", late ? "timeout" : s->c->errstr);
			disconnect(s);
			replies_release(&s->arriving);
			return late ? -2 : -1;
		}
		s->arriving.v[s->arriving.n++] = r;
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
	for (size_t i = 0; i < s->arriving.n; i++) {
		const redisReply *r = s->arriving.v[i];

		if (r->type == REDIS_REPLY_ERROR &&
			!(s->sent.may_fail[i] && own_fault(r->str)))
			return fail(s, "refused", r->str);
	}
	return 0;
}

/* What is queued is what is sent now. */
static void take_queue(struct store *s)
{
	struct commands sent = s->sent;

	s->sent = s->queue;
	s->queue = sent;
	if (s->queue.text.cap > QUEUE_KEPT)
		buf_release(&s->queue.text);
	buf_clear(&s->queue.text);
	s->queue.n = 0;
}

/* Send what take_queue took, and wait for the replies. */
static int exchange(struct store *s)
{
	bool was_connected = s->c != NULL;
	sigset_t before;
	int rc;

	if (!s->sent.n)
		return 0;
	if (s->mortal)
		hold_sigpipe(&before);
	rc = attempt(s);
	/* The connection may have been closed since it was used last. */
	if (rc == -1 && was_connected)
		rc = attempt(s);
	if (s->mortal)
		release_sigpipe(&before);
	return rc ? -1 : check_replies(s);
}

/* The replies that have arrived are those that there are now. */
static void take_replies(struct store *s)
{
	replies_release(&s->replies);
	s->replies = s->arriving;
	s->arriving = (struct replies) {NULL, 0};
}

int store_run(struct store *s)
{
	int rc;

	take_queue(s);
	rc = exchange(s);
	take_replies(s);
	return rc;
}

static void *send_started(void *arg)
{
	struct store *s = arg;

	s->result = exchange(s);
	return NULL;
}

void store_start(struct store *s)
{
	take_queue(s);
	s->result = 0;
	s->started = true;
	s->threaded = s->sent.n &&
		pthread_create(&s->sender, NULL, send_started, s) == 0;
	if (!s->threaded)
		send_started(s);
}

int store_finish(struct store *s)
{
	if (!s->started)
		return 0;
	if (s->threaded)
		pthread_join(s->sender, NULL);
	s->started = false;
	take_replies(s);
	return s->result;
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
	return i < s->replies.n ? (const struct store_reply *)s->replies.v[i]
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
