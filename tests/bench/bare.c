/*
 * bare: what libcurl alone takes for the requests of a probe: discover,
 * initialize, initialized, tools/list, DELETE, over one connection for each
 * target; answers are read and thrown away. The lower bound of mcp-probe.
 *
 * usage: bare URL COUNT WIDTH
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>

#define REVISION "2025-11-25"
#define INFO "{\"name\":\"bare\",\"version\":\"1\"}"
#define META                                                                   \
	"\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"              \
	"\"2026-07-28\",\"io.modelcontextprotocol/clientInfo\":" INFO          \
	",\"io.modelcontextprotocol/clientCapabilities\":{}}"

static const struct {
	const char *method, *body;
	bool modern;
} requests[] = {
	{"server/discover",
		"{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":"
		"\"server/discover\",\"params\":{" META "}}",
		true},
	{"initialize",
		"{\"jsonrpc\":\"2.0\",\"id\":\"2\",\"method\":\"initialize\","
		"\"params\":{\"protocolVersion\":\"" REVISION "\","
		"\"capabilities\":{},\"clientInfo\":" INFO "}}",
		false},
	{"notifications/initialized",
		"{\"jsonrpc\":\"2.0\",\"method\":"
		"\"notifications/initialized\"}",
		false},
	{"tools/list",
		"{\"jsonrpc\":\"2.0\",\"id\":\"3\",\"method\":\"tools/list\"}",
		false},
	{"DELETE", NULL, false},
};
#define REQUESTS (sizeof requests / sizeof *requests)

struct target {
	CURL *easy;
	struct curl_slist *fields;
	size_t next;
	char session[200];
};

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	static const char name[] = "mcp-session-id:";
	struct target *t = arg;

	n *= size;
	if (n > sizeof name && strncasecmp(p, name, sizeof name - 1) == 0)
		snprintf(t->session, sizeof t->session, "%.*s",
			(int)(n - sizeof name - 2), p + sizeof name);
	return n;
}

static size_t on_data(char *p, size_t size, size_t n, void *arg)
{
	(void)p, (void)arg;
	return size * n;
}

static void field(struct target *t, const char *text)
{
	t->fields = curl_slist_append(t->fields, text);
}

/* Sends the next request, on the connection of the last. */
static void send_next(CURLM *multi, struct target *t, const char *url)
{
	char session[240], method[80];
	size_t i = t->next++;
	CURL *e = t->easy;

	curl_slist_free_all(t->fields);
	t->fields = NULL;
	field(t, "Content-Type: application/json");
	field(t, "Accept: application/json, text/event-stream");
	field(t, "Expect:");
	if (requests[i].modern) {
		snprintf(method, sizeof method, "Mcp-Method: %s",
			requests[i].method);
		field(t, method);
		field(t, "MCP-Protocol-Version: 2026-07-28");
	} else if (i > 1) {
		field(t, "MCP-Protocol-Version: " REVISION);
		snprintf(session, sizeof session, "Mcp-Session-Id: %s",
			t->session);
		field(t, session);
	}
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->fields);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	/* A connection for each target, as a probe has it. */
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, i == 0 ? 1L : 0L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, requests[i].body);
	if (!requests[i].body)
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "DELETE");
	curl_multi_add_handle(multi, e);
}

static int begin(CURLM *multi, const char *url)
{
	struct target *t = calloc(1, sizeof *t);

	if (!t || !(t->easy = curl_easy_init()))
		return -1;
	send_next(multi, t, url);
	return 0;
}

int main(int argc, char **argv)
{
	long left, running = 0;
	int width, active;
	CURLM *multi;

	if (argc != 4) {
		fputs("usage: bare URL COUNT WIDTH\n", stderr);
		return 2;
	}
	left = strtol(argv[2], NULL, 10);
	width = (int)strtol(argv[3], NULL, 10);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	while (left > 0 || running > 0) {
		CURLMsg *m;
		int more;

		for (; left > 0 && running < width; left--, running++)
			if (begin(multi, argv[1]))
				return 3;
		curl_multi_perform(multi, &active);
		while ((m = curl_multi_info_read(multi, &more))) {
			struct target *t = NULL;

			if (m->data.result) {
				fprintf(stderr, "bare: %s\n",
					curl_easy_strerror(m->data.result));
				return 1;
			}
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
			curl_multi_remove_handle(multi, t->easy);
			if (t->next < REQUESTS) {
				send_next(multi, t, argv[1]);
				continue;
			}
			curl_easy_cleanup(t->easy);
			curl_slist_free_all(t->fields);
			free(t);
			running--;
		}
		if (running && active)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	curl_multi_cleanup(multi);
	return 0;
}
