#include "judge/divergence_words.h"

#include "json/json.h"
#include "rule/drift.h"
#include "store/definition_history.h"
#include "store/store.h"
#include "tools/definitions.h"
#include "words/list_words.h"

#include <stdlib.h>
#include <string.h>

/* Of more sides than these only which tools differ is told. */
#define SIDES_MAX 8
/* Instead of a hash that is not known. */
#define UNKNOWN "-"

/* What the side k sees: the full hash of its first region. */
static const char *list_of(const struct verdict_side *side,
	const struct region_history *h, size_t n, double until)
{
	const struct probe *p = NULL;

	for (size_t i = 0; i < n && !p; i++)
		if (strcmp(h[i].name, side->regions[0]) == 0)
			p = drift_newest(&h[i], until);
	return p && p->tools->full_hash ? p->tools->full_hash : UNKNOWN;
}

void divergence_words_of(struct buf *b, const struct verdict *v,
	const struct region_history *h, size_t n, double until)
{
	for (size_t k = 0; k < v->n_sides && k < SIDES_MAX; k++)
		buf_fmt(b, "%s%.*s", k ? "," : "", DIGEST_HEAD,
			list_of(&v->sides[k], h, n, until));
}

bool divergence_words_kept(const char *kept, const char *of)
{
	size_t n = strlen(of);

	return kept && strncmp(kept, of, n) == 0 && kept[n] == ' ';
}

/* How one list differs from the first, as an object. */
static void put_side(struct buf *b, const struct listed_tools *first,
	const struct listed_tools *other)
{
	struct definitions before = {.n = 0}, after = {.n = 0};

	listed_tools_compare(first, other, &before, NULL, NULL);
	listed_tools_compare(other, first, &after, NULL, NULL);
	list_words_put(b, &before, &after);
	definitions_release(&before);
	definitions_release(&after);
}

int divergence_words_read(
	struct store *s, const char *slug, const char *of, struct buf *b)
{
	struct definition_history h = {0};
	const struct listed_tools *first = NULL, *list;
	int missing = 0;

	if (definition_history_read(s, slug, &h)) {
		definition_history_release(&h);
		return store_failed(s);
	}
	buf_fmt(b, "%s [", of);
	for (const char *id = of; *id; id += strcspn(id, ",")) {
		id += *id == ',';
		list = *id == *UNKNOWN ? NULL : definition_history_list(&h, id);
		missing += !list;
		if (id == of)
			first = list;
		else
			buf_char(b, ',');
		if (first && list && list != first)
			put_side(b, first, list);
		else
			buf_str(b, "{}");
	}
	buf_char(b, ']');
	definition_history_release(&h);
	return missing;
}

cJSON *divergence_words_put(struct verdict *v, const char *text)
{
	const char *json = text ? strchr(text, ' ') : NULL;
	char why[JSON_WHY];
	cJSON *doc = json ? json_parse(json + 1, strlen(json + 1), &json_record,
				    why)
			  : NULL;
	const cJSON *o;
	size_t k = 0;

	cJSON_ArrayForEach(o, doc)
	{
		if (k == v->n_sides)
			break;
		if (!verdict_words_take(o, &v->sides[k])) {
			free(v->sides[k].words);
			v->sides[k].words = NULL;
			v->sides[k].n_words = 0;
		}
		k++;
	}
	return doc;
}
