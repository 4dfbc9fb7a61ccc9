/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a web server passes on to mcp-alert, one whole answer comes
 * back: a status that the page names, fields that are ours, a body of the length
 * they say, no markup but our own, 503 only where the store is gone; only who
 * shows the token that writes, or an address that we signed, changes the store,
 * and for no stranger are lists of servers read.
 *
 * An input is a byte of what is broken, then the lines of an environment, an
 * empty line, and the body. 0x01 to 0x04 stand for an address that we signed,
 * one that is too old, and the tokens that write and read; 0x05 to 0x08 for the
 * cookie of an operator, a form of that session, a link that signs in, and the
 * cookie of an account; 0x0e and 0x0f for links by which one subscribes and
 * leaves. Where cgi.c calls
 * read(2) and lines.c write(2), they get the functions below, and so do those
 * that need files (see the Makefile); the store is that of fuzz_store.c.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "fuzz_store.h"
#include "incident/state.h"
#include "json/json.h"
#include "records/maintenance.h"
#include "subscribe/subscribe.h"
#include "transport/signature.h"
#include "web/console.h"
#include "web/web.h"

#include <sys/types.h>
#include <unistd.h>

#define LINES 32
#define ALERT_KEY "alert:example-mcp"
#define BROKEN_STORE 1
#define BROKEN_ANSWERS 2
#define BROKEN_CONF 4
#define NOTHING_OPEN 8

