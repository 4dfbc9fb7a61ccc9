/* SPDX-License-Identifier: MIT */
/*
 * schema.h: the keys of a configuration as one table: type, range, default, and
 * the field of conf.h that each fills. Files are read, and configurations freed
 * and printed, by this table alone.
 */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

enum conf_type {
	CONF_TEXT,     /* char * */
	CONF_CHOICE,   /* an enum, its values in the order of `choices` */
	CONF_INT,      /* int, int64_t */
	CONF_NUMBER,   /* double */
	CONF_SECONDS,  /* double, from a duration */
	CONF_BOOL,     /* bool */
	CONF_POSITION, /* struct conf_position, from [latitude, longitude] */
	CONF_JSON,     /* cJSON *, from any map */
	CONF_TEXTS,    /* char **, NULL behind the last */
	CONF_MAP,      /* a struct within the struct */
	CONF_MAPS,     /* an array of structs */
	CONF_LABELS,   /* an array of struct alert_label, from a map of texts */
	CONF_GONE      /* no field */
};

struct conf_key {
	const char *name; /* NULL ends a table */
	enum conf_type type;
	size_t at, size; /* the field's place in its struct, and its size */
	size_t count_at; /* of the lists and labels: the place of the count */
	size_t each;	 /* CONF_MAPS, CONF_LABELS: the size of one */
	bool required;
	bool apart; /* CONF_MAP of a server: `defaults` gives each key alone */
	bool spent; /* `mcp-aggregate config` shows what became of it */
	bool pem; /* CONF_TEXT: or lines of PEM, up to CONF_CA_MAX bytes */
	bool once;	 /* CONF_TEXTS: no text may be there twice */
	double min, max; /* of a number; max also of characters or elements */
	const char *otherwise; /* the default, as a file would give it */
	const char *const *choices; /* of CONF_CHOICE and CONF_TEXTS, or NULL */
	const struct conf_key *keys; /* of CONF_MAP and CONF_MAPS */
	/* CONF_MAP: of its keys the one that a single value stands for. */
	const struct conf_key *sole;
	/* Of a key of older configurations: what to write instead. The field,
	   if there is one, always has the default. */
	const char *gone;
	/* Why a text is refused, without quoting it; NULL: it is not. */
	const char *(*wrong)(const char *text);
};

/* The keys of the file itself, whose fields are in struct conf. */
extern const struct conf_key conf_keys[];
/* Those of a server, and of an element of `defaults`, its `match` apart. */
extern const struct conf_key conf_server_keys[];
extern const struct conf_key conf_default_keys[];
/* The keys that an account may give its servers, for a struct conf_account; a
   server has them, too. */
extern const struct conf_key conf_account_keys[];
/* The two parts of a label, as keys of a struct alert_label. */
extern const struct conf_key conf_label_keys[];
/* Those below "alerts": they lie in struct conf itself. */
extern const struct conf_key conf_alerts[];

#define KEY(n, t, s, f)                                                        \
	.name = (n), .type = (t), .at = offsetof(struct s, f),                 \
	.size = sizeof((struct s *)0)->f
#define LIST(n, t, s, f)                                                       \
	KEY(n, t, s, f), .count_at = offsetof(struct s, n_##f),                \
	.each = sizeof *((struct s *)0)->f

/* conf_clear(keys, base): free all that the fields of a struct hold. */
void conf_clear(const struct conf_key *keys, void *base);

/* The names of enum conf_auth_mode and conf_route_type, NULL at the end. */
extern const char *const conf_auth_modes[];
extern const char *const conf_route_types[];

#endif
