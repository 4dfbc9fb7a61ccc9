#include "http/failure.h"

#include "http/client.h"

#include <stdarg.h>
#include <string.h>

bool failure_set(struct failure *f, const char *code, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->code, sizeof f->code, "%s", code);
	va_start(ap, fmt);
	vsnprintf(f->message, sizeof f->message, fmt, ap);
	va_end(ap);
	*f->said = '\0';
	return false;
}

bool failure_said(struct failure *f, const char *text)
{
	server_message(text ? text : "", text ? strlen(text) : 0, f->said);
	return false;
}

void failure_http(
	struct http_response *r, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->message, sizeof r->message, fmt, ap);
	va_end(ap);
	r->end = HTTP_FAILED;
	r->code = code;
}

void failure_ours(struct http_response *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->message, sizeof r->message, fmt, ap);
	va_end(ap);
	r->end = HTTP_OURS;
	r->code = "";
}
