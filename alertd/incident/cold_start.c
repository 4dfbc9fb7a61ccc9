#include "incident/cold_start.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* A label "*" stands for any one label. */
static const char *const platforms[] = {
	"vercel.app",
	"railway.app",
	"render.com",
	"onrender.com",
	"fly.dev",
	"run.app",
	"lambda-url.*.on.aws",
};

/* The host of a URL; its length, 0 where there is none. */
static size_t host_of(const char *url, const char **host)
{
	const char *p = strstr(url, "://");
	size_t n;

	if (!p)
		return 0;
	*host = p + 3;
	n = strcspn(*host, "/?#:");
	/* A host may end in the dot of the root. */
	return n && (*host)[n - 1] == '.' ? n - 1 : n;
}

/* The last label of the n bytes at s: where it begins. */
static size_t last_label(const char *s, size_t n)
{
	while (n && s[n - 1] != '.')
		n--;
	return n;
}

/* Whether a host is that platform, or a name below it. */
static bool below(const char *host, size_t n, const char *platform)
{
	size_t left = strlen(platform);

	for (;;) {
		size_t a = last_label(host, n);
		size_t b = last_label(platform, left);
		bool any = platform[b] == '*';

		if (n == a || (!any && (n - a != left - b ||
			strncasecmp(host + a, platform + b, n - a) != 0)))
			return false;
		if (!b)
			return true;
		if (!a)
			return false;
		n = a - 1;
		left = b - 1;
	}
}

bool cold_start_platform(const char *url)
{
	const char *host;
	size_t n = url ? host_of(url, &host) : 0;

	for (size_t i = 0; n && i < sizeof platforms / sizeof *platforms; i++)
		if (below(host, n, platforms[i]))
			return true;
	return false;
}

bool cold_start_excuses(struct alert_state *st, const struct observation *s,
	const struct conf_policy *p)
{
	bool cold = st->cold_start || cold_start_platform(st->url);
	bool paused = (double)(s->window - st->window) > p->idle_s;

	if (s->window == st->cold)
		return true;
	if (!s->failing) {
		st->cold = 0;
		return false;
	}
	if (!cold || !paused || st->cold || state_down(st))
		return false;
	st->cold = st->window = s->window;
	return true;
}
