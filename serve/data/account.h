/*
 * account.h: an account and its servers, as fleet:accounts holds it.
 */
#ifndef DATA_ACCOUNT_H
#define DATA_ACCOUNT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct account {
	const char *token_sha256;
	const char **slugs; /* valid ones */
	size_t n;
	cJSON *doc; /* owns the strings */
};

/* Room for the reason why an entry was refused. */
#define ACCOUNT_WHY 200

/*
 * account_read(json, a, why): 0, and then account_release frees what *a holds;
 * or -1 and why, which has ACCOUNT_WHY bytes.
 */
int account_read(const char *json, struct account *a, char *why);
void account_release(struct account *a);

#endif