extern char **environ;

ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __wrap_read(int fd, void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
struct conf *__wrap_conf_load(const char *path);
struct conf *__wrap_conf_load_file(const char *path);
bool __wrap_slot_take(double patience_ms, int most, int *slot);
char *__wrap_acknowledge_secret(void);

/* What the CGI reads and writes. */
static struct {
	const char *body;
	size_t left;
	struct buf out;
	uint8_t broken;
	bool loaded; /* the configuration with all lists */
} io;

static char good[ACK_TOKEN_SIZE], old[ACK_TOKEN_SIZE];
static char operator[CGI_COOKIE], form[CONSOLE_TOKEN], enter[CONSOLE_TOKEN],
	account[CGI_COOKIE];
static char confirm[SUBSCRIBER_LINK], leave[SUBSCRIBER_LINK];
static struct buf state;

ssize_t __wrap_read(int fd, void *p, size_t n)
{
	if (fd != STDIN_FILENO)
		return __real_read(fd, p, n);
	if (n > io.left)
		n = io.left;
	if (n)
		memcpy(p, io.body, n);
	io.body += n;
	io.left -= n;
	return (ssize_t)n;
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (fd == STDERR_FILENO)
		return (ssize_t)n;
	if (fd != STDOUT_FILENO)
		return __real_write(fd, p, n);
	buf_add(&io.out, p, n);
	return (ssize_t)n;
}

static void say(void *arg, bool fatal, const char *message)
{
	(void)arg, (void)message;
	need(!fatal);
}

struct conf *__wrap_conf_load_file(const char *path)
{
	/* The digests are those of "reads" and "writes". */
	static const char yaml[] =
		"store: unix:///nowhere\n"
		"site: {url: 'http://s.example', subscribe: mail}\n"
		"regions: [{name: ap}, {name: eu}, {name: us}]\n"
		"accounts:\n"
		"- name: acme\n"
		"  token_sha256: 3566cf23ecb6f832d67d1439e0cb3d05"
		"eb7f4ad702c6f478aa96f19812f18e8c\n"
		"  write_token_sha256: 531995e8b52db462df5a6b23a5f7af4d"
		"5c57415a397438b002364edebcdc1e14\n"
		"servers:\n"
		"- {slug: example-mcp, url: 'https://a.example/', account: acme}\n"
		"- {slug: nobodys, url: 'https://b.example/'}\n"
		"alerts: {routes: [{name: mail, type: email, url: "
		"'smtp://127.0.0.1', from: a@b.example, to: [c@d.example]}]}\n";

	(void)path;
	return io.broken & BROKEN_CONF
		? NULL
		: conf_parse("f", yaml, sizeof yaml - 1, say, NULL);
}

struct conf *__wrap_conf_load(const char *path)
{
	io.loaded = true;
	return __wrap_conf_load_file(path);
}

bool __wrap_slot_take(double patience_ms, int most, int *slot)
{
	(void)patience_ms, (void)most;
	*slot = -1;
	return true;
}

char *__wrap_acknowledge_secret(void)
{
	return xstrdup("a canary");
}

/* The value of a Cookie field that a Set-Cookie field makes. */
static void put_cookie(const struct console_session *s, char *out)
{
	console_session_field(s, false, out);
	out[strcspn(out, ";")] = '\0';
}

static void prepare_console(double now)
{
	struct console_session s = {.account = ""};
	struct console_session acme = {.account = "acme"};

	console_session_new(&s, "a canary", "ann", "", now);
	put_cookie(&s, operator);
	console_form_make(&s, now, form);
	console_session_new(&acme, "a canary", "bob",
		"531995e8b52db462df5a6b23a5f7af4d"
		"5c57415a397438b002364edebcdc1e14", now);
	put_cookie(&acme, account);
	console_link_make("a canary", "ann", (long long)now + 3600, enter);
}

/* A downtime that is open since a minute. */
static void prepare(void)
{
	int64_t now = (int64_t)clock_wall();
	char key[ALERT_KEY_SIZE];
	struct alert_state st;
	struct incident *inc;
	struct alert_record r = {.slug = "example-mcp",
		.started_at = clock_window((double)now - 60)};

	state_init(&st, "example-mcp");
	inc = &st.incidents[ALERT_DOWNTIME];
	inc->open = true;
	inc->severity = SEVERITY_P1;
	inc->step = STEP_INITIALIZE;
	inc->layer = LAYER_HTTP;
	inc->first = inc->opened_at = inc->reminded_at = r.started_at;
	inc->failed = r.started_at;
	inc->probe_count = 1;
	inc->expected = 3;
	string_set(&inc->error, "http.503");
	strings_add(&inc->regions, "eu");
	st.revision = 1;
	buf_init(&state, 65536);
	state_write(&state, &st);
	state_release(&st);
	alert_key(&r, key);
	prepare_console((double)now);
	subscriber_link("a canary", LINK_CONFIRM, "0123456789abcdef01234567",
		now + 86400, confirm);
	subscriber_link("a canary", LINK_LEAVE, "0123456789abcdef01234567",
		LINK_FOREVER, leave);
	need(ack_token_make("a canary", key, now + 86400, good));
	need(ack_token_make("a canary", key, now - 60, old));
}

/* The n bytes at p, as a string, with what its first bytes stand for. */
static char *line(const uint8_t *p, size_t n)
{
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < n && p[i]; i++) {
		if (p[i] == 1)
			buf_str(&b, good);
		else if (p[i] == 2)
			buf_str(&b, old);
		else if (p[i] == 3)
			buf_str(&b, "writes");
		else if (p[i] == 4)
			buf_str(&b, "reads");
		else if (p[i] == 5)
			buf_str(&b, operator);
		else if (p[i] == 6)
			buf_str(&b, form);
		else if (p[i] == 7)
			buf_str(&b, enter);
		else if (p[i] == 8)
			buf_str(&b, account);
		else if (p[i] == 14)
			buf_str(&b, confirm);
		else if (p[i] == 15)
			buf_str(&b, leave);
		else
			buf_add(&b, p + i, 1);
	}
	return buf_take(&b);
}

/* The fields, each a line of its own; their values, and where the body begins. */
static const char *check_fields(const char *p, size_t *length, bool *html)
{
	static const char *const ours[] = {"Status: ", "Cache-Control: no-store",
		"Allow: ", "WWW-Authenticate: Bearer", "Content-Type: ",
		"Content-Length: ", "X-Content-Type-Options: nosniff",
		"Referrer-Policy: no-referrer", "Content-Security-Policy: ",
		"Location: /ops", "Set-Cookie: mcp-console=",
		"Retry-After: 3600"};
	int seen[sizeof ours / sizeof *ours] = {0};

	for (; strncmp(p, "\r\n", 2) != 0; p = strstr(p, "\r\n") + 2) {
		size_t n = strcspn(p, "\r\n"), i = 0;

		need(n && p[n] == '\r' && p[n + 1] == '\n');
		while (i < sizeof ours / sizeof *ours &&
			strncmp(p, ours[i], strlen(ours[i])) != 0)
			i++;
		need(i < sizeof ours / sizeof *ours && !seen[i]++);
		if (i == 4)
			*html = strncmp(p, "Content-Type: text/html", 23) == 0;
		if (i == 5)
			*length = (size_t)strtoul(p + 16, NULL, 10);
	}
	need(seen[0] && seen[1] && seen[4] && seen[5] && seen[6] && seen[8]);
	return p + 2;
}

