/* SPDX-License-Identifier: MIT */
/*
 * server: an MCP server that is not what a probe waits for. One thread; its
 * answers are made once, and sent with one call each. It speaks Streamable HTTP
 * of revisions 2026-07-28 and 2025-11-25, over HTTP/1.1 and TLS, on every
 * address of the loopback interface, and refuses what a strict server would.
 *
 * The first part of a path says how the server behaves there, in words with "-"
 * between them: session, stateless or both; sse to answer with event streams;
 * late to answer a POST once 1,000 of them wait for that, or none has come for
 * a second; drip to send a byte every 100 ms, hang to send nothing. The rest of
 * the path is free: /session-sse/s1. GET /counts answers what was asked, refused
 * and left open so far, how many are connected, and how many waited at a time
 * at the most.
 *
 * usage: server [-r FILE] TOOLS CERTIFICATE KEY
 * -r: append each request to this file, as it came. TOOLS: a JSON array.
 * Prints the ports for http and https once it listens.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX 4096
#define ID_MAX 64
#define SESSION_LENGTH 32
#define PAUSE_MS 100
#define CROWD 1000
#define CROWD_MS 1000
#define NEW "2026-07-28"
#define OLD "2025-11-25"

/* ---- How a path behaves. */
enum {
	SESSION = 1,
	STATELESS = 2,
	SSE = 4,
	LATE = 8,
	DRIP = 16,
	HANG = 32,
	COUNTS = 64
};

static const struct {
	const char *name;
	unsigned bit;
} words[] = {{"session", SESSION}, {"stateless", STATELESS}, {"sse", SSE},
	{"late", LATE}, {"drip", DRIP}, {"hang", HANG}, {"counts", COUNTS}};

/* The words of a path, 0 where one is not known. */
static unsigned behaviour(const char *path)
{
	unsigned all = 0;

	do {
		size_t n = strcspn(++path, "-/"), i = 0;

		while (i < sizeof words / sizeof *words &&
			(strlen(words[i].name) != n ||
				memcmp(path, words[i].name, n) != 0))
			i++;
		if (i == sizeof words / sizeof *words)
			return 0;
		all |= words[i].bit;
		path += n;
	} while (*path == '-');
	return all;
}

/* ---- Answers. */
enum answer {
	DISCOVERED,
	INITIALIZED,
	TOOLS_NEW,
	TOOLS_OLD,
	PONG,
	ACCEPTED,
	DELETED,
	NO_METHOD,
	NO_VERSION,
	NO_SESSION,
	NOT_INITIALIZED,
	MISMATCH,
	NOT_PARSED,
	NO_PATH,
	NO_VERB,
	ANSWERS
};

/* A body ends with the id of the request and "}"; "null" is the id of those
   that refuse a request without looking at it. %s is the list of tools. */
