#include "redact.h"

#include "xalloc.h"

/* Of a secret that was cut this much tells it from other words. */
#define PREFIX_MIN 8

/* How much of a secret stands at s; 0 where it is too little. */
static size_t secret_at(const char *const *secrets, const char *s)
{
	size_t most = 0;

	for (; *secrets; secrets++) {
		const char *secret = *secrets;
		size_t n = 0;

		while (secret[n] && secret[n] == s[n])
			n++;
		if (n > most && (!secret[n] || n >= PREFIX_MIN))
			most = n;
	}
	return most;
}

void redact_text(const char *const *secrets, char *text)
{
	char *out = text;

	while (*text) {
		size_t n = secret_at(secrets, text);

		if (!n) {
			*out++ = *text++;
			continue;
		}
		/* No secret is shorter than its stars. */
		for (size_t i = 0; i < n && i < 3; i++)
			*out++ = '*';
		text += n;
	}
	*out = '\0';
}

static char *redacted(const struct redact *r, const char *s)
{
	char *copy = s ? xstrdup(s) : NULL;

	if (copy)
		redact_text(r->secrets, copy);
	return copy;
}

static void on_step(void *arg, const struct step_record *s)
{
	struct redact *r = arg;
	char *message = redacted(r, s->message), *detail = redacted(r, s->detail);
	struct step_record copy = *s;

	copy.message = message;
	copy.detail = detail;
	r->to.step(r->to.arg, &copy);
	free(message);
	free(detail);
}

/* Of a summary only the names of tools are the server's own words. */
static void on_summary(void *arg, const struct probe_record *p)
{
	struct redact *r = arg;
	struct probe_record copy = *p;
	struct tool_digest *tools = xcalloc(p->n_tools + 1, sizeof *tools);
	char **names = xcalloc(p->n_tools + 1, sizeof *names);

	for (size_t i = 0; i < p->n_tools; i++) {
		tools[i] = p->tools[i];
		tools[i].name = names[i] = redacted(r, p->tools[i].name);
	}
	copy.tools = p->tools ? tools : NULL;
	r->to.summary(r->to.arg, &copy);
	for (size_t i = 0; i < p->n_tools; i++)
		free(names[i]);
	free(names);
	free(tools);
}

struct steps_sink redact_sink(struct redact *r)
{
	return (struct steps_sink) {
		.step = on_step, .summary = on_summary, .arg = r};
}
