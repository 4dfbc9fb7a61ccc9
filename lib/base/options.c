/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/num.h"

#include <dlfcn.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/*
 * dlsym(3) looks for a function of each library, so that this file needs no
 * headers of theirs, and links no program with a library.
 */
#define OPENSSL_FULL_VERSION 7 /* to OpenSSL_version */

typedef const char *version_function(void);
typedef const char *version_function_of(int part);

/* curl_version() names libcurl and the libraries that it uses. */
static const struct library {
	const char *name, *symbol;
	int part; /* that its function takes, if it takes one */
} libraries[] = {
	{"", "curl_version", 0},
	{"OpenSSL/", "OpenSSL_version", OPENSSL_FULL_VERSION},
	{"zlib/", "zlibVersion", 0},
	{"cJSON/", "cJSON_Version", 0},
	{"libyaml/", "yaml_get_version_string", 0},
};

/* POSIX, dlsym: its result can be the address of a function. */
static const char *call(const struct library *l, void *at)
{
	version_function *plain;
	version_function_of *of;

	if (l->part) {
		memcpy(&of, &at, sizeof of);
		return of(l->part);
	}
	memcpy(&plain, &at, sizeof plain);
	return plain();
}

/*
 * Append "libcurl/7.88.1 OpenSSL/3.0.19 … cJSON/1.7.15": the versions that the
 * loaded libraries report, which may differ from those of the build; with the
 * libraries of libcurl, without hiredis and libfcgi, which do not report
 * theirs.
 */
static void library_versions_put(struct buf *b)
{
	void *self = dlopen(NULL, RTLD_LAZY), *at;
	const struct library *l;
	bool known;
	const char *said, *before = "";

	for (size_t i = 0; self && i < sizeof libraries / sizeof *l; i++) {
		l = &libraries[i];
		at = dlsym(self, l->symbol);
		said = at ? call(l, at) : NULL;
		known = *l->name && b->len && strstr(b->p, l->name);
		if (!said || known)
			continue;
		buf_fmt(b, "%s%s%s", before, l->name, said);
		before = " ";
	}
	if (self)
		dlclose(self);
}

#define OPTIONS_MAX 40
#define HELP_MAX 16384
#define WIDTH 79
#define HELP_COLUMN 24

/* getopt_long returns this and the row of a long option. */
#define LONG 256

struct reading {
	const struct option_tables *t;
	struct command_line *line;
	char **first; /* operands, the words of the command among them */
	void *out;
	bool seen[OPTIONS_MAX];
};

/* How many operands are the words in this order; *words is what is left. */
static size_t match_words(const char **words, char **operands, size_t n)
{
	size_t used = 0;

	for (; used < n && **words; used++) {
		size_t len = strcspn(*words, " ");

		if (strlen(operands[used]) != len ||
			strncmp(operands[used], *words, len) != 0)
			break;
		*words += len + strspn(*words + len, " ");
	}
	return used;
}

/*
 * Finds the command that the operands begin with, the one with the most words, and
 * takes these off.
 */
static void take_command(struct reading *r)
{
	struct command_line *line = r->line;
	size_t most = 0;

	for (const struct command_row *c = r->t->commands; c->words; c++) {
		const char *rest = c->words;
		size_t n = line->n_operands;
		size_t used = match_words(&rest, line->operands, n);

		if (*rest || (!used && n && !c->most && !r->t->options_first))
			continue;
		if (line->command && used <= most)
			continue;
		line->command = c;
		most = used;
	}
	line->operands += most;
	line->n_operands -= most;
}

/* Whether --help behind these words is about the command. */
static bool is_asked_for(const struct command_row *c, char **words, size_t n)
{
	const char *rest = c->words;
	size_t used = match_words(&rest, words, n);

	return n ? used && (used == n || !*rest) : !*c->words;
}