static const struct {
	const char *status, *body;
} texts[ANSWERS] = {
	[DISCOVERED] = {"200 OK",
		"\"result\":{\"resultType\":\"complete\","
		"\"supportedVersions\":[\"" NEW "\"],\"capabilities\":"
		"{\"tools\":{}},\"ttlMs\":0,\"cacheScope\":\"public\","
		"\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":"
		"\"bench\",\"version\":\"1.0.0\"}}}"},
	[INITIALIZED] = {"200 OK",
		"\"result\":{\"protocolVersion\":\"" OLD "\","
		"\"capabilities\":{\"tools\":{\"listChanged\":true}},"
		"\"serverInfo\":{\"name\":\"bench\",\"version\":\"1.0.0\"}}"},
	[TOOLS_NEW] = {"200 OK",
		"\"result\":{\"resultType\":\"complete\",\"ttlMs\":0,"
		"\"cacheScope\":\"public\",\"tools\":%s}"},
	[TOOLS_OLD] = {"200 OK", "\"result\":{\"tools\":%s}"},
	[PONG] = {"200 OK", "\"result\":{}"},
	[ACCEPTED] = {"202 Accepted", NULL},
	[DELETED] = {"200 OK", NULL},
	[NO_METHOD] = {"200 OK",
		"\"error\":{\"code\":-32601,\"message\":\"Method not found\"}"},
	[NO_VERSION] = {"400 Bad Request",
		"\"error\":{\"code\":-32022,\"message\":\"Unsupported protocol "
		"version\",\"data\":{\"supported\":[\"" NEW "\"]}}"},
	[NO_SESSION] = {"404 Not Found",
		"\"error\":{\"code\":-32001,\"message\":"
		"\"Session not found\"}"},
	[NOT_INITIALIZED] = {"400 Bad Request",
		"\"error\":{\"code\":-32000,\"message\":\"Bad Request: Server "
		"not initialized\"}"},
	[MISMATCH] = {"400 Bad Request",
		"\"error\":{\"code\":-32020,\"message\":\"Header mismatch\"}"},
	[NOT_PARSED] = {"400 Bad Request",
		"\"error\":{\"code\":-32700,\"message\":\"Parse error\"}"},
	[NO_PATH] = {"404 Not Found", NULL},
	[NO_VERB] = {"405 Method Not Allowed", NULL},
};

/* A response as it is sent, for the id for which it was made last. */
struct response {
	char id[ID_MAX + 1], *bytes;
	size_t n, session_at;
};

static struct response responses[ANSWERS][2];
static char *tools;

static struct {
	unsigned long asked, refused, begun, ended, waited, connected;
} counts;

/* Make a response: JSON, or an event stream in one chunk. */
static void make(struct response *r, enum answer a, bool sse, const char *id)
{
	char *body = NULL, *result = NULL;
	int n;

	free(r->bytes);
	snprintf(r->id, sizeof r->id, "%s", id);
	if (texts[a].body &&
		(asprintf(&result, texts[a].body, tools) < 0 ||
			asprintf(&body, "%s{\"jsonrpc\":\"2.0\",%s,\"id\":%s}",
				sse ? "event: message\ndata: " : "", result,
				id) < 0))
		exit(3);
	if (body && sse)
		n = asprintf(&r->bytes,
			"HTTP/1.1 %s\r\ncontent-type: text/event-stream\r\n"
			"cache-control: no-cache\r\n%s"
			"transfer-encoding: chunked\r\n\r\n"
			"%zx\r\n%s\n\n\r\n0\r\n\r\n",
			texts[a].status,
			a == INITIALIZED ? "mcp-session-id: 0123456789abcdef"
					   "0123456789abcdef\r\n"
					 : "",
			strlen(body) + 2, body);
	else
		n = asprintf(&r->bytes,
			"HTTP/1.1 %s\r\n%s%scontent-length: "
			"%zu\r\n\r\n%s",
			texts[a].status,
			body ? "content-type: application/json\r\n" : "",
			a == INITIALIZED ? "mcp-session-id: 0123456789abcdef"
					   "0123456789abcdef\r\n"
					 : "",
			body ? strlen(body) : 0, body ? body : "");
	if (n < 0)
		exit(3);
	r->n = (size_t)n;
	if (a == INITIALIZED)
		r->session_at = (size_t)(strstr(r->bytes, "0123456789abcdef") -
					 r->bytes);
	free(result);
	free(body);
}

/* ---- Sessions: an id is a number and a mix of it, both in hexadecimal. */
static unsigned char *open_sessions;
static uint64_t sessions, sessions_room;

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void begin_session(char id[SESSION_LENGTH + 1])
{
	if (sessions == sessions_room) {
		sessions_room = sessions_room ? 2 * sessions_room : 4096;
		open_sessions = realloc(open_sessions, sessions_room);
		if (!open_sessions)
			exit(3);
	}
	open_sessions[sessions] = 1;
	snprintf(id, SESSION_LENGTH + 1, "%016llx%016llx",
		(unsigned long long)sessions,
		(unsigned long long)mix(sessions + 1));
	sessions++;
	counts.begun++;
}

