/*
 * vendor.c: what the sinks of vendors share: results that only they give, what
 * their people answer, and the forms of their keys and hosts.
 */
#include "sinks/sink.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void sink_unsound(struct delivered *d, const char *what)
{
	*d = (struct delivered) {.down = true};
	snprintf(d->why, sizeof d->why, "an answer that is not %s", what);
}

bool sink_answers(const struct sink_job *job)
{
	return secret_get(job->secret, SINK_ANSWER_SECRET, NULL);
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
