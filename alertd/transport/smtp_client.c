/* SPDX-License-Identifier: MIT */
#include "transport/transport.h"

#include "base/xalloc.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 8192

enum smtp_phase { SMTP_GREETING, SMTP_AUTH, SMTP_FROM, SMTP_TO, SMTP_DATA };

/* A mail that is being sent, and how far the conversation is. */
struct mailing {
	struct transfers *transfers;
	CURL *easy;
	struct curl_slist *to;
	const struct buf *message;
	size_t sent;
	enum smtp_phase phase;
	int code; /* of the answer to the last command; 0: none, or success */
	char words[DELIVER_WHY]; /* of that answer, as they came */
	struct delivered *out;
	void (*ended)(void *arg);
	void *arg;
};

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
	struct mailing *t = arg;
	size_t left = t->message->len - t->sent, room = size * n;

	if (left > room)
		left = room;
	memcpy(out, t->message->p + t->sent, left);
	t->sent += left;
	return left;
}

/* Whether the n bytes at p begin with that command. */
static bool is_command(const char *p, size_t n, const char *name)
{
	return n >= strlen(name) && strncmp(p, name, strlen(name)) == 0;
}

/* A new command: forget the answer to the one before it, such as EHLO. */
static void on_command(struct mailing *t, const char *p, size_t n)
{
	static const struct {
		const char *name;
		enum smtp_phase phase;
	} commands[] = {{"HELO", SMTP_GREETING}, {"EHLO", SMTP_GREETING},
		{"AUTH", SMTP_AUTH}, {"MAIL", SMTP_FROM}, {"RCPT", SMTP_TO},
		{"DATA", SMTP_DATA}};

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (is_command(p, n, commands[i].name)) {
			t->phase = commands[i].phase;
			t->code = 0;
		}
}

/*
 * Follow the conversation; only the phase and an answer that is not success are
 * kept.
 */
static int on_debug(CURL *e, curl_infotype type, char *p, size_t n, void *arg)
{
	struct mailing *t = arg;

	/* libcurl waits for the answer to it, and all routes wait with it. */
	if (type == CURLINFO_HEADER_OUT && is_command(p, n, "QUIT"))
		curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
	if (type == CURLINFO_HEADER_OUT)
		on_command(t, p, n);
	if (type == CURLINFO_HEADER_IN && n > 3 && (*p == '4' || *p == '5') &&
		p[1] >= '0' && p[1] <= '9' && p[2] >= '0' && p[2] <= '9') {
		snprintf(t->words, sizeof t->words, "%.*s", (int)(n - 4),
			p + 4);
		if (p[3] != '-')
			t->code = (*p - '0') * 100 + (p[1] - '0') * 10 + p[2] -
				'0';
	}
	return 0;
}

/*
 * Whether an answer of 5xx is about us, and not about the recipient or the
 * message: about our name, a command (RFC 5321, 4.2.2; RFC 3463, X.5.x), or
 * permission to send (X.7.x; but after DATA that may be about the content).
 */
static bool about_us(enum smtp_phase phase, int code, const char *words)
{
	bool status = words[0] == '5' && words[1] == '.' && words[2] &&
		words[3] == '.';

	return phase < SMTP_TO || (code >= 500 && code <= 504) || code == 530 ||
		code == 535 || (status && words[2] == '5') ||
		(status && words[2] == '7' && phase == SMTP_TO) ||
		error_text_has(words, "helo") || error_text_has(words, "ehlo") ||
		(phase == SMTP_TO && error_text_has(words, "relay"));
}

/*
 * Whether an answer of 5xx to the recipient is about the message: its size, or
 * what is in it (RFC 3463, X.3.4 and X.6.x).
 */
static bool about_message(const char *words)
{
	return strncmp(words, "5.3.4", 5) == 0 || strncmp(words, "5.6.", 4) == 0;
}

/* Set the meaning of a final answer of 400 to 599 in that phase. */
static struct delivered smtp_judge(enum smtp_phase phase, int code,
	const char *words)
{
	static const char *const where[] = {
		[SMTP_GREETING] = "",
		[SMTP_AUTH] = " to the login",
		[SMTP_FROM] = " to the sender",
		[SMTP_TO] = " to the recipient",
		[SMTP_DATA] = " to the message",
	};
	struct delivered d = {0};

	d.mend = code >= 500 && about_us(phase, code, words);
	d.own = code >= 500 && !d.mend && phase == SMTP_TO &&
		!about_message(words);
	d.recipient = phase == SMTP_TO;
	d.refused = code >= 500 && !d.mend && !d.own;
	d.down = !d.refused && !d.own;
	d.mend = d.mend || d.own;
	snprintf(d.why, sizeof d.why, "SMTP %d%s", code, where[phase]);
	return d;
}

static struct delivered read_smtp_result(CURLcode rc, const struct mailing *t)
{
	struct delivered d = {.ok = rc == CURLE_OK};

