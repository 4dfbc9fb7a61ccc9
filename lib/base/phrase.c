#include "base/phrase.h"

#include "base/buf.h"

const char *const phrase_months[12] = {"January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December"};

const char *const phrase_weekdays[7] = {"Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday"};

void phrase_and_more(struct buf *b, size_t shown, size_t n)
{
	if (shown < n)
		buf_fmt(b, " and %zu more", n - shown);
}
