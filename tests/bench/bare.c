/* SPDX-License-Identifier: MIT */
/*
 * bare: what libcurl alone takes for the requests of a probe. It sends those of
 * a recording, byte for byte but for URL and session id, to each of many
 * targets, over one connection for each; answers are read and thrown away. The
 * lower bound of mcp-probe.
 *
 * usage: bare RECORDING URLS WIDTH [CACERT]
 * RECORDING: the requests of one probe, as the server in this folder writes
 * them down; URLS: a file of URLs, one a line.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REQUESTS_MAX 16
#define FIELDS_MAX 32
#define SESSION "mcp-session-id: "

static struct request {
	char *verb, *body, *fields[FIELDS_MAX];
	size_t fields_n;
	long body_n;
} requests[REQUESTS_MAX];
static size_t requests_n;
static const char *cacert;

struct target {
	CURL *easy;
	struct curl_slist *fields;
	size_t next;
	char *url;
	char session[240];
};

/* A file as a string. */
static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!f || getdelim(&text, &room, '\0', f) < 0) {
		perror(path);
		exit(3);
	}
	fclose(f);
	return text;
}

/* Read a request of the recording; returns where the next begins. */
static char *read_request(char *p, struct request *r)
{
	char *line;

	r->verb = strsep(&p, " ");
	strsep(&p, "\n");
	while ((line = strsep(&p, "\n")) && *line != '\r') {
		line[strcspn(line, "\r")] = '\0';
		if (strncasecmp(line, "Content-Length: ", 16) == 0)
			r->body_n = strtol(line + 16, NULL, 10);
		else if (strncasecmp(line, "Host: ", 6) != 0 &&
			 r->fields_n < FIELDS_MAX)
			r->fields[r->fields_n++] = line;
	}
	if (!p || r->body_n < 0 || strlen(p) < (size_t)r->body_n)
		exit(2);
	r->body = p;
	return p + r->body_n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	static const char name[] = SESSION;
	struct target *t = arg;

	n *= size;
	if (n > sizeof name && strncasecmp(p, name, sizeof name - 1) == 0)
		snprintf(t->session, sizeof t->session, "%.*s", (int)n - 2, p);
	return n;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	(void)p, (void)arg;
	return size * n;
}

/* Sends the next request, on the connection of the last. */
static void send_next(CURLM *multi, struct target *t)
{
	const struct request *r = requests + t->next;
	CURL *e = t->easy;

	curl_slist_free_all(t->fields);
	t->fields = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < r->fields_n; i++) {
		bool own = strncasecmp(r->fields[i], SESSION,
				   sizeof SESSION - 1) == 0;

		curl_slist_append(t->fields, own ? t->session : r->fields[i]);
	}
	curl_easy_setopt(e, CURLOPT_URL, t->url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->fields);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	/* As of many servers: a connection of its own, and no TLS session. With
	   CAPATH set libcurl would read the certificates anew for each. */
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, t->next == 0 ? 1L : 0L);
	/* Or it looks through connections that no request needs any more. */
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE,
		t->next + 1 == requests_n ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	/* Or each request looks through the addresses of all targets so far. */
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	if (cacert)
		curl_easy_setopt(e, CURLOPT_CAINFO, cacert);
	if (r->body_n) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, r->body_n);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, r->body);
	} else {
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->verb);
	}
	t->next++;
	curl_multi_add_handle(multi, e);
}

static void begin(CURLM *multi, char *url)
{
	struct target *t = calloc(1, sizeof *t);

	if (!t || !(t->easy = curl_easy_init()))
		exit(3);
	t->url = url;
	send_next(multi, t);
}

/* A request of a target has ended. True if it was the last. */
static bool go_on(CURLM *multi, CURLMsg *m)
{
	struct target *t = NULL;

	if (m->data.result) {
		fprintf(stderr, "bare: %s\n",
			curl_easy_strerror(m->data.result));
		exit(1);
	}
	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
	curl_multi_remove_handle(multi, t->easy);
	if (t->next < requests_n) {
		send_next(multi, t);
		return false;
	}
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->fields);
	free(t);
	return true;
}

int main(int argc, char **argv)
{
	long width, running = 0;
	char *p, *urls;
	int active, more;
	CURLM *multi;
	CURLMsg *m;

	if (argc != 4 && argc != 5) {
		fputs("usage: bare RECORDING URLS WIDTH [CACERT]\n", stderr);
		return 2;
	}
	for (p = read_file(argv[1]); *p && requests_n < REQUESTS_MAX;)
		p = read_request(p, &requests[requests_n++]);
	urls = read_file(argv[2]);
	width = strtol(argv[3], NULL, 10);
	cacert = argv[4];
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	while (*urls || running > 0) {
		for (; *urls && running < width; running++) {
			p = urls;
			urls += strcspn(urls, "\n");
			if (*urls)
				*urls++ = '\0';
			begin(multi, p);
		}
		curl_multi_perform(multi, &active);
		while ((m = curl_multi_info_read(multi, &more)))
			running -= go_on(multi, m);
		if (running && active)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	curl_multi_cleanup(multi);
	return 0;
}
