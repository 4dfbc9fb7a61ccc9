#include "mcp/change_class.h"

static const char *const class_words[] = {
	[CHANGE_BREAKING] = "breaking",
	[CHANGE_COMPATIBLE] = "compatible",
	[CHANGE_WORDS] = "words",
	[CHANGE_ORDER] = "order",
};

WORDS(change_class, change_class, class_words)