/* The session of that id, open or not, or NULL. */
static unsigned char *find_session(const char *id)
{
	char number[17];
	uint64_t n, m;
	char *end;

	if (strlen(id) != SESSION_LENGTH)
		return NULL;
	snprintf(number, sizeof number, "%.16s", id);
	n = strtoull(number, &end, 16);
	if (*end)
		return NULL;
	m = strtoull(id + 16, &end, 16);
	return !*end && n < sessions && m == mix(n + 1) ? open_sessions + n
							: NULL;
}

/* ---- JSON: whether a message is well-formed, and some members of it. */
static const char *skip_string(const char *p)
{
	for (p++; *p != '"'; p++)
		if (!*p || (unsigned char)*p < ' ' || (*p == '\\' && !*++p))
			return NULL;
	return p + 1;
}

static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_value(const char *p, int depth)
{
	char close = *p == '{' ? '}' : ']';

	if (*p == '"')
		return skip_string(p);
	if (*p != '{' && *p != '[') {
		size_t n = strspn(p, "+-.0123456789aeflnrstuE");

		return n ? p + n : NULL;
	}
	p = skip_space(p + 1);
	if (*p == close)
		return p + 1;
	while (depth) {
		if (close == '}') {
			if (*p != '"' || !(p = skip_string(p)))
				return NULL;
			p = skip_space(p);
			if (*p++ != ':')
				return NULL;
		}
		p = skip_value(skip_space(p), depth - 1);
		if (!p)
			return NULL;
		p = skip_space(p);
		if (*p == close)
			return p + 1;
		if (*p++ != ',')
			return NULL;
		p = skip_space(p);
	}
	return NULL;
}

struct message {
	char method[ID_MAX + 1], id[ID_MAX + 1], version[ID_MAX + 1];
};

/* Read a message that is an object of JSON-RPC 2.0; a method has no escapes. */
static bool read_message(const char *p, struct message *m)
{
	const struct {
		const char *name;
		char *to;
	} members[] = {{"\"method\"", m->method}, {"\"id\"", m->id},
		{"\"jsonrpc\"", m->version}};
	const char *end = skip_value(p, 20);

	if (*p != '{' || !end || *end)
		return false;
	for (p = skip_space(p + 1); *p == '"'; p = skip_space(p)) {
		const char *name = p, *value;
		size_t n;

		p = skip_string(p);
		n = (size_t)(p - name);
		value = skip_space(skip_space(p) + 1);
		p = skip_value(value, 20);
		for (size_t i = 0; i < sizeof members / sizeof *members; i++)
			if (strlen(members[i].name) == n &&
				memcmp(members[i].name, name, n) == 0 &&
				p - value <= ID_MAX)
				memcpy(members[i].to, value,
					(size_t)(p - value));
		p = skip_space(p);
		p += *p == ',';
	}
	return strcmp(m->version, "\"2.0\"") == 0;
}

/* ---- A request. */
struct request {
	const char *verb, *path;
	char *length, *type, *accept, *session, *version, *method, *coding;
	char *body;
	struct message message;
};

static const struct {
	const char *name;
	size_t at;
} fields[] = {
	{"content-length", offsetof(struct request, length)},
	{"content-type", offsetof(struct request, type)},
	{"accept", offsetof(struct request, accept)},
	{"mcp-session-id", offsetof(struct request, session)},
	{"mcp-protocol-version", offsetof(struct request, version)},
	{"mcp-method", offsetof(struct request, method)},
	{"transfer-encoding", offsetof(struct request, coding)},
};

