/* SPDX-License-Identifier: MIT */
/*
 * read.c: walks a tree and the schema side by side. The reader knows the path
 * and the place of the value that it is at, so that all faults are told alike.
 */
#include "conf/yaml.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "conf/formats.h"
#include "json/jcs.h"
#include "json/json.h"
#include "records/alert.h"

/* The longest path that the schema can make, with room to spare. */
#define PATH_SIZE 200

struct reader {
	const struct conf_tree *tree; /* NULL: a line of a list */
	struct conf_errors *errors;
	char path[PATH_SIZE];
	struct conf_spot spot;
};

/* The path and place of the map or list above. */
struct level {
	size_t length;
	struct conf_spot spot;
};

static struct level down_key(struct reader *r, const char *name,
	struct conf_spot spot)
{
	struct level before = {strlen(r->path), r->spot};

	r->spot = spot;
	snprintf(r->path + before.length, sizeof r->path - before.length,
		"%s%s", before.length ? "." : "", name);
	return before;
}

/* In a list of servers, an element is told as its list. */
static struct level down_item(struct reader *r, size_t i, const cJSON *item)
{
	struct level before = {strlen(r->path), r->spot};

	if (!r->tree)
		return before;
	r->spot = conf_tree_place(r->tree, item)->value;
	snprintf(r->path + before.length, sizeof r->path - before.length,
		"[%zu]", i);
	return before;
}

static void up(struct reader *r, struct level before)
{
	r->path[before.length] = '\0';
	r->spot = before.spot;
}

static bool fault(struct reader *r, const char *what)
{
	conf_fault(r->errors, r->spot, "%s%s%s", r->path,
		*r->path ? ": " : "", what);
	return false;
}

/* `listed` is what a list of servers says where it is not so. */
static bool expect(struct reader *r, const cJSON *v, bool is, const char *name,
	const char *listed)
{
	char why[CONF_WHY];
	const char *found = "a single value";

	if (is)
		return true;
	if (!r->tree)
		return fault(r, listed);
	if (cJSON_IsObject(v))
		found = "a map";
	else if (cJSON_IsArray(v))
		found = "a list";
	else if (cJSON_IsNull(v))
		found = "nothing";
	snprintf(why, sizeof why, "expected %s, found %s", name, found);
	return fault(r, why);
}

static bool expect_map(struct reader *r, const cJSON *v)
{
	return expect(r, v, cJSON_IsObject(v), "a map", "expected an object");
}

static void read_map(struct reader *r, const struct conf_key *keys,
	const cJSON *map, void *base);

static void *field_of(const struct conf_key *key, void *base)
{
	return (char *)base + key->at;
}

/*
 * JSON has numbers and booleans: durations are in seconds in a record,
 * cache_check is true or false.
 */
static const char *json_text(
	const struct conf_key *key, const cJSON *v, char number[JCS_NUMBER + 1])
{
	if (cJSON_IsString(v))
		return v->valuestring;
	if (cJSON_IsBool(v) && key->type == CONF_BOOL)
		return cJSON_IsTrue(v) ? "true" : "false";
	if (cJSON_IsBool(v))
		return cJSON_IsTrue(v) ? "yes" : "no";
	jcs_number(v->valuedouble, number);
	if (key->type == CONF_SECONDS)
		memcpy(number + strlen(number), "s", 2);
	return number;
}

/*
 * Each of these fills a field from a node and returns whether it could. What is
 * wrong within a list leaves the list itself sound.
 */
static bool read_scalar(struct reader *r, const struct conf_key *key,
	const cJSON *v, void *field)
{
	bool text = cJSON_IsString(v);
	bool plain = r->tree ? text && conf_tree_place(r->tree, v)->plain : !text;
	bool single = text || (key->type != CONF_TEXTS &&
				      (cJSON_IsNumber(v) || cJSON_IsBool(v)));
	char why[CONF_WHY], number[JCS_NUMBER + 1];

	if (!expect(r, v, single, "a single value",
		    key->type == CONF_TEXTS ? "expected a list of strings"
					    : "expected a single value"))
		return false;
	if (!text && key->type == CONF_TEXT)
		return fault(r, "expected a string");
	return conf_value(key, json_text(key, v, number), plain, field, why) ||
		fault(r, why);
}

