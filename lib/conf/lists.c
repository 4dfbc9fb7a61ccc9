/* SPDX-License-Identifier: MIT */
/*
 * lists.c: a line of JSON to a server, by the table that reads those of the
 * configuration, and with what `defaults` say.
 */
#include "conf/lists.h"

#include "base/files.h"
#include "base/xalloc.h"
#include "conf/check.h"
#include "conf/formats.h"
#include "conf/servers.h"
#include "conf/yaml.h"
#include "json/json.h"
#include "records/probe.h"

#include <unistd.h>

/* How long a command may take. */
#define COMMAND_S 20
/* A folder where what they printed is kept for other programs of a round. */
#define CACHE "MCP_SERVERS_CACHE"

/* Whether it says that it is another record than a target. */
static bool foreign(const cJSON *o, struct conf_errors *r)
{
	const cJSON *v = json_get(o, "v"), *type = json_get(o, "type");
	const char *key = NULL;

	if (v && !(cJSON_IsNumber(v) && v->valuedouble == RECORD_VERSION))
		key = "v";
	else if (type && !(cJSON_IsString(type) &&
				 strcmp(type->valuestring, "target") == 0))
		key = "type";
	if (key)
		conf_fault(r, conf_spot(r, NULL),
			"%s: not valid for a target record", key);
	return key;
}

/* A line that is none of a server has no slug. */
static const char *known_slug(const struct conf_server *s)
{
	return s->slug && !conf_bad_slug(s->slug) ? s->slug : NULL;
}

bool conf_take_line(struct conf *c, const char *list, size_t number,
	const char *p, size_t n, struct conf_errors *r)
{
	size_t before = conf_faults(r);
	char why[JSON_WHY];
	struct conf_server s = {.list = list, .line = number};
	cJSON *o;
	bool object;

	conf_next_line(r, list, number);
	o = json_parse(p, n, &json_record, why);
	object = o && cJSON_IsObject(o);
	if (!object) {
		conf_fault(r, conf_spot(r, NULL), "%s",
			o ? "not a JSON object" : why);
	} else if (!foreign(o, r)) {
		conf_read_server(o, &s, r);
		if (conf_faults(r) == before) {
			conf_complete_server(c, &s, r);
			conf_check_server(c, &s, r);
		}
		if (conf_faults(r) == before)
			conf_add_server(c, &s);
	}
	if (conf_faults(r) > before) {
		conf_leave_out(r, before, known_slug(&s));
		conf_release_server(c, &s);
	}
	cJSON_Delete(o);
	return object;
}

/* How many lines were read, and how many of them are objects of JSON. */
struct lines_read {
	size_t all, objects;
};

/* A text that is no list, such as the page of a web server, is refused. */
static bool is_list(const struct lines_read *n)
{
	return !n->all || n->objects;
}

static struct lines_read read_lines(struct conf *c, const char *list,
	struct list_source *source, struct conf_errors *r)
{
	struct lines_read read = {0};
	size_t before = conf_faults(r), n;
	const char *p;

	for (;;) {
		enum lines_result got = list_line(source, &p, &n);

		if (got == LINES_END || got == LINES_ERROR)
			return read;
		if (got == LINES_TOO_LONG) {
			conf_next_line(r, list, list_number(source));
			conf_fault(r, conf_spot(r, NULL), "longer than 1 MiB");
			conf_leave_out(r, before, NULL);
		} else if (n) {
			read.objects += conf_take_line(
				c, list, list_number(source), p, n, r);
		}
		read.all += n > 0 || got == LINES_TOO_LONG;
	}
}

static void read_list(struct conf *c, size_t i, struct list_command command,
	struct conf_spot at, struct conf_errors *r)
{
	const char *text = command.words = c->servers_from[i];
	bool file = list_is_file(text);
	struct list_source *source;
	struct lines_read read;
	char why[LIST_WHY];
	struct buf name;

	buf_init(&name, 8192);
	if (file && *text != '/')
		buf_str(&name, command.folder);
	buf_str(&name, text);
	c->lists[i] = xstrdup(name.p);
	buf_release(&name);
	source = file ? list_open(c->lists[i], why) : list_run(&command, why);
	if (source) {
		read = read_lines(c, c->lists[i], source, r);
		if (list_close(source, true, why)) {
			if (is_list(&read))
				return;
			snprintf(why, sizeof why,
				"not a list of servers: none of its %zu lines "
				"is a JSON object",
				read.all);
		}
	}
	conf_next_line(r, NULL, 0);
	conf_fault(r, at, "servers_from[%zu]: %s: %s", i, c->lists[i], why);
}

/* The folder that the environment names; -1 where there is none that is safe. */
static int open_cache(struct conf *c, struct conf_errors *r)
{
	const char *path = getenv(CACHE);
	int folder = private_folder(path, "", 022, false);

	if (path && *path && folder < 0 && c->n_servers_from)
		conf_doubt(r, &c->servers_from[0],
			"%s: %s is not a folder that only this user can write "
			"to, so it is not used",
			CACHE, path);
	return folder;
}

void conf_read_lists(struct conf *c, const char *folder, struct conf_errors *r)
{
	struct list_command command = {.folder = folder,
		.limit_s = COMMAND_S,
		.cache = open_cache(c, r)};
	struct conf_spot *at = xcalloc(c->n_servers_from, sizeof *at);

	for (size_t i = 0; i < c->n_servers_from; i++)
		at[i] = conf_spot(r, &c->servers_from[i]);
	c->lists = xcalloc(c->n_servers_from + 1, sizeof *c->lists);
	for (size_t i = 0; i < c->n_servers_from; i++)
		read_list(c, i, command, at[i], r);
	free(at);
	if (command.cache >= 0)
		close(command.cache);
	if (conf_sound(r) && c->n_servers_from)
		conf_check_slugs(c, r);
}
