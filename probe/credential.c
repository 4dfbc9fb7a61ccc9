#include "credential.h"

#include "clock.h"
#include "jwt.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64 * 1024)
#define ORIGINS_MAX 16

struct credential {
	struct url origins[ORIGINS_MAX];
	size_t n_origins;
	char *token, *header, *value;
	char *cert, *key; /* paths */
	int64_t expires_at; /* epoch seconds, or 0 */
	char *field;
};

static void wipe(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	wipe(c->token);
	wipe(c->header);
	wipe(c->value);
	wipe(c->field);
	free(c);
}

static bool fail(char *why, const char *what)
{
	snprintf(why, CREDENTIAL_WHY - 32, "%s", what);
	return false;
}

/* The bytes of a file, and room for a NUL behind them. */
struct secret {
	char p[FILE_MAX + 2];
	size_t n;
};

static bool read_all(int fd, struct secret *s, char *why)
{
	for (s->n = 0; s->n <= FILE_MAX;) {
		ssize_t got = read(fd, s->p + s->n, FILE_MAX + 1 - s->n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(why, strerror(errno));
		if (got == 0) {
			s->p[s->n] = '\0';
			return strlen(s->p) == s->n ||
				fail(why, "a NUL byte in it");
		}
		s->n += (size_t)got;
	}
	return fail(why, "larger than 64 KiB");
}

static void secret_free(struct secret *s)
{
	if (s)
		explicit_bzero(s, sizeof *s);
	free(s);
}

/* The whole of a small file that only its owner can read. */
static struct secret *slurp(const char *path, char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct secret *s;
	struct stat st;
	bool ok;

	if (fd < 0) {
		fail(why, strerror(errno));
		return NULL;
	}
	s = xmalloc(sizeof *s);
	if (fstat(fd, &st))
		ok = fail(why, strerror(errno));
	else if (S_ISREG(st.st_mode) && (st.st_mode & 077))
		ok = fail(why, "others can read it; chmod 600 it");
	else
		ok = read_all(fd, s, why);
	close(fd);
	if (ok)
		return s;
	secret_free(s);
	return NULL;
}

/* What may stand in a field's value: visible ASCII, and single spaces. */
static bool sendable(const char *s, bool spaces)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s > 0x7e || *s < ' ' ||
			(*s == ' ' && !spaces))
			return false;
	return true;
}

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
	return s;
}

static bool set_once(char **out, const char *v, bool spaces, char *why)
{
	if (*out)
		return fail(why, "a key stands twice");
	if (!sendable(v, spaces))
		return fail(why, "a value is empty or not visible ASCII");
	*out = xstrdup(v);
	return true;
}

/* A name that RFC 9110 (5.1) allows: one with a colon would end early. */
static bool set_header(struct credential *c, const char *v, char *why)
{
	if (!set_once(&c->header, v, false, why))
		return false;
	return !v[strspn(v, "!#$%&'*+-.^_`|~0123456789"
			    "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] ||
		fail(why, "header is no field name");
}

static bool add_origin(struct credential *c, const char *v, char *why)
{
	char reason[URL_WHY];

	if (c->n_origins == ORIGINS_MAX)
		return fail(why, "too many origins");
	if (!url_parse(v, &c->origins[c->n_origins], reason))
		return fail(why, "an origin is no URL");
	if (!url_secure(&c->origins[c->n_origins]))
		return fail(why, "an origin is not https");
	c->n_origins++;
	return true;
}

static bool set_expiry(struct credential *c, const char *v, char *why)
{
	if (c->expires_at)
		return fail(why, "a key stands twice");
	if (!clock_rfc3339_parse(v, &c->expires_at))
		return fail(why, "expires_at is no RFC 3339 time");
	if (c->expires_at < 1)
		c->expires_at = 1;
	return true;
}

static bool set_key(struct credential *c, const char *key, const char *v,
	char *why)
{
	if (strcmp(key, "origin") == 0)
		return add_origin(c, v, why);
	if (strcmp(key, "token") == 0)
		return set_once(&c->token, v, false, why);
	if (strcmp(key, "header") == 0)
		return set_header(c, v, why);
	if (strcmp(key, "value") == 0)
		return set_once(&c->value, v, true, why);
	if (strcmp(key, "expires_at") == 0)
		return set_expiry(c, v, why);
	return fail(why, "a key is unknown");
}

static bool read_lines(struct credential *c, char *text, char *why)
{
	char *line = text, reason[CREDENTIAL_WHY - 32];

	for (int number = 1; line; number++) {
		char *end = strchr(line, '\n'), *next = end ? end + 1 : NULL;
		char *key, *eq;

		if (end)
			*end = '\0';
		key = trim(line);
		eq = strchr(key, '=');
		line = next;
		if (!*key || *key == '#')
			continue;
		if (!eq)
			fail(reason, "not \"key = value\"");
		else
			*eq = '\0';
		if (!eq || !set_key(c, trim(key), trim(eq + 1), reason)) {
			snprintf(why, CREDENTIAL_WHY, "line %d: %s", number,
				reason);
			return false;
		}
	}
	if (!c->n_origins)
		return fail(why, "no origin says where it may be sent");
	if (!c->header != !c->value || !c->token == !c->header)
		return fail(why, "neither token, nor header and value");
	return true;
}

static void make_field(struct credential *c)
{
	const char *name = c->token ? "Authorization" : c->header;
	const char *scheme = c->token ? "Bearer " : "";
	const char *secret = c->token ? c->token : c->value;
	size_t n = strlen(name) + strlen(scheme) + strlen(secret) + 3;

	c->field = xmalloc(n);
	snprintf(c->field, n, "%s: %s%s", name, scheme, secret);
}

struct credential *credential_read(const char *path, char *why)
{
	struct credential *c;
	struct secret *text = slurp(path, why);
	bool ok;

	if (!text)
		return NULL;
	c = xcalloc(1, sizeof *c);
	ok = read_lines(c, text->p, why);
	secret_free(text);
	if (!ok) {
		credential_free(c);
		return NULL;
	}
	make_field(c);
	return c;
}

struct credential *credential_token(const char *path, const struct url *origin,
	char *why)
{
	struct credential *c;
	struct secret *text = slurp(path, why);
	bool ok;

	if (!text)
		return NULL;
	c = xcalloc(1, sizeof *c);
	c->origins[0] = *origin;
	c->n_origins = 1;
	ok = set_once(&c->token, trim(text->p), false, why);
	secret_free(text);
	if (!ok) {
		credential_free(c);
		return NULL;
	}
	make_field(c);
	return c;
}

bool credential_for(const struct credential *c, const struct url *u)
{
	if (!url_secure(u))
		return false;
	for (size_t i = 0; i < c->n_origins; i++)
		if (strcmp(c->origins[i].origin, u->origin) == 0)
			return true;
	return false;
}

const char *credential_field(const struct credential *c)
{
	return c->field;
}

int64_t credential_expires(const struct credential *c, bool *from_token)
{
	const char *secret = c->token ? c->token : c->value;
	const char *space = secret ? strrchr(secret, ' ') : NULL;
	int64_t exp;

	/* Behind the scheme, in a field like Authorization. */
	if (space)
		secret = space + 1;
	*from_token = secret && jwt_expires(secret, &exp) &&
		(!c->expires_at || exp < c->expires_at);
	return *from_token ? exp : c->expires_at;
}

const char *credential_cert(const struct credential *c)
{
	return c->cert;
}

const char *credential_key(const struct credential *c)
{
	return c->key;
}