/* Read the head of a request, which ends with an empty line. */
static bool read_head(char *p, struct request *r)
{
	char *line = strsep(&p, "\n");

	r->verb = strsep(&line, " ");
	r->path = strsep(&line, " ");
	if (!r->path || *r->path != '/' || !line ||
		strcmp(line, "HTTP/1.1\r") != 0)
		return false;
	while ((line = strsep(&p, "\n")) && *line != '\r') {
		size_t n = strcspn(line, ":"), end = strlen(line);

		if (!n || line[n] != ':' || line[end - 1] != '\r')
			return false;
		line[n] = line[end - 1] = '\0';
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			if (strcasecmp(line, fields[i].name) == 0)
				*(char **)((char *)r + fields[i].at) =
					line + n + 1 +
					strspn(line + n + 1, " \t");
	}
	return true;
}

/* As revision 2026-07-28 has it: no session, and the header says the method. */
static enum answer choose_stateless(
	const struct request *r, const char *method, unsigned how)
{
	char quoted[ID_MAX + 1];

	if (!(how & STATELESS))
		return NOT_INITIALIZED;
	snprintf(quoted, sizeof quoted, "\"%s\"", r->method ? r->method : "");
	if (r->session || strcmp(quoted, method) != 0 ||
		!strstr(r->body, "\"io.modelcontextprotocol/protocolVersion\""
				 ":\"" NEW "\""))
		return MISMATCH;
	return strcmp(r->method, "server/discover") == 0 ? DISCOVERED
	       : strcmp(r->method, "tools/list") == 0	 ? TOOLS_NEW
							 : NO_METHOD;
}

static enum answer choose_session(
	const struct request *r, const char *method, unsigned how)
{
	unsigned char *session;

	if (!(how & SESSION))
		return NO_VERSION;
	if (strcmp(method, "\"initialize\"") == 0)
		return r->session || r->version ? MISMATCH : INITIALIZED;
	if (!r->session)
		return NOT_INITIALIZED;
	session = find_session(r->session);
	if (!session || !*session)
		return NO_SESSION;
	if (!r->version || strcmp(r->version, OLD) != 0)
		return MISMATCH;
	if (strcmp(r->verb, "DELETE") == 0) {
		*session = 0;
		counts.ended++;
		return DELETED;
	}
	return strcmp(method, "\"notifications/initialized\"") == 0 ? ACCEPTED
	       : strcmp(method, "\"tools/list\"") == 0		    ? TOOLS_OLD
	       : strcmp(method, "\"ping\"") == 0		    ? PONG
								    : NO_METHOD;
}

static enum answer choose(struct request *r, unsigned how)
{
	struct message *m = &r->message;

	if (!(how & (SESSION | STATELESS)))
		return NO_PATH;
	if (strcmp(r->verb, "DELETE") == 0)
		return choose_session(r, "", how);
	if (strcmp(r->verb, "POST") != 0)
		return NO_VERB;
	if (!r->type || strcmp(r->type, "application/json") != 0 ||
		!r->accept || !strstr(r->accept, "application/json") ||
		!strstr(r->accept, "text/event-stream"))
		return MISMATCH;
	if (!read_message(r->body, m) || !*m->method)
		return NOT_PARSED;
	if (!*m->id != (strncmp(m->method, "\"notifications/", 15) == 0))
		return NOT_PARSED;
	if (r->version && strcmp(r->version, NEW) == 0)
		return choose_stateless(r, m->method, how);
	return choose_session(r, m->method, how);
}

/* ---- Connections. */
struct connection {
	int fd;
	SSL *ssl;
	bool hung, waits, crowded;
	unsigned how;
	double due;
	size_t have, out_n, out_at;
	char *out; /* what is still to be sent, if anything */
	TAILQ_ENTRY(connection) waiting;
	char in[REQUEST_MAX + 1];
};

TAILQ_HEAD(connections, connection);
static struct connections waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct connections crowd = TAILQ_HEAD_INITIALIZER(crowd);
static unsigned long crowd_n;
static double crowd_due;
static int events_fd, record_fd = -1;
static SSL_CTX *tls;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void leave_crowd(struct connection *c)
{
	TAILQ_REMOVE(&crowd, c, waiting);
	c->crowded = false;
	crowd_n--;
}