/* Whether the synopsis of a command names the option: -x, -xyz or --long. */
static bool has_option(const struct command_row *c, const struct option_row *o)
{
	const char *s = c->synopsis;

	for (; (s = strchr(s, '-')); s++) {
		size_t n = strlen(o->name);

		if (s > c->synopsis && s[-1] != ' ' && s[-1] != '[')
			continue;
		if (s[1] == '-' && strncmp(s + 2, o->name, n) == 0 &&
			(!s[n + 2] || strchr(" ]", s[n + 2])))
			return true;
		if (s[1] == '-')
			s++;
		else if (o->letter &&
			memchr(s + 1, o->letter, strcspn(s + 1, " ]")))
			return true;
	}
	return false;
}

/* A word of a synopsis is all that stands between brackets. */
static size_t word_length(const char *s)
{
	size_t n = 0;
	int depth = 0;

	for (; s[n] && (depth || s[n] != ' '); n++)
		depth += (s[n] == '[') - (s[n] == ']');
	return n;
}

static size_t column_of(const struct buf *b)
{
	size_t n = b->len;

	while (n && b->p[n - 1] != '\n')
		n--;
	return b->len - n;
}

/* Goes on in the line, and in lines below that begin at the column. */
static void add_wrapped(struct buf *b, const char *text, size_t column)
{
	for (; *text; text += *text == ' ') {
		size_t n = word_length(text);

		if (column_of(b) + n + 1 > WIDTH)
			buf_fmt(b, "\n%*s", (int)column, "");
		else if (b->p[b->len - 1] != ' ')
			buf_char(b, ' ');
		buf_add(b, text, n);
		text += n;
	}
	buf_char(b, '\n');
}

/* "  head    what it is", where the head has been added. */
static void add_item(struct buf *b, const char *help)
{
	size_t column = column_of(b);

	if (column + 2 > HELP_COLUMN)
		buf_fmt(b, "\n%*s", HELP_COLUMN, "");
	else
		buf_fmt(b, "%*s", (int)(HELP_COLUMN - column), "");
	add_wrapped(b, help, HELP_COLUMN);
}

static void add_usage(struct buf *b, const struct option_tables *t,
	char **words, size_t n)
{
	const char *lead = "usage:";
	bool named = false;

	for (const struct command_row *c = t->commands; c->words; c++) {
		named = named || *c->words;
		if (!is_asked_for(c, words, n))
			continue;
		buf_fmt(b, "%-6s %s%s%s", lead, t->program,
			*c->words ? " " : "", c->words);
		add_wrapped(b, c->synopsis, 11);
		lead = "";
	}
	if (n)
		return;
	if (named)
		buf_fmt(b, "%-6s %s command [argument ...]\n"
			   "       %s command --help\n",
			lead, t->program, t->program);
	buf_fmt(b, "       %s -h | -V\n", t->program);
}

/* The help with an option; of a choice its words first: "text or jsonl; ...". */
static void add_help(struct buf *out, const struct option_row *o)
{
	struct buf b;

	buf_init(&b, HELP_MAX);
	buf_fmt(&b, "%s%s%s", o->choices ? o->wanted : "",
		o->choices ? "; " : "", o->help);
	add_item(out, b.p);
	buf_release(&b);
}

static void add_options(struct buf *b, const struct option_tables *t,
	char **words, size_t n)
{
	buf_str(b, "\noptions:\n");
	for (const struct option_row *o = t->options; o->name; o++) {
		bool shown = !n && (o->letter == 'h' || o->letter == 'V');

		for (const struct command_row *c = t->commands; c->words; c++)
			shown = shown || (is_asked_for(c, words, n) &&
				has_option(c, o));
		if (!shown)
			continue;
		buf_str(b, "  ");
		if (o->letter)
			buf_fmt(b, "-%c, ", o->letter);
		buf_fmt(b, "--%s%s%s", o->name, o->arg ? " " : "",
			o->arg ? o->arg : "");
		add_help(b, o);
	}
}

static int print(struct buf *b)
{
	int failed = line_print(b->p, b->len);

	buf_release(b);
	return failed ? EXIT_ENV : EXIT_GOOD;
}