/* Put an array for the elements of a list into the field. */
static bool make_list(struct reader *r, const struct conf_key *key,
	const cJSON *v, void *base, size_t *n)
{
	char why[CONF_WHY], listed[60];
	void *array;

	*n = cJSON_IsArray(v) ? (size_t)cJSON_GetArraySize(v) : 0;
	snprintf(listed, sizeof listed,
		"expected a list, of up to %.0f strings", key->max);
	if (!expect(r, v, cJSON_IsArray(v), "a list", listed))
		return false;
	snprintf(why, sizeof why, "more than %.0f elements", key->max);
	if ((double)*n > key->max)
		return fault(r, r->tree ? why : listed);
	if (!*n && key->type == CONF_TEXTS)
		return fault(r, r->tree ? "the list is empty" : listed);
	array = xcalloc(*n + 1, key->each);
	memcpy(field_of(key, base), &array, sizeof array);
	memcpy((char *)base + key->count_at, n, sizeof *n);
	return true;
}

static void no_repeats(struct reader *r, char *const *texts, size_t i)
{
	for (size_t k = 0; texts[i] && k < i; k++) {
		if (!texts[k] || strcmp(texts[k], texts[i]) != 0)
			continue;
		fault(r, r->tree ? "is already in this list"
				 : "contains the same value twice");
		if (r->tree)
			break;
	}
}

static bool read_texts(struct reader *r, const struct conf_key *key,
	const cJSON *v, void *base)
{
	const cJSON *item = v->child;
	char **texts;
	size_t n;

	if (!make_list(r, key, v, base, &n))
		return false;
	memcpy(&texts, field_of(key, base), sizeof texts);
	for (size_t i = 0; i < n; i++, item = item->next) {
		struct level before = down_item(r, i, item);
		bool sound = read_scalar(r, key, item, &texts[i]);

		conf_placed(r->errors, &texts[i], r->path, r->spot, sound);
		if (key->once)
			no_repeats(r, texts, i);
		up(r, before);
	}
	return true;
}

static bool read_maps(struct reader *r, const struct conf_key *key,
	const cJSON *v, void *base)
{
	const cJSON *item = v->child;
	char *array;
	size_t n;

	if (!make_list(r, key, v, base, &n))
		return false;
	memcpy(&array, field_of(key, base), sizeof array);
	for (size_t i = 0; i < n; i++, item = item->next) {
		struct level before = down_item(r, i, item);

		if (expect_map(r, item))
			read_map(r, key->keys, item, array + i * key->each);
		up(r, before);
	}
	return true;
}

/* Fill a label from a member of the map. */
static bool read_label(
	struct reader *r, const cJSON *v, struct alert_label *label)
{
	char shown[CONF_SHOWN], why[CONF_WHY];
	struct level before = down_key(r, conf_shown(v->string, shown),
		r->tree ? conf_tree_place(r->tree, v)->key : r->spot);
	bool sound = conf_value(
		&conf_label_keys[0], v->string, true, &label->name, why);

	if (!sound)
		fault(r, why);
	if (r->tree)
		r->spot = conf_tree_place(r->tree, v)->value;
	sound = read_scalar(r, &conf_label_keys[1], v, &label->value) && sound;
	up(r, before);
	return sound;
}

static bool read_labels(struct reader *r, const struct conf_key *key,
	const cJSON *map, void *base)
{
	struct alert_label *labels;
	char why[CONF_WHY];
	size_t n = 0;

	if (!expect_map(r, map))
		return false;
	snprintf(why, sizeof why, "more than %.0f labels", key->max);
	if (cJSON_GetArraySize(map) > (int)key->max)
		return fault(r, why);
	labels = xcalloc((size_t)cJSON_GetArraySize(map) + 1, sizeof *labels);
	memcpy(field_of(key, base), &labels, sizeof labels);
	for (const cJSON *v = map->child; v; v = v->next) {
		if (read_label(r, v, &labels[n])) {
			n++;
			continue;
		}
		conf_clear(conf_label_keys, &labels[n]);
		labels[n] = (struct alert_label) {0};
	}
	memcpy((char *)base + key->count_at, &n, sizeof n);
	return true;
}

static bool read_position(struct reader *r, const cJSON *v, void *field)
{
	static const double limits[] = {90, 180};
	const cJSON *item = v->child;
	double at[2] = {0, 0};
	bool ok = cJSON_IsArray(v) && cJSON_GetArraySize(v) == 2;

	for (size_t i = 0; ok && i < 2; i++, item = item->next) {
		const struct conf_place *p = conf_tree_place(r->tree, item);

		at[i] = p->number;
		ok = (p->scalar == CONF_SCALAR_INT ||
			     p->scalar == CONF_SCALAR_FLOAT) &&
			at[i] >= -limits[i] && at[i] <= limits[i];
	}
	if (!ok)
		return fault(r, "expected [latitude, longitude] in degrees");
	memcpy(field, &(struct conf_position) {true, at[0], at[1]},
		sizeof(struct conf_position));
	return true;
}