/* Every "<" begins a tag of ours, and nothing of the input is within one. */
static void check_html(const char *p)
{
	static const char *const tags[] = {"<!DOCTYPE html>",
		"<html lang=\"en\">", "<meta charset=\"utf-8\">",
		"<meta name=\"viewport\" content=\"width=device-width\">",
		"<title>", "</title>", "<style>", "</style>", "<main>",
		"</main>", "<h1>", "</h1>", "<p>", "</p>", "<p class=\"has\">",
		"<p class=\"has nobody\">", "<dl>", "</dl>", "<dt>", "</dt>",
		"<dd>", "</dd>", "<a href=\"", "</a>",
		"<form method=\"post\">", "</form>", "<label>", "</label>",
		"<input name=\"by\" maxlength=\"",
		"<input name=\"reason\" maxlength=\"",
		"<input type=\"hidden\" name=\"from\" value=\"",
		"<button name=\"do\" value=\"take\">",
		"<button class=\"less\" name=\"do\" value=\"back\">",
		"</button>", "<main class=\"narrow\">", "<p class=\"refused\"",
		"<p class=\"done\"", "<p class=\"fine\">",
		"<p class=\"counts\">", "<p class=\"pages\">",
		"<form method=\"post\" action=\"/ops", "<form action=\"/ops",
		"<form method=\"dialog\">", "<input type=\"hidden\" name=\"",
		"<input name=\"", "<label class=\"wide\">", "<button>",
		"<button class=\"", "<select name=\"", "</select>",
		"<option value=\"", "</option>", "<header>", "</header>",
		"<nav>", "</nav>", "<footer>", "</footer>", "<span>",
		"<span id=\"live\">", "</span>", "<h2>", "</h2>", "<b>",
		"<b class=\"", "</b>", "<small>",
		"<small aria-hidden=\"true\">", "</small>",
		"<a class=\"less\" aria-label=\"", "<datalist id=\"starts\">",
		"</datalist>", "<ul>", "</ul>",
		"<li>", "</li>", "<article class=\"", "</article>",
		"<div class=\"", "</div>", "<i style=\"left:", "</i>",
		"<b style=\"left:", "<span class=\"", "<details>",
		"</details>", "<summary>", "</summary>",
		"<pre tabindex=\"0\">",
		"<table>", "</table>", "<tr>", "<tr data-server=\"", "</tr>",
		"<th>", "</th>", "<td>", "<td class=\"old\">", "</td>",
		"<section id=\"", "</section>", "<pre>", "</pre>",
		"<dialog id=\"keys\">", "</dialog>", "<script>", "</script>",
		"<code>", "</code>", "<details class=\"", "</details>",
		"<summary>", "</summary>", "<option>"};

	for (; (p = strchr(p, '<')); p++) {
		size_t i = 0;

		while (i < sizeof tags / sizeof *tags &&
			strncmp(p, tags[i], strlen(tags[i])) != 0)
			i++;
		need(i < sizeof tags / sizeof *tags);
		if (strncmp(p, "<script>", 8) == 0) {
			need(strncmp(p + 8, console_js, strlen(console_js)) == 0);
			p += 7 + strlen(console_js);
		}
	}
}

static void check_json(const char *p, size_t n, int status)
{
	char why[JSON_WHY];
	cJSON *doc = json_parse(p, n, &json_record, why);
	struct maintenance m;

	need(doc && p[n - 1] == '\n');
	if (status == 201) {
		need(maintenance_take(doc, &m, why));
		need(m.n_slugs == 1 && strcmp(m.slugs[0], "example-mcp") == 0);
		need(!m.n_accounts && !m.every);
		need(m.ends_at - m.starts_at <= 4 * 3600);
		maintenance_release(&m);
		return;
	}
	need(json_str(doc, "error") && json_str(doc, "message"));
	cJSON_Delete(doc);
}

