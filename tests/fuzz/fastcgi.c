/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever bytes reach us on a connection of a web server, libfcgi and we
 * answer each request in whole records, or none; a body that is taken is no longer
 * than it says, nor than we take; and the next connection is answered as ever, to
 * the byte.
 *
 * An input is a byte, and what the web server sends. Of the byte, the first bit says
 * that it goes away without reading, the others how the rest is cut into reads: by a
 * socket that keeps packets apart. A connection that is to be kept comes in one
 * piece, for libfcgi forgets what it has read behind a request.
 *
 * Left out is what is known to end a worker within libfcgi (see harmless): the
 * lengths of a name and its value together are an int there, which 2 GiB exceed (a
 * sanitizer would not give one either: here 1 MiB is the most); and a management
 * record's names are looked through for a "=" beyond any NUL, and its answers put
 * into 64 bytes, which four of them exceed. It also leaks 48 bytes for each such
 * record of a type that it does not know.
 */
#include "fuzz.h"

#include "cgi/request.h"
#include "fastcgi.h"
#include "http/front.h"
#include "http/respond.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What libfcgi reads at once, and less; so many answers fit into a socket. */
#define INPUT_MAX 8000
#define RECORDS 64
#define PIECES 64
#define PAIR_MAX (1024 * 1024)
#define VALUES_MAX 3
#define HEADER 8

enum record_type {
	BEGIN = 1,
	END = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	STDERR = 7,
	GET_VALUES = 9,
	VALUES = 10,
	UNKNOWN = 11
};

struct record {
	unsigned version, type, id, padding;
	size_t n; /* of the content that is there */
	const uint8_t *p;
	bool whole;
};

static struct {
	struct sockaddr_un at;
	socklen_t at_size;
	int listening;
	struct front front;
	struct buf request; /* a valid one */
	struct buf answer;  /* and what is sent for it */
	unsigned asked;	    /* how often the handler was */
} web;

const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfcgi";
}

/* The next record, off the bytes at *p; false: there is no whole header. */
static bool take_record(const uint8_t **p, size_t *n, struct record *r)
{
	size_t content;

	if (*n < HEADER)
		return false;
	*r = (struct record) {.version = (*p)[0], .type = (*p)[1],
		.id = (unsigned)(*p)[2] << 8 | (*p)[3], .padding = (*p)[6],
		.p = *p + HEADER};
	content = (size_t)(*p)[4] << 8 | (*p)[5];
	*n -= HEADER;
	r->whole = content <= *n;
	r->n = r->whole ? content : *n;
	*p = r->p + r->n;
	*n -= r->n;
	return true;
}

static void skip(const uint8_t **p, size_t *n, size_t bytes)
{
	if (bytes > *n)
		bytes = *n;
	*p += bytes;
	*n -= bytes;
}

/* A length of one byte or four; false: it is cut off. */
static bool take_length(const uint8_t **p, size_t *n, size_t *length)
{
	if (!*n)
		return false;
	*length = **p & 0x7f;
	if (!(**p & 0x80)) {
		skip(p, n, 1);
		return true;
	}
	if (*n < 4)
		return false;
	for (int i = 1; i < 4; i++)
		*length = *length << 8 | (*p)[i];
	skip(p, n, 4);
	return true;
}

/* Whether libfcgi lives through these names and values. */
static bool harmless_pairs(const uint8_t *p, size_t n, bool values)
{
	size_t name, value;

	for (unsigned i = 1; take_length(&p, &n, &name) &&
		take_length(&p, &n, &value); i++) {
		if (name + value > PAIR_MAX)
			return false;
		if (values && (i > VALUES_MAX ||
				memchr(p, '\0', name < n ? name : n)))
			return false;
		skip(&p, &n, name + value);
	}
	return true;
}

/*
 * Whether it lives through all of these. Walks them as it does: an empty record of
 * somebody else hides the content of the one behind it, the padding of a record that
 * begins or ends something is not skipped, and the content of a management record
 * that it does not know belongs to the parameters. Whether the connection is to be
 * kept is in *keep.
 */