/* The commands for people, or those for scripts; all that the words ask for. */
static void add_commands(struct buf *b, const struct option_tables *t,
	char **words, size_t n, bool for_scripts)
{
	const char *title = for_scripts ? "\nfor scripts:\n" : "\ncommands:\n";
	bool below = false;

	for (const struct command_row *c = t->commands; c->words; c++) {
		below = below ||
			(t->for_scripts && strcmp(c->words, t->for_scripts) == 0);
		if (!*c->words || (n ? !is_asked_for(c, words, n)
				     : below != for_scripts))
			continue;
		buf_fmt(b, "%s  %s", n ? "" : title, c->words);
		add_item(b, c->help);
		title = "";
	}
}

/* Help with the command that the operands name, or with the program. */
static int print_help(const struct reading *r)
{
	const struct option_tables *t = r->t;
	const struct command_row *named = t->commands;
	char **words = r->first;
	size_t n = r->line->n_operands + (size_t)(r->line->operands - words);
	struct buf b;

	while (named->words && !is_asked_for(named, words, n))
		named++;
	n = named->words ? n : 0;
	buf_init(&b, HELP_MAX);
	add_usage(&b, t, words, n);
	buf_fmt(&b, "\n%s%s", n ? "" : t->about, n ? "" : "\n");
	add_commands(&b, t, words, n, false);
	if (!n)
		add_commands(&b, t, words, n, true);
	add_options(&b, t, words, n);
	buf_fmt(&b, "\nexit status:\n%s\nSee %s.\n", t->exits, t->page);
	return print(&b);
}

/* In every program, whether or not it has an option -v. */
static bool asks_for_more(char **argv)
{
	static const char *const forms[] = {"-v", "-Vv", "-vV", "--verbose"};

	for (; *argv; argv++)
		for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
			if (strcmp(*argv, forms[i]) == 0)
				return true;
	return false;
}

static int print_version(const struct option_tables *t, bool more)
{
	struct buf b;

	buf_init(&b, HELP_MAX);
	buf_fmt(&b, "%s " VERSION "\n", t->program);
	if (more || stats_wanted()) {
		buf_str(&b, "with ");
		library_versions_put(&b);
		buf_char(&b, '\n');
	}
	return print(&b);
}

int options_usage(const struct option_tables *t)
{
	struct buf b;

	buf_init(&b, HELP_MAX);
	add_usage(&b, t, NULL, 0);
	line_write(STDERR_FILENO, b.p, b.len);
	buf_release(&b);
	return EXIT_USAGE;
}

/* Says why, and where help is: with the command, if it is known by now. */
__attribute__((format(printf, 2, 3))) static int misuse(
	const struct reading *r, const char *fmt, ...)
{
	const struct command_row *c = r->line->command;
	const char *words = c ? c->words : "";
	size_t n = strlen(words);
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	/* The two forms of a command have one --help. */
	if (n > 2 && strcmp(words + n - 2, " -") == 0)
		n -= 2;
	log_error("%s; see %s%s%.*s --help", text, r->t->program, n ? " " : "",
		(int)n, words);
	return EXIT_USAGE;
}

static int refuse_value(const struct option_tables *t,
	const struct option_row *o, const char *arg)
{
	if (o->type == OPTION_SECONDS && num_bare(arg))
		log_error("--%s: %s has no unit: write %ss", o->name, arg, arg);
	else if (t->echo)
		log_error("--%s: '%s' is not %s", o->name, arg, o->wanted);
	else
		log_error("--%s: not %s", o->name, o->wanted);
	return EXIT_USAGE;
}

/* The number of a word among the choices, from 1; or 0. */
static int choice_of(const char *const *choices, const char *arg)
{
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], arg) == 0)
			return i + 1;
	return 0;
}

