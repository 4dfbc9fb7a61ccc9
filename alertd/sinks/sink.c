#include "sinks/sink.h"

#include "base/text.h"
#include "transport/error_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define ROW(TYPE, type, ...) &sink_##type,
static const struct sink *const sinks[] = {CONF_ROUTE_TYPES(ROW)};

const struct sink *sink_of(enum conf_route_type type)
{
	return sinks[type];
}

struct delivered sink_judge(const struct http_answer *a)
{
	static const int mend[] = {
		401, 402, 403, 404, 405, 407, 410, 421, 426, 451};
	int s = a->status;
	struct delivered d = {.ok = s >= 200 && s < 300};

	error_text_read(a->body.p, a->body.len, d.said);
	if (d.ok)
		return d;
	d.retry_after_s = a->retry_after_s;
	d.mend = s / 100 == 3;
	for (size_t i = 0; i < sizeof mend / sizeof *mend; i++)
		d.mend = d.mend || s == mend[i];
	d.down = d.mend || s == 408 || s == 429 || s >= 500;
	d.refused = !d.down;
	snprintf(d.why, sizeof d.why, "HTTP %d%s", s,
		s / 100 == 3 ? ", and redirects are not followed" : "");
	return d;
}

void sink_unsound(struct delivered *d, const char *what)
{
	*d = (struct delivered) {.down = true};
	snprintf(d->why, sizeof d->why, "an answer that is not %s", what);
}

bool sink_answers(const struct sink_job *job)
{
	return sink_of(job->route->type)->answer &&
		secret_get(job->secret, SINK_ANSWER_SECRET, NULL);
}

void sink_answer_by(struct sink_answer *a, const char *name, const char *where)
{
	char clean[4 * ACK_BY_MAX + 1] = "";

	if (name)
		text_clean(name, strlen(name), clean, sizeof clean,
			ACK_BY_MAX / 2);
	snprintf(a->by, sizeof a->by, "%s (%s)",
		clean[strspn(clean, " ")] ? clean : "somebody", where);
}

void sink_answer_key(struct sink_answer *a, const char *key)
{
	if (key && strlen(key) < sizeof a->key)
		memcpy(a->key, key, strlen(key) + 1);
}

void sink_mend(struct delivered *d)
{
	d->mend = d->down = true;
	d->refused = false;
}

bool sink_key_fits(const char *key, const char *form)
{
	for (; key && *key && *form; key++, form++) {
		unsigned char c = (unsigned char)*key;

		if (*form == 'h' ? !isxdigit(c)
			: *form == 'x' ? !isascii(c) || !isalnum(c)
				       : *key != *form)
			return false;
	}
	return key && !*key && !*form;
}

bool sink_vendors(const struct sink_job *job, const char *domain)
{
	const char *host = job->route->url;
	size_t n, len = strlen(domain);

	host = host ? strstr(host, "://") : NULL;
	if (!host)
		return !job->route->url;
	host += 3;
	n = strcspn(host, ":/?#");
	return n >= len && strncasecmp(host + n - len, domain, len) == 0 &&
		(n == len || host[n - len - 1] == '.');
}
