#include "json/build.h"

#include "json/json.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

/* Append the value for one place; returns the end of its name. */
static const char *put_value(struct buf *b, const char *place, va_list *ap)
{
	switch (*place) {
	case 's':
		json_put_str(b, va_arg(*ap, const char *));
		break;
	case 'd':
		buf_int(b, va_arg(*ap, int));
		break;
	case 'z':
		buf_fmt(b, "%zu", va_arg(*ap, size_t));
		return place + 2;
	case 'g':
		json_put_num(b, va_arg(*ap, double));
		break;
	case 'i':
		buf_str(b, va_arg(*ap, int) ? "true" : "false");
		break;
	}
	return place + 1;
}

void json_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	if (*fmt == ',' && (!b->len || strchr("[{", b->p[b->len - 1])))
		fmt++;
	va_start(ap, fmt);
	while (*fmt) {
		size_t n = strcspn(fmt, "'%");

		buf_add(b, fmt, n);
		fmt += n;
		if (*fmt == '\'') {
			buf_char(b, '"');
			fmt++;
		} else if (*fmt == '%') {
			fmt = put_value(b, fmt + 1, &ap);
		}
	}
	va_end(ap);
}
