/* SPDX-License-Identifier: MIT */
#include "target.h"

#include "base/num.h"
#include "base/strings.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "json/json.h"
#include "records/probe.h"

static bool refuse_target(char *why, const char *key, const char *what)
{
	snprintf(why, TARGET_WHY, "%s: %s", key, what);
	return false;
}

/* An optional string: "" where it is missing or null. */
static bool read_text(
	const cJSON *o, const char *key, const char **out, char *why)
{
	const cJSON *v = json_get(o, key);

	*out = "";
	if (!v || cJSON_IsNull(v))
		return true;
	*out = cJSON_GetStringValue(v);
	return *out || refuse_target(why, key, "not a string");
}

static bool read_hash(const cJSON *o, const char *key, char *out, char *why)
{
	const char *s;

	if (!read_text(o, key, &s, why))
		return false;
	if (*s && !hash_valid(s))
		return refuse_target(
			why, key, "not a SHA-256 in lower-case hex");
	text_copy(out, HASH_HEX + 1, s);
	return true;
}

/* The folder of this machine's credentials. */
static const char *credentials_folder(void)
{
	const char *dir = getenv("MCP_CREDENTIALS");

	return dir && *dir ? dir : getenv("CREDENTIALS_DIRECTORY");
}

static bool load_credential(struct target *t, const char *name, char *why)
{
	char path[4096], reason[CREDENTIAL_WHY];
	const char *dir = credentials_folder();
	int n;

	if (!slug_valid(name))
		return refuse_target(
			why, "auth.credential", "not the name of a file");
	if (!dir || !*dir)
		return refuse_target(why, "auth.credential",
			"set MCP_CREDENTIALS or CREDENTIALS_DIRECTORY to the "
			"folder of credentials");
	n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return refuse_target(
			why, "auth.credential", "the path is too long");
	t->credential = credential_read(path, reason);
	if (t->credential)
		return true;
	snprintf(why, TARGET_WHY, "auth.credential: %s: %s", name, reason);
	return false;
}

/* Whether auth.mode has a valid value; a missing mode means "any". */
static bool mode_known(const char *mode)
{
	static const char *const modes[] = {
		"", "none", "any", "bearer", "header", "oauth", "mtls"};

	return strings_among(modes, sizeof modes / sizeof *modes, mode);
}

/* The file decides what the credential is; the mode has to agree. */
static bool mode_agrees(const struct target *t, const char *mode, char *why)
{
	const char *kind =
		credential_kind_name(credential_kind(t->credential));

	if (!*mode || strcmp(mode, "any") == 0 || strcmp(mode, kind) == 0)
		return true;
	snprintf(why, TARGET_WHY, "auth.mode: %s, but the credential is %s",
		mode, kind);
	return false;
}

static bool read_auth(const cJSON *o, struct target *t, char *why)
{
	const cJSON *auth = json_get(o, "auth");
	const char *mode, *name;

	if (!auth || cJSON_IsNull(auth))
		return true;
	if (!cJSON_IsObject(auth))
		return refuse_target(why, "auth", "not an object");
	json_bool(auth, "bare_401", &t->bare_401_ok);
	if (!read_text(auth, "mode", &mode, why) ||
		!read_text(auth, "credential", &name, why))
		return false;
	if (!mode_known(mode))
		return refuse_target(why, "auth.mode",
			"not one of none, any, bearer, header, oauth, mtls");
	if (strcmp(mode, "none") == 0 || (!*mode && !*name))
		return true;
	return load_credential(t, name, why) && mode_agrees(t, mode, why);
}

static bool read_health(const cJSON *o, struct target *t, char *why)
{
	const cJSON *health = json_get(o, "health_tool");
	const cJSON *args = json_get(health, "arguments");
	const char *name;

	if (!health || cJSON_IsNull(health))
		return true;
	name = json_str(health, "name");
	if (!name || !*name)
		return refuse_target(why, "health_tool", "has no name");
	if (args && !cJSON_IsObject(args) && !cJSON_IsNull(args))
		return refuse_target(
			why, "health_tool.arguments", "not an object");
	t->health_tool = xstrdup(name);
	if (cJSON_IsObject(args))
		t->health_args = cJSON_Duplicate(args, true);
	return true;
}

