#include "terms/change_class.h"

static const char *const class_words[] = {
	[CHANGE_BREAKING] = "breaking",
	[CHANGE_COMPATIBLE] = "compatible",
	[CHANGE_WORDS] = "words",
	[CHANGE_ORDER] = "order",
};

WORDS(change_class, change_class, class_words)

enum change_class change_class_graver(enum change_class a, enum change_class b)
{
	static const int weight[] = {
		[CHANGE_ORDER] = 0,
		[CHANGE_COMPATIBLE] = 1,
		[CHANGE_WORDS] = 2,
		[CHANGE_BREAKING] = 3,
	};

	return weight[a] > weight[b] ? a : b;
}