static void join_crowd(struct connection *c)
{
	TAILQ_INSERT_TAIL(&crowd, c, waiting);
	c->crowded = true;
	crowd_due = now_ms() + CROWD_MS;
	if (++crowd_n > counts.waited)
		counts.waited = crowd_n;
}

static void end(struct connection *c)
{
	if (c->waits)
		TAILQ_REMOVE(&waiting, c, waiting);
	if (c->crowded)
		leave_crowd(c);
	counts.connected--;
	SSL_free(c->ssl);
	close(c->fd);
	free(c->out);
	free(c);
}

/* All waits are equally long, so the list is in order. */
static void wait_a_pause(struct connection *c)
{
	c->due = now_ms() + PAUSE_MS;
	c->waits = true;
	TAILQ_INSERT_TAIL(&waiting, c, waiting);
}

static void watch(struct connection *c, uint32_t what)
{
	struct epoll_event e = {.events = what, .data.ptr = c};

	epoll_ctl(events_fd, EPOLL_CTL_MOD, c->fd, &e);
}

/* Returns how much of it was sent, or -1 if the connection has broken. */
static ssize_t try_to_send(struct connection *c, const char *p, size_t n)
{
	ssize_t sent;

	if (!c->ssl) {
		sent = send(c->fd, p, n, MSG_NOSIGNAL);
		return sent < 0 && errno == EAGAIN ? 0 : sent;
	}
	ERR_clear_error();
	sent = SSL_write(c->ssl, p, (int)n);
	if (sent > 0)
		return sent;
	switch (SSL_get_error(c->ssl, (int)sent)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		return -1;
	}
}

static void keep(struct connection *c, const char *p, size_t n)
{
	c->out = malloc(n);
	if (!c->out)
		exit(3);
	memcpy(c->out, p, n);
	c->out_n = n;
	c->out_at = 0;
}

/* Send bytes as the path has it. False if the connection has broken. */
static bool deliver(struct connection *c, const char *p, size_t n)
{
	ssize_t sent = 0;

	if (c->how & LATE) {
		join_crowd(c);
	} else if (!(c->how & DRIP)) {
		sent = try_to_send(c, p, n);
		if (sent < 0 || (size_t)sent == n)
			return sent > 0;
		watch(c, EPOLLIN | EPOLLOUT);
	} else {
		wait_a_pause(c);
	}
	keep(c, p + sent, n - (size_t)sent);
	return true;
}

/* What was asked so far; for COUNTS. */
static bool say_counts(struct connection *c)
{
	char text[200], all[300];
	int n = snprintf(text, sizeof text,
		"{\"asked\":%lu,\"refused\":%lu,\"open\":%lu,"
		"\"connected\":%lu,\"waited\":%lu}\n",
		counts.asked, counts.refused, counts.begun - counts.ended,
		counts.connected, counts.waited);

	n = snprintf(all, sizeof all,
		"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s", n, text);
	return deliver(c, all, (size_t)n);
}

static bool respond(struct connection *c, struct request *r)
{
	char session[SESSION_LENGTH + 1];
	struct response *made;
	enum answer a;
	const char *id;
	bool sse;

	if (c->how == COUNTS)
		return say_counts(c);
	counts.asked++;
	c->hung = c->how & HANG;
	if (c->hung)
		return true;
	a = choose(r, c->how);
	/* A server of sessions does not know server/discover. */
	counts.refused += a >= NO_METHOD &&
			  strcmp(r->message.method, "\"server/discover\"") != 0;
	id = a == NOT_PARSED || !*r->message.id ? "null" : r->message.id;
	sse = (c->how & SSE) && a <= PONG;
	made = &responses[a][sse];
	if (!made->bytes || strcmp(made->id, id) != 0)
		make(made, a, sse, id);
	if (a == INITIALIZED) {
		begin_session(session);
		memcpy(made->bytes + made->session_at, session, SESSION_LENGTH);
	}
	return deliver(c, made->bytes, made->n);
}