/* 1.1 or 2; others are not offered. */
static bool read_http_version(const cJSON *o, struct target *t, char *why)
{
	double v = 1.1;

	if (json_get(o, "http_version") && !json_has_null(o, "http_version") &&
		(!json_num(o, "http_version", &v) || (v != 1.1 && v != 2)))
		return refuse_target(why, "http_version", "neither 1.1 nor 2");
	t->http2 = v == 2;
	return true;
}

static bool read_ca(const cJSON *o, struct target *t, char *why)
{
	const char *ca;

	if (!read_text(o, "ca", &ca, why))
		return false;
	if (strlen(ca) > TRUST_MAX)
		return refuse_target(why, "ca", "larger than 64 KiB");
	t->ca = *ca ? xstrdup(ca) : NULL;
	return true;
}

bool target_trust(struct target *t, char *why)
{
	if (t->ca)
		t->trust = trust_read(t->ca, why);
	return !t->ca || t->trust;
}

static bool read_numbers(const cJSON *o, struct target *t, char *why)
{
	bool check = true;

	if (json_get(o, "deny_private") && !json_has_null(o, "deny_private") &&
		!json_bool(o, "deny_private", &t->deny_private))
		return refuse_target(
			why, "deny_private", "neither true nor false");
	if (json_get(o, "timeout") && !json_has_null(o, "timeout") &&
		(!json_num(o, "timeout", &t->timeout_s) ||
			!(t->timeout_s > 0 && t->timeout_s <= TIMEOUT_MAX_S)))
		return refuse_target(why, "timeout", "not seconds up to 300");
	if (json_get(o, "interval") && !json_has_null(o, "interval") &&
		(!json_num(o, "interval", &t->interval_s) ||
			!(t->interval_s > 0)))
		return refuse_target(why, "interval", "not seconds");
	if (json_get(o, "cache_check") && !json_has_null(o, "cache_check") &&
		!json_bool(o, "cache_check", &check))
		return refuse_target(
			why, "cache_check", "neither true nor false");
	t->cache_check = check ? CACHE_CHECK_TURNS : CACHE_CHECK_NEVER;
	return true;
}

static bool read_names(const cJSON *o, const char *region, struct target *t,
	char *why)
{
	const char *slug = json_str(o, "slug"), *url = json_str(o, "url");
	const char *canary = json_str(o, "canary");
	char reason[URL_WHY];
	struct url u;
	const char *s;

	if (canary) {
		t->canary = true;
		slug = "canary";
		url = canary;
	}
	if (!slug || !slug_valid(slug))
		return refuse_target(
			why, "slug", "missing or not a valid name");
	if (!url)
		return refuse_target(why, "url", "missing");
	if (!url_parse(url, &u, reason))
		return refuse_target(why, "url", reason);
	t->url = url_keep(&u);
	if (!read_text(o, "region", &s, why))
		return false;
	if (*s && !region_valid(s))
		return refuse_target(why, "region", "not a valid name");
	text_copy(t->slug, sizeof t->slug, slug);
	text_copy(t->region, sizeof t->region, *s ? s : region);
	if (!read_text(o, "protocol_hint", &s, why))
		return false;
	if (*s && !era_parse(s, &t->hint))
		return refuse_target(why, "protocol_hint", "no era");
	return true;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The number of the first digits of a digest. */
static uint64_t head_of(const char *digest)
{
	char digits[DIGEST_HEAD + 1];

	text_copy(digits, sizeof digits, digest);
	return strtoull(digits, NULL, 16);
}

static bool read_definitions(const cJSON *o, struct target *t, char *why)
{
	const cJSON *list = json_get(o, "known_definitions"), *v;
	size_t n = 0;

	if (!list || cJSON_IsNull(list))
		return true;
	if (!cJSON_IsArray(list))
		return refuse_target(why, "known_definitions", "not an array");
	t->known_definitions = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
		sizeof *t->known_definitions);
	cJSON_ArrayForEach(v, list)
	{
		const char *s = cJSON_GetStringValue(v);

		if (!s || strlen(s) != DIGEST_HEAD ||
			s[strspn(s, "0123456789abcdef")])
			return refuse_target(why, "known_definitions",
				"not 16 digits of a digest");
		t->known_definitions[n++] = head_of(s);
	}
	t->n_known_definitions = n;
	qsort(t->known_definitions, n, sizeof *t->known_definitions, by_number);
	return true;
}