static int check_answer(bool head)
{
	static const int statuses[] = {200, 201, 303, 400, 401, 403, 404, 405, 409,
		410, 413, 415, 422, 429, 503};
	size_t length = SIZE_MAX, n = sizeof statuses / sizeof *statuses, i = 0;
	const char *out = io.out.p, *body;
	bool html = false;
	int status;

	need(buf_ok(&io.out) && strlen(out) == io.out.len);
	need(strncmp(out, "Status: ", 8) == 0);
	status = (int)strtol(out + 8, NULL, 10);
	while (i < n && statuses[i] != status)
		i++;
	need(i < n);
	body = check_fields(out, &length, &html);
	if (head) {
		need(!*body);
		return status;
	}
	/* A link is wrong, or a token is; or there is no such server. */
	need(!io.loaded || (status != 401 &&
		!(html && status == 404 && !strstr(body, "<header>") &&
			!strstr(body, "There is no such server or group."))));
	need(strlen(body) == length && length);
	if (html)
		check_html(body);
	else
		check_json(body, length, status);
	return status;
}

/* Whether a request has a session, or a link that begins one. */
static bool knows_console(char *const *env)
{
	const char *cookie = request_env(env, "HTTP_COOKIE");

	for (; *env; env++)
		if (strstr(*env, enter))
			return true;
	return cookie && (strstr(cookie, operator) || strstr(cookie, account));
}

/* What is broken is said so; who may write nothing has written nothing. */
static void check(char *const *env)
{
	const char *method = request_env(env, "REQUEST_METHOD");
	const char *who = request_env(env, "HTTP_AUTHORIZATION");
	bool head = method && strcmp(method, "HEAD") == 0;
	bool post = method && strcmp(method, "POST") == 0;
	const char *file = request_env(env, "MCP_CONFIG");
	int status = check_answer(head);

	need(status != 503 || io.broken || !file || !*file);
	need(status != 201 || (post && who && strstr(who, "writes")));
	/* A request uses up its form or link of the console; a form that is refused
	   (400, 404, 422) is given back. */
	need(!fuzz_store_writes() || (post && (status == 200 || status == 201 ||
		status == 409 || status == 422 || status == 503 ||
		((status == 400 || status == 404) && knows_console(env)) ||
		(fuzz_store_has("fleet:console") && status != 401))));
	need(!fuzz_store_has("fleet:console") || knows_console(env));
	need(!fuzz_store_has("fleet:subscribers"));
	need(!fuzz_store_has("fleet:maintenance") || status == 201 ||
		fuzz_store_has("fleet:console") ||
		(io.broken & BROKEN_ANSWERS));
}

static void serve(char **env)
{
	char **before = environ;

	buf_init(&io.out, 1024 * 1024);
	fuzz_store_reset(!(io.broken & BROKEN_STORE),
		io.broken & BROKEN_ANSWERS ? 1 + io.broken / 16 : 0);
	if (!(io.broken & NOTHING_OPEN))
		fuzz_store_set(ALERT_KEY, state.p);
	environ = env;
	io.loaded = false;
	need(cgi_main() == 0);
	environ = before;
	check(env);
	buf_release(&io.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *env[LINES + 1], *body;
	struct buf filled;
	size_t n = 0;

	if (!size)
		return 0;
	if (!state.p)
		prepare();
	io.broken = *data++;
	size--;
	while (size && *data != '\n' && n < LINES) {
		size_t len = fuzz_cut(data, size, '\n');

		env[n++] = line(data, len);
		len += len < size;
		data += len;
		size -= len;
	}
	if (size && *data == '\n') {
		data++;
		size--;
	}
	env[n] = NULL;
	buf_init(&filled, 1024 * 1024);
	for (size_t i = 0; i < size; i++)
		buf_add(&filled, data[i] == 6 ? form : (const char *)data + i,
			data[i] == 6 ? strlen(form) : 1);
	io.left = filled.len;
	body = buf_take(&filled);
	io.body = body;
	serve(env);
	free(body);
	while (n)
		free(env[--n]);
	return 0;
}
