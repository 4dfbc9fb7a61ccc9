#include "rule/wall.h"

#include "json/json.h"

#include <string.h>
#include <strings.h>

static const char *const names[WALLS] = {
	[WALL_OAUTH] = "oauth",
	[WALL_BEARER] = "bearer",
	[WALL_SCHEME] = "other-scheme",
	[WALL_CERTIFICATE] = "certificate",
	[WALL_TOOLS] = "tools-only",
	[WALL_UNKNOWN] = "unknown",
};

const char *wall_name(enum wall w)
{
	return names[w];
}

/* What the answer to the first request says. */
static enum wall of_answer(const cJSON *detail)
{
	const char *challenge = json_str(detail, "www_authenticate");
	double status;

	if (challenge)
		return strncasecmp(challenge, "bearer", 6) == 0 ? WALL_BEARER
								: WALL_SCHEME;
	if (json_get(detail, "server"))
		return WALL_TOOLS;
	/* Without a certificate there is no connection, or no good answer. */
	if (!json_num(detail, "http_status", &status))
		return json_get(detail, "address") ? WALL_CERTIFICATE
						   : WALL_UNKNOWN;
	return status == 401 || status < 300 ? WALL_SCHEME : WALL_CERTIFICATE;
}

enum wall wall_seen(const struct record *r)
{
	const struct step_record *s = &r->u.step;
	enum wall wall;
	char why[JSON_WHY];
	cJSON *detail;

	if (r->type != RECORD_STEP || s->status != STATUS_PASS)
		return WALL_UNKNOWN;
	if (s->step == STEP_OAUTH_DISCOVERY)
		return WALL_OAUTH;
	if (s->step != STEP_INITIALIZE || !s->detail)
		return WALL_UNKNOWN;
	detail = json_parse(s->detail, strlen(s->detail), &json_record, why);
	wall = detail ? of_answer(detail) : WALL_UNKNOWN;
	cJSON_Delete(detail);
	return wall;
}