/* Answer the request that is complete, if one is. False: end the connection. */
static bool take_request(struct connection *c)
{
	struct request r = {0};
	char *head = memmem(c->in, c->have, "\r\n\r\n", 4), after;
	size_t n, length;
	char *end = "";
	bool ok;

	if (!head)
		return c->have < REQUEST_MAX;
	/* The head is split in place, so it has to come with its body, which
	   clients send right behind it. */
	head += 4;
	c->in[c->have] = '\0';
	r.length = strcasestr(c->in, "\ncontent-length:");
	length = r.length && r.length < head ? strtoul(r.length + 16, &end, 10)
					     : 0;
	n = (size_t)(head - c->in) + length;
	if ((*end && *end != '\r') || length > REQUEST_MAX || n > REQUEST_MAX)
		return false;
	if (n > c->have)
		return true;
	if (record_fd >= 0 && write(record_fd, c->in, n) != (ssize_t)n)
		return false;
	head[-1] = '\0';
	after = c->in[n];
	c->in[n] = '\0';
	r.body = head;
	if (!read_head(c->in, &r) || r.coding || memchr(head, '\0', length))
		return false;
	c->how = behaviour(r.path);
	if (strcmp(r.verb, "POST") != 0)
		c->how &= ~(unsigned)LATE;
	ok = respond(c, &r);
	c->in[n] = after;
	c->have -= n;
	memmove(c->in, c->in + n, c->have);
	return ok;
}

/* Read what is there. False: end the connection. */
static bool take(struct connection *c)
{
	do {
		size_t room = REQUEST_MAX - c->have;
		ssize_t n;

		if (!room)
			return false;
		if (!c->ssl) {
			n = recv(c->fd, c->in + c->have, room, 0);
			if (n <= 0)
				return n < 0 && errno == EAGAIN;
		} else {
			ERR_clear_error();
			n = SSL_read(c->ssl, c->in + c->have, (int)room);
			if (n <= 0)
				return SSL_get_error(c->ssl, (int)n) ==
				       SSL_ERROR_WANT_READ;
		}
		c->have += (size_t)n;
		if (!c->out && !c->hung && !take_request(c))
			return false;
	} while (c->ssl && SSL_pending(c->ssl));
	return true;
}

/* Send more of what is to be sent. False: end the connection. */
static bool send_more(struct connection *c)
{
	size_t left = c->out_n - c->out_at;
	ssize_t n =
		try_to_send(c, c->out + c->out_at, c->how & DRIP ? 1 : left);

	if (n < 0)
		return false;
	c->out_at += (size_t)n;
	if (c->out_at < c->out_n) {
		if (c->how & DRIP)
			wait_a_pause(c);
		else
			watch(c, EPOLLIN | EPOLLOUT);
		return true;
	}
	free(c->out);
	c->out = NULL;
	watch(c, EPOLLIN);
	return true;
}

static void turn(struct connection *c, uint32_t what)
{
	bool ok = true;

	if ((what & EPOLLOUT) && c->out && !c->waits)
		ok = send_more(c);
	if (ok && (what & ~(uint32_t)EPOLLOUT))
		ok = take(c);
	if (!ok)
		end(c);
}

/* Answer all that wait for each other, if they are to wait no longer. */
static void release_crowd(double now)
{
	struct connection *c;

	if (crowd_n < CROWD && crowd_due > now)
		return;
	while ((c = TAILQ_FIRST(&crowd))) {
		leave_crowd(c);
		if (!send_more(c))
			end(c);
	}
}