static bool harmless(const uint8_t *p, size_t n, bool *keep)
{
	bool hidden = false, ended = false, good = true;
	unsigned id = 0, records = 0;
	struct buf params;
	struct record r;

	*keep = false;
	buf_init(&params, INPUT_MAX);
	while (good && take_record(&p, &n, &r) && r.version == 1) {
		bool drops = hidden && r.n;

		good = ++records <= RECORDS;
		hidden = hidden && !drops;
		if (r.type == BEGIN && r.id && !id && r.n == HEADER) {
			id = r.id;
			*keep = r.p[2] & 1;
			continue;
		}
		if (r.id && r.id != id) {
			hidden = hidden || !r.n;
		} else if (!drops && !r.id && r.type == GET_VALUES) {
			good = good && harmless_pairs(r.p, r.n, true);
		} else if (!drops && !ended && (!r.id || r.type == PARAMS)) {
			buf_add(&params, r.p, r.n);
			ended = r.id && !r.n;
			if (ended)
				continue;
		}
		skip(&p, &n, r.padding);
	}
	good = good && harmless_pairs((const uint8_t *)params.p, params.len,
			       false);
	buf_release(&params);
	return good;
}

static void handle(struct service *service, const struct request *request,
	double now, struct response *r)
{
	const struct request_post *post = &request->post;

	(void)service, (void)now;
	web.asked++;
	for (int i = 0; i < REQUEST_FORMS; i++)
		need(strnlen(request->path[i], REQUEST_PATH) < REQUEST_PATH);
	need(post->n <= FRONT_BODY_MAX && (!post->n || post->body));
	need(!post->n || (request->method == METHOD_POST && post->length &&
		post->n <= strtoul(post->length, NULL, 10)));
	r->type = TYPE_TEXT;
	r->cache = CACHE_NEVER;
	for (int i = 0; i < REQUEST_FORMS; i++)
		buf_fmt(&r->body, "%s\n", request->path[i]);
	if (post->n)
		buf_add(&r->body, post->body, post->n);
}

static void put_record(struct buf *b, enum record_type type, const char *p,
	size_t n)
{
	const uint8_t header[HEADER] = {1, (uint8_t)type, 0, 7,
		(uint8_t)(n >> 8), (uint8_t)n};

	buf_add(b, header, sizeof header);
	buf_add(b, p, n);
}

static const char body[] = "{\"jsonrpc\":\"2.0\"}";

static size_t read_body(void *from, char *p, size_t n)
{
	(void)from;
	need(n == sizeof body - 1);
	memcpy(p, body, n);
	return n;
}

/* A request, and what is answered without libfcgi. */
static void prepare(void)
{
	static char *env[] = {"REQUEST_METHOD=POST", "REQUEST_URI=/mcp",
		"CONTENT_LENGTH=17", NULL};
	struct buf params;
	struct output out;

	buf_init(&params, 1024);
	buf_init(&web.request, 4096);
	buf_init(&web.answer, 65536);
	for (char **e = env; *e; e++) {
		size_t name = strcspn(*e, "=");

		buf_char(&params, (char)name);
		buf_char(&params, (char)(strlen(*e) - name - 1));
		buf_add(&params, *e, name);
		buf_str(&params, *e + name + 1);
	}
	put_record(&web.request, BEGIN, "\0\1\0\0\0\0\0\0", HEADER);
	put_record(&web.request, PARAMS, params.p, params.len);
	put_record(&web.request, PARAMS, "", 0);
	put_record(&web.request, STDIN, body, sizeof body - 1);
	put_record(&web.request, STDIN, "", 0);
	buf_release(&params);
	front_init(&web.front, handle, NULL, NAN, false);
	web.front.reader = read_body;
	out = front_answer(&web.front, env);
	buf_add(&web.answer, out.p, out.n);
	need(buf_ok(&web.request) && buf_ok(&web.answer));
}

