#include "http/failure.h"

#include <stdarg.h>

bool failure_set(struct failure *f, const char *code, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->code, sizeof f->code, "%s", code);
	va_start(ap, fmt);
	vsnprintf(f->message, sizeof f->message, fmt, ap);
	va_end(ap);
	return false;
}