/* -1, or an exit status and the operator has been told why. */
static int set_value(struct reading *r, const struct option_row *o, char *arg)
{
	void *at = (char *)r->out + o->at;
	bool ok = true, *flag = at, *seen = &r->seen[o - r->t->options];
	const char **text = at;
	long long number = 0;
	int chosen;

	if (*seen && o->type != OPTION_LIST) {
		log_error("--%s: given twice", o->name);
		return EXIT_USAGE;
	}
	*seen = true;
	switch (o->type) {
	case OPTION_LIST:
		while (*text)
			text++;
		if (text - (const char **)at >= (ptrdiff_t)o->max) {
			log_error("--%s: given more than %g times", o->name,
				o->max);
			return EXIT_USAGE;
		}
		/* FALLTHROUGH */
	case OPTION_TEXT:
		*text = arg;
		ok = !o->valid || o->valid(arg);
		break;
	case OPTION_FLAG:
		*flag = true;
		break;
	case OPTION_CHOICE:
		chosen = choice_of(o->choices, arg);
		memcpy(at, &chosen, sizeof chosen);
		ok = chosen != 0;
		break;
	case OPTION_NUMBER:
		ok = num_parse(arg, (long long)o->min, (long long)o->max,
			&number);
		chosen = (int)number;
		memcpy(at, &chosen, sizeof chosen);
		break;
	case OPTION_SECONDS:
		ok = num_duration(arg, o->min, o->max, at);
		break;
	case OPTION_EPOCH:
		ok = num_decimal(arg, at);
		break;
	case OPTION_OWN:
		return o->set(r->out, arg) ? EXIT_USAGE : -1;
	}
	return ok ? -1 : refuse_value(r->t, o, arg);
}

/* An option that cannot be read, as getopt_long found it. */
static int refuse_code(struct reading *r, int code, const char *last)
{
	const struct option_gone *g = r->t->gone;

	if (!r->t->options_first)
		take_command(r);
	if (code == ':')
		return misuse(r, "%s: an argument is missing", last);
	if (optopt > 0 && optopt < LONG)
		return misuse(r, "-%c: no such option", optopt);
	if (strcmp(last, "--stats") == 0)
		return misuse(r, "%s: this option was removed: set MCP_STATS=1",
			last);
	for (; g && g->name; g++)
		if (strcmp(last, g->name) == 0)
			return misuse(r, "%s: this option was removed: %s",
				last, g->instead);
	return misuse(r, "%s: no such option, or not in this form", last);
}

/* A command has the options of all forms that have its words. */
static int check_option(const struct reading *r, const struct option_row *o)
{
	const struct command_row *c = r->line->command, *form = r->t->commands;
	size_t n = strcspn(c->words, " ");
	const char *other = NULL;

	for (; form->words; form++) {
		if (!has_option(form, o))
			continue;
		if (strcmp(form->words, c->words) == 0)
			return -1;
		if (n && strncmp(form->words, c->words, n) == 0)
			other = form->words;
	}
	if (other)
		return misuse(r, "%s: --%s is only for '%s'",
			c->words, o->name,
			other);
	return n ? misuse(r, "%s: --%s cannot be used with this command",
		c->words, o->name)
		 : misuse(r, "--%s: needs a command", o->name);
}

/*
 * The first word of several commands, alone or before a wrong one: says which
 * they are. -1: it is not such a word.
 */
static int name_commands(const struct reading *r)
{
	const char *word = r->line->n_operands ? r->line->operands[0] : "";
	bool alone = r->line->n_operands < 2;
	size_t n = strlen(word);
	struct buf b;

	buf_init(&b, HELP_MAX);
	for (const struct command_row *c = r->t->commands; n && c->words; c++) {
		if (strncmp(c->words, word, n) != 0 || c->words[n] != ' ')
			continue;
		buf_fmt(&b, "  %s", c->words);
		add_item(&b, c->help);
	}
	if (!b.len) {
		buf_release(&b);
		return -1;
	}
	log_error("%s: %s%s%s; see %s %s --help", word, alone ? "" : "'",
		alone ? "one of these commands is needed" : r->line->operands[1],
		alone ? "" : "': not one of these", r->t->program, word);
	line_write(STDERR_FILENO, b.p, b.len);
	buf_release(&b);
	return EXIT_USAGE;
}

