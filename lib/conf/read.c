/*
 * read.c: walks a document and the schema side by side. The reader knows the
 * path and the place of the value that it is at, so that all faults are told
 * alike.
 */
#include "conf/yaml.h"

#include "base/strings.h"
#include "base/xalloc.h"
#include "conf/conf.h"
#include "conf/formats.h"

/* The longest path that the schema can make, with room to spare. */
#define PATH_SIZE 200

struct reader {
	yaml_document_t *doc;
	struct conf_errors *errors;
	char path[PATH_SIZE];
	struct conf_spot spot;
};

/* The path and place of the map or list above. */
struct level {
	size_t length;
	struct conf_spot spot;
};

static struct level down(struct reader *r, struct conf_spot spot)
{
	struct level before = {strlen(r->path), r->spot};

	r->spot = spot;
	return before;
}

static struct level down_key(struct reader *r, const char *name,
	struct conf_spot spot)
{
	struct level before = down(r, spot);

	snprintf(r->path + before.length, sizeof r->path - before.length,
		"%s%s", before.length ? "." : "", name);
	return before;
}

static struct level down_item(struct reader *r, size_t i,
	struct conf_spot spot)
{
	struct level before = down(r, spot);

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

static yaml_node_t *node_at(struct reader *r, int id)
{
	return yaml_document_get_node(r->doc, id);
}

static bool is_null(const yaml_node_t *node)
{
	double unused;

	return node->type == YAML_SCALAR_NODE &&
		conf_yaml_scalar(node, &unused) == CONF_SCALAR_NULL;
}

static bool expect(struct reader *r, const yaml_node_t *node,
	yaml_node_type_t type, const char *name)
{
	char why[CONF_WHY];
	const char *found = "a single value";

	if (node->type == type && !is_null(node))
		return true;
	if (node->type == YAML_MAPPING_NODE)
		found = "a map";
	else if (node->type == YAML_SEQUENCE_NODE)
		found = "a list";
	else if (is_null(node))
		found = "nothing";
	snprintf(why, sizeof why, "expected %s, found %s", name, found);
	return fault(r, why);
}

static void read_map(struct reader *r, const struct conf_key *keys,
	yaml_node_t *map, void *base);

static void *field_of(const struct conf_key *key, void *base)
{
	return (char *)base + key->at;
}

/*
 * Each of these fills a field from a node and returns whether it could. What is
 * wrong within a list leaves the list itself sound.
 */
static bool read_scalar(struct reader *r, const struct conf_key *key,
	yaml_node_t *node, void *field)
{
	char why[CONF_WHY];
	bool plain;

	if (!expect(r, node, YAML_SCALAR_NODE, "a single value"))
		return false;
	plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return conf_value(key, conf_yaml_text(node), plain, field, why) ||
		fault(r, why);
}

/* Put an array for the elements of a list into the field. */
static bool make_list(struct reader *r, const struct conf_key *key,
	const yaml_node_t *node, void *base, size_t *n)
{
	char why[CONF_WHY];
	void *array;

	if (!expect(r, node, YAML_SEQUENCE_NODE, "a list"))
		return false;
	*n = (size_t)(node->data.sequence.items.top -
		node->data.sequence.items.start);
	if ((double)*n > key->max) {
		snprintf(why, sizeof why, "more than %.0f elements", key->max);
		return fault(r, why);
	}
	if (!*n && key->type == CONF_TEXTS)
		return fault(r, "the list is empty");
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
		fault(r, "is already in this list");
		break;
	}
}

static bool read_texts(struct reader *r, const struct conf_key *key,
	yaml_node_t *node, void *base)
{
	char **texts;
	size_t n;

	if (!make_list(r, key, node, base, &n))
		return false;
	memcpy(&texts, field_of(key, base), sizeof texts);
	for (size_t i = 0; i < n; i++) {
		yaml_node_t *item =
			node_at(r, node->data.sequence.items.start[i]);
		struct level before = down_item(r, i, conf_yaml_spot(item));
		bool sound = read_scalar(r, key, item, &texts[i]);

		conf_placed(r->errors, &texts[i], r->path, r->spot, sound);
		if (key->once)
			no_repeats(r, texts, i);
		up(r, before);
	}
	return true;
}

static bool read_maps(struct reader *r, const struct conf_key *key,
	yaml_node_t *node, void *base)
{
	char *array;
	size_t n;

	if (!make_list(r, key, node, base, &n))
		return false;
	memcpy(&array, field_of(key, base), sizeof array);
	for (size_t i = 0; i < n; i++) {
		yaml_node_t *item =
			node_at(r, node->data.sequence.items.start[i]);
		struct level before = down_item(r, i, conf_yaml_spot(item));

		if (expect(r, item, YAML_MAPPING_NODE, "a map"))
			read_map(r, key->keys, item, array + i * key->each);
		up(r, before);
	}
	return true;
}