static bool read_json(struct reader *r, const cJSON *v, void *field)
{
	cJSON *copy;

	if (!expect_map(r, v))
		return false;
	copy = r->tree ? conf_yaml_json(r->tree, v, r->path, r->errors)
		       : cJSON_Duplicate(v, true);
	memcpy(field, &copy, sizeof copy);
	return copy != NULL;
}

/* A map has no place of its own: its first key has the same address. */
static void read_value(struct reader *r, const struct conf_key *key,
	const cJSON *v, void *base)
{
	void *field = field_of(key, base);
	bool sound;

	if (key->gone) {
		fault(r, key->gone);
		return;
	}
	switch (key->type) {
	case CONF_MAP:
		if (key->sole && cJSON_IsString(v)) {
			read_map(r, key->keys, NULL, field);
			read_value(r, key->sole, v, field);
		} else if (expect_map(r, v))
			read_map(r, key->keys, v, field);
		return;
	case CONF_TEXTS:
		sound = read_texts(r, key, v, base);
		break;
	case CONF_MAPS:
		sound = read_maps(r, key, v, base);
		break;
	case CONF_LABELS:
		sound = read_labels(r, key, v, base);
		break;
	case CONF_POSITION:
		sound = read_position(r, v, field);
		break;
	case CONF_JSON:
		sound = read_json(r, v, field);
		break;
	default:
		sound = read_scalar(r, key, v, field);
	}
	conf_placed(r->errors, field, r->path, r->spot, sound);
}

static void read_default(struct reader *r, const struct conf_key *key,
	void *base)
{
	char why[CONF_WHY];

	if (key->type == CONF_MAP)
		read_map(r, key->keys, NULL, field_of(key, base));
	else if (key->otherwise && !conf_value(key, key->otherwise, true,
					   field_of(key, base), why))
		fault(r, why);
}

static void unknown(struct reader *r, const struct conf_key *keys,
	const cJSON *v)
{
	char shown[CONF_SHOWN], why[CONF_WHY];
	const char *word = v->string, *near = NULL;
	struct level before;

	conf_shown(word, shown);
	for (; keys->name && !near; keys++)
		if (!keys->gone &&
			spelling_enough(word, keys->name))
			near = keys->name;
	snprintf(why, sizeof why, "unknown key%s%s%s",
		near ? " (did you mean " : "", near ? near : "",
		near ? "?)" : "");
	before = down_key(r, shown, conf_tree_place(r->tree, v)->key);
	fault(r, why);
	up(r, before);
}

/* Report the keys of a map that the schema does not have. */
static void strangers(struct reader *r, const struct conf_key *keys,
	const cJSON *map)
{
	for (const cJSON *v = map->child; v; v = v->next) {
		const struct conf_key *k = keys;

		while (k->name && strcmp(k->name, v->string) != 0)
			k++;
		if (!k->name)
			unknown(r, keys, v);
	}
}

/* map is NULL where there is none, and then every key has its default. */
static void read_map(struct reader *r, const struct conf_key *keys,
	const cJSON *map, void *base)
{
	if (map && r->tree)
		strangers(r, keys, map);
	for (; keys->name; keys++) {
		const cJSON *v = json_get(map, keys->name);
		struct level before = down_key(r, keys->name, v && r->tree
				? conf_tree_place(r->tree, v)->key : r->spot);

		if (v && !cJSON_IsNull(v))
			read_value(r, keys, v, base);
		else if (map && keys->required)
			fault(r, "missing");
		else
			read_default(r, keys, base);
		up(r, before);
	}
}

void conf_read(
	const struct conf_tree *t, struct conf *c, struct conf_errors *r)
{
	struct reader reader = {.tree = t, .errors = r,
		.spot = conf_tree_place(t, t->root)->value};
	bool is_map = cJSON_IsObject(t->root);

	if (cJSON_IsNull(t->root))
		fault(&reader, "the file is empty");
	else if (expect(&reader, t->root, is_map, "a map of keys", ""))
		read_map(&reader, conf_keys, t->root, c);
}

void conf_read_server(
	const cJSON *o, struct conf_server *s, struct conf_errors *r)
{
	struct reader reader = {.errors = r, .spot = conf_spot(r, NULL)};

	read_map(&reader, conf_server_keys, o, s);
}