	if (d.ok)
		return d;
	if (t->code && rc != CURLE_OPERATION_TIMEDOUT &&
		rc != CURLE_USE_SSL_FAILED) {
		d = smtp_judge(t->phase, t->code, t->words);
		error_text_copy(t->words, strlen(t->words), d.said);
		return d;
	}
	d.down = true;
	d.mend = rc == CURLE_USE_SSL_FAILED ||
		rc == CURLE_PEER_FAILED_VERIFICATION ||
		rc == CURLE_LOGIN_DENIED || rc == CURLE_SSL_CACERT_BADFILE;
	snprintf(d.why, sizeof d.why, "%s",
		rc == CURLE_USE_SSL_FAILED
			? "the server offers no STARTTLS"
			: curl_easy_strerror(rc));
	return d;
}

/* Put the address of an interface into out, in brackets, as RFC 5321, 4.1.3 has
   it. Whether it is of version 4, so that no other is needed. */
static bool literal(const struct ifaddrs *i, char *out)
{
	const struct sockaddr *a = i->ifa_addr;
	char text[INET6_ADDRSTRLEN];
	const struct in6_addr *v6;

	if (!a || !(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK))
		return false;
	if (a->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr,
			text, sizeof text);
		snprintf(out, SMTP_HELO, "[%s]", text);
		return true;
	}
	if (a->sa_family != AF_INET6 || *out)
		return false;
	v6 = &((const struct sockaddr_in6 *)a)->sin6_addr;
	if (IN6_IS_ADDR_LINKLOCAL(v6))
		return false;
	inet_ntop(AF_INET6, v6, text, sizeof text);
	snprintf(out, SMTP_HELO, "[IPv6:%s]", text);
	return false;
}

/* An address of this machine, preferably of version 4. libcurl needs it before
   it connects, so it is not always that of the connection. */
static void own_address(bool local, char *out)
{
	struct ifaddrs *all = NULL;

	*out = '\0';
	if (!local && !getifaddrs(&all))
		for (struct ifaddrs *i = all; i; i = i->ifa_next)
			if (literal(i, out))
				break;
	if (all)
		freeifaddrs(all);
	if (!*out)
		snprintf(out, SMTP_HELO, "[127.0.0.1]");
}

/* The URL, behind which libcurl finds what to say with EHLO. */
static void put_url(struct buf *b, const struct smtp_job *j, bool local)
{
	char helo[SMTP_HELO];

	snprintf(helo, sizeof helo, "%s", j->helo);
	if (!*helo)
		own_address(local, helo);
	http_join(b, j->url, "/");
	http_escape(b, helo);
}

static CURLcode set_up(struct mailing *t, const struct smtp_job *j, bool local)
{
	CURL *e = t->easy;
	CURLcode rc = CURLE_OK;
	struct buf url;

	buf_init(&url, URL_MAX);
	put_url(&url, j, local);
#define SET(option, value)                                                     \
	do {                                                                   \
		if (!rc)                                                       \
			rc = curl_easy_setopt(e, option, value);               \
	} while (0)
	SET(CURLOPT_URL, url.p);
	SET(CURLOPT_MAIL_FROM, j->from);
	SET(CURLOPT_MAIL_RCPT, t->to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, t);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)j->message.len);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, t);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)DELIVER_LIMIT_MS);
#if LIBCURL_VERSION_NUM >= 0x075700
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	SET(CURLOPT_USE_SSL, (long)(local && !j->ca ? CURLUSESSL_NONE
						    : CURLUSESSL_ALL));
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
	if (j->ca)
		SET(CURLOPT_CAINFO, j->ca);
	if (j->user) {
		SET(CURLOPT_USERNAME, j->user);
		SET(CURLOPT_PASSWORD, j->password);
	}
	if (local)
		SET(CURLOPT_PROXY, "");
#undef SET
	buf_release(&url);
	return rc;
}

/* Whether the host of a URL is this machine. */
static bool is_local(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool local = u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
		!curl_url_get(u, CURLUPART_HOST, &host, 0) &&
		loopback(host);

	curl_free(host);
	curl_url_cleanup(u);
	return local;
}

static void end_mailing(struct mailing *t, CURLcode rc)
{
	*t->out = read_smtp_result(rc, t);
	transfers_give_back(t->transfers, t->easy);
	curl_slist_free_all(t->to);
	free(t);
}

static void mailing_done(void *arg, int result)
{
	struct mailing *t = arg, own = *t;

	end_mailing(t, (CURLcode)result);
	own.ended(own.arg);
}

bool smtp_begin(struct transfers *t, const struct smtp_job *job,
	struct delivered *out, void (*ended)(void *arg), void *arg)
{
	struct mailing *m = xcalloc(1, sizeof *m);

	*m = (struct mailing) {
		.transfers = t,
		.easy = transfers_handle(t),
		.to = curl_slist_append(NULL, job->to),
		.message = &job->message,
		.out = out,
		.ended = ended,
		.arg = arg,
	};
	if (m->easy && m->to && !set_up(m, job, is_local(job->url)) &&
		transfers_easy(t, m->easy, mailing_done, m))
		return true;
	end_mailing(m, CURLE_FAILED_INIT);
	return false;
}
