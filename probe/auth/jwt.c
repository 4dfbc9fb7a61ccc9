#include "auth/jwt.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "records/expiry.h"

#include <math.h>

#define JWT_MAX (16 * 1024)

/* The six bits of a character of base64url (RFC 4648, 5); -1 for any other. */
static int sextet(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* Decode n characters of base64url without padding; false for any others. */
static bool decode(const char *p, size_t n, char *out, size_t *len)
{
	unsigned bits = 0, held = 0;

	*len = 0;
	for (size_t i = 0; i < n; i++) {
		int six = sextet(p[i]);

		if (six < 0)
			return false;
		bits = (bits << 6 | (unsigned)six) & 0xfff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[(*len)++] = (char)(bits >> held & 0xff);
		}
	}
	return n % 4 != 1;
}

static bool read_exp(const char *p, size_t n, int64_t *out)
{
	static const struct json_limits limits = {16, 1000, true};
	char why[JSON_WHY];
	cJSON *doc = json_parse(p, n, &limits, why);
	double exp;
	bool ok = json_num(doc, "exp", &exp) && isfinite(exp);

	cJSON_Delete(doc);
	if (ok)
		*out = (int64_t)fmin(fmax(floor(exp), 1), EXPIRY_NEVER);
	return ok;
}

bool jwt_expires(const char *token, int64_t *out)
{
	const char *payload = strchr(token, '.'), *end;
	char *text;
	size_t n, len;
	bool ok;

	/* Three parts; an encrypted one has five (RFC 7516). */
	if (!payload)
		return false;
	end = strchr(++payload, '.');
	if (!end || strchr(end + 1, '.'))
		return false;
	n = (size_t)(end - payload);
	if (n > JWT_MAX)
		return false;
	text = xmalloc(n + 1);
	ok = decode(payload, n, text, &len) && read_exp(text, len, out);
	explicit_bzero(text, n);
	free(text);
	return ok;
}