static int check_line(const struct reading *r)
{
	const struct command_row *c = r->line->command;
	size_t n = r->line->n_operands;
	int named = c ? -1 : name_commands(r);

	if (named >= 0)
		return named;
	if (!c)
		return n ? misuse(r, "'%s': not a command",
				   r->line->operands[0])
			 : misuse(r, "a command is missing");
	for (size_t i = 0; r->t->options[i].name; i++) {
		int status = r->seen[i] ? check_option(r, r->t->options + i)
					: -1;

		if (status >= 0)
			return status;
	}
	if (n < c->least || (n > c->most && !c->most && c->wanted))
		return misuse(r, "%s: %s", c->words, c->wanted);
	if (n > c->most)
		return misuse(r, "'%s': one argument too many",
			r->line->operands[c->most]);
	return -1;
}

/*
 * The next option, as getopt_long finds it; or 1 with an operand in optarg. musl
 * ends at the operand "-" as at the end of all options.
 */
static int next_option(int argc, char **argv, const char *letters,
	const struct option *longs)
{
	int at = optind > 0 ? optind : 1;
	int code = getopt_long(argc, argv, letters, longs, NULL);

	if (code != -1 || *letters == '+' || optind != at || at >= argc ||
		strcmp(argv[at], "-") != 0)
		return code;
	optarg = argv[optind++];
	return 1;
}

/*
 * All of argv; operands are moved to its beginning. -1, or an exit status. A
 * command that comes first is no operand: then the first one ends the options.
 */
static int read_all(struct reading *r, int argc, char **argv)
{
	struct command_line *line = r->line;
	const struct option_row *o = r->t->options;
	struct option longs[OPTIONS_MAX + 1] = {{NULL, 0, NULL, 0}};
	char letters[2 * OPTIONS_MAX + 3] = "-:", *end = letters + 2;
	int status = -1, code;

	if (r->t->options_first)
		letters[0] = '+';
	for (int i = 0; o[i].name; i++) {
		longs[i] = (struct option) {o[i].name, o[i].arg != NULL, NULL,
			LONG + i};
		if (o[i].letter)
			*end++ = o[i].letter;
		if (o[i].letter && o[i].arg)
			*end++ = ':';
	}
	opterr = 0;
	optind = 0; /* to begin anew */
	while (status < 0 && o->letter != 'h') {
		code = next_option(argc, argv, letters, longs);
		if (code == -1)
			break;
		if (code == 1) {
			line->operands[line->n_operands++] = optarg;
			continue;
		}
		if (code == ':' || code == '?')
			/* musl goes beyond an argument that is missing. */
			return refuse_code(r, code,
				argv[(optind < argc ? optind : argc) - 1]);
		o = r->t->options;
		while (o->letter != code && LONG + (o - r->t->options) != code)
			o++;
		if (o->letter == 'V')
			return print_version(r->t, asks_for_more(argv));
		if (o->letter != 'h')
			status = set_value(r, o, optarg);
	}
	while (optind < argc)
		line->operands[line->n_operands++] = argv[optind++];
	return o->letter == 'h' ? print_help(r) : status;
}

int options_read(const struct option_tables *t, int argc, char **argv,
	void *out, struct command_line *line)
{
	struct reading r = {.t = t, .line = line, .out = out,
		.first = argv + 1};
	size_t used;
	int status;

	*line = (struct command_line) {.operands = r.first};
	if (t->options_first) {
		line->n_operands = argc > 1 ? (size_t)argc - 1 : 0;
		take_command(&r);
		line->n_operands = 0;
	}
	used = (size_t)(line->operands - r.first);
	status = read_all(&r, argc - (int)used, argv + used);
	if (status >= 0)
		return status;
	if (!t->options_first)
		take_command(&r);
	stats_command(line->command ? line->command->words : "");
	return check_line(&r);
}