static bool read_position(struct reader *r, yaml_node_t *node, void *field)
{
	static const double limits[] = {90, 180};
	double v[2] = {0, 0};
	bool ok = node->type == YAML_SEQUENCE_NODE &&
		node->data.sequence.items.top -
				node->data.sequence.items.start ==
			2;

	for (size_t i = 0; ok && i < 2; i++) {
		yaml_node_t *item =
			node_at(r, node->data.sequence.items.start[i]);
		enum conf_scalar kind = item->type == YAML_SCALAR_NODE
			? conf_yaml_scalar(item, &v[i])
			: CONF_SCALAR_NULL;

		ok = (kind == CONF_SCALAR_INT || kind == CONF_SCALAR_FLOAT) &&
			v[i] >= -limits[i] && v[i] <= limits[i];
	}
	if (!ok)
		return fault(r, "expected [latitude, longitude] in degrees");
	memcpy(field, &(struct conf_position) {true, v[0], v[1]},
		sizeof(struct conf_position));
	return true;
}

static bool read_json(struct reader *r, yaml_node_t *node, void *field)
{
	cJSON *v;

	if (!expect(r, node, YAML_MAPPING_NODE, "a map"))
		return false;
	v = conf_yaml_json(r->doc, node, r->path, r->errors);
	memcpy(field, &v, sizeof v);
	return v != NULL;
}

/* A map has no place of its own: its first key has the same address. */
static void read_value(struct reader *r, const struct conf_key *key,
	yaml_node_t *node, void *base)
{
	void *field = field_of(key, base);
	bool sound;

	if (key->gone) {
		fault(r, key->gone);
		return;
	}
	switch (key->type) {
	case CONF_MAP:
		if (key->sole && node->type == YAML_SCALAR_NODE) {
			read_map(r, key->keys, NULL, field);
			read_value(r, key->sole, node, field);
		} else if (expect(r, node, YAML_MAPPING_NODE, "a map"))
			read_map(r, key->keys, node, field);
		return;
	case CONF_TEXTS:
		sound = read_texts(r, key, node, base);
		break;
	case CONF_MAPS:
		sound = read_maps(r, key, node, base);
		break;
	case CONF_POSITION:
		sound = read_position(r, node, field);
		break;
	case CONF_JSON:
		sound = read_json(r, node, field);
		break;
	default:
		sound = read_scalar(r, key, node, field);
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
	const yaml_node_t *node)
{
	char shown[CONF_SHOWN], why[CONF_WHY];
	const char *word = conf_yaml_text(node), *near = NULL;
	struct level before;

	conf_shown(word, shown);
	for (; keys->name && !near; keys++)
		if (!keys->gone &&
			spelling_enough(word, keys->name))
			near = keys->name;
	snprintf(why, sizeof why, "unknown key%s%s%s",
		near ? " (did you mean " : "", near ? near : "",
		near ? "?)" : "");
	before = down_key(r, shown, conf_yaml_spot(node));
	fault(r, why);
	up(r, before);
}

/* Report the keys of a map that the schema does not have. */
static void strangers(struct reader *r, const struct conf_key *keys,
	const yaml_node_t *map)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

	for (; pair < map->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = node_at(r, pair->key);
		const struct conf_key *k = keys;

		while (k->name && strcmp(k->name, conf_yaml_text(key)) != 0)
			k++;
		if (!k->name)
			unknown(r, keys, key);
	}
}

static const yaml_node_pair_t *member(struct reader *r, const char *name,
	const yaml_node_t *map)
{
	const yaml_node_pair_t *pair;

	if (!map)
		return NULL;
	for (pair = map->data.mapping.pairs.start;
		pair < map->data.mapping.pairs.top; pair++)
		if (strcmp(conf_yaml_text(node_at(r, pair->key)), name) == 0)
			return pair;
	return NULL;
}

/* map is NULL where there is none, and then every key has its default. */
static void read_map(struct reader *r, const struct conf_key *keys,
	yaml_node_t *map, void *base)
{
	if (map)
		strangers(r, keys, map);
	for (; keys->name; keys++) {
		const yaml_node_pair_t *pair = member(r, keys->name, map);
		yaml_node_t *value = pair ? node_at(r, pair->value) : NULL;
		struct level before = down_key(r, keys->name,
			pair ? conf_yaml_spot(node_at(r, pair->key)) : r->spot);

		if (value && !is_null(value))
			read_value(r, keys, value, base);
		else if (map && keys->required)
			fault(r, "missing");
		else
			read_default(r, keys, base);
		up(r, before);
	}
}

void conf_read(yaml_document_t *doc, struct conf *c, struct conf_errors *r)
{
	yaml_node_t *root = yaml_document_get_root_node(doc);
	struct reader reader = {
		.doc = doc, .errors = r, .spot = conf_yaml_spot(root)};

	if (is_null(root))
		fault(&reader, "the file is empty");
	else if (expect(&reader, root, YAML_MAPPING_NODE, "a map of keys"))
		read_map(&reader, conf_keys, root, c);
}