/* A socket without a file, which never lets libfcgi wait. */
static void listen_here(void)
{
	web.listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	web.at.sun_family = AF_UNIX;
	web.at_size = sizeof web.at;
	need(!bind(web.listening, (struct sockaddr *)&web.at,
		sizeof web.at.sun_family));
	need(!getsockname(web.listening, (struct sockaddr *)&web.at,
		&web.at_size));
	need(!listen(web.listening, 2));
	need(!fcntl(web.listening, F_SETFL, O_NONBLOCK));
	need(!FCGX_Init());
}

/* A connection that has sent n bytes, so many in each read, and sends no more. */
static int connected(const void *p, size_t n, size_t piece)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	need(!connect(fd, (struct sockaddr *)&web.at, web.at_size));
	for (size_t at = 0; at < n; at += piece) {
		size_t left = n - at < piece ? n - at : piece;

		need(send(fd, (const char *)p + at, left, MSG_NOSIGNAL) ==
			(ssize_t)left);
	}
	need(!shutdown(fd, SHUT_WR));
	return fd;
}

/* Answer all that wait; returns how many, and in *taken how many answers went. */
static unsigned serve_all(unsigned *taken)
{
	FCGX_Request fr;
	unsigned n = 0;
	int failed;

	*taken = 0;
	web.asked = 0;
	need(!FCGX_InitRequest(&fr, web.listening, 0));
	while (!(failed = FCGX_Accept_r(&fr))) {
		int status = 0;

		n++;
		*taken += fastcgi_answer(&fr, &web.front, &status);
		need(status == 200);
		FCGX_Finish_r(&fr);
	}
	need(failed == -EAGAIN && web.asked == n);
	FCGX_Free(&fr, 1);
	return n;
}

/* What came is whole records; returns how many ended a request well. */
static unsigned check_records(const struct buf *got, struct buf *out)
{
	const uint8_t *p = (const uint8_t *)got->p;
	size_t n = got->len;
	unsigned ends = 0;
	struct record r;

	while (take_record(&p, &n, &r)) {
		need(r.version == 1 && r.whole && r.padding <= n);
		skip(&p, &n, r.padding);
		need(r.type == END || r.type == STDOUT || r.type == STDERR ||
			r.type == VALUES || r.type == UNKNOWN);
		need((r.type == VALUES || r.type == UNKNOWN) == !r.id);
		if (r.type == STDOUT)
			buf_add(out, r.p, r.n);
		if (r.type == END) {
			need(r.n == HEADER);
			ends += !r.p[4];
		}
	}
	need(!n);
	return ends;
}

/* Read to the end what the other side has sent. */
static unsigned drain(int fd, struct buf *out)
{
	static char piece[65536];
	struct buf got;
	unsigned ends;
	ssize_t n;

	buf_init(&got, 1024 * 1024);
	while ((n = recv(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
		buf_add(&got, piece, (size_t)n);
	close(fd);
	need(buf_ok(&got));
	ends = check_records(&got, out);
	buf_release(&got);
	return ends;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned answered, taken;
	size_t piece = INPUT_MAX;
	struct buf out;
	bool keep, gone;
	int first, second;

	if (!size || size > INPUT_MAX || !harmless(data + 1, size - 1, &keep))
		return 0;
	if (!web.request.p) {
		prepare();
		listen_here();
	}
	gone = *data & 1;
	if (*data >> 1 && !keep)
		piece = *data >> 1 > size / PIECES ? *data >> 1
						   : size / PIECES + 1;
	first = connected(data + 1, size - 1, piece);
	second = connected(web.request.p, web.request.len, INPUT_MAX);
	if (gone)
		close(first);
	answered = serve_all(&taken);
	buf_init(&out, 1024 * 1024);
	need(answered >= 1 && taken <= answered);
	if (!gone) {
		need(taken == answered);
		need(drain(first, &out) == answered - 1);
		buf_clear(&out);
	}
	need(drain(second, &out) == 1 && fuzz_same(&out, &web.answer));
	buf_release(&out);
	return 0;
}
