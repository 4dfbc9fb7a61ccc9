#include "conf/ca.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What may stand between the certificates, as openssl(1) prints it. */
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

/* The text of a file, and a newline, which conf_ca_pick may need room for. */
static char *read_file(int fd, char *why)
{
	char *text = xmalloc(FILE_MAX + 3);
	ssize_t got = 0;
	size_t n = 0;

	for (; n <= FILE_MAX; n += (size_t)got) {
		got = read(fd, text + n, FILE_MAX + 1 - n);
		if (got <= 0)
			break;
	}
	if (got < 0)
		snprintf(why, CONF_CA_WHY, "%s", strerror(errno));
	else if (n > FILE_MAX)
		snprintf(why, CONF_CA_WHY, "more than 1 MiB");
	if (got < 0 || n > FILE_MAX) {
		free(text);
		return NULL;
	}
	text[n] = '\n';
	text[n + 1] = '\0';
	return text;
}

static char *open_file(const char *config, const char *ca, char *why)
{
	char *path = conf_ca_path(config, ca), *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	free(path);
	if (fd < 0 || fstat(fd, &st) != 0)
		snprintf(why, CONF_CA_WHY, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(why, CONF_CA_WHY, "no file");
	else
		text = read_file(fd, why);
	if (fd >= 0)
		close(fd);
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
	char *text = strchr(ca, '\n') ? copy_of(ca) : open_file(config, ca, why);
	size_t n;

	if (!text)
		return NULL;
	n = conf_ca_pick(text);
	if (n && n <= CONF_CA_MAX)
		return text;
	snprintf(why, CONF_CA_WHY,
		n ? "more than 64 KiB of certificates"
		  : "no certificate in PEM in it");
	free(text);
	return NULL;
}
