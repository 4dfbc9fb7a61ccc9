/* SPDX-License-Identifier: MIT */
#include "conf/ca.h"

#include "base/files.h"
#include "base/xalloc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With what else is in the file, such as the text that openssl(1) prints. */
#define FILE_MAX (1024 * 1024)

#define BEGIN "-----BEGIN "
#define END "-----END "

char *conf_ca_path(const char *config, const char *ca)
{
	const char *slash = *ca == '/' || strchr(ca, '\n') ? NULL : strrchr(config, '/');
	size_t folder = slash ? (size_t)(slash - config) + 1 : 0;
	size_t size = folder + strlen(ca) + 1;
	char *path = xmalloc(size);

	snprintf(path, size, "%.*s%s", (int)folder, config, ca);
	return path;
}

/* Whether a line after BEGIN or END is of a certificate. */
static bool of_certificate(const char *label)
{
	static const char *const labels[] = {"CERTIFICATE-----",
		"X509 CERTIFICATE-----", "TRUSTED CERTIFICATE-----"};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strncmp(label, labels[i], strlen(labels[i])) == 0)
			return true;
	return false;
}

size_t conf_ca_pick(char *text)
{
	char *from = text, *to = text;

	while ((from = strstr(from, BEGIN)) != NULL) {
		char *end = strstr(from, END), *rest;
		size_t n;

		if (!end)
			break;
		rest = end + strcspn(end, "\n");
		n = (size_t)(rest - from);
		if (of_certificate(from + strlen(BEGIN))) {
			memmove(to, from, n);
			to += n;
			*to++ = '\n';
		}
		from = *rest ? rest + 1 : rest;
	}
	*to = '\0';
	return (size_t)(to - text);
}

/* The text of the file, and a newline, which conf_ca_pick may need room for. */
static char *read_file(const char *config, const char *ca, char *why)
{
	char *path = conf_ca_path(config, ca), *text;
	const char *cause;
	size_t n;

	text = file_text(path, FILE_MAX, &n, &cause);
	free(path);
	if (!text || n > FILE_MAX) {
		snprintf(why, CONF_CA_WHY, "%s",
			text ? "larger than 1 MiB" : cause);
		free(text);
		return NULL;
	}
	memcpy(text + n, "\n", 2);
	return text;
}

/* The certificates themselves, with room for one more newline. */
static char *copy_of(const char *ca)
{
	size_t n = strlen(ca);
	char *text = xmalloc(n + 2);

	memcpy(text, ca, n);
	memcpy(text + n, "\n", 2);
	return text;
}

char *conf_ca_read(const char *config, const char *ca, char *why)
{
	char *text = strchr(ca, '\n') ? copy_of(ca) : read_file(config, ca, why);
	size_t n;

	if (!text)
		return NULL;
	n = conf_ca_pick(text);
	if (n && n <= CONF_CA_MAX)
		return text;
	snprintf(why, CONF_CA_WHY,
		n ? "more than 64 KiB of certificates"
		  : "contains no certificate in PEM");
	free(text);
	return NULL;
}
