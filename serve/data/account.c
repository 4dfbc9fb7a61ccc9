#include "data/account.h"

#include "base/xalloc.h"
#include "json/json.h"
#include "terms/names.h"

#include <stdlib.h>
#include <string.h>

static int fail(struct account *a, char *why, const char *what)
{
	snprintf(why, ACCOUNT_WHY, "%s", what);
	account_release(a);
	return -1;
}

int account_read(const char *json, struct account *a, char *why)
{
	char json_why[JSON_WHY];
	const cJSON *list, *v;

	memset(a, 0, sizeof *a);
	a->doc = json_parse(json, strlen(json), &json_record, json_why);
	if (!a->doc)
		return fail(a, why, json_why);
	a->token_sha256 = json_str(a->doc, "token_sha256");
	if (!a->token_sha256 || !hash_valid(a->token_sha256))
		return fail(a, why, "token_sha256: not a SHA-256");
	list = json_get(a->doc, "slugs");
	if (!cJSON_IsArray(list))
		return fail(a, why, "slugs: not a list");
	a->slugs = xcalloc((size_t)cJSON_GetArraySize(list) + 1,
		sizeof *a->slugs);
	cJSON_ArrayForEach(v, list)
	{
		const char *slug = cJSON_GetStringValue(v);

		if (!slug || !slug_valid(slug))
			return fail(a, why, "slugs: not a list of slugs");
		a->slugs[a->n++] = slug;
	}
	return 0;
}

void account_release(struct account *a)
{
	cJSON_Delete(a->doc);
	free(a->slugs);
	memset(a, 0, sizeof *a);
}