/* Those whose pause is over; returns how long the next one has to wait. */
static int end_pauses(void)
{
	struct connection *c;
	double now = now_ms(), next = INFINITY;

	release_crowd(now);
	while ((c = TAILQ_FIRST(&waiting)) && c->due <= now) {
		TAILQ_REMOVE(&waiting, c, waiting);
		c->waits = false;
		if (!send_more(c))
			end(c);
	}
	if (c)
		next = c->due;
	if (crowd_n && crowd_due < next)
		next = crowd_due;
	return next < INFINITY ? (int)(next - now) + 1 : -1;
}

static void take_connections(int listener, bool secure)
{
	struct connection *c;
	struct epoll_event e = {.events = EPOLLIN};
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
			SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		c = malloc(sizeof *c);
		if (!c)
			exit(3);
		memset(c, 0, offsetof(struct connection, in));
		counts.connected++;
		c->fd = fd;
		if (secure) {
			c->ssl = SSL_new(tls);
			SSL_set_fd(c->ssl, fd);
			SSL_set_accept_state(c->ssl);
		}
		e.data.ptr = c;
		epoll_ctl(events_fd, EPOLL_CTL_ADD, fd, &e);
	}
}

/* Clients close first. Closing is then a reset, which leaves no socket in
   TIME_WAIT, or thousands of them would slow down the next round. */
static int listen_on_loopback(int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct linger reset = {.l_onoff = 1};
	socklen_t n = sizeof a;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) ||
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
		bind(fd, (struct sockaddr *)&a, n) || listen(fd, 65535) ||
		getsockname(fd, (struct sockaddr *)&a, &n)) {
		perror("server: unable to listen");
		exit(3);
	}
	*port = ntohs(a.sin_port);
	return fd;
}

static int choose_protocol(SSL *s, const unsigned char **out, unsigned char *n,
	const unsigned char *in, unsigned int in_n, void *arg)
{
	static const unsigned char http1[] = "\x08http/1.1";

	(void)s, (void)arg;
	return SSL_select_next_proto((unsigned char **)out, n, http1, 9, in,
		       in_n) == OPENSSL_NPN_NEGOTIATED
		       ? SSL_TLSEXT_ERR_OK
		       : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Every handshake is a whole one: there are no tickets. */
static void prepare_tls(const char *certificate, const char *key)
{
	tls = SSL_CTX_new(TLS_server_method());
	if (!tls || SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
		fputs("server: unable to use the certificate\n", stderr);
		exit(3);
	}
	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(tls, 0);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS |
				      SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
}

/* The list of tools, without line feeds. */
static void read_tools(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t room = 0, n = 0;
	ssize_t got = f ? getdelim(&tools, &room, '\0', f) : -1;

	if (got < 0) {
		perror(path);
		exit(3);
	}
	for (ssize_t i = 0; i < got; i++)
		if (tools[i] != '\n')
			tools[n++] = tools[i];
	tools[n] = '\0';
	fclose(f);
}

int main(int argc, char **argv)
{
	struct epoll_event e[256] = {{.events = EPOLLIN}};
	int listeners[2], ports[2], option;
	struct rlimit files;

	while ((option = getopt(argc, argv, "r:")) == 'r')
		record_fd = open(optarg,
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (option != -1 || argc - optind != 3) {
		fputs("usage: server [-r FILE] TOOLS CERTIFICATE KEY\n",
			stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL. */
	read_tools(argv[optind]);
	prepare_tls(argv[optind + 1], argv[optind + 2]);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	events_fd = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		listeners[i] = listen_on_loopback(&ports[i]);
		e->data.ptr = &listeners[i];
		epoll_ctl(events_fd, EPOLL_CTL_ADD, listeners[i], e);
	}
	printf("%d %d\n", ports[0], ports[1]);
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(events_fd, e, 256, end_pauses());

		for (int i = 0; i < n; i++)
			if (e[i].data.ptr == &listeners[0] ||
				e[i].data.ptr == &listeners[1])
				take_connections(*(int *)e[i].data.ptr,
					e[i].data.ptr == &listeners[1]);
			else
				turn(e[i].data.ptr, e[i].events);
	}
}