bool target_knows(const struct target *t, const char *full)
{
	uint64_t head;

	if (!t->known_definitions)
		return true;
	head = head_of(full);
	return bsearch(&head, t->known_definitions, t->n_known_definitions,
		       sizeof head, by_number) != NULL;
}

/* Read what the piece before handed on. Its user checks the session. */
static bool read_resume(const cJSON *o, struct piece *r, char *why)
{
	const char *id = json_str(o, "probe_id");
	const char *revision, *session;
	double ids = 0;

	if (!id || !probe_id_valid(id) ||
		!json_num(o, "probe_started_at", &r->started_at) ||
		!(r->started_at >= 0 && r->started_at <= NUM_EPOCH_MAX) ||
		!json_num(o, "ms", &r->ms) ||
		!(r->ms >= 0 && r->ms <= TIMEOUT_MAX_S * 1000))
		return refuse_target(why, "resume", "no id, start or time");
	if (!read_text(o, "protocol", &revision, why) ||
		!read_text(o, "session", &session, why))
		return false;
	if (json_get(o, "ids") &&
		(!json_num(o, "ids", &ids) || !(ids >= 0 && ids <= 1e6)))
		return refuse_target(why, "resume.ids", "not a number");
	text_copy(r->probe_id, sizeof r->probe_id, id);
	if (strlen(revision) < sizeof r->revision)
		text_copy(r->revision, sizeof r->revision, revision);
	r->session = *session ? xstrdup(session) : NULL;
	r->ids = (int)ids;
	json_bool(o, "tools", &r->has_tools);
	json_bool(o, "clients_refused", &r->clients_refused);
	return true;
}

static bool read_piece(const cJSON *o, struct target *t, char *why)
{
	const cJSON *steps = json_get(o, "steps"), *last;
	const cJSON *resume = json_get(o, "resume");
	struct piece *p = &t->piece;

	if (!steps || cJSON_IsNull(steps))
		return !resume || cJSON_IsNull(resume) ||
			refuse_target(why, "resume", "only with steps");
	last = steps->child ? steps->child->next : NULL;
	if (!cJSON_IsArray(steps) || !cJSON_IsNumber(steps->child) ||
		!cJSON_IsNumber(last) || last->next ||
		!(steps->child->valuedouble >= STEP_DNS &&
			steps->child->valuedouble <= last->valuedouble &&
			last->valuedouble <= STEP_TOOL_HASH))
		return refuse_target(why, "steps", "not a range like [1,3]");
	p->first = (enum step)steps->child->valuedouble;
	p->last = (enum step)last->valuedouble;
	return !resume || cJSON_IsNull(resume) || read_resume(resume, p, why);
}

static bool read_target(const cJSON *o, const char *region, struct target *t,
	char *why)
{
	const char *type;
	double v;

	if (!cJSON_IsObject(o))
		return refuse_target(why, "record", "not a JSON object");
	if (json_get(o, "v") &&
		(!json_num(o, "v", &v) || v != RECORD_VERSION))
		return refuse_target(why, "v",
			"a version that this program does not know");
	if (!read_text(o, "type", &type, why))
		return false;
	if (*type && strcmp(type, "target") != 0)
		return refuse_target(why, "type", "not \"target\"");
	return read_names(o, region, t, why) && read_numbers(o, t, why) &&
		read_http_version(o, t, why) && read_ca(o, t, why) &&
		read_hash(o, "known_hash", t->known_hash, why) &&
		read_hash(o, "pinned_hash", t->pinned_hash, why) &&
		read_definitions(o, t, why) && read_piece(o, t, why) &&
		read_health(o, t, why) && read_auth(o, t, why);
}

int target_read(const char *p, size_t n, const char *region, struct target *t,
	char *why)
{
	cJSON *doc;
	bool ok;

	memset(t, 0, sizeof *t);
	doc = json_parse(p, n, &json_record, why);
	if (!doc)
		return -1;
	ok = read_target(doc, region, t, why);
	cJSON_Delete(doc);
	if (!ok)
		target_release(t);
	return ok ? 0 : -1;
}

void target_release(struct target *t)
{
	free(t->url);
	credential_free(t->credential);
	free(t->ca);
	free(t->health_tool);
	cJSON_Delete(t->health_args);
	free(t->known_definitions);
	free(t->piece.session);
	memset(t, 0, sizeof *t);
}
